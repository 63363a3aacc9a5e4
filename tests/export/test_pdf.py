"""The PDF, read again: its words, its pages, and that it gives nobody away."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication

from app.export import pdf
from app.export.origins import Origin
from app.export.paper import Paper, compose
from tests.export.exchanges import NOTICE, SHA, exchange, hostile, not_found, quoted

ROOT = Path(__file__).resolve().parents[2]
ALONE = """
import sys
from app.export import pdf
from tests.export.test_pdf import paper
from tests.export.exchanges import exchange
first, second = pdf.to_bytes(paper(exchange())), pdf.to_bytes(paper(exchange()))
assert second.startswith(b"%PDF")
sys.stdout.buffer.write(first)
"""


def paper(*exchanges: Any) -> Paper:
    return compose(exchanges, lambda _: Origin(sha256=SHA), 1_790_000_100.0, title="Harbour Lane")


def pages(data: bytes) -> list[str]:
    """Return the text of each page, each in one line."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        found = []
        for page in document:
            with closing(page), closing(page.get_textpage()) as text:
                found.append(" ".join(text.get_text_bounded().split()))
        return found


@pytest.fixture(scope="module")
def written(qapp: QApplication) -> bytes:
    return pdf.to_bytes(paper(exchange(), quoted(), not_found()))


def test_it_says_what_the_answer_says(written: bytes) -> None:
    text = " ".join(pages(written))
    for words in ("Harbour Lane", "How much notice?", "The notice came on 2 May.", "[not supported]", NOTICE,
                  "Not found in the files that were searched.", "read by OCR, 93 % sure", SHA,
                  "no legal and no medical judgement"):
        assert words in text


def test_every_page_is_numbered_and_a4(written: bytes) -> None:
    found = pages(pdf.to_bytes(paper(*[exchange(), quoted(), not_found()] * 4)))
    assert len(found) > 4
    for number, text in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in text
        assert "Exported by Carrel" in text
    for text in found:  # no heading stands alone at the end of a page
        last = text.rpartition(" Page ")[0]
        assert not last.endswith(("Answer", "Notes", "In the words of the files", "How much notice?"))
    with closing(pypdfium2.PdfDocument(written)) as document:
        width, height = document.get_page_size(0)
    assert (round(width), round(height)) == (595, 842)


def test_nothing_says_who_made_it_or_where(written: bytes) -> None:
    with closing(pypdfium2.PdfDocument(written)) as document:
        said = document.get_metadata_dict()
    assert (said["Title"], said["Creator"], said["Author"]) == ("Harbour Lane", "Carrel", "")
    for words in (str(Path.home()), str(ROOT), "/cases"):
        assert words.encode() not in written


def test_text_of_files_is_text_and_loads_nothing(qapp: QApplication) -> None:
    found = " ".join(pages(pdf.to_bytes(paper(hostile()))))
    assert "<script>alert(1)</script>" in found
    assert "](file:///etc/passwd)" in found
    loaded = pdf._Document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl("file:///etc/passwd"))
    assert isinstance(loaded, QImage)
    assert (loaded.width(), loaded.height()) == (1, 1)


def test_a_worker_writes_it_while_the_window_lives(qapp: QApplication, qtlog: Any) -> None:
    with ThreadPoolExecutor(1) as pool:
        found = pages(pool.submit(lambda: pdf.to_bytes(paper(*[exchange(), quoted()] * 5))).result())
    assert len(found) > 2
    assert [record.message for record in qtlog.records] == []


def test_it_needs_no_window_and_no_display() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE], cwd=ROOT, env={"PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True, timeout=120, check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "The notice came on 2 May." in " ".join(pages(done.stdout))
