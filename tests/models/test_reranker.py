"""The reranker: the client against an engine that plays a part, and a small CrossEncoder with the real library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app import paths
from app.errors import EngineDied, NoModel, NotAModel
from app.models.catalog import Catalog
from app.models.client import EmbedderClient
from app.models.reranker import BATCH, RerankerClient
from app.models.tokens import WordPieceTokenizer
from app.models.trial import trial
from tests.models.modelfiles import cross_folder, safetensors_bytes

HERE = Path(__file__).parent
SCRIPT = str(HERE / "scripted_engine.py")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "log").touch()
    return tmp_path / "log"


def client(part: str, log: Path, *, patience: float = 20) -> RerankerClient:
    folder = cross_folder(log.parent / "ranker")
    return RerankerClient(folder, command=[sys.executable, SCRIPT, part, str(log)], patience=patience)


@pytest.mark.skipif(sys.platform == "win32", reason="the parts use signals of POSIX")
class TestPlayed:
    def test_scores_are_in_the_order_of_the_texts(self, log: Path) -> None:
        texts = [str(i) + " " * (i * 37 % 11) for i in range(2 * BATCH + 3)]
        with closing(client("good", log)) as reranker:
            assert reranker.score("What?", texts).tolist() == list(range(len(texts)))
        asked = [line.partition(" ")[2] for line in log.read_text().splitlines()]
        assert asked == [f"score {BATCH} True"] * 2 + ["score 3 True"]

    def test_nothing_to_score_starts_nothing(self, log: Path) -> None:
        with closing(client("good", log)) as reranker:
            assert reranker.score("What?", []).shape == (0,)
        assert log.read_text() == ""

    @pytest.mark.parametrize("text", ["", "\0", "\ud800 alone"])
    def test_takes_any_question(self, log: Path, text: str) -> None:
        with closing(client("good", log)) as reranker:
            assert reranker.score(text, ["7"]).tolist() == [7]

    @pytest.mark.parametrize("part", ["crash", "wrong_shape", "not_numbers", "garbage"])
    def test_says_why_and_starts_afresh(self, log: Path, part: str) -> None:
        with closing(client(f"once_{part}", log)) as reranker:
            with pytest.raises(EngineDied):
                reranker.score("What?", ["1", "2"])
            assert reranker.score("What?", ["1", "2"]).tolist() == [1, 2]

    def test_a_hanging_engine_is_ended(self, log: Path) -> None:
        with closing(client("hang", log, patience=1)) as reranker, pytest.raises(EngineDied, match="1 seconds"):
            reranker.score("What?", ["1"])


def test_no_folder(tmp_path: Path) -> None:
    with closing(RerankerClient(tmp_path / "none")) as reranker, pytest.raises(NoModel):
        reranker.score("What?", ["text"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "make_models.py"), str(folder),
         str(paths.bundled_models() / "all-MiniLM-L6-v2")],
        check=True, timeout=240, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def reranker(made: Path) -> Iterator[RerankerClient]:
    with closing(RerankerClient(made / "cross")) as client:
        client.about()
        yield client


@pytest.mark.real
class TestReal:
    def test_scores_are_those_of_the_library(self, made: Path, reranker: RerankerClient) -> None:
        texts = ["The rent is 2,450 a month.", "", "Blood pressure 128 over 76. " * 200, "日本語 émigré 🎉"]
        program = (
            "import sys, json; from sentence_transformers import CrossEncoder;"
            "model = CrossEncoder(sys.argv[1], device='cpu', local_files_only=True);"
            "texts = json.loads(sys.stdin.read());"
            "print(json.dumps(model.predict([('What is the rent?', t) for t in texts]).tolist()))"
        )
        reference = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, str(made / "cross")], input=json.dumps(texts), text=True,
            check=True, timeout=240, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ).stdout  # fmt: skip
        scores = reranker.score("What is the rent?", texts)
        assert scores.dtype == np.float32
        assert scores == pytest.approx(json.loads(reference), abs=0.02)  # it is made with the sigmoid, as here
        assert scores.max() - scores.min() > 0.01

    def test_many_texts_are_scored_as_each_alone(self, reranker: RerankerClient) -> None:
        texts = [f"Clause {i}. " + "The tenant pays. " * (i % 7) for i in range(40)]
        together = reranker.score("Who pays?", texts)
        alone = [reranker.score("Who pays?", [texts[i]])[0] for i in (0, 13, 39)]
        assert together[[0, 13, 39]] == pytest.approx(alone, abs=0.02)

    def test_says_how_it_runs(self, reranker: RerankerClient) -> None:
        about = reranker.about()
        assert about["limit"] == 256
        assert about["format"] in ("float32", "bfloat16")
        assert about["difference"] >= 0

    def test_it_is_imported_and_loaded_once(self, made: Path, tmp_path: Path) -> None:
        catalog = Catalog(tmp_path / "none", tmp_path / "own")
        list(catalog.import_path(made / "cross", trial=trial))
        found = catalog.reranker()
        assert found == tmp_path / "own" / "cross"
        with closing(RerankerClient(found)) as reranker:
            assert reranker.score("What?", ["text"]).shape == (1,)

    def test_a_folder_that_does_not_load_leaves_nothing(self, made: Path, tmp_path: Path) -> None:
        # All that is described fits; the weights are of another model, which would be filled up with random ones.
        broken = tmp_path / "broken"
        shutil.copytree(made / "cross", broken)
        (broken / "model.safetensors").write_bytes(safetensors_bytes({"head.weight": (30522, 17)}))
        catalog = Catalog(tmp_path / "none", tmp_path / "own")
        with pytest.raises(NotAModel, match=r"broken.*lack"):
            list(catalog.import_path(broken, trial=trial))
        assert list((tmp_path / "own").iterdir()) == []

    def test_an_embedder_with_prompts(self, made: Path, tmp_path: Path) -> None:
        catalog = Catalog(tmp_path / "none", tmp_path / "own", embedder="other")
        list(catalog.import_path(made / "other", trial=trial))
        folder = catalog.embedder()
        texts = ["The rent is due.", "Blood pressure."]
        with closing(EmbedderClient(folder)) as client:
            passages, questions = client.embed(texts), client.embed(texts, urgent=True)
            plain = client.embed(["x"])
            assert plain.shape == (1, client.dimension) == (1, 24)
            assert client.limit == WordPieceTokenizer(folder).limit - 2  # "passage", ":"
            assert (passages * questions).sum(axis=1).max() < 0.9999
            before = client.fingerprint
        folder.joinpath("config_sentence_transformers.json").unlink()
        assert EmbedderClient(folder).fingerprint != before
        with closing(EmbedderClient(folder)) as bare:
            found = bare.embed([f"passage: {text}" for text in texts])
        assert (found * passages).sum(axis=1) == pytest.approx(1, abs=1e-3)

