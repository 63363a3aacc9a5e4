"""Which embedder a session uses: the chosen one, those of older matters, none; the engines are played."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from app import errors, paths
from app.models.client import EmbedderClient
from app.models.reranker import RerankerClient
from app.models.roles import Scores, Vectors
from app.session import Session
from app.settings import Settings
from app.store.index import Index
from app.types import Behind, Renewed, Renewing
from app.vault import vault
from app.vault.keys import Cost
from tests.fakes import FakeEmbedder
from tests.models.modelfiles import cross_folder, safetensors_bytes, sentence_folder

pytestmark = pytest.mark.real
SECRET = b"correct horse battery staple"
BUNDLED = "all-MiniLM-L6-v2"


@pytest.fixture(autouse=True)
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the index aside, which takes a process and seconds: exact search answers, as it does until one is ready."""
    monkeypatch.setattr(Index, "prepare", lambda _: None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The names of the models that embedded, and whether it was a question."""
    told: list[tuple[str, bool]] = []

    def embed(client: EmbedderClient, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        told.append((client.folder.name, urgent))
        return FakeEmbedder(dimension=client.dimension).embed(texts)

    monkeypatch.setattr(EmbedderClient, "start", lambda _: None)
    monkeypatch.setattr(EmbedderClient, "embed", embed)
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))
    return told


@pytest.fixture
def own(empty_home: Path, bundled_models: Path) -> Path:
    """The folder of added models, with one embedder in it."""
    tokenizer = (bundled_models / BUNDLED / "tokenizer.json").read_bytes()
    sentence_folder(
        paths.own_models() / "better", tokenizer=tokenizer,
        **{"1_Pooling__config.json": {"word_embedding_dimension": 48}},
        config_sentence_transformers={"prompts": {"query": "query: "}},
    )
    return paths.own_models()


@contextlib.contextmanager
def session(folder: Path, embedder: str = "", matters: Sequence[str] = ()) -> Iterator[Session]:
    with Session.open(
        folder / "library", bytearray(SECRET), create=True, warm=False, matters=matters,
        settings=Settings(embedder=embedder),
    ) as opened:
        yield opened


@pytest.fixture
def full(tmp_path: Path, asked: list[tuple[str, bool]], own: Path) -> Path:
    """A folder with a library of two matters, by the model that comes with the program."""
    (tmp_path / "lease.txt").write_text("The rent of the mill is due in March.")
    (tmp_path / "ward.txt").write_text("Blood pressure was high.")
    with session(tmp_path) as made:
        list(made.ingest.add([tmp_path / "lease.txt"]))
        made.choose([made.create_matter("Clinic").id])
        list(made.ingest.add([tmp_path / "ward.txt"]))
        made.choose([matter.id for matter in made.vault.matters()])
    asked.clear()
    return tmp_path


def behind(opened: Session) -> tuple[str, ...]:
    """The open matters that are not indexed by the chosen embedder yet."""
    return opened.embedders.behind(opened.stores.values()).matters


def test_the_old_model_answers_until_all_is_indexed_anew(full: Path, asked: list[tuple[str, bool]]) -> None:
    with session(full, "better") as opened:
        assert set(behind(opened)) == {"General", "Clinic"}
        evidence = opened.retrieval.search("When is the rent due?")
        assert evidence.hits[0].passage.text.startswith("The rent")
        assert evidence.hints == ()
        assert {name for name, _ in asked} == {BUNDLED}
        asked.clear()
        events = list(opened.renew())
        assert [event.matter for event in events if isinstance(event, Renewed)] == ["General", "Clinic"]
        assert isinstance(events[0], Renewing)
        assert {name for name, _ in asked} == {"better"}
        assert behind(opened) == ()
        evidence = opened.retrieval.search("When is the rent due?")
        assert evidence.similarity > 0.2
        assert asked[-1] == ("better", True)
        maker = opened.store.renewal.maker
        assert (maker.name, maker.dimension, maker.questions) == ("better", 48, "query: ")
        assert "indexed anew" in [entry.event for entry in opened.audit.entries()]
    with session(full, "better") as opened:
        assert opened.retrieval.search("blood pressure").hits[0].passage.text.startswith("Blood")
        assert list(opened.renew()) == []


def test_matters_that_are_not_open_are_indexed_anew_too(full: Path) -> None:
    with session(full, "better", ["General"]) as opened:
        assert [event.matter for event in opened.renew() if isinstance(event, Renewed)] == ["General", "Clinic"]
        assert list(opened.stores) == [opened.matter.id]
        opened.choose([matter.id for matter in opened.vault.matters()])
        assert behind(opened) == ()


def test_it_is_chosen_while_the_library_is_open(full: Path, asked: list[tuple[str, bool]]) -> None:
    with session(full) as opened:
        opened.use_embedder("better")
        opened.retrieval.search("When is the rent due?")
        assert {name for name, _ in asked} == {BUNDLED}
        with contextlib.closing(opened.renew()) as events:
            next(events)  # and is left at once
        opened.retrieval.search("When is the rent due?")
        assert asked[-1] == (BUNDLED, True)
        with pytest.raises(errors.UnknownModel):
            opened.use_embedder("worse")
        opened.use_embedder(BUNDLED)
        assert list(opened.renew()) == []
        assert all(store.renewal.following is None for store in opened.stores.values())


def test_of_a_model_that_is_gone_words_are_left_and_a_hint(full: Path, own: Path) -> None:
    with session(full, "better") as opened:
        list(opened.renew())
    shutil.rmtree(own / "better")
    with session(full, "better", ["General"]) as opened:
        evidence = opened.retrieval.search("When is the rent due?")
        assert evidence.hits[0].passage.text.startswith("The rent")
        assert len(evidence.hints) == 1
        assert "indexed by better, which is not on this computer" in evidence.hints[0]
        assert f"carrel models use {BUNDLED}" in evidence.hints[0]
        with pytest.raises(errors.OtherEmbedder):
            list(opened.ingest.add([full / "ward.txt"]))
        assert opened.store.unfinished() == ()
        list(opened.renew())
        assert opened.retrieval.search("When is the rent due?").hints == ()
        list(opened.ingest.add([full / "ward.txt"]))
        assert len(opened.store.documents()) == 2


def test_where_matters_differ_the_first_ones_model_is_used(full: Path, asked: list[tuple[str, bool]]) -> None:
    with session(full, "better") as opened:
        for event in opened.renew():
            if isinstance(event, Renewed):
                break  # the second is left as it was
        evidence = opened.retrieval.search("blood pressure")
        assert asked[-1] == ("better", True)
        assert evidence.hits[0].passage.text.startswith("Blood")  # by its words
        assert "Clinic was searched by words alone" in evidence.hints[0]
        assert "not the one in use" in evidence.hints[0]


def test_files_are_added_by_the_model_of_the_matter(full: Path, asked: list[tuple[str, bool]]) -> None:
    (full / "more.txt").write_text("The tenant keeps two cats.")
    with session(full, "better") as opened:
        list(opened.ingest.add([full / "more.txt"]))
        assert asked[-1] == (BUNDLED, False)
        list(opened.renew())
        assert opened.retrieval.search("cats").hits[0].passage.text.startswith("The tenant")


def test_a_reranker_that_was_added_is_used(full: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored: list[str] = []

    def score(_: RerankerClient, question: str, texts: Sequence[str]) -> Scores:
        scored.extend(texts)
        return np.linspace(0.1, 0.9, len(texts), dtype=np.float32)

    monkeypatch.setattr(RerankerClient, "score", score)
    with session(full) as opened:
        opened.retrieval.search("When is the rent due?")
        assert scored == []
    cross_folder(own / "ranker", **{"model.safetensors": safetensors_bytes()})
    with session(full) as opened:
        opened.retrieval.search("When is the rent due?")
        assert scored


# What the window asks before and after.


def test_what_choosing_another_one_takes_is_told_by_trying_it(full: Path, asked: list[tuple[str, bool]]) -> None:
    with session(full) as opened:
        stores = tuple(opened.stores.values())
        found = opened.embedders.survey("better", stores)
        assert (found.passages, found.lost) == (2, 0)
        assert found.seconds > 0
        assert {name for name, _ in asked} == {"better"}
        asked.clear()
        same = opened.embedders.survey(BUNDLED, stores)
        assert (same.passages, same.seconds, same.lost) == (0, 0.0, 0)
        assert asked == []
        with pytest.raises(errors.UnknownModel):
            opened.embedders.survey("worse", stores)
        opened.use_embedder("better")
        for event in opened.renew():
            if isinstance(event, Renewing) and event.done:
                break  # its one passage has its new vector
        assert opened.embedders.survey("better", stores).passages == 1
        assert opened.embedders.survey(BUNDLED, stores).lost == 1


def test_what_is_left_to_do_is_told_and_what_the_user_stopped_is_not_begun(full: Path) -> None:
    with session(full) as opened:
        stores = tuple(opened.stores.values())
        assert opened.embedders.behind(stores) == Behind((), 0, BUNDLED, begun=False)
        opened.use_embedder("better")
        assert opened.embedders.behind(stores) == Behind(("General", "Clinic"), 2, "better", begun=False)
        with contextlib.closing(opened.renew()) as events:
            next(events)
        assert opened.embedders.behind(stores).begun
        opened.embedders.halt(stores)
        assert not opened.embedders.behind(stores).begun
    with session(full, "better") as opened:
        stores = tuple(opened.stores.values())
        assert not opened.embedders.behind(stores).begun
        with contextlib.closing(opened.renew()) as events:
            next(events)  # somebody asked for it again
        assert opened.embedders.behind(stores).begun
        opened.use_embedder(BUNDLED)
        assert opened.embedders.behind(stores) == Behind((), 0, BUNDLED, begun=True)  # what was made is to go
        list(opened.renew())
        assert opened.embedders.behind(stores) == Behind((), 0, BUNDLED, begun=False)


def test_matters_that_are_not_open_stay_closed_where_that_is_wanted(full: Path) -> None:
    with session(full, "better", ["General"]) as opened:
        events = list(opened.renew(closed=False))
        assert [event.matter for event in events if isinstance(event, Renewed)] == ["General"]
        opened.choose([matter.id for matter in opened.vault.matters()])
        assert behind(opened) == ("Clinic",)
