"""Photographs and scans → Document: every page is a picture, to be read by OCR; and drawing them.

Pillow decodes, and pi-heif what comes from telephones. Knows nothing of OCR.
"""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.documents.source import Source, Why, damaged
from app.types import Document, Page, PagePicture, Status

PICTURE = "This page is a picture; its text was not read."
CUT_SHORT = "This picture is cut short; only a part of it could be read."
DAMAGED = "This picture is damaged and could not be read."
TOO_LARGE = "This picture is too large to be read."
LATE = "This picture was not read, because the file took too long."
MAX_WIDTH = 4096  # pixels
MAX_HEIGHT = 8192
_PIXELS = 100_000_000  # of one page; as red, green and blue they must fit into a reader's memory with room to work
_PAGES = 5000  # of one file
_LONGEST = 3000  # pixels that OCR gets of a picture that does not say its resolution
_DPI = 200  # that OCR gets of one that does
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "GIF", "WEBP", "HEIF")
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_HEADERS_OF_BITMAPS = {12, 40, 52, 56, 64, 108, 124}
_REDUCED, _MASK = 1, 4  # of TIFF's tag 254: a small copy of another page, and what is no page at all
_KIND_OF_PAGE = 254


class ImageLoader:
    """Finds the pages of a picture file; their text is for OCR."""

    kind = "image"
    suffixes = frozenset({
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".webp", ".heic", ".heif",
    })  # fmt: skip
    paged = True

    def samples(self) -> list[bytes]:
        return _samples()

    def claims(self, data: bytes) -> bool:
        start = data[:32]
        if start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF87a", b"GIF89a")):
            return True
        if start[4:8] == b"ftyp":
            return start[8:12] in _BRANDS
        if start.startswith(b"BM") and len(start) >= 18:
            return int(struct.unpack_from("<I", start, 14)[0]) in _HEADERS_OF_BITMAPS
        return start.startswith(b"RIFF") and start[8:12] == b"WEBP"

    def load(self, source: Source) -> Document:
        with opened(source.data) as image:
            return Document(self.kind, "", tuple(_page(image, index, number, source)
                                                 for number, index in enumerate(_indexes(image), 1)))  # fmt: skip


def count(data: bytes) -> int:
    """Return how many pages a picture file has."""
    with opened(data) as image:
        return len(_indexes(image))


def picture(data: bytes, number: int, width: int) -> PagePicture:
    """Draw the 1-based page `number`, `width` pixels wide, or as large as OCR wants it where that is 0.

    Raises DamagedFile, or MemoryError where it is a bomb.
    """
    with opened(data) as image:
        indexes = _indexes(image)
        if not 1 <= number <= len(indexes):
            raise damaged(Why.NO_PAGES)
        try:
            drawn, _ = _drawn(image, indexes[number - 1])
        except _broken() as error:
            raise damaged(Why.CUT_SHORT) from error
        across, down = drawn.size
        scale = min((width or across * _scale_for_ocr(image, drawn)) / across, MAX_WIDTH / across, MAX_HEIGHT / down)
        size = (max(round(across * scale), 1), max(round(down * scale), 1))
        if size != drawn.size:
            # Four times as large is what a clear picture needs; a box then averages what is left.
            drawn = drawn.resize(size, _resampling(enlarge=scale > 1), reducing_gap=2.0)
        return PagePicture(*size, drawn.tobytes(), ())


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a picture file without decoding it; raises DamagedFile."""
    image_module = _pillow()
    try:
        with image_module.open(io.BytesIO(data), formats=_FORMATS) as image:
            yield image
    except image_module.UnidentifiedImageError as error:
        raise damaged(Why.CUT_SHORT if ImageLoader().claims(data) else Why.NOT_OF_ITS_KIND) from error


def _page(image: Any, index: int, number: int, source: Source) -> Page:
    if source.late:
        return Page(number, "", Status.TIMED_OUT, LATE)
    try:
        drawn, whole = _drawn(image, index)
    except MemoryError:
        return Page(number, "", Status.TOO_LARGE, TOO_LARGE)
    except _broken():
        return Page(number, "", Status.DAMAGED, DAMAGED)
    extrema = drawn.getextrema()
    if all(low == high for low, high in extrema):
        return Page(number, "", Status.EMPTY) if whole else Page(number, "", Status.DAMAGED, DAMAGED)
    return Page(number, "", Status.PICTURE, PICTURE if whole else CUT_SHORT)


def _indexes(image: Any) -> list[int]:
    """Return which of the frames of a file are pages: those of a TIFF, and the first of an animation or album."""
    if image.format != "TIFF":
        return [0]
    found = []
    try:
        for index in range(min(image.n_frames, _PAGES)):
            image.seek(index)
            kind = image.tag_v2.get(_KIND_OF_PAGE, 0)
            if not (isinstance(kind, int) and kind & (_REDUCED | _MASK)):
                found.append(index)
    except _broken():  # the chain of pages breaks off
        pass
    return found or [0]


def _drawn(image: Any, index: int) -> tuple[Any, bool]:
    """Decode a frame, upright and on white paper, in RGB; with whether it is all there. MemoryError for a bomb."""
    from PIL import ImageFile, ImageOps

    whole = True
    image.seek(index)
    _check_size(image)
    try:
        image.load()
    except (OSError, SyntaxError):
        whole = False
        image.seek(index)
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    return _on_paper(ImageOps.exif_transpose(image)), whole


def _on_paper(image: Any) -> Any:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = _pillow().new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        return paper.convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":  # more than 8 bits; converting them would cut them off
        low, high = image.getextrema()
        scale = 255 / (high - low) if high > low else 0
        return image.convert("F").point(lambda value: value * scale - low * scale).convert("L").convert("RGB")
    return image.convert("RGB")


def _scale_for_ocr(image: Any, drawn: Any) -> float:
    """How much larger or smaller OCR wants a picture."""
    told = image.info.get("dpi")
    try:
        dpi = float(told[0]) if told else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    longest = max(drawn.size)
    if dpi > _DPI and longest / dpi * _DPI >= 1000:  # small pictures that claim a high resolution stay as they are
        return float(_DPI / dpi)
    return min(float(_LONGEST / longest), 1.0)


def _check_size(image: Any) -> None:
    across, down = image.size
    if across * down > _PIXELS:
        raise MemoryError


def _broken() -> tuple[type[Exception], ...]:
    # What Pillow raises for files that break off or lie about themselves; it has no error of its own.
    return (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, EOFError, struct.error,
            ZeroDivisionError, AttributeError, RuntimeError)  # fmt: skip


def _resampling(*, enlarge: bool) -> Any:
    from PIL import Image

    return Image.Resampling.BICUBIC if enlarge else Image.Resampling.BOX


def _pillow() -> Any:
    """Return Pillow's Image module, with the formats that are read and none of the others."""
    import pi_heif
    from PIL import (  # noqa: F401 (they register themselves)
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    if "HEIF" not in Image.OPEN:
        pi_heif.register_heif_opener()
        # A reader can start no threads, and a second picture inside is no page.
        pi_heif.options.DECODE_THREADS = 1
        pi_heif.options.THUMBNAILS = False
    Image.MAX_IMAGE_PIXELS = None  # _check_size looks before anything is decoded
    return Image


def _samples() -> list[bytes]:
    """Return a small picture of each format; a decoder that was never used would be loaded in the cage."""
    from PIL import Image

    page = Image.new("RGB", (64, 64), "white")
    page.paste((0, 0, 0), (10, 10, 50, 20))
    ways: list[tuple[str, str, dict[str, Any]]] = [
        ("RGBA", "PNG", {}), ("I;16", "PNG", {}), ("RGB", "JPEG", {}), ("CMYK", "JPEG", {"progressive": True}),
        ("1", "TIFF", {"compression": "group4"}), ("RGB", "TIFF", {"compression": "jpeg"}),
        ("L", "TIFF", {"compression": "tiff_lzw"}), ("RGB", "TIFF", {}), ("P", "GIF", {}), ("RGB", "BMP", {}),
        ("RGB", "WEBP", {}),
    ]  # fmt: skip
    found = []
    for mode, name, how in ways:
        file = io.BytesIO()
        (page.convert("I").convert(mode) if mode == "I;16" else page.convert(mode)).save(file, name, **how)
        found.append(file.getvalue())
    return [*found, base64.b85decode(_HEIC)]


# The same picture as telephones write it, which nothing here can.
_HEIC = (
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<00042ZDn*}000000000XXk=`10000000000aA{+700000000000000000000B57=I"
    "V*mgE07O6l0RRC200001dH?|c00000001}u001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn01j|zbZr0t000010002i"
    "X>f9I0002DX>en20001ZXm(>m0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDD?$MQ"
    "18@KU0|1Z!00RI30{|YNAb|yz>PacCZUPz%2mk;B0LTCU0{{p>VgLaE2SfqEa<C#m0000JV{dG7ZewhC0096E00w{n000zeb8uw<"
    "00000002M$002M$000nhX?SS>000032nYxO000+haBX1#00000000310R({p0|Wp706=YIVRQfh05m88uNi>*0AJpQQaZLnW1eZc"
    "?6BCYAth77Bjdh}|Kda~H;a0G!F?%+%K`unf;&JQ+u#"
)
