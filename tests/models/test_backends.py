"""Which engine gets what, with engines that play a part: no model is loaded."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app import paths
from app.errors import EngineDied
from app.models.backends import MANY
from app.models.client import EmbedderClient
from tests.models.modelfiles import embedder_folder

SCRIPT = str(Path(__file__).with_name("scripted_engine.py"))
SECONDS = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the parts use signals of POSIX")


class Stage:
    """A model with an export, and the logs of what its two engines were asked."""

    def __init__(self, folder: Path, closing_later: ExitStack) -> None:
        self._closing = closing_later
        self._logs = {name: folder / f"{name}.log" for name in ("export", "torch")}
        self.folder = embedder_folder(folder / "embedder")
        (self.folder / "onnx").mkdir()
        (self.folder / "onnx" / "export.json").write_text("{}")
        self.forget()

    def client(self, export: str = "good", torch: str = "good") -> EmbedderClient:
        client = EmbedderClient(
            self.folder, quick=[sys.executable, SCRIPT, export, str(self._logs["export"])],
            command=[sys.executable, SCRIPT, torch, str(self._logs["torch"])], patience=SECONDS,
        )
        return self._closing.enter_context(closing(client))

    def asked(self, name: str) -> list[str]:
        """What an engine was asked: "embed 32 False"."""
        return [line.partition(" ")[2] for line in self._logs[name].read_text().splitlines()]

    def forget(self) -> None:
        for log in self._logs.values():
            log.write_text("")


@pytest.fixture
def stage(tmp_path: Path, empty_home: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path, stack)


def until(held: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not held():
        assert time.monotonic() < end
        time.sleep(0.02)


def add(client: EmbedderClient, count: int) -> None:
    for first in range(0, count, 128):
        texts = [str(i) for i in range(first, min(first + 128, count))]
        assert client.embed(texts)[:, 0].tolist() == [float(text) for text in texts]


def test_a_question_and_a_few_passages_need_no_torch(stage: Stage) -> None:
    client = stage.client()
    client.start()
    assert client.embed(["7"], urgent=True)[0, 0] == 7
    add(client, 40)
    assert stage.asked("export") == ["embed 1 True", "embed 32 False", "embed 8 False"]
    assert stage.asked("torch") == []
    assert client.about()["questions"] == client.about()["passages"] == "float32"
    assert not (paths.data_folder() / "embedding.json").exists()


def test_many_passages_go_on_while_torch_is_loaded_and_then_to_what_was_faster(stage: Stage) -> None:
    client = stage.client(export="slow")
    add(client, 32)
    client.embed([str(i) for i in range(MANY)])  # torch begins to load when these are known
    assert "reference 0 False" not in stage.asked("torch")
    until(lambda: add(client, 32) or "embed 32 False" in stage.asked("torch"))
    assert client.about()["passages"] == "torch float32"
    before = len(stage.asked("export"))
    add(client, 320)
    assert len(stage.asked("export")) == before
    assert client.embed(["9"], urgent=True)[0, 0] == 9  # as before, a question
    assert stage.asked("export")[before:] == ["embed 1 True"]


def test_what_was_measured_is_kept_for_the_next_time(stage: Stage) -> None:
    stage.client(export="slow").calibrate()
    (kept,) = json.loads((paths.data_folder() / "embedding.json").read_bytes()).values()
    assert kept["backend"] == "torch"
    assert kept["speeds"]["torch float32"] > kept["speeds"]["onnxruntime float32"]
    stage.forget()
    client = stage.client(export="slow")
    client.calibrate()
    add(client, 64)
    assert client.about()["passages"] == "torch float32"
    assert stage.asked("torch") == ["embed 32 False"] * 2
    assert stage.asked("export") == []


def test_a_few_passages_never_wait_for_torch_even_where_it_is_faster(stage: Stage) -> None:
    stage.client(export="slow").calibrate()
    stage.forget()
    add(stage.client(export="slow"), 64)
    assert stage.asked("torch") == []


def test_torch_goes_where_the_export_is_as_fast(stage: Stage) -> None:
    client = stage.client(torch="slow")
    client.calibrate()
    assert client.about()["passages"].startswith("onnxruntime")
    assert client._backends._torch.loaded() is None
    before = len(stage.asked("torch"))
    add(client, 2 * MANY)
    assert len(stage.asked("torch")) == before


def test_another_model_is_measured_anew(stage: Stage) -> None:
    stage.client(export="slow").calibrate()
    (stage.folder / "model.safetensors").write_bytes(b"other weights")
    stage.forget()
    stage.client(export="slow").calibrate()
    assert "reference 0 False" in stage.asked("torch")


def test_an_export_that_does_not_agree_gets_no_passages(stage: Stage) -> None:
    client = stage.client(export="differs", torch="slow")
    client.calibrate()
    assert client.about()["passages"] == "torch float32"
    assert min(client.about()["agreements"].values()) < 0.99


@pytest.mark.parametrize("part", ["cannot_load", "cannot_start"])
def test_an_export_that_cannot_be_used_means_torch(stage: Stage, part: str) -> None:
    client = stage.client(export=part)
    client.start()
    assert client.embed(["7"], urgent=True)[0, 0] == 7
    add(client, 40)
    assert stage.asked("torch") == ["embed 1 True", "embed 32 False", "embed 8 False"]
    assert client.about()["export"]
    client.calibrate()
    assert not (paths.data_folder() / "embedding.json").exists()


@pytest.mark.parametrize("part", ["cannot_load", "cannot_start"])
def test_a_computer_without_torch_embeds_with_the_export(stage: Stage, part: str) -> None:
    client = stage.client(torch=part)
    client.calibrate()
    add(client, 2 * MANY)
    assert client.about()["passages"].startswith("onnxruntime")
    assert not (paths.data_folder() / "embedding.json").exists()  # it may load the next time


def test_a_torch_that_dies_while_it_is_used_is_told_once(stage: Stage) -> None:
    client = stage.client(export="slow")
    client.calibrate()
    torch = client._backends._torch.loaded()
    assert torch
    torch.end("it was killed")
    until(lambda: torch.dead is not None)
    add(client, 64)  # by the export


def test_eight_bits_that_were_fast_and_are_damaged_now(stage: Stage) -> None:
    client = stage.client(export="slow_but_in_bytes", torch="slow")
    client.calibrate()
    assert client.about()["passages"] == "onnxruntime int8"
    add(client, 32)
    client = stage.client(export="no_bytes", torch="slow")
    add(client, 64)
    assert client.about()["passages"] == "onnxruntime float32"


def test_a_model_without_an_export_has_torch_alone(stage: Stage) -> None:
    (stage.folder / "onnx" / "export.json").unlink()
    client = stage.client()
    client.embed(["7"], urgent=True)
    add(client, 2 * MANY)
    client.calibrate()
    assert stage.asked("export") == []
    assert not (paths.data_folder() / "embedding.json").exists()


def test_closed_while_both_are_there(stage: Stage) -> None:
    client = stage.client(export="slow")
    client.calibrate()
    client.close()
    for urgent in (True, False):
        with pytest.raises(EngineDied, match="closed"):
            client.embed(["1"], urgent=urgent)
