"""The clients against an engine that plays a part: crashes, lies, hangs, order; no model is loaded."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest

from app.errors import EngineDied, ModelError, ModelTooLarge, NoModel, NotAModel, PromptTooLong
from app.models import hardware
from app.models.client import BATCH, EmbedderClient, GeneratorClient
from app.precedence import Precedence
from app.types import Prompt, Turn, Written
from tests.models.modelfiles import embedder_folder, gguf_file

PROMPT = Prompt((Turn("user", "What is the rent?"),))
SCRIPT = str(Path(__file__).with_name("scripted_engine.py"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the parts use signals of POSIX")


class Stage:
    """Starts clients whose engine plays a part and closes them at the end."""

    def __init__(self, folder: Path, closing_later: ExitStack) -> None:
        self._closing = closing_later
        self.log = folder / "log"
        self.log.touch()
        self.folder = embedder_folder(folder / "embedder")
        self.file = gguf_file(folder)

    def embedder(self, part: str, *, patience: float = 20, precedence: Precedence | None = None) -> EmbedderClient:
        command = [sys.executable, SCRIPT, part, str(self.log)]
        client = EmbedderClient(self.folder, command=command, patience=patience, precedence=precedence)
        return self._closing.enter_context(closing(client))

    def generator(self, part: str, *, patience: float = 20, precedence: Precedence | None = None) -> GeneratorClient:
        command = [sys.executable, SCRIPT, part, str(self.log)]
        client = GeneratorClient(self.file, command=command, patience=patience, precedence=precedence)
        return self._closing.enter_context(closing(client))

    def asked(self) -> list[str]:
        """What the engines were asked: "embed 32 False"."""
        return [line.partition(" ")[2] for line in self.log.read_text().splitlines()]

    def processes(self) -> set[str]:
        return {line.partition(" ")[0] for line in self.log.read_text().splitlines()}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path, stack)


@pytest.fixture(autouse=True)
def no_file_left_open() -> Iterator[None]:
    """Every pipe to an engine is closed again."""
    if not Path("/proc/self/fd").exists():
        yield
        return
    before = _pipes()
    yield
    until = time.monotonic() + 2
    while len(_pipes()) > len(before) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(_pipes()) <= len(before)


def _pipes() -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except FileNotFoundError:
            continue  # the listing's own
    return [name for name in found if name.startswith("pipe:")]


def numbers(count: int) -> list[str]:
    """Texts of many lengths whose vectors, as the part makes them, tell which text it was."""
    return [str(i) + " " * (i * 37 % 11) for i in range(count)]


def later(action: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=action)
    thread.start()
    return thread


class TestEmbedding:
    def test_order_is_kept_over_batches(self, stage: Stage) -> None:
        vectors = stage.embedder("good").embed(numbers(101))
        assert vectors[:, 0].tolist() == list(range(101))
        assert stage.asked() == ["embed 32 False"] * 3 + ["embed 5 False"]

    def test_the_longest_texts_go_together(self, stage: Stage) -> None:
        texts = ["1" if i % 2 else "2" + " " * 500 for i in range(64)]
        stage.embedder("good").embed(texts)
        # 32 long and 32 short ones alternate in the input; sorted they fill one batch each.
        assert stage.asked() == ["embed 32 False", "embed 32 False"]

    def test_urgent_goes_before_waiting_passages(self, stage: Stage) -> None:
        client = stage.embedder("slow")
        client.embed(["1"])
        passages = later(lambda: client.embed(numbers(20 * BATCH)))
        time.sleep(0.3)
        before = len(stage.asked())
        client.embed(["5"], urgent=True)
        passages.join()
        assert stage.asked().index("embed 1 True") <= before + 2  # of 21; one may have begun meanwhile

    def test_passages_wait_while_something_is_written(self, stage: Stage) -> None:
        precedence = Precedence()
        client = stage.embedder("good", precedence=precedence)
        client.embed(["1"])
        done = threading.Event()

        def work() -> None:
            client.embed(numbers(3 * BATCH))
            done.set()

        with precedence.answering():
            passages = later(work)
            assert not done.wait(0.4)
            assert client.embed(["3"], urgent=True)[0, 0] == 3  # a question does not wait
        assert done.wait(10)
        passages.join()

    def test_closing_frees_passages_that_wait(self, stage: Stage) -> None:
        precedence = Precedence()
        client = stage.embedder("good", precedence=precedence)
        client.embed(["1"])
        told: list[ModelError] = []

        def work() -> None:
            try:
                client.embed(numbers(BATCH))
            except ModelError as error:
                told.append(error)

        with precedence.answering():
            passages = later(work)
            time.sleep(0.1)
            client.close()
            passages.join(2)
            assert not passages.is_alive()
        assert [type(error) for error in told] == [EngineDied]

    def test_many_threads(self, stage: Stage) -> None:
        client = stage.embedder("good")
        results: dict[int, np.ndarray] = {}

        def work(which: int) -> None:
            results[which] = client.embed([str(which * 1000 + i) for i in range(70)], urgent=which % 2 == 0)

        threads = [later(lambda which=which: work(which)) for which in range(6)]  # type: ignore[misc]
        for thread in threads:
            thread.join()
        assert {which: found[:, 0].tolist() for which, found in results.items()} == {
            which: [which * 1000 + i for i in range(70)] for which in range(6)
        }
        assert len(stage.processes()) == 1

    def test_start_does_not_wait(self, stage: Stage) -> None:
        client = stage.embedder("hang", patience=1e9)
        client.start()  # would wait for ever

    def test_no_folder(self, tmp_path: Path) -> None:
        with closing(EmbedderClient(tmp_path / "none")) as client:
            client.start()
            with pytest.raises(NoModel):
                client.embed(["1"])

    def test_fingerprint_follows_the_weights(self, stage: Stage) -> None:
        before = EmbedderClient(stage.folder).fingerprint
        assert EmbedderClient(stage.folder).fingerprint == before
        (stage.folder / "model.safetensors").write_bytes(b"other")
        assert EmbedderClient(stage.folder).fingerprint != before


FAULTS = {
    "crash": "SIGSEGV",
    "leave": "error 3",
    "killed": "memory",
    "garbage": "not an answer",
    "huge": "not an answer",
    "cut": "ended by itself",
    "unasked": "nobody asked",
    "nameless": "not an answer",
    "strange_error": "makes no sense",
    "strange_fields": "makes no sense",
    "wrong_shape": "wrong shape",
    "not_numbers": "not numbers",
}


class TestFaults:
    @pytest.mark.parametrize(("part", "reason"), FAULTS.items())
    def test_says_why_and_starts_afresh(self, stage: Stage, part: str, reason: str) -> None:
        client = stage.embedder(f"once_{part}")
        with pytest.raises(EngineDied, match=reason):
            client.embed(numbers(100))
        assert client.embed(numbers(3))[:, 0].tolist() == [0, 1, 2]
        assert len(stage.processes()) == 2

    def test_a_hanging_engine_is_ended(self, stage: Stage) -> None:
        client = stage.embedder("once_hang", patience=1)
        with pytest.raises(EngineDied, match="said nothing for 1 seconds"):
            client.embed(["1"])
        assert client.embed(["2"])[0, 0] == 2

    def test_a_model_that_cannot_be_loaded(self, stage: Stage) -> None:
        client = stage.generator("cannot_load")
        for _ in range(2):
            with pytest.raises(NotAModel, match="poem"):
                client.count(PROMPT)

    def test_a_seal_that_does_not_close(self, stage: Stage) -> None:
        with pytest.raises(EngineDied, match="network"):
            stage.embedder("cannot_start").embed(["1"])

    def test_a_program_that_is_not_there(self, stage: Stage) -> None:
        client = EmbedderClient(stage.folder, command=["/nonexistent/program"])
        client.start()
        with pytest.raises(EngineDied, match="could not be started"):
            client.embed(["1"])

    def test_killed_between_requests(self, stage: Stage) -> None:
        client = stage.embedder("good")
        client.embed(["1"])
        (number,) = stage.processes()
        os.kill(int(number), signal.SIGKILL)
        answers = []
        for _ in range(3):  # the first may still meet the dying one
            try:
                answers.append(client.embed(["4"])[0, 0])
            except EngineDied:
                time.sleep(0.1)
        assert answers[-1] == 4

    def test_everyone_who_waits_is_told(self, stage: Stage) -> None:
        client = stage.embedder("hang")
        told: list[ModelError] = []

        def work() -> None:
            try:
                client.embed(["1"])
            except ModelError as error:
                told.append(error)

        threads = [later(work) for _ in range(4)]
        while len(stage.asked()) < 1:
            time.sleep(0.01)
        client.close()
        for thread in threads:
            thread.join()
        assert [type(error) for error in told] == [EngineDied] * 4
        with pytest.raises(EngineDied, match="closed"):
            client.embed(["1"])

    def test_close_ends_a_stopped_process(self, stage: Stage) -> None:
        client = stage.embedder("good")
        client.embed(["1"])
        (number,) = stage.processes()
        os.kill(int(number), signal.SIGSTOP)
        client.close()
        assert not Path(f"/proc/{number}").exists()


class TestWriting:
    def test_text_and_end(self, stage: Stage) -> None:
        writing = stage.generator("good").generate(PROMPT)
        assert [next(writing) for _ in range(3)] == ["The ", "rent ", "is 2,450."]
        with pytest.raises(StopIteration) as end:
            next(writing)
        assert end.value.value == Written("end", 7, 0, 3, 0.1, 0.2)

    def test_closing_stops_the_engine_and_keeps_it(self, stage: Stage) -> None:
        client = stage.generator("babble")
        for _ in range(3):
            with closing(client.generate(PROMPT)) as writing:
                assert next(writing) == "on and "
        assert len(stage.processes()) == 1

    def test_an_engine_that_hears_no_stop_is_ended(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.models.process.STOP_SECONDS", 0.5)
        client = stage.generator("once_deaf")
        with closing(client.generate(PROMPT)) as writing:
            next(writing)
        assert "".join(client.generate(PROMPT)) == "The rent is 2,450."

    def test_death_in_the_middle(self, stage: Stage) -> None:
        client = stage.generator("once_halfway")
        writing = client.generate(PROMPT)
        assert next(writing) == "The "
        with pytest.raises(EngineDied):
            next(writing)
        assert "".join(client.generate(PROMPT)) == "The rent is 2,450."

    def test_a_reported_error_keeps_the_engine(self, stage: Stage) -> None:
        client = stage.generator("once_refuse")
        with pytest.raises(PromptTooLong, match="5000"):
            list(client.generate(PROMPT))
        with pytest.raises(PromptTooLong):
            client.count(PROMPT)
        assert len(stage.processes()) == 1

    def test_precedence_is_held_while_writing_only(self, stage: Stage) -> None:
        precedence = Precedence()
        client = stage.generator("babble", precedence=precedence)
        embedder = stage.embedder("good", precedence=precedence)
        embedder.embed(["1"])
        writing = client.generate(PROMPT)
        next(writing)
        done = threading.Event()
        passages = later(lambda: (embedder.embed(["1"]), done.set()))
        assert not done.wait(0.3)
        writing.close()
        assert done.wait(10)
        passages.join()

    def test_precedence_is_let_go_when_the_engine_dies(self, stage: Stage) -> None:
        precedence = Precedence()
        with pytest.raises(EngineDied):
            list(stage.generator("crash", precedence=precedence).generate(PROMPT))
        assert stage.embedder("good", precedence=precedence).embed(["8"])[0, 0] == 8

    def test_context_is_known_without_the_engine(self, stage: Stage) -> None:
        assert stage.generator("good").context == 2048
        assert stage.asked() == []

    def test_a_model_too_large_for_memory(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hardware, "free_memory", lambda: 1000)
        client = stage.generator("good")
        client.start()
        with pytest.raises(ModelTooLarge, match=r"1\.0 kB are free"):
            client.count(PROMPT)


def test_the_environment_holds_nothing_of_the_user(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_NAME", "Miller")
    monkeypatch.setenv("HOME", "/home/miller")
    monkeypatch.setenv("PATH", "/home/miller/bin:" + os.environ["PATH"])
    client = stage.embedder("good")
    client.embed(["1"])
    (number,) = stage.processes()
    if not Path(f"/proc/{number}/environ").exists():
        pytest.skip("only Linux shows a process's environment")
    environment = Path(f"/proc/{number}/environ").read_bytes().decode()
    assert "iller" not in environment
    assert "GOMP_SPINCOUNT=1000" in environment
    assert "HF_HUB_OFFLINE=1" in environment
