"""Answers out of the real library: every format, the fingerprints of real files, and the line in the log."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from PySide6.QtWidgets import QApplication

from app import export, paths
from app.export.origins import CHANGED, GONE, Origins
from app.session import Session
from app.settings import Settings
from app.types import Answered, AnswerStatus, EvidenceFound, Exchange
from app.vault import vault
from app.vault.keys import Cost

pytestmark = pytest.mark.real
LEASE = "Lease Unit 3 The Old Ropewalk.pdf"
QUESTION = "How much notice does the break clause need?"


@pytest.fixture
def session(tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))
    shutil.copy(paths.samples() / LEASE, tmp_path / LEASE)
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as archive:
        archive.writestr("boiler.txt", "The boiler was repaired by Aurelia Vantongeren on 3 May.")
    library = tmp_path / "library"
    settings = Settings(answers="written")
    with Session.open(library, bytearray(b"correct horse battery"), create=True, settings=settings) as made:
        list(made.ingest.add([tmp_path / LEASE, tmp_path / "letters.zip"]))
        yield made


def asked(session: Session, question: str) -> Exchange:
    *_, answered = events = list(session.answering.ask(question))
    assert isinstance(events[0], EvidenceFound)
    assert isinstance(answered, Answered)
    return export.exchange(events[0].evidence, answered, asked=1_790_000_000.0, model=session.writer)


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_an_answer_in_every_format(session: Session, tmp_path: Path, qapp: QApplication) -> None:
    exchange = asked(session, QUESTION)
    assert exchange.answer.status is AnswerStatus.ANSWERED
    assert exchange.model == "SmolLM2-135M-Instruct.Q4_1.gguf"
    said = exchange.answer.sentences[0].text
    fingerprint = sha256(tmp_path / LEASE)
    for ending in export.FORMATS:
        session.export(tmp_path / f"out{ending}", [exchange])

    markdown = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert f"SHA-256 of the file: {fingerprint}." in markdown
    assert "[^1]: **Lease Unit 3 The Old Ropewalk.pdf, page" in markdown.replace("`", "")

    document = docx.Document(io.BytesIO((tmp_path / "out.docx").read_bytes()))
    assert " ".join(said.split()) in "\n".join(paragraph.text for paragraph in document.paragraphs)
    related = next(rel for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FOOTNOTES)
    notes = list(parse_xml(related.target_part.blob))
    references = list(document.element.body.iter(qn("w:footnoteReference")))
    assert len(notes) == len(references) + 2 > 2
    assert fingerprint in "".join(node.text or "" for node in notes[2].iter(qn("w:t")))

    with closing(pypdfium2.PdfDocument(tmp_path / "out.pdf")) as pdf, closing(pdf[0]) as page, \
            closing(page.get_textpage()) as text:
        assert "How much notice does the break clause need?" in text.get_text_bounded()

    (*_, line) = session.audit.entries()
    assert (line.event, dict(line.details), line.matter) == ("exported", {"what": "answers"}, session.matter.id)
    cited = {hit.passage.document for hit in exchange.evidence.hits}
    assert set(line.documents) == cited


def test_the_fingerprint_is_of_the_file_that_was_read(session: Session, tmp_path: Path) -> None:
    hits = session.retrieval.search("Who repaired the boiler?").hits
    inner = next(hit.passage for hit in hits if hit.passage.file.endswith("boiler.txt"))
    found = Origins([session.store]).of(inner)
    assert (found.inside, found.sha256) == ("letters.zip", sha256(tmp_path / "letters.zip"))
    lease = next(hit.passage for hit in session.retrieval.search(QUESTION).hits if hit.passage.file.endswith(LEASE))
    file = tmp_path / LEASE
    assert Origins([session.store]).of(lease).sha256 == sha256(file)
    list(session.ingest.add([file], again=True))  # another document of the same words
    assert Origins([session.store]).of(lease).sha256 == sha256(file)
    file.write_bytes(file.read_bytes() + b"\n% another version")
    assert Origins([session.store]).of(lease).problem == CHANGED
    file.unlink()
    assert Origins([session.store]).of(lease).problem == GONE
