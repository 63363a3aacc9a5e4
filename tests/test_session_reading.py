"""The unlocked library with real readers, OCR and models: attachments, pictures, passwords, followed folders."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from app import errors
from app.session import Session
from app.settings import Settings
from app.types import Added, FileAdded, FileFailed, FileGone, FileMoved, Folder, FolderAway, Status
from app.vault import vault
from app.vault.keys import Cost
from tests.conftest import children
from tests.documents.made import lines, pdf

pytestmark = pytest.mark.real
SECRET = b"correct horse battery staple"


@pytest.fixture
def session(tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))
    made = Session.open(tmp_path / "library", bytearray(SECRET), create=True, warm=False, settings=Settings())
    with made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    made.mkdir()
    return made


def scan(*texts: str) -> bytes:
    """Return a picture of a page with these lines, as a scanner would make it."""
    sheet = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype("DejaVuSans.ttf", 36)
    for number, text in enumerate(texts):
        pen.text((120, 160 + 80 * number), text, font=font, fill="black")
    stream = io.BytesIO()
    sheet.save(stream, "PNG", dpi=(150, 150))
    return stream.getvalue()


def mail(**attached: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "okafor@b.example", "lind@h.example", "The survey"
    message.set_content("Please find the survey attached.")
    for name, data in attached.items():
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name.replace("__", "."))
    return message.as_bytes()


def test_a_page_of_an_attachment_is_shown_out_of_its_mail(session: Session, folder: Path) -> None:
    survey = pdf(lines("The cadastral survey of plot 1184."), lines("The boundary oak was felled in 1911."))
    (folder / "letter.eml").write_bytes(mail(survey__pdf=survey))
    (added,) = (event for event in session.ingest.add([folder]) if isinstance(event, FileAdded))
    assert added.pages == 3
    hit = session.retrieval.search("When was the boundary oak felled?").hits[0]
    assert hit.passage.file == f"{folder}/letter.eml/survey.pdf"
    picture = session.picture(hit.passage, 500)
    assert (picture.width, hit.passage.page) == (500, 2)
    assert picture.marks
    (folder / "letter.eml").write_bytes(mail(other__pdf=survey))
    with pytest.raises(errors.StaleFile):
        session.picture(hit.passage, 500)


def test_a_scan_is_read_by_ocr_which_starts_only_then_and_is_marked_where_it_is_cited(
    session: Session, folder: Path
) -> None:
    (folder / "note.txt").write_text("The attic is dry.", encoding="utf-8")
    list(session.ingest.add([folder]))
    assert not any(line.rstrip().endswith(" ocr") for line in children().values())
    (folder / "scan.png").write_bytes(scan("The cellar key hangs behind the boiler.", "It opens both doors."))
    list(session.ingest.add([folder]))
    assert any(line.rstrip().endswith(" ocr") for line in children().values())
    hit = session.retrieval.search("Where does the cellar key hang?").hits[0]
    assert hit.passage.file == f"{folder}/scan.png"
    assert hit.passage.confidence is not None
    assert hit.passage.confidence > 0.5
    (line,) = session.ledger(hit.passage.file)
    assert (line.status, "OCR" in line.reason) == (Status.OCR, True)
    picture = session.picture(hit.passage, 620)
    assert picture.marks
    assert all(0 <= mark.left < mark.right <= 620 and mark.top < 300 for mark in picture.marks)


def test_a_password_opens_what_is_locked_and_is_kept_in_the_vault_alone(session: Session, folder: Path) -> None:
    locked = pdf(lines("The settlement sum is 4,200."), password="hollyhock")
    (folder / "locked.pdf").write_bytes(locked)
    (folder / "letter.eml").write_bytes(mail(locked__pdf=locked))
    failed = [event for event in session.ingest.add([folder]) if isinstance(event, FileFailed)]
    assert [event.file for event in failed] == [f"{folder}/locked.pdf"]
    assert sum(line.status is Status.LOCKED for line in session.ledger()) == 2
    *_, last = session.give_password("hollyhock")
    assert isinstance(last, Added)
    assert (last.added, last.failed) == (2, 0)
    assert not any(line.status is Status.LOCKED for line in session.ledger())
    hit = session.retrieval.search("What is the settlement sum?").hits[0]
    assert session.picture(hit.passage, 300).marks
    assert session.store.passwords() == ("hollyhock",)
    assert not any(b"hollyhock" in file.read_bytes() for file in session.vault.folder.rglob("*") if file.is_file())


def test_folders_are_followed_in_the_matter_and_what_leaves_is_in_the_log(session: Session, folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"Note number {number}.", encoding="utf-8")
    (folder / "draft.tmp").write_text("Nothing.", encoding="utf-8")
    session.follow(Folder(str(folder), exclude=("*.tmp",)))
    assert [event.added for event in session.reconcile() if isinstance(event, Added)] == [3]
    (folder / "0.txt").unlink()
    (folder / "1.txt").rename(folder / "one.txt")
    assert list(session.reconcile(str(folder))) == [
        FileMoved(f"{folder}/one.txt", f"{folder}/1.txt"), FileGone(f"{folder}/0.txt")
    ]
    assert [entry.event for entry in session.audit.entries()].count("removed") == 1
    watcher = session.watcher()
    watcher.close()
    assert watcher.unwatched == ()
    folder.rename(folder.with_name("away"))
    assert list(session.reconcile()) == [FolderAway(str(folder), (f"{folder}/2.txt", f"{folder}/one.txt"))]
    session.unfollow(str(folder))
    assert list(session.reconcile()) == []
    assert len(session.store.documents()) == 2
