"""How often texts in unknown encodings are decoded to the same characters, by encoding and by length.

    python benchmarks/encodings.py [--each 5] [--seed 1]

The texts are messages in 35 languages from the translations that Qt brings along, put into the encodings that each
language was written in: one message, eight, and sixty of them. Beside it what charset-normalizer makes of the same
bytes. Prints figures and asserts nothing.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import struct
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.documents.text import decoded  # noqa: E402
from app.errors import FileError  # noqa: E402

WEST = "cp1252 iso8859-1 iso8859-15 mac_roman cp850".split()
CENTRE = "cp1250 iso8859-2 cp852".split()
ENCODINGS: dict[str, list[str]] = {
    **dict.fromkeys("de fr es it nl da sv pt_BR nn fi ca gl gd".split(), WEST),
    **dict.fromkeys("pl cs hu sk sl hr".split(), CENTRE),
    "ru": "cp1251 koi8-r iso8859-5 cp866 mac_cyrillic".split(), "bg": "cp1251 iso8859-5 cp866 mac_cyrillic".split(),
    "uk": "cp1251 koi8-u iso8859-5".split(), "tr": "cp1254 iso8859-9".split(), "ar": "cp1256 iso8859-6".split(),
    "fa": ["cp1256"], "he": "cp1255 iso8859-8".split(), "lv": "cp1257 iso8859-13".split(),
    "ja": "cp932 euc_jp iso2022_jp".split(), "ko": "cp949 johab iso2022_kr".split(), "zh_CN": "gbk gb18030 hz".split(),
    "zh_TW": ["big5"],
}  # fmt: skip
WIDE = "utf-16-le utf-16-be utf-32-le utf-32-be".split()  # without a mark
SIZES = (1, 8, 60)
NAMES = re.compile(r"(?:assistant|designer|linguist|qtbase|qt_help|qtdeclarative|qtmultimedia)_(\w+)\.qm")


def messages() -> dict[str, list[str]]:
    """The messages of Qt's translations by language."""
    import PySide6

    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((Path(PySide6.__file__).parent / "Qt" / "translations").glob("*.qm")):
        name = NAMES.fullmatch(file.name)
        for text in translations(file.read_bytes()) if name else ():
            plain = re.sub(r"%L?\d|%\w|&", "", html.unescape(re.sub(r"<[^>]+>", " ", text)))
            if len(plain) > 25:
                found[name[1]].append(" ".join(plain.split()))
    return found


def translations(data: bytes) -> Iterator[str]:
    """The texts in one compiled file: sections of tagged values."""
    at = 16
    while at + 5 <= len(data):
        kind, size = struct.unpack_from(">BI", data, at)
        body = data[at + 5 : at + 5 + size] if kind == 0x69 else b""
        at += 5 + size
        inner = 0
        while inner < len(body):
            tag = body[inner]
            inner += 1
            if tag == 1:
                continue
            if tag == 5 or inner + 4 > len(body):
                inner += 4
                continue
            length = struct.unpack_from(">I", body, inner)[0]
            inner += 4
            if length == 0xFFFFFFFF:
                continue
            if tag == 3:
                yield body[inner : inner + length].decode("utf-16-be")
            inner += length


def samples(each: int, seed: int) -> Iterator[tuple[str, int, str, bytes]]:
    """Yield (encoding, messages, text, bytes); what has no character beyond ASCII proves nothing and is left out."""
    chance = random.Random(seed)
    for language, texts in messages().items():
        for encoding in ENCODINGS.get(language, []) + WIDE:
            for size in SIZES:
                for _ in range(each):
                    data = "\n".join(chance.choice(texts) for _ in range(size)).encode(encoding, "ignore")
                    text = data.decode(encoding)
                    if not text.isascii() or encoding in WIDE:
                        yield encoding, size, text, data


def normalizer(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best) if best is not None else ""


def ours(data: bytes) -> str:
    try:
        return decoded(data)
    except FileError as error:
        return str(error)


def measure(decode: Callable[[bytes], str], options: argparse.Namespace) -> dict[tuple[str, int], list[bool]]:
    found: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for encoding, size, text, data in samples(options.each, options.seed):
        found[encoding, size].append(decode(data) == text)
    return found


def share(found: dict[tuple[str, int], list[bool]], encodings: set[str], size: int) -> str:
    wanted = [each for (encoding, count), each in found.items() if encoding in encodings and count == size]
    right = [one for each in wanted for one in each]
    return f"{sum(right) / len(right):7.1%}" if right else "      -"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=5, help="texts of each language, encoding and length")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = []
    for name, decode in (("Carrel", ours), ("charset-normalizer", normalizer)):
        began = time.perf_counter()
        results.append(measure(decode, options))
        count = sum(map(len, results[-1].values()))
        print(f"{name}: {count} texts in {time.perf_counter() - began:.0f} s")
    print(f"\ndecoded to the same characters, texts of {SIZES} messages; Carrel | charset-normalizer")
    names = list(dict.fromkeys(encoding for encoding, _ in results[0]))
    for name, group in [*((name, {name}) for name in names), ("all", set(names))]:
        print(f"{name:14}", " |".join(" ".join(share(found, group, size) for size in SIZES) for found in results))


if __name__ == "__main__":
    main()
