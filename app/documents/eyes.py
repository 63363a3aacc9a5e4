"""Finds and reads the lines of text on a picture, whichever way up it is, by rapidocr's models; knows no process.

rapidocr's own steps are used with sessions made here, of the models in its package. So what it would fetch models
with is never reached; it is not even loaded.
"""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[Any]  # bytes, height x width x 3
Corners = npt.NDArray[np.float32]  # of a line, 4 x 2: top left, top right, bottom right, bottom left as it is read

_DETECTOR = "PP-OCRv6_det_small.onnx"
_TURNED = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_DETECTED_AT = 1280  # pixels of the longer side; small print at 200 dpi gives the same lines as at 2,400
_HEIGHT = 48  # pixels of a line that the recogniser wants
_WIDEST = 3200  # pixels of one for the recogniser; a line of a hundred characters has 2,000
_TALL = 1.5  # times as high as wide: perhaps written upwards or downwards
_ONE_LETTER = 3.0  # times as high as wide: no single upright letter is
_ASKED = 8  # lines that are asked which way up a page is
_SURE = 0.9
_INK = 60  # levels of grey from the paper
_LEAST_INK = 0.0002  # of a page's pixels; with less of it the page is as good as blank


@dataclass(frozen=True, slots=True)
class Found:
    """A line of text: where it stands on the picture as given, and on the picture set upright."""

    text: str
    score: float  # 0 to 1, of its letters' mean
    shown: Corners
    upright: Corners


def is_blank(pixels: Pixels) -> bool:
    """Whether there is next to nothing on a page but paper."""
    grey = pixels[:, :, 1]
    paper = int(np.median(grey[::4, ::4]))
    ink = np.abs(grey.astype(np.int16) - paper) > _INK
    return float(ink.mean()) < _LEAST_INK


class Eyes:
    """The models, loaded; `threads` are those of one reading."""

    def __init__(self, threads: int) -> None:
        import cv2

        _without_network()
        from rapidocr.ch_ppocr_det.utils import DBPostProcess
        from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode

        cv2.setNumThreads(1)  # it would start its own where none can be started any more
        self._detector = _session(_DETECTOR, threads)
        self._turned = _session(_TURNED, 1)
        self._recogniser = _session(_RECOGNISER, threads)
        self._boxes = DBPostProcess(0.3, 0.5, 3000, 1.6, "fast", True)  # noqa: FBT003 (use_dilation)
        letters = self._recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._decode = CTCLabelDecode(character=letters)

    def lines(self, pixels: Pixels) -> list[Found]:
        """Return the lines of text on a picture, in no order."""
        shown = self._detected(pixels)
        if not shown:
            return []
        turns = self._turns(pixels, shown)
        upright = np.ascontiguousarray(np.rot90(pixels, turns))
        corners = [_turned(box, pixels.shape, turns) for box in shown]
        found = [Found(*self._read(upright, box), before, box) for before, box in zip(shown, corners, strict=True)]
        return _levelled(found)

    def _detected(self, pixels: Pixels) -> list[Corners]:
        import cv2

        high, wide = pixels.shape[:2]
        scale = _DETECTED_AT / max(high, wide)
        # Small pictures are enlarged, as the smallest letters are lost otherwise; the model wants multiples of 32.
        scale = min(scale, 2.0)
        size = (max(round(wide * scale / 32), 1) * 32, max(round(high * scale / 32), 1) * 32)
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        heat = self._detector.run(None, {"x": _normal(small)[None]})[0]
        boxes, _ = self._boxes(heat, (high, wide))
        return [np.asarray(box, np.float32) for box in boxes]

    def _turns(self, pixels: Pixels, boxes: list[Corners]) -> int:
        """Return how often the picture is to be turned left by 90 degrees to stand upright."""
        upwards = sum(_length(box) for box in boxes if _is_tall(box))
        quarter = upwards > sum(_length(box) for box in boxes) / 2
        longest = sorted((box for box in boxes if _is_tall(box) == quarter), key=_length, reverse=True)[:_ASKED]
        pieces = [_beginning(np.rot90(piece) if quarter else piece) for piece in (_cut(pixels, box) for box in longest)]
        turns = 1 if quarter else 0
        return turns + 2 if self._upside_down(pieces) else turns

    def _upside_down(self, pieces: list[Pixels]) -> bool:
        import cv2

        batch = np.zeros((len(pieces), 3, _HEIGHT, 4 * _HEIGHT), np.float32)
        for place, piece in enumerate(pieces):
            wide = min(max(round(piece.shape[1] * _HEIGHT / piece.shape[0]), 1), 4 * _HEIGHT)
            batch[place, :, :, :wide] = _normal(cv2.resize(piece, (wide, _HEIGHT)))
        turned = float(self._turned.run(None, {"x": batch})[0][:, 1].mean())
        if turned < 1 - _SURE:
            return False
        # The classifier is quick and no expert; what can be read tells for sure.
        both = [(self._recognised(piece)[1], self._recognised(np.rot90(piece, 2))[1]) for piece in pieces]
        return sum(other for _, other in both) > sum(one for one, _ in both)

    def _read(self, pixels: Pixels, box: Corners) -> tuple[str, float]:
        piece = _cut(pixels, box)
        if not _is_tall(box):
            return self._recognised(piece)
        ways = [np.rot90(piece, 1), np.rot90(piece, 3)]
        if piece.shape[0] < _ONE_LETTER * piece.shape[1]:
            ways.append(piece)
        return max((self._recognised(way) for way in ways), key=lambda read: read[1])

    def _recognised(self, piece: Pixels) -> tuple[str, float]:
        import cv2

        wide = min(max(round(piece.shape[1] * _HEIGHT / piece.shape[0]), _HEIGHT // 2), _WIDEST)
        line = _normal(cv2.resize(piece, (wide, _HEIGHT)))
        odds = self._recogniser.run(None, {"x": line[None]})[0]
        best = odds.argmax(axis=2)
        text, score = self._decode.decode(best, odds.max(axis=2), remove_duplicate=True)[0][0]
        return str(text), float(score)


def _without_network() -> None:
    """Put an empty module in place of the one that rapidocr would fetch models with; it is imported, never used."""
    nothing = types.ModuleType("requests")
    nothing.Response = object  # type: ignore[attr-defined]
    sys.modules.setdefault("requests", nothing)


def _session(model: str, threads: int) -> Any:
    import onnxruntime
    import rapidocr

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # it would keep what the widest line took
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work on this computer, too
    path = Path(rapidocr.__file__).with_name("models") / model
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _normal(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Return 3 x height x width numbers from -1 to 1."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) * np.float32(2 / 255) - np.float32(1)


def _cut(pixels: Pixels, box: Corners) -> Pixels:
    """Return the picture of a line, level, whatever its slope on the page."""
    import cv2

    wide, high = max(_width(box), 1.0), max(_height(box), 1.0)
    level = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    size = (round(wide), round(high))
    how = cv2.getPerspectiveTransform(box, level)
    return cv2.warpPerspective(pixels, how, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _beginning(piece: Pixels) -> Pixels:
    """Return as much of a line as tells which way up it is."""
    return np.ascontiguousarray(piece[:, : 8 * piece.shape[0]])


def _turned(box: Corners, shape: tuple[int, ...], turns: int) -> Corners:
    """Return where a box stands when a picture of a shape was turned left; its corners in the order of reading."""
    high, wide = shape[:2]
    for _ in range(turns % 4):
        box = np.stack([box[:, 1], wide - box[:, 0]], axis=1)
        high, wide = wide, high
    # The first corner in the order of reading is now another one.
    return np.roll(box, -(turns % 4), axis=0).astype(np.float32)


def _levelled(found: list[Found]) -> list[Found]:
    """Turn the upright corners by the slope that the lines have, so that a skewed page is set straight."""
    long = [(_length(line.upright), line.upright[1] - line.upright[0]) for line in found
            if _width(line.upright) > 5 * _height(line.upright)]  # fmt: skip
    if not long:
        return found
    slopes = np.array([np.arctan2(across[1], across[0]) for _, across in long])
    slope = float(slopes[np.argsort(slopes)[len(slopes) // 2]])
    cosine, sine = np.cos(-slope), np.sin(-slope)
    level = np.array([[cosine, sine], [-sine, cosine]], np.float32)
    return [Found(line.text, line.score, line.shown, line.upright @ level) for line in found]


def _width(box: Corners) -> float:
    return float(max(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[2] - box[3])))


def _height(box: Corners) -> float:
    return float(max(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[2] - box[1])))


def _length(box: Corners) -> float:
    return max(_width(box), _height(box))


def _is_tall(box: Corners) -> bool:
    return _height(box) >= _TALL * _width(box)
