"""How well and how fast PDFs are read: against reference texts, word by word, and in pages a second.

    python benchmarks/reading.py [--shared FOLDER] [--pypdf-pages 60]

The reference texts of py-pdf/benchmarks are for fourteen PDFs, of which a copy of one lies beside
them; its measure is 2 x the longest common subsequence, divided by both lengths.
"""

from __future__ import annotations

import argparse
import io
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import mean

from app.documents import pdf_usable
from app.documents.pdf import PdfLoader
from app.documents.source import Source
from app.types import Document, Status

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
REFERENCES = {"GeoTopo-book": "GeoTopo-komprimiert.pdf"}  # text and the PDF that it is of
_WORD = re.compile(r"[^\W_]+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--pypdf-pages", type=int, default=60, help="pages that pypdf is timed with")
    options = parser.parse_args()
    logging.disable()
    references(options.shared / "pypdf_benchmarks_gt" / "docs")
    words(options.shared / "cuad")
    usable(options.shared)
    for name in ("kgrag_sec10q", "cuad"):
        speed(name, options.shared / name / "docs", options.pypdf_pages)


def references(folder: Path) -> None:
    """Print how like the texts are to their references, and how like what pdfium gives by itself."""
    print("Text quality (py-pdf/benchmarks)")
    found = []
    for reference in sorted(folder.glob("*.txt")):
        file = folder / REFERENCES.get(reference.stem, f"{reference.stem}.pdf")
        if not file.exists():
            continue
        wanted = reference.read_text(encoding="utf-8")
        texts = [page.text for page in load(file).pages]
        # A tab parts the cells of a row where the reference has a space.
        found.append(likeness(wanted, "\n".join(texts).replace("\t", " ")))
        in_a_row = likeness(" ".join(wanted.split()), " ".join(" ".join(texts).split()))
        by_itself = likeness(wanted, "\n".join(raw_texts(file)))
        print(f"  {reference.stem}: {found[-1]:.2%}; line breaks as spaces {in_a_row:.2%}; "
              f"pdfium by itself {by_itself:.2%}")  # fmt: skip
    missing = len(list(folder.glob("*.txt"))) - len(found)
    print(f"  average {mean(found):.2%} of {len(found)}; {missing} references have no PDF here")


def words(folder: Path) -> None:
    """Print how many of the words of each contract's text are in what was read of its PDF."""
    shares: list[tuple[float, str]] = []
    texts = {_key(file): file for file in (folder / "docs_txt").iterdir()}
    for file in sorted((folder / "docs").iterdir()):
        if _key(file) not in texts:
            print(f"  no text: {file.name}")
            continue
        text = texts[_key(file)].read_text(encoding="utf-8")
        wanted = Counter(_WORD.findall(joined(text).lower()))
        read = Counter(_WORD.findall(joined("\n".join(page.text for page in load(file).pages)).lower()))
        shares.append((sum((wanted & read).values()) / max(sum(wanted.values()), 1), file.stem))
    shares.sort()
    print(f"Words found (cuad): {mean(share for share, _ in shares):.3%} on average of {len(shares)} documents")
    for share, name in shares[:3]:
        print(f"  least: {share:.2%} {name[:60]}")


def _key(file: Path) -> str:
    """Return a file's name as far as the two folders agree on it."""
    return "".join(_WORD.findall(file.stem.lower()))


def joined(text: str) -> str:
    """Return a text without hyphens: whether a word has one at a line's end is a matter of taste."""
    return re.sub(r"(?<=\w)[-\u00ad\u2010]\s*(?=\w)", "", text)


def usable(shared: Path) -> None:
    """Print how many pages with text are called unreadable, and how near the nearest of the others came."""
    for name in ("kgrag_sec10q", "kgrag_clinical_trial_pdfs", "cuad"):
        pages, refused, least = 0, 0, 1.0
        for file in sorted((shared / name / "docs").iterdir()):
            for page in load(file).pages:
                if page.text.strip():
                    pages += 1
                    refused += page.status is Status.PICTURE and not pdf_usable.is_usable(page.text)
                    least = min(least, pdf_usable.likeness(page.text) or 1.0)
        limit = pdf_usable.LIKENESS
        print(f"Unreadable ({name}): {refused} of {pages} pages; least likeness {least:.2f}, limit {limit}")


def speed(name: str, folder: Path, pypdf_pages: int) -> None:
    """Print pages a second of processor time: pdfium's bare text, what is read here, and pypdf's text."""
    files = [file.read_bytes() for file in sorted(folder.iterdir())]
    raw = reading = 0.0
    pages = 0
    for data in files:  # one after the other, so that a busy computer hurts both alike
        raw += best(lambda data=data: len(list(raw_pages(data))))
        reading += best(lambda data=data: len(PdfLoader().load(Source(data, ".pdf")).pages))
        pages += len(list(raw_pages(data)))
    size = sum(map(len, files)) / 1e6
    print(f"Speed ({name}, {pages} pages): pdfium {pages / raw:.0f} pages/s, {size / raw:.1f} MB/s; read here "
          f"{pages / reading:.0f} pages/s, {size / reading:.1f} MB/s, {raw / reading:.2f} of pdfium")  # fmt: skip
    count, seconds = pypdf_speed(files, pypdf_pages)
    print(f"  pypdf {count / seconds:.0f} pages/s over {count} pages")


def best(work: Callable[[], object], times: int = 2) -> float:
    """Return the least processor time of a few runs."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def pypdf_speed(files: Sequence[bytes], most: int) -> tuple[int, float]:
    import pypdf

    count = 0
    begun = time.process_time()
    for data in files:
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            page.extract_text()
            count += 1
            if count == most:
                return count, time.process_time() - begun
    return count, time.process_time() - begun


def load(file: Path) -> Document:
    return PdfLoader().load(Source(file.read_bytes(), ".pdf"))


def raw_texts(file: Path) -> list[str]:
    return [text.replace("\r\n", "\n") for text in raw_pages(file.read_bytes())]


def raw_pages(data: bytes) -> Iterator[str]:
    import pypdfium2

    with closing(pypdfium2.PdfDocument(data)) as pdf:
        for number in range(len(pdf)):
            with closing(pdf[number]) as page, closing(page.get_textpage()) as characters:
                yield characters.get_text_range()


def likeness(a: str, b: str) -> float:
    """Return 2 x the length of the longest common subsequence of both, divided by the sum of their lengths.

    Hyyrö's bit-parallel way, a column of the table in one number (Hyyrö 2004).
    """
    if not a or not b:
        return float(a == b)
    places: dict[str, bytearray] = {}
    size = (len(a) + 7) // 8
    for number, character in enumerate(a):
        places.setdefault(character, bytearray(size))[number >> 3] |= 1 << (number & 7)
    masks = {character: int.from_bytes(found, "little") for character, found in places.items()}
    full = (1 << len(a)) - 1
    column = full
    for character in b:
        mask = masks.get(character)
        if mask is not None:
            shared = column & mask
            column = ((column + shared) | (column - shared)) & full
    return 2 * (len(a) - column.bit_count()) / (len(a) + len(b))


if __name__ == "__main__":
    main()
