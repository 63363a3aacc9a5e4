"""The unlocked library with everything real: opening, the picture of a cited page, a broken model, closing."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import errors, paths
from app.session import Session
from app.settings import Settings
from app.types import Answered, EvidenceFound, TextWritten

pytestmark = pytest.mark.real
SECRET = b"correct horse battery staple"
LEASE = "Lease Unit 3 The Old Ropewalk.pdf"


def opened(folder: Path, *, create: bool = False, settings: Settings | None = None) -> Session:
    return Session.open(folder / "library", bytearray(SECRET), create=create, settings=settings or Settings())


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


def test_stopping_an_answer_leaves_the_engine_ready(session: Session) -> None:
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


def test_a_wrong_passphrase_and_a_missing_library(session: Session, tmp_path: Path) -> None:
    with pytest.raises(errors.WrongPassphrase):
        Session.open(tmp_path / "library", bytearray(b"wrong"), settings=Settings())
    with pytest.raises(errors.NoLibrary):
        Session.open(tmp_path / "none", bytearray(SECRET), settings=Settings())
