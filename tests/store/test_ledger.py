"""The ledger: a line for every page, a sentence for everything that was not plainly read, none left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store import ledger
from app.types import Document, LedgerLine, Page, Status
from tests.store.library import directions, document, opened

NO_VECTORS = directions(1, 0)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.READ])
@pytest.mark.parametrize("page", [None, 14])
def test_every_status_that_is_not_read_has_a_sentence(status: Status, page: int | None) -> None:
    sentence = ledger.told(page, status, "", None)
    assert sentence.startswith("Page 14 " if page else "The file ")
    assert sentence.endswith(".")
    assert len(sentence.split()) > 5
    others = {ledger.told(page, other, "", None) for other in Status if other is not status}
    assert sentence not in others
    if status is not Status.OCR:
        assert ledger.told(page, status, "A reason of its own.", None) == "A reason of its own."


def test_what_was_plainly_read_has_none() -> None:
    assert ledger.told(3, Status.READ, "", None) == ""
    assert ledger.told(3, Status.READ, "The second half of this page is damaged.", None)


@pytest.mark.parametrize(("confidence", "said"), [
    (0.934, "93 %"), (0.29, "29 %"), (1.0, "100 %"), (0.9999, "99 %"), (0.0, "0 %"),
])
def test_ocr_says_how_sure_it_is(confidence: float, said: str) -> None:
    sentence = ledger.told(3, Status.OCR, "", confidence)
    assert f" {said} " in sentence
    assert "OCR" in sentence
    cut = "Its last line was cut off."
    assert ledger.told(3, Status.OCR, cut, confidence) == f"{sentence} {cut}"


def test_in_order_of_file_and_page_with_files_that_gave_none(tmp_path: Path) -> None:
    pages = (
        Page(1, "text"), Page(2, "written", Status.OCR, confidence=0.87), Page(3, "", Status.EMPTY),
        Page(4, "", Status.PICTURE), Page(5, "half", Status.DAMAGED, "Page 5 ends in the middle."), Page(11, "more"),
    )
    with opened(tmp_path) as store:
        assert list(store.ledger()) == []
        store.add("/b.pdf", Document("pdf", "", pages), [], NO_VECTORS, size=1, modified=1.0, digest=b"")
        store.fail("/c.doc", Status.UNSUPPORTED, "Save it as DOCX.")
        store.add("/a.eml", *document("dear", kind="mail"), directions(1, 1), size=1, modified=1.0, digest=b"")
        store.fail("/a.eml/x.zip", Status.LOCKED, "The attachment is locked.", parent="/a.eml")
        store.add("/d.txt", Document("text", "", (Page(None, "unpaged"),)), [], NO_VECTORS, size=1, modified=1.0,
                  digest=b"")
        lines = list(store.ledger())
        assert [(line.file, line.page) for line in lines] == [
            ("/a.eml", 1), ("/a.eml/x.zip", None), *(("/b.pdf", number) for number in (1, 2, 3, 4, 5, 11)),
            ("/c.doc", None), ("/d.txt", None),
        ]
        assert lines[1] == LedgerLine(
            "/a.eml/x.zip", "/a.eml", None, Status.LOCKED, "The attachment is locked.", None)
        assert [line.status for line in lines[2:8]] == [page.status for page in pages]
        assert [bool(line.reason) for line in lines[2:8]] == [False, True, True, True, True, False]
        assert lines[6].reason == "Page 5 ends in the middle."
        assert (lines[3].confidence, "87 %" in lines[3].reason) == (0.87, True)
        assert list(store.ledger("/b.pdf")) == lines[2:8]
        assert list(store.ledger("/c.doc")) == [lines[8]]
        assert list(store.ledger("/d.txt")) == [lines[9]]
        assert list(store.ledger("/nowhere")) == []
        # What is counted and what is listed are the same pages.
        counts = store.page_counts()
        assert {status: sum(line.status is status for line in lines) for status in counts} == counts


def test_a_long_ledger_is_read_in_stretches_and_may_be_left(tmp_path: Path) -> None:
    """Also where a stretch ends inside a document, and where the library changes under it."""
    with opened(tmp_path) as store:
        for number, count in enumerate((ledger._AT_ONCE, ledger._AT_ONCE + 1, 1, 3 * ledger._AT_ONCE - 1, 5)):
            pages = tuple(Page(page + 1, "", Status.EMPTY) for page in range(count))
            store.add(f"/{number}", Document("pdf", "", pages), [], NO_VECTORS, size=1, modified=1.0, digest=b"")
        store.add_copy("/3a", "/3", size=1, modified=1.0, digest=b"")
        for number in range(ledger._AT_ONCE * 2):
            with store._records.database.writing() as db:
                db.execute(
                    "INSERT INTO v.documents(number, id, file, title, kind, status, reason, pages, unread, size,"
                    " modified, digest) VALUES(?, ?, ?, x'', '', 'locked', x'', 0, 0, 1, 1.0, x'')",
                    (1000 + number, f"failed {number}", b"/failed %05d" % number),
                )
        expected = [(row.file, page + 1) for row in store.documents() for page in range(row.pages)]
        expected += [(row.file, None) for row in store.documents() if not row.pages]
        assert [(line.file, line.page) for line in store.ledger()] == expected
        lines = store.ledger()
        for _ in range(10):
            assert next(lines).file == "/0"
        store.remove("/0")
        store.remove("/1")
        store.checkpoint()  # nothing is held open
        assert {line.file for line in lines} >= {"/2", "/3", "/3a", "/4", "/failed 00000"}
