"""Words found and pages read a second on pages whose text is known: Carrel's OCR beside Tesseract's command line.

Pages of PDF files that carry their text are drawn at 200 dpi, as they are, turned, skewed and as a poor scan, and
read from the picture alone. Word recall is the share of a page's words, each as often as it is there, that was found.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import mean
from typing import Any

import pypdfium2
from PIL import Image, ImageFilter

from app.documents.sandbox import Recogniser
from app.types import PagePicture

_WORD = re.compile(r"[^\W_]+")
_DPI = 200
_LEAST_WORDS = 50


@dataclass(frozen=True)
class Known:
    """A page as a picture, and the words on it."""

    name: str
    picture: Image.Image
    words: Counter[str]


def words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def known(folder: Path, wanted: int, seed: int) -> list[Known]:
    """Return `wanted` pages, one a file as long as there are files; those with few words are passed over."""
    dice = random.Random(seed)
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".pdf")
    dice.shuffle(files)
    found: list[Known] = []
    for file in files * 3:
        if len(found) == wanted:
            break
        pdf = pypdfium2.PdfDocument(file)
        page = pdf[dice.randrange(len(pdf))]
        text = re.sub("\ufffe\r?\n?", "", page.get_textpage().get_text_range())  # the mark of a broken word
        if (there := words(text)).total() >= _LEAST_WORDS:
            picture = page.render(scale=_DPI / 72).to_pil().convert("RGB")
            found.append(Known(file.name, picture, there))
    return found


def turned(degrees: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def poor(picture: Image.Image) -> Image.Image:
    """Grey, blurred, speckled, a little askew, and saved with loss: as an old scanner gives it."""
    dice = random.Random(1)
    grey = picture.convert("L").rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255)
    grey = grey.filter(ImageFilter.GaussianBlur(0.8)).point(lambda shade: 30 + shade * 0.8)
    for _ in range(3000):
        grey.putpixel((dice.randrange(grey.width), dice.randrange(grey.height)), dice.randrange(120))
    file = BytesIO()
    grey.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


VARIANTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda picture: picture,
    "turned 90": turned(90),
    "turned 180": turned(180),
    "turned 270": turned(270),
    "skewed 3": turned(3),
    "skewed -5": turned(-5),
    "poor scan": poor,
}


class Tesseract:
    """The command line, one process a page."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, picture: Image.Image) -> str:
        file = BytesIO()
        picture.save(file, "PPM")
        # 1: it finds out by itself how the page is turned.
        command = ["tesseract", "-", "-", "--dpi", str(_DPI), "--psm", "1"]
        before = os.times()
        # Its threads wait for each other at full speed; on a busy computer one is faster than two.
        environment = {"OMP_THREAD_LIMIT": "1", **os.environ}
        done = subprocess.run(command, input=file.getvalue(), capture_output=True, check=False, env=environment)
        after = os.times()
        self.seconds += after.children_user + after.children_system - before.children_user - before.children_system
        return done.stdout.decode("utf-8", "replace")


class Carrel:
    """The program's own, through its caged process."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._tick = os.sysconf("SC_CLK_TCK")
        self.seconds = 0.0

    def __call__(self, picture: Image.Image) -> str:
        before = self._spent()
        text = self._recogniser.read(PagePicture(*picture.size, picture.tobytes(), ())).text
        self.seconds += self._spent() - before
        return text

    def _spent(self) -> float:
        for child in self._recogniser._idle:
            fields = Path(f"/proc/{child._process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / self._tick
        return 0.0


def measured(
    engine: Any, pages: list[Known], change: Callable[[Image.Image], Image.Image]
) -> Iterator[tuple[str, float]]:
    for page in pages:
        found = words(engine(change(page.picture)))
        yield page.name, (found & page.words).total() / page.words.total()


def run(options: argparse.Namespace) -> None:
    pages = known(options.pdfs, options.pages, options.seed)
    print(f"  {len(pages)} pages, {sum(page.words.total() for page in pages)} words, {os.cpu_count()} processors")
    with Recogniser(1) as recogniser:
        began = time.perf_counter()
        recogniser.read(PagePicture(32, 32, bytes(32 * 32 * 3), ()))
        print(f"  Carrel's process is ready in {time.perf_counter() - began:.1f} s")
        engines: dict[str, Any] = {"Carrel": Carrel(recogniser)}
        if options.tesseract:
            engines["Tesseract"] = Tesseract()
        for variant in options.variants:
            for name, engine in engines.items():
                engine.seconds, began = 0.0, time.perf_counter()
                found = list(measured(engine, pages, VARIANTS[variant]))
                took = time.perf_counter() - began
                worst = min(found, key=lambda each: each[1])
                print(f"  {variant:10} {name:9} word recall {mean(share for _, share in found):.4f}, "
                      f"worst {worst[1]:.3f} ({worst[0][:40]}), {len(pages) / took:.2f} pages/s, "
                      f"{engine.seconds / len(pages):.2f} s of processor a page", flush=True)  # fmt: skip
                if options.each:
                    for file, share in sorted(found, key=lambda each: each[1])[:options.each]:
                        print(f"      {share:.3f} {file}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", type=Path, help="folder of PDF files that carry their text")
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["as it is"])
    parser.add_argument("--tesseract", action="store_true", help="beside Tesseract's command line")
    parser.add_argument("--each", type=int, default=0, metavar="N", help="the N worst pages, too")
    options = parser.parse_args()
    if options.tesseract and not shutil.which("tesseract"):
        parser.error("there is no tesseract on this computer")
    run(options)


if __name__ == "__main__":
    main()
