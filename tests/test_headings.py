"""Headings that a text shows by its words alone: what is one, what is none, and under what a clause stands."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app import headings
from app.headings import Clauses
from app.types import Heading

PROSE = "The parties have agreed on the following terms, which bind them and their successors in all respects. " * 2
CONTRACT = f"""EXHIBIT 10.2

SERVICE AGREEMENT

{PROSE}

1. Definitions

1.1 "Fees" shall mean what is owed.

1.2 Services. {PROSE}

2. TERM AND TERMINATION

2.1 Term. {PROSE}

2.2 Termination for Cause. Either party may terminate
(a) on notice; or
(b) without notice where
(i) a receiver is appointed, or
(ii) payments stop.

2.3 {PROSE}

3.   Notices. {PROSE}
"""


def texts(text: str, *, alone: bool = True) -> list[str]:
    return [each.text for each in Clauses(alone=alone).page(text, ()) if each.text]


def path_at(found: list[Heading], character: int) -> list[str]:
    path: list[Heading] = []
    for each in found:
        if each.start > character:
            break
        while path and path[-1].level >= each.level:
            path.pop()
        path.append(each)
    return [each.text for each in path]


def test_the_clauses_of_a_contract() -> None:
    assert texts(CONTRACT) == [
        "EXHIBIT 10.2 SERVICE AGREEMENT", "1. Definitions", "1.1", "1.2 Services", "2. TERM AND TERMINATION",
        "2.1 Term", "2.2 Termination for Cause", "2.2(a)", "2.2(b)", "2.2(b)(i)", "2.2(b)(ii)", "2.3", "3. Notices",
    ]  # fmt: skip


def test_a_clause_stands_under_those_above_it() -> None:
    found = Clauses(alone=True).page(CONTRACT, ())
    assert path_at(found, CONTRACT.index("payments stop"))[1:] == [
        "2. TERM AND TERMINATION", "2.2 Termination for Cause", "2.2(b)", "2.2(b)(ii)",
    ]  # fmt: skip
    assert path_at(found, CONTRACT.index("3.   Notices") + 3)[1:] == ["3. Notices"]


def test_a_heading_starts_where_its_line_does() -> None:
    for each in Clauses(alone=True).page(CONTRACT, ()):
        assert CONTRACT[each.start :].startswith(each.text.split("(")[0].split()[0].rstrip(".")) or each.text[0] == "2"
        assert each.start == 0 or CONTRACT[each.start - 1] == "\n"


def test_counting_goes_on_over_pages() -> None:
    clauses = Clauses(alone=False)
    clauses.page("1. Use. Here.\n2. Rent. The rent is due.", ())
    found = clauses.page("2.1 Amount. It is high.\n(a) The first.\n3. Notice. Is given.", ())
    assert [each.text for each in found] == ["2.1 Amount", "2.1(a)", "3. Notice"]


@pytest.mark.parametrize("line", [
    "Section 5 of the Act provides that nothing is owed.",  # a reference
    "30 days after the Notice",  # an amount at the start of a wrapped line
    "12.5 Units of Insulin were given",  # an amount with a point
    "1. Definitions ........ 3", "1.1 Interpretation 14", "2 Rent\t7",  # a table of contents
    "1. Rent\t1,200\t1,300", "1. Senn S. Sharp tests. Stat Med 2002.",  # a row, a list of literature
    "2019 Annual Report was given to all",
])
def test_what_is_no_clause(line: str) -> None:
    text = f"{PROSE}\n{line}\n{PROSE}"
    assert not [each for each in texts(text, alone=False) if not headings.is_number(each)]


def test_a_reference_that_was_taken_for_a_clause_does_not_end_the_counting() -> None:
    text = f"1. Fees. {PROSE}\nSection 9.1 Purchase Commitment\n1.1 Amount. {PROSE}\n1.2 Day. {PROSE}\n2. Law. {PROSE}"
    assert texts(text, alone=False)[-2:] == ["1.2 Day", "2. Law"]


def test_lines_that_stand_alone_are_headings_where_that_is_asked_for() -> None:
    text = f"Botulism\n\n{PROSE}\n\nSigns and Symptoms\n\n{PROSE}\n\nWhat causes botulism?\n\n{PROSE}"
    assert texts(text) == ["Botulism", "Signs and Symptoms", "What causes botulism?"]
    assert texts(text, alone=False) == []


@pytest.mark.parametrize("line", [
    "It ends in a full stop.", "Name\tDay\tAmount", "Ann    Bob    Carl", "Date: 2013-10-10", "ann@example.org",
    "nothing of it is raised", "https://example.org/Page", "17 18 19 20", "The Tenant shall pay the Rent",
    "Names of Persons and Places and Things and Words and Sentences and Texts and Books and Shelves and Rooms",
])
def test_what_is_no_title(line: str) -> None:
    assert texts(f"{PROSE}\n\n{line}\n\n{PROSE}") == []


def test_a_list_of_short_lines_has_no_headings() -> None:
    assert texts("\n\n".join(["Ann Smith", "Bob Jones", "Main Street", "Springfield"] * 3)) == []


def test_a_heading_inside_a_block_ends_with_the_block() -> None:
    text = f"Kidneys\n\n{PROSE}\nPhysical Exam\n{PROSE}\n\n{PROSE}"
    found = Clauses(alone=True).page(text, ())
    assert "Physical Exam" in path_at(found, text.index("Physical Exam") + 20)
    assert path_at(found, len(text) - 5)[-1] == ""


def test_headings_that_are_known_stay_and_clauses_stand_below_them() -> None:
    text = f"TERMINATION\n12. Ending\n{PROSE}\n12.1 Notice. {PROSE}\n13. Law. {PROSE}"
    known = [Heading(0, 1, "TERMINATION"), Heading(12, 2, "12. Ending")]
    found = Clauses(alone=False).page(text, known)
    assert found[:2] == known
    assert path_at(found, text.index("12.1")) == ["TERMINATION", "12. Ending", "12.1 Notice"]
    assert path_at(found, text.index("13. Law")) == ["TERMINATION", "13. Law"]


def test_a_schedule_that_is_named_on_each_page_is_one() -> None:
    clauses = Clauses(alone=False)
    pages = [f"PART II\n{PROSE}" for _ in range(3)]
    assert [len(clauses.page(page, ())) for page in pages] == [1, 0, 0]


@pytest.mark.parametrize(("text", "title"), [
    ("Anaplasmosis\n\nIt is a disease.", "Anaplasmosis"),
    ("EXHIBIT 10.13\n\n     JOINT VENTURE AGREEMENT\n\nThis Agreement", "JOINT VENTURE AGREEMENT"),
    ("A Global Champion for Health—WHO’s Next?\r\n\r\nText", "A Global Champion for Health—WHO’s Next?"),
    ("The 1973 oil crisis began in October 1973 when the members proclaimed an embargo. " * 3 + "\n\nMore\n\n", ""),
    ("Dear Ann,\n\nthe rent", ""), ("a;b;c\n1;2;3\n", ""), ("Name\tDay\n\nx", ""), ("", ""), ("\n\n\n", ""),
])
def test_the_title_of_a_text(text: str, title: str) -> None:
    assert headings.title(text) == title


def test_the_heading_that_names_a_document() -> None:
    found = [Heading(0, 1, "Exhibit 10.19"), Heading(20, 2, "SUPPLY AGREEMENT"), Heading(60, 11, "1. Goods")]
    assert headings.named(found) == "SUPPLY AGREEMENT"
    assert headings.named([Heading(0, 1, "EXHIBIT 3 CO-BRANDING AGREEMENT")]) == "CO-BRANDING AGREEMENT"
    assert headings.named([Heading(0, 11, "1. Goods")]) == ""
    assert headings.named([Heading(5000, 1, "Annex")]) == ""


def test_starts_ascend_and_levels_are_sane() -> None:
    for text in (CONTRACT, "1. A\n" * 9, "(a) x\n" * 9, "§ 1 Eins\n§ 2 Zwei\n", "ARTICLE IV\nTERM\n1.1 X. y", "\f\r\n"):
        check(text)


def check(text: str) -> None:
    found = Clauses(alone=True).page(text, ())
    assert all(a.start <= b.start for a, b in pairwise(found))
    assert all(each.level >= 1 and 0 <= each.start <= len(text) for each in found)


@pytest.mark.parametrize("text", [
    " " * 200_000, "1." * 100_000, "(a)" * 70_000, "1. " + "A " * 100_000, "A\n\n" * 60_000, "Section " * 30_000,
    "1.1" + " " * 200_000 + "x", "A" * 200_000, "\n" * 200_000, "1. A. " * 40_000 + "\n",
])
def test_long_texts_are_not_looked_at_again_and_again(text: str) -> None:
    check(text)  # with a step that takes the square of their length, these would take minutes
    assert len(headings.title(text)) <= 220


def test_a_table_of_contents_heads_nothing() -> None:
    listed = "CONTENTS\n1. Definitions\n2. Letting\nSCHEDULE 1 Rules\nSCHEDULE 2 Rent"
    clauses = Clauses(alone=False)
    assert clauses.page(listed, (Heading(0, 3, "CONTENTS"),)) == [Heading(0, 3, "CONTENTS")]
    found = clauses.page(f"1. Definitions\n{PROSE}\nSCHEDULE 1 Rules\n{PROSE}", ())
    assert [each.text for each in found] == ["1. Definitions", "SCHEDULE 1 Rules"]


def test_an_address_that_is_printed_large_is_no_number() -> None:
    text = f"14 Tanner's Wharf\n1. Definitions\n{PROSE}\n2. Rent. {PROSE}"
    found = Clauses(alone=False).page(text, (Heading(0, 2, "14 Tanner's Wharf"),))
    assert [each.level for each in found] == [2, 11, 11]


def test_numbers_of_a_list_are_no_clauses_where_clauses_have_titles() -> None:
    text = f"5. Fees. {PROSE}\n1. Term. {PROSE}\n1. a list\n2. Its second item is written here\n2. Law. {PROSE}"
    assert texts(text, alone=False) == ["1. Term", "2. Law"]


def test_a_text_may_begin_in_the_middle_of_a_contract() -> None:
    text = "12. Termination\n12.1 Notice. Each party may end it.\n(a) in writing; or\n(b) by mail."
    assert texts(text, alone=False) == ["12. Termination", "12.1 Notice", "12.1(a)", "12.1(b)"]
