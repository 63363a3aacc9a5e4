"""Pictures as files: their pages, how they are drawn, and what is hostile or broken among them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, TiffImagePlugin

from app.documents import image
from app.documents.image import CUT_SHORT, TOO_LARGE, ImageLoader, count, picture
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status
from tests.documents import pictures
from tests.documents.pictures import saved


def load(data: bytes, **changes: Any) -> Document:
    return ImageLoader().load(Source(data, ".png", **changes))


def test_each_page_of_a_tiff_is_a_page() -> None:
    data = saved(pictures.page(), "TIFF", save_all=True, append_images=[Image.new("RGB", (50, 50), "white")])
    found = load(data)
    assert [(page.number, page.status) for page in found.pages] == [(1, Status.PICTURE), (2, Status.EMPTY)]
    assert count(data) == 2
    assert (picture(data, 2, 0).width, picture(data, 2, 0).height) == (50, 50)


def test_a_small_copy_inside_a_tiff_is_no_page() -> None:
    small = TiffImagePlugin.ImageFileDirectory_v2()
    small[254] = 1
    copy: Any = pictures.page().resize((80, 60))
    copy.encoderinfo = {"tiffinfo": small}
    data = saved(pictures.page(), "TIFF", save_all=True, append_images=[copy])
    assert Image.open(io.BytesIO(data)).n_frames == 2
    assert count(data) == 1


def test_an_animation_is_one_page() -> None:
    data = saved(pictures.page(), "GIF", save_all=True, append_images=[pictures.page(["other"])])
    assert len(load(data).pages) == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_colour_becomes_the_same_page(mode: str) -> None:
    page = pictures.page()
    plain = page.convert("L")
    if mode == "I;16":
        changed = plain.convert("I").point(lambda shade: shade * 256).convert("I;16")
    elif mode in ("I", "F"):
        changed = plain.convert(mode)
    else:
        changed = page.convert(mode)
    data = saved(changed, "TIFF")
    drawn = picture(data, 1, 0)
    shown = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.rgb).convert("L")
    assert load(data).pages[0].status is Status.PICTURE
    assert shown.getpixel((5, 5)) > 230  # the paper
    assert min(shown.tobytes()) < 60  # and the ink
    assert 0.9 < sum(shown.tobytes()) / sum(plain.tobytes()) < 1.1


def test_what_is_transparent_is_paper() -> None:
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    assert load(saved(clear, "PNG")).pages[0].status is Status.EMPTY
    assert picture(saved(clear, "PNG"), 1, 0).rgb == b"\xff" * 60 * 60 * 3


def test_a_photograph_is_set_upright_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    data = saved(Image.new("RGB", (80, 40), "white"), "JPEG", exif=exif)
    assert (picture(data, 1, 0).width, picture(data, 1, 0).height) == (40, 80)


def test_it_is_drawn_as_wide_as_asked() -> None:
    drawn = picture(saved(pictures.page(), "PNG"), 1, 310)
    assert (drawn.width, drawn.height, len(drawn.rgb)) == (310, 225, 310 * 225 * 3)
    with pytest.raises(DamagedFile, match="no pages"):
        picture(saved(pictures.page(), "PNG"), 2, 310)


def test_ocr_gets_a_fine_scan_at_200_dots_an_inch() -> None:
    fine = saved(Image.new("L", (2480, 3508), 128), "TIFF", dpi=(300, 300))
    assert 1640 <= picture(fine, 1, 0).width <= 1660
    unknown = saved(Image.new("L", (4000, 3000), 128), "PNG")
    assert picture(unknown, 1, 0).width == 3000
    card = saved(Image.new("L", (600, 300), 128), "PNG", dpi=(600, 600))
    assert picture(card, 1, 0).width == 600


def test_a_picture_cut_short_is_read_as_far_as_it_goes() -> None:
    whole = saved(pictures.page(), "JPEG", quality=90)
    found = load(whole[: len(whole) // 2])
    assert (found.pages[0].status, found.pages[0].reason) == (Status.PICTURE, CUT_SHORT)
    assert picture(whole[: len(whole) // 2], 1, 0).width == 1240


def test_one_broken_page_of_a_tiff_leaves_the_others() -> None:
    data = saved(pictures.page(), "TIFF", compression="tiff_lzw", save_all=True, append_images=[pictures.page(["two"])])
    start = Image.open(io.BytesIO(data)).tag_v2[273][0]
    broken = data[:start] + b"\xff" * 2000 + data[start + 2000 :]
    first, second = load(broken).pages
    assert first.status in (Status.DAMAGED, Status.PICTURE)
    assert first.reason
    assert (second.status, second.number) == (Status.PICTURE, 2)


def test_a_deadline_leaves_pages_that_say_so() -> None:
    page = load(saved(pictures.page(), "PNG"), deadline=0.0).pages[0]
    assert (page.status, "took too long" in page.reason) == (Status.TIMED_OUT, True)


# Hostile ones.


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BOMB = png(60_000, 60_000, zlib.compress(bytes(1_000_000)))


def test_a_bomb_is_not_even_unpacked() -> None:
    assert (load(BOMB).pages[0].status, load(BOMB).pages[0].reason) == (Status.TOO_LARGE, TOO_LARGE)
    with pytest.raises(MemoryError):
        picture(BOMB, 1, 100)


def test_a_bomb_behind_a_harmless_first_page_is_not_unpacked_either() -> None:
    data = saved(pictures.page(["a"]), "TIFF", save_all=True, append_images=[Image.new("RGB", (50, 50), "white")])
    second = data.rindex(struct.pack("<HHII", 256, 4, 1, 50))
    huge = data[:second] + struct.pack("<HHII", 256, 4, 1, 4_000_000) + data[second + 12 :]
    assert [page.status for page in load(huge).pages] == [Status.PICTURE, Status.TOO_LARGE]


def test_a_tiff_whose_pages_run_in_a_circle_ends() -> None:
    data = bytearray(saved(pictures.page(["a"]), "TIFF"))
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    assert len(load(bytes(data)).pages) == 1


def test_what_is_no_picture_is_said_to_be_none() -> None:
    with pytest.raises(DamagedFile, match="not what its name says"):
        load(b"certainly not")
    with pytest.raises(DamagedFile, match="cut short"):
        load(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50)


def test_a_text_that_begins_like_a_bitmap_is_none() -> None:
    assert not ImageLoader().claims(b"BMW was the car that the tenant drove to the office.")
    assert ImageLoader().claims(saved(Image.new("RGB", (9, 9)), "BMP"))


def test_every_sample_is_claimed_by_its_first_bytes() -> None:
    for data in image._samples():
        assert ImageLoader().claims(data)
