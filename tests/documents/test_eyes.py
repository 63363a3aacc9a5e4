"""The models' way into the program: nothing to fetch anything with, and boxes that turn with the page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.documents import eyes
from app.documents.eyes import Found

ROOT = Path(__file__).resolve().parent.parent.parent


def test_what_could_fetch_models_is_not_loaded_and_no_file_is_written(empty_home: Path) -> None:
    code = (
        "import sys\nfrom app.documents import ocr\nfrom app.documents.eyes import Eyes\nocr.warm_up(Eyes(1))\n"
        "real = [name for name in ('requests', 'urllib3', 'torch', 'chromadb', 'openvino') "
        "if getattr(sys.modules.get(name), '__file__', None)]\nprint(real)"
    )
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
    assert [path for path in empty_home.rglob("*") if path.is_file()] == []


def test_every_thread_is_there_before_the_first_picture() -> None:
    code = (
        "import os\nfrom app.documents import ocr\nfrom app.documents.eyes import Eyes\nimport numpy as np\n"
        "eyes = Eyes(2)\nocr.warm_up(eyes)\ncount = lambda: len(os.listdir('/proc/self/task'))\nbefore = count()\n"
        "page = np.full((900, 1200, 3), 255, np.uint8)\n"
        "page[100:140, 100:700] = np.random.default_rng(1).integers(0, 255, (40, 600, 3))\n"
        "ocr.read(eyes, page)\nprint(before, count())"
    )
    if sys.platform != "linux":
        pytest.skip("counts threads as Linux tells them")
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    before, after = done.stdout.split()
    assert before == after, done.stderr


@pytest.mark.parametrize("turns", range(4))
def test_a_box_turns_as_the_picture_does(turns: int) -> None:
    picture = np.zeros((60, 100, 3), np.uint8)
    picture[20:30, 40:80] = 255
    box = np.array([[40, 20], [80, 20], [80, 30], [40, 30]], np.float32)
    turned = eyes._turned(box, picture.shape, turns)
    left, top = turned.min(axis=0).astype(int)
    right, bottom = turned.max(axis=0).astype(int)
    shown = np.rot90(picture, turns)[:, :, 0]
    assert shown[top:bottom, left:right].all()
    assert shown.sum() == shown[top:bottom, left:right].sum()
    # The first corner is the top left one again.
    assert tuple(turned[0]) == (left, top)
    assert tuple(turned[2]) == (right, bottom)


def test_a_skewed_page_is_set_level() -> None:
    def line(top: float) -> Found:
        slope = np.array([[np.cos(0.05), np.sin(0.05)], [-np.sin(0.05), np.cos(0.05)]])
        box = np.array([[0, top], [500, top], [500, top + 20], [0, top + 20]]) @ slope
        return Found("words", 1.0, box.astype(np.float32), box.astype(np.float32))

    for found in eyes._levelled([line(100), line(200), line(300)]):
        assert found.upright[0][1] == pytest.approx(found.upright[1][1], abs=0.01)
        assert found.shown[0][1] < found.shown[1][1] - 20


@pytest.mark.parametrize(("ink", "blank"), [(0, True), (40, True), (4000, False)])
def test_a_page_with_a_few_specks_is_blank(ink: int, blank: bool) -> None:
    page = np.full((1000, 1000, 3), 240, np.uint8)
    page[:ink // 40, :40] = 0
    assert eyes.is_blank(page) is blank
