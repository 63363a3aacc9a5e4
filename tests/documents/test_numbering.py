from __future__ import annotations

import pytest

from app.documents.numbering import formatted
from app.documents.source import Source
from app.documents.word import WordLoader
from tests.documents import made_office as made


def lines(body: str, numbering: str, styles: str = "") -> list[str]:
    data = made.word(body, numbering=made.part("numbering", numbering), styles=made.part("styles", styles))
    return [line for line in WordLoader().load(Source(data, ".docx")).pages[0].text.splitlines() if line]


def level(place: int, form: str, text: str, *, start: int | None = 1, more: str = "") -> str:
    begin = "" if start is None else f'<w:start w:val="{start}"/>'
    return (f'<w:lvl w:ilvl="{place}">{begin}<w:numFmt w:val="{form}"/>{more}'
            f'<w:lvlText w:val="{text}"/></w:lvl>')  # fmt: skip


def abstract(key: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{key}">{"".join(levels)}</w:abstractNum>'


def number(key: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


CLAUSES = abstract(
    0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "lowerLetter", "(%3)"),
    level(3, "lowerRoman", "(%4)"),
)  # fmt: skip


def p(text: str, place: int = 0, key: int | None = 1, **more: str) -> str:
    return made.paragraph(text, list_id=key, level=place, **more)


def test_clauses_are_numbered_as_lawyers_cite_them() -> None:
    body = (
        p("Definitions") + p("Term", 0) + p("Length", 1) + p("Renewal", 1) + p("by notice", 2) + p("in writing", 3)
        + p("by post", 3) + p("by conduct", 2) + p("Notices", 1) + p("Rent") + p("Amount", 1)
    )  # fmt: skip
    assert lines(body, CLAUSES + number(1, 0)) == [
        "1. Definitions", "2. Term", "2.1 Length", "2.2 Renewal", "(a) by notice", "(i) in writing", "(ii) by post",
        "(b) by conduct", "2.3 Notices", "3. Rent", "3.1 Amount",
    ]  # fmt: skip


def test_a_number_of_several_levels_in_one_paragraph() -> None:
    levels = abstract(0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "lowerLetter", "%1.%2(%3)"))
    body = "".join(p("x") for _ in range(12)) + "".join(p("y", 1) for _ in range(3)) + p("a", 2) + p("b", 2)
    assert lines(body, levels + number(1, 0))[-2:] == ["12.3(a) a", "12.3(b) b"]


def test_two_lists_of_one_definition_go_on_counting_but_for_one_that_says_where_it_starts() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = CLAUSES + number(1, 0) + number(2, 0) + number(3, 0, again)
    body = p("a") + p("b", key=2) + p("c", key=3) + p("d", key=3) + p("e")
    assert lines(body, numbering) == ["1. a", "2. b", "1. c", "2. d", "3. e"]


def test_numbers_by_style_and_by_a_style_it_is_based_on() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/>'
        '<w:basedOn w:val="Clause"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="Clause"/></w:style>'
    )
    body = "".join(made.paragraph(text, style=style) for text, style in (("a", "Clause"), ("b", "Sub"), ("c", "Own")))
    body += made.paragraph("not one", style="Clause", list_id=0)
    assert lines(body, CLAUSES + number(1, 0), styles) == ["1. a", "1.1 b", "2. c", "not one"]


def test_a_style_finds_the_level_that_names_it() -> None:
    second = level(1, "decimal", "%1.%2", more='<w:pStyle w:val="Sub"/>')
    levels = abstract(0, level(0, "decimal", "%1."), second)
    styles = ('<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/><w:pPr><w:numPr><w:numId w:val="1"/>'
              "</w:numPr></w:pPr></w:style>")  # fmt: skip
    assert lines(p("a") + made.paragraph("b", style="Sub"), levels + number(1, 0), styles) == ["1. a", "1.1 b"]


def test_a_definition_that_takes_the_list_of_a_style() -> None:
    linked = '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="Lists"/></w:abstractNum>'
    styles = ('<w:style w:type="numbering" w:styleId="Lists"><w:name w:val="Lists"/><w:pPr><w:numPr>'
              '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>')  # fmt: skip
    assert lines(p("a", key=2), CLAUSES + linked + number(1, 0) + number(2, 5), styles) == ["1. a"]


def test_a_deeper_level_without_the_one_above_counts_that_as_begun() -> None:
    assert lines(p("a", 1) + p("b", 1), CLAUSES + number(1, 0)) == ["1.1 a", "1.2 b"]


def test_a_level_may_say_after_which_it_starts_again() -> None:
    levels = abstract(
        0, level(0, "decimal", "%1."), level(1, "decimal", "%2)", more='<w:lvlRestart w:val="0"/>'),
    )  # fmt: skip
    assert lines(p("a") + p("b", 1) + p("c") + p("d", 1), levels + number(1, 0)) == ["1. a", "1) b", "2. c", "2) d"]


def test_legal_numbers_are_in_digits() -> None:
    levels = abstract(0, level(0, "upperRoman", "Article %1"), level(1, "decimal", "%1.%2", more="<w:isLgl/>"))
    assert lines(p("a") + p("b") + p("c", 1), levels + number(1, 0)) == ["Article I a", "Article II b", "2.1 c"]


def test_headings_carry_their_number_too_and_bullets_a_dash() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    levels = CLAUSES + abstract(1, level(0, "bullet", "\uf0b7"))
    body = made.paragraph("Term", style="H", list_id=1) + p("milk", key=2)
    assert lines(body, levels + number(1, 0) + number(2, 1), styles) == ["1. Term", "- milk"]


def test_a_deleted_paragraph_has_no_number() -> None:
    gone = ('<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1"/></w:rPr>'
            '</w:pPr><w:del w:id="2"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>')  # fmt: skip
    assert lines(p("a") + gone + p("b"), CLAUSES + number(1, 0)) == ["1. a", "2. b"]


def test_numbers_stand_in_the_cells_of_tables() -> None:
    row = f"<w:tbl><w:tr><w:tc>{p('Rent')}</w:tc><w:tc>{p('Costs')}</w:tc></w:tr></w:tbl>"
    assert lines(p("a") + row, CLAUSES + number(1, 0)) == ["1. a", "2. Rent | 3. Costs"]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [(27, "lowerLetter", "aa"), (1999, "upperRoman", "MCMXCIX"), (3, "decimalZero", "03"), (22, "ordinal", "22nd"),
     (12, "ordinal", "12th"), (42, "cardinalText", "Forty-two"), (21, "ordinalText", "Twenty-first"),
     (30, "ordinalText", "Thirtieth"), (5, "001, 002, 003, ...", "005"), (5, "none", ""), (5, "chineseCounting", "5"),
     (10**6, "upperRoman", "1000000"), (0, "upperLetter", "0")],
)  # fmt: skip
def test_forms_of_numbers(number: int, form: str, text: str) -> None:
    assert formatted(number, form) == text
