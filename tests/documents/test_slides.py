from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from app.documents import loader, ooxml, slides
from app.documents.slides import SlidesLoader
from app.documents.source import Source
from app.errors import UnsupportedFile
from app.types import Document, Status
from tests.documents import made
from tests.documents import made_office as office


def deck(*builds: Callable[[Any, Any], None], layout: int = 5) -> bytes:
    """A PowerPoint file; each function is given python-pptx's presentation and a slide of it with a title."""
    from pptx import Presentation

    presentation = Presentation()
    for build in builds:
        build(presentation, presentation.slides.add_slide(presentation.slide_layouts[layout]))
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def load(data: bytes) -> Document:
    return SlidesLoader().load(Source(data, ".pptx"))


def box(shapes: Any, text: str, left: float, top: float) -> Any:
    from pptx.util import Inches

    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
    shape.text_frame.text = text
    return shape


def test_a_slide_is_a_page_with_its_title_as_heading_and_its_shapes_in_order() -> None:
    def build(_: Any, slide: Any) -> None:
        box(slide.shapes, "right below", 5, 3.1)
        box(slide.shapes, "top", 1, 1.5)
        box(slide.shapes, "left below", 1, 3)
        slide.shapes.title.text = "Findings"

    def empty(_: Any, slide: Any) -> None:
        pass

    document = load(deck(build, empty))
    assert [(page.number, page.status) for page in document.pages] == [(1, Status.READ), (2, Status.EMPTY)]
    assert document.pages[0].text == "Findings\ntop\nleft below\nright below"
    assert [heading.text for heading in document.pages[0].headings] == ["Findings"]


def test_tables_groups_notes_and_placeholders_are_read() -> None:
    def build(_: Any, slide: Any) -> None:
        from pptx.util import Inches

        slide.shapes.title.text = "Costs"
        group = slide.shapes.add_group_shape()
        inner = group.shapes.add_group_shape()
        box(inner.shapes, "in two groups", 1, 1.4)
        table = slide.shapes.add_table(2, 2, Inches(1), Inches(3), Inches(4), Inches(1)).table
        for row, texts in enumerate([("Item", "Price"), ("Rent", "1,200")]):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        slide.notes_slide.notes_text_frame.text = "Say it slowly."

    assert load(deck(build)).pages[0].text == (
        "Costs\nin two groups\n\nItem | Price\nItem: Rent | Price: 1,200\n\nNotes:\nSay it slowly."
    )


def test_a_placeholder_stands_where_its_layout_puts_it() -> None:
    def build(_: Any, slide: Any) -> None:
        box(slide.shapes, "last", 1, 7)
        slide.shapes.title.text = "T"
        slide.placeholders[1].text = "body"

    assert load(deck(build, layout=1)).pages[0].text == "T\nbody\nlast"


def test_charts_are_read_as_rows() -> None:
    def build(_: Any, slide: Any) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE
        from pptx.util import Inches

        data = CategoryChartData()
        data.categories = ["May", "June"]
        data.add_series("Visits", (12, 15))
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(5), Inches(3), data)

    page = load(deck(build)).pages[0]
    assert "May | Visits: 12\nJune | Visits: 15" in page.text


def test_numbers_that_powerpoint_makes_up_are_read() -> None:
    from app.documents.slides import _lines

    names = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    each = '<a:p><a:pPr lvl="{}"><a:buAutoNum type="{}"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>'
    from lxml import etree

    shape = etree.fromstring(
        f"<s {names}>" + each.format(0, "arabicPeriod", "a") + each.format(1, "alphaLcParenR", "b")
        + each.format(1, "alphaLcParenR", "c") + each.format(0, "arabicPeriod", "d")
        + each.format(1, "alphaLcParenR", "e") + "<a:p><a:r><a:t>f</a:t></a:r></a:p>"
        + each.format(0, "romanUcPeriod", "g") + "</s>"
    )  # fmt: skip
    assert _lines(shape) == ["1. a", "a) b", "b) c", "2. d", "a) e", "f", "I. g"]


def test_slide_numbers_are_left_out_and_footers_are_furniture() -> None:
    def build(_: Any, slide: Any) -> None:
        slide.shapes.title.text = "T"
        for role, text in (("sldNum", "7"), ("ftr", "Confidential")):
            shape = box(slide.shapes, text, 1, 7)
            holder = shape._element.nvSpPr.nvPr._add_ph()
            holder.set("type", role)

    page = load(deck(build)).pages[0]
    assert page.text == "T\nConfidential"
    assert [page.text[start:end] for start, end in page.furniture] == ["Confidential"]


def test_a_slide_of_pictures_says_so_and_gives_them_as_parts() -> None:
    def build(_: Any, slide: Any) -> None:
        from PIL import Image
        from pptx.util import Inches

        file = io.BytesIO()
        Image.new("L", (40, 40)).save(file, "PNG")
        slide.shapes.add_picture(io.BytesIO(file.getvalue()), Inches(1), Inches(1))

    document = load(deck(build))
    assert (document.pages[0].status, bool(document.pages[0].reason)) == (Status.EMPTY, True)
    assert [part.name for part in document.parts] == ["image1.png"]


def test_a_damaged_slide_does_not_lose_the_others() -> None:
    def build(text: str) -> Callable[[Any, Any], None]:
        return lambda _, slide: setattr(slide.shapes.title, "text", text)

    data = made.with_part(deck(build("one"), build("two")), "ppt/slides/slide1.xml", lambda part: b"\x00broken")
    pages = load(data).pages
    assert [(page.status, page.text) for page in pages] == [(Status.DAMAGED, ""), (Status.READ, "two")]
    assert pages[0].reason == slides.BROKEN


def test_a_file_cut_short_gives_the_slides_that_are_left() -> None:
    def build(_: Any, slide: Any) -> None:
        slide.shapes.title.text = "here"

    data = deck(build, build)
    pages = loader.load(Source(data[: len(data) * 9 // 10], ".pptx")).pages
    assert [page.text for page in pages] == ["here", "here"]


def test_slide_shows_and_templates_are_presentations() -> None:
    def build(_: Any, slide: Any) -> None:
        slide.shapes.title.text = "here"

    for kind in (b"slideshow.main", b"template.main"):
        data = made.with_part(
            deck(build), "[Content_Types].xml",
            lambda part, kind=kind: part.replace(b"presentation.main", kind),  # type: ignore[misc]
        )  # fmt: skip
        assert loader.load(Source(data, ".x")).pages[0].text == "here"


def test_groups_without_end_are_an_error() -> None:
    group = "<p:grpSp>" * 900 + "</p:grpSp>" * 900
    data = made.with_part(
        SlidesLoader().samples()[0], "ppt/slides/slide1.xml",
        lambda part: part.replace(b"<p:spTree>", b"<p:spTree>" + group.encode()),
    )  # fmt: skip
    with pytest.raises(loader.FileError):
        loader.load(Source(data, ".pptx"))


def test_opendocument_slides_are_read_in_order_with_notes_and_tables() -> None:
    frame = '<draw:frame svg:x="{}cm" svg:y="{}cm" {}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row>" + cell + cell + "</table:table-row>"
    slide = (
        '<draw:page draw:name="one">' + frame.format(10, 5.2, "", "right") + frame.format(1, 5, "", "left")
        + "<draw:g>" + frame.format(1, 3, "", "in a group") + "</draw:g>"
        + frame.format(1, 1, 'presentation:class="title"', "Title")
        + frame.format(1, 15, 'presentation:class="footer"', "Footer")
        + f'<draw:frame svg:y="8cm"><table:table>{row.format("Item", "Price")}{row.format("Rent", "9")}</table:table>'
        "</draw:frame><presentation:notes>" + frame.format(1, 1, 'presentation:class="notes"', "Slowly.")
        + "</presentation:notes></draw:page><draw:page/>"
    )  # fmt: skip
    data = office.odf("presentation", slide)
    pages = loader.load(Source(data, ".odp")).pages
    assert pages[0].text == (
        "Title\nin a group\nleft\nright\n\nItem | Price\nItem: Rent | Price: 9\n\nNotes:\nSlowly."
    )
    assert [heading.text for heading in pages[0].headings] == ["Title"]
    assert (pages[1].number, pages[1].status) == (2, Status.EMPTY)


def test_a_deadline_that_is_over_says_which_slides_are_missing() -> None:
    page = SlidesLoader().load(Source(SlidesLoader().samples()[0], ".pptx", (), 0.0)).pages[0]
    assert (page.status, page.reason) == (Status.TIMED_OUT, ooxml.LATE)


def test_an_old_presentation_says_what_to_do() -> None:
    with pytest.raises(UnsupportedFile, match="save it as PPTX"):
        SlidesLoader().load(Source(b"not one", ".ppt"))
