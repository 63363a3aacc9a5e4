from __future__ import annotations

from typing import Any

from app.documents.pdf import PdfLoader
from app.documents.source import Source
from app.types import Document
from tests.documents import made


def load(data: bytes) -> Document:
    return PdfLoader().load(Source(data, ".pdf"))


def body(canvas: Any, page: int, lines: int = 20) -> None:
    for number in range(lines):
        text = f"On page {page} this is line {number} of the agreement, which goes on and on like the others"
        canvas.drawString(72, 700 - 14 * number, text)


def furniture(document: Document) -> list[list[str]]:
    return [[page.text[start:end] for start, end in page.furniture] for page in document.pages]


def test_running_headers_and_page_numbers_are_found() -> None:
    def page(number: int) -> Any:
        def draw(canvas: Any) -> None:
            canvas.setFont("Helvetica", 10)
            canvas.drawString(72, 800, "Lease of 12 Elm Street")
            body(canvas, number)
            canvas.drawString(290, 40, f"Page {number} of 5")

        return draw

    found = furniture(load(made.pdf(*[page(number) for number in range(1, 6)])))
    assert found == [["Lease of 12 Elm Street", f"Page {number} of 5"] for number in range(1, 6)]


def test_chapter_titles_beside_the_page_number_are_running_too() -> None:
    titles = ["Premises", "Premises", "Rent", "Rent", "Notice", "Repairs"]

    def page(number: int, title: str) -> Any:
        def draw(canvas: Any) -> None:
            canvas.setFont("Helvetica", 10)
            canvas.drawString(72, 800, f"{number + 40} {title}")
            body(canvas, number)

        return draw

    document = load(made.pdf(*[page(number, title) for number, title in enumerate(titles)]))
    assert [len(page.furniture) for page in document.pages] == [1] * 6


def test_lines_of_the_text_are_no_furniture() -> None:
    def page(number: int) -> Any:
        def draw(canvas: Any) -> None:
            canvas.setFont("Helvetica", 10)
            body(canvas, number * 7 + number % 3)

        return draw

    two = load(made.pdf(made.lines("The same"), made.lines("The same")))
    assert furniture(two) == [[], []]
    several = load(made.pdf(*[made.lines(f"{name} pays {sum(map(ord, name))} francs", "and no more")
                              for name in ("Ann", "Bob", "Cleo")]))  # fmt: skip
    assert all("pays" not in text for page in furniture(several) for text in page)


def test_headings_are_found_by_their_print() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 780, "Lease Agreement")
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, 730, "1. Premises")
        canvas.setFont("Helvetica", 10)
        body(canvas, 1)
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, 400, "2. Rent and Deposit")
        canvas.setFont("Helvetica", 10)
        for number in range(10):
            canvas.drawString(72, 380 - 14 * number, "The rent is due on the first day of each month, without notice.")

    page = load(made.pdf(draw)).pages[0]
    assert [(heading.level, heading.text) for heading in page.headings] == [
        (1, "Lease Agreement"), (3, "1. Premises"), (3, "2. Rent and Deposit"),
    ]  # fmt: skip
    assert page.text[page.headings[2].start :].startswith("2. Rent and Deposit")


def test_a_document_all_in_bold_has_no_headings_by_weight() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 10)
        for number in range(30):
            canvas.drawString(72, 780 - 14 * number, f"Line {'abcdefghijklmnopqrstuvwxyzabcd'[number]} of it")

    assert load(made.pdf(draw)).pages[0].headings == ()


def test_an_outline_goes_before_print() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 780, "Large")
        canvas.setFont("Helvetica", 10)
        body(canvas, 1)

    data = made.outlined(made.pdf(draw, draw), [("Part One", 0), ("Part Two", 1)])
    assert [[heading.text for heading in page.headings] for page in load(data).pages] == [["Part One"], ["Part Two"]]


def test_what_heads_a_table_on_page_after_page_is_no_heading() -> None:
    def page(number: int) -> Any:
        def draw(canvas: Any) -> None:
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(72, 760 - 20 * number, f"Chapter {'ABCDEFGH'[number]}")
            canvas.drawString(72, 740 - 20 * number, "Three Months Ended")
            canvas.setFont("Helvetica", 10)
            for line in range(15):
                canvas.drawString(72, 540 - 14 * line, f"On page {number} line {line} of a table, which goes on and on")

        return draw

    pages = load(made.pdf(*[page(number) for number in range(7)])).pages
    assert [[each.text for each in read.headings] for read in pages] == [[f"Chapter {name}"] for name in "ABCDEFG"]
