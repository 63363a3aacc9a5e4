"""The unlocked library with everything real: opening, the picture of a cited page, a broken model, closing."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import errors, paths
from app.retrieval.answerable import LEAST
from app.session import Session
from app.settings import Settings
from app.steps import finished
from app.types import Answered, AnswerStatus, EvidenceFound, Kept, TextWritten
from app.vault import vault
from app.vault.keys import Cost
from tests.store.library import make_older

pytestmark = pytest.mark.real
SECRET = b"correct horse battery staple"
LEASE = "Lease Unit 3 The Old Ropewalk.pdf"


def opened(folder: Path, *, create: bool = False, settings: Settings | None = None) -> Session:
    return Session.open(folder / "library", bytearray(SECRET), create=create, settings=settings or Settings())


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a guess costs is not what is tested here."""
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))


@pytest.fixture
def session(tmp_path: Path, empty_home: Path) -> Iterator[Session]:
    shutil.copy(paths.samples() / LEASE, tmp_path / LEASE)
    with opened(tmp_path, create=True) as made:
        list(made.ingest.add([tmp_path / LEASE]))
        yield made


def test_the_cited_page_is_shown_as_long_as_the_file_is_the_one_that_was_read(session: Session, tmp_path: Path) -> None:
    hit = session.retrieval.search("What is the break clause notice?").hits[0]
    picture = session.picture(hit.passage, 600)
    assert len(picture.rgb) == picture.width * picture.height * 3
    assert picture.width == 600
    assert picture.marks
    assert all(0 <= mark.left < mark.right <= 600 for mark in picture.marks)
    with pytest.raises(errors.UnsupportedFile):
        session.picture(replace(hit.passage, page=None), 600)
    file = tmp_path / LEASE
    file.write_bytes(file.read_bytes() + b"\n% another version")
    with pytest.raises(errors.StaleFile):
        session.picture(hit.passage, 600)
    file.unlink()
    with pytest.raises(errors.MissingPath):
        session.picture(hit.passage, 600)


def test_a_question_is_answered_while_files_are_added(session: Session, tmp_path: Path) -> None:
    with contextlib.closing(session.ingest.add([paths.samples()])) as adding:
        next(adding)
        kinds = [type(event) for event in session.answering.ask("What is the monthly rent of Unit 3?")]
        assert kinds[0] is EvidenceFound
        assert kinds[-1] is Answered
        list(adding)
    assert len(session.store.documents()) >= 12


def test_a_conversation_goes_on_and_is_there_after_opening_again(session: Session, tmp_path: Path) -> None:
    first = list(session.conversing.ask("What is the break clause notice?"))[-1]
    assert isinstance(first, Kept)
    key = first.conversation.id
    last = list(session.conversing.ask("And who may give it?", key))[-1]
    assert isinstance(last, Kept)
    assert {"break", "clause", "notice"} <= set(last.exchange.looked_for.split())
    assert last.exchange.model.endswith(".gguf") == bool(last.exchange.given)
    assert last.conversation.exchanges == 2
    other = session.create_matter("Other")
    session.choose([session.matter.id, other.id])
    with pytest.raises(errors.SeveralMatters):
        next(session.conversing.ask("And when?", key))
    session.choose([other.id])
    assert session.conversations.latest() == []
    session.choose([next(matter.id for matter in session.vault.matters() if matter.id != other.id)])
    session.close()
    with opened(tmp_path) as again:
        assert again.conversations.latest() == [last.conversation]
        assert again.conversations.exchanges(key) == (first.exchange, last.exchange)


def test_with_the_starter_model_the_answer_is_quotes_unless_it_is_told_to_write(session: Session) -> None:
    assert not session.writes
    last = list(session.answering.ask("How much notice does the break clause need?"))[-1]
    assert isinstance(last, Answered)
    assert last.answer.status is AnswerStatus.QUOTES
    assert last.answer.sentences
    write(session)
    assert session.writes


def test_what_the_files_do_not_say_is_not_asked_of_the_model(session: Session) -> None:
    write(session)
    first, last = session.answering.ask("Which genes does the Zika virus infect in chicken embryos?")
    assert isinstance(first, EvidenceFound)
    assert isinstance(last, Answered)
    assert first.evidence.answerable < LEAST
    assert first.evidence.hits
    assert last.answer.status is AnswerStatus.NOT_FOUND


def write(session: Session) -> None:
    """Have answers written from now on."""
    session.settings = replace(session.settings, answers="written")
    session.choose([session.matter.id])


def test_stopping_an_answer_leaves_the_engine_ready(session: Session) -> None:
    write(session)
    for _ in range(2):
        with contextlib.closing(session.answering.ask("What is the monthly rent of Unit 3?")) as events:
            for event in events:
                if isinstance(event, TextWritten):
                    break
    events_of_last = list(session.answering.ask("How long is the notice?"))
    assert isinstance(events_of_last[-1], Answered)


def test_a_model_that_is_no_model_costs_the_prose_and_not_the_evidence(tmp_path: Path, empty_home: Path) -> None:
    good = (paths.bundled_models() / "SmolLM2-135M-Instruct.Q4_1.gguf").read_bytes()
    paths.own_models().mkdir(parents=True)
    (paths.own_models() / "broken.gguf").write_bytes(good[: len(good) // 2])
    (tmp_path / "note.txt").write_text("The boiler was repaired on 3 May.", encoding="utf-8")
    with opened(tmp_path, create=True, settings=Settings(generator="broken")) as session:
        list(session.ingest.add([tmp_path / "note.txt"]))
        events = session.answering.ask("When was the boiler repaired?")
        first = next(events)
        assert isinstance(first, EvidenceFound)
        assert first.evidence.hits
        with pytest.raises(errors.ModelError, match="broken"):
            list(events)
        assert session.retrieval.search("boiler").hits


def test_an_open_library_is_refused_and_free_again_after_closing(session: Session, tmp_path: Path) -> None:
    with pytest.raises(errors.LibraryBusy):
        opened(tmp_path)
    session.close()
    session.close()
    with opened(tmp_path) as again:
        assert [Path(row.file).name for row in again.store.documents()] == [LEASE]


def test_a_wrong_passphrase_and_a_missing_library(tmp_path: Path, empty_home: Path) -> None:
    opened(tmp_path, create=True).close()
    with pytest.raises(errors.WrongPassphrase):
        Session.open(tmp_path / "library", bytearray(b"wrong"), settings=Settings())
    with pytest.raises(errors.NoLibrary):
        Session.open(tmp_path / "none", bytearray(SECRET), settings=Settings())


# The vault, its matters, and the log of what was done


SAID = "The deposit of Smith is held by the notary Aurelia Vantongeren."
OTHER = "The deposit of Jones is held by the bank of Port Ellery."


def filed(session: Session, file: Path, text: str) -> str:
    """Add a file with this text to the current matter and return the id of its document."""
    file.write_text(text, encoding="utf-8")
    list(session.ingest.add([file]))
    row = session.store.document(str(file))
    assert row
    return row.id


def events(session: Session) -> list[str]:
    return [entry.event for entry in session.audit.entries()]


def test_a_question_searches_the_matters_that_were_chosen_and_no_other(tmp_path: Path, empty_home: Path) -> None:
    with opened(tmp_path, create=True) as session:
        first = session.matter
        filed(session, tmp_path / "a.txt", SAID)
        second = session.create_matter("Jones v. Smith")
        assert session.searching == (first,)
        session.choose([second.id])
        with pytest.raises(errors.EmptyLibrary):
            session.retrieval.search("Who holds the deposit?")
        filed(session, tmp_path / "b.txt", OTHER)
        (hit,) = session.retrieval.search("Who holds the deposit?").hits
        assert (hit.passage.text, hit.passage.matter) == (OTHER, "Jones v. Smith")
        session.choose([second.id, first.id])
        found = {hit.passage.text: hit.passage.matter for hit in session.retrieval.search("Who holds it?").hits}
        assert found == {SAID: "General", OTHER: "Jones v. Smith"}
        assert session.matter == second
        session.rename_matter(first.id, "Smith")
        assert {hit.passage.matter for hit in session.retrieval.search("deposit").hits} == {"Smith", "Jones v. Smith"}
    with opened(tmp_path) as session:  # those of the last time
        assert [matter.name for matter in session.searching] == ["Jones v. Smith", "Smith"]
    with Session.open(tmp_path / "library", bytearray(SECRET), matters=["smith"], settings=Settings()) as session:
        assert [hit.passage.text for hit in session.retrieval.search("deposit").hits] == [SAID]


def test_what_fails_while_choosing_leaves_what_is_open(tmp_path: Path, empty_home: Path) -> None:
    with opened(tmp_path, create=True) as session:
        filed(session, tmp_path / "a.txt", SAID)
        other = session.create_matter("Other")
        session.choose([other.id, session.matter.id])
        session.choose([session.searching[1].id])
        (session.vault.matter_folder(other.id) / "library.db").write_bytes(b"nothing that opens" * 1000)
        with pytest.raises(errors.LibraryDamaged):
            session.choose([other.id])
        assert session.matter.name == "General"
        assert session.retrieval.search("deposit").hits


def test_a_deleted_matter_is_gone_with_its_key(tmp_path: Path, empty_home: Path) -> None:
    with opened(tmp_path, create=True) as session:
        filed(session, tmp_path / "a.txt", SAID)
        doomed = session.matter
        folder = session.vault.matter_folder(doomed.id)
        report = session.delete_matter(doomed.id)
        assert report.documents == 1
        assert "library.db" in {name for name, _ in report.files}
        assert not folder.exists()
        assert [matter.name for matter in session.vault.matters()] == ["General 2"]  # never none
        with pytest.raises(errors.UnknownMatter):
            session.vault.matter_key(doomed.id)
        assert "matter deleted" in events(session)


def test_the_log_says_who_did_what_and_no_word_of_it(tmp_path: Path, empty_home: Path) -> None:
    with opened(tmp_path, create=True) as session:
        document = filed(session, tmp_path / "a.txt", SAID)
        session.retrieval.search("Who is Vantongeren?")
        session.erasure.remove(session.store, str(tmp_path / "a.txt"), matter=session.matter.id)
    for _ in range(2):
        with pytest.raises(errors.WrongPassphrase):
            Session.open(tmp_path / "library", bytearray(b"wrong"), settings=Settings())
    with opened(tmp_path, settings=Settings(audit_questions=True)) as session:
        assert events(session) == ["created", "added", "asked", "removed", "locked", "wrong passphrases", "unlocked"]
        entries = {entry.event: entry for entry in session.audit.entries()}
        assert {entries[name].documents for name in ("added", "asked", "removed")} == {(document,)}
        assert ("count", "2") in entries["wrong passphrases"].details
        assert "Vantongeren" not in repr(entries)
        assert "a.txt" not in repr(entries)
        filed(session, tmp_path / "b.txt", OTHER)
        session.retrieval.search("What of Port Ellery?")
        assert ("question", "What of Port Ellery?") in list(session.audit.entries())[-1].details
        assert session.findings == ()


def test_the_recovery_key_opens_it_and_a_new_passphrase_is_set(tmp_path: Path, empty_home: Path) -> None:
    with opened(tmp_path, create=True) as session:
        printed = session.recovery_key
        filed(session, tmp_path / "a.txt", SAID)
    library = tmp_path / "library"
    recovering = Session.recovering(library, printed.lower(), bytearray(b"a new one"), settings=Settings())
    with finished(recovering) as session:
        assert session.retrieval.search("deposit").hits
        assert session.recovery_key == ""
    with pytest.raises(errors.WrongPassphrase):
        opened(tmp_path)
    with Session.open(library, bytearray(b"a new one"), settings=Settings()) as session:
        assert "recovered" in events(session)


@pytest.mark.parametrize("what", ["vault.json", "audit.log audit.head", "matters"])
def test_an_older_copy_of_a_part_is_found(what: str, tmp_path: Path, empty_home: Path) -> None:
    library, kept = tmp_path / "library", tmp_path / "kept"
    with opened(tmp_path, create=True) as session:
        filed(session, tmp_path / "a.txt", SAID)
    shutil.copytree(library, kept)
    with opened(tmp_path) as session:
        session.vault.change_passphrase(bytearray(SECRET))
        filed(session, tmp_path / "b.txt", OTHER)
    with opened(tmp_path) as session:
        assert session.findings == ()
    for name in what.split():
        if (kept / name).is_dir():
            shutil.rmtree(library / name)
            shutil.copytree(kept / name, library / name)
        else:
            shutil.copy(kept / name, library / name)
    with opened(tmp_path) as session:
        assert len(session.findings) == 1
        assert "earlier" in session.findings[0] or "older" in session.findings[0]
        assert session.retrieval.search("deposit").hits
    with opened(tmp_path) as session:  # it is in the log now, and what goes on from here is sound
        assert session.findings == ()


def test_a_library_that_could_not_be_opened_after_it_was_made_is_taken_back(
    tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(paths, "bundled_models", lambda: tmp_path / "none")
        with pytest.raises(errors.NoModel):
            opened(tmp_path, create=True)
    with opened(tmp_path, create=True) as session:
        assert session.recovery_key
        assert session.findings == ()


def test_a_matter_of_an_earlier_version_is_brought_up_to_date_and_that_is_told(
    tmp_path: Path, empty_home: Path
) -> None:
    with opened(tmp_path, create=True) as session:
        filed(session, tmp_path / "a.txt", SAID)
        with session.store._records.database.writing() as db:
            make_older(db)
    library = tmp_path / "library"
    steps = Session.opening(library, bytearray(SECRET), settings=Settings(), warm=False)
    first = next(steps)
    assert (first.matter, first.done, first.left) == ("General", 0, None)
    assert first.of > 0
    steps.close()  # the window was closed; all is let go, so that it can be opened at once
    steps = Session.opening(library, bytearray(SECRET), settings=Settings(), warm=False)
    assert next(steps).done == 0
    with finished(steps) as session:
        assert session.retrieval.search("deposit").hits
