"""Passages: exact characters, inside the limit, whole sentences, their headings."""

from __future__ import annotations

import random

import pytest

from app.passages import CONTEXT_TOKENS, MOST_CHARACTERS, beginning, context_name, embedded_text, split
from app.types import Document, Heading, Page, Passage, Status
from tests.fakes import FakeTokenizer

starts = FakeTokenizer().starts


def document(*pages: Page, title: str = "Lease") -> Document:
    return Document("pdf", title, pages)


def words(count: int) -> str:
    chosen = random.Random(7)
    sentences = []
    while sum(len(sentence.split()) for sentence in sentences) < count:
        chosen_words = chosen.choices(["tenant", "shall", "pay", "rent", "notice"], k=12)
        sentences.append(" ".join(chosen_words).capitalize() + ".")
    return " ".join(sentences)


def test_a_passage_is_exactly_the_characters_it_says() -> None:
    page = Page(3, words(900))
    found = split(document(page), "lease.pdf", starts, 256)
    assert len(found) > 3
    assert all(passage.text == page.text[passage.start : passage.end] for passage in found)
    assert all(passage.page == 3 for passage in found)


def test_every_passage_fits_the_embedder() -> None:
    for text in (words(2000), "x" * 30_000, "word " * 5_000, "a,b;" * 4_000):
        for passage in split(document(Page(1, text)), "lease.pdf", starts, 128):
            assert len(starts(passage.text)) <= 128 - 2 - CONTEXT_TOKENS
            assert len(passage.text) <= MOST_CHARACTERS


def test_no_text_is_lost() -> None:
    text = "\n\n".join(words(60) for _ in range(20)) + "\n(a) first item\n(b) second item\n§ 5 Schluss"
    covered = set()
    for passage in split(document(Page(1, text)), "lease.pdf", starts, 160):
        covered.update(range(passage.start, passage.end))
    assert all(index in covered for index, char in enumerate(text) if not char.isspace())


def test_a_passage_ends_where_a_sentence_ends() -> None:
    page = Page(1, words(700))
    assert all(passage.text.endswith(".") for passage in split(document(page), "lease.pdf", starts, 256))


def test_headings_are_the_context_and_carry_over_pages() -> None:
    text = "Rent\n" + words(120) + "\nNotice\n" + words(120)
    first = Page(1, text, headings=(Heading(0, 1, "Rent"), Heading(text.index("Notice\n"), 1, "Notice")))
    second = Page(2, words(50))
    found = split(document(first, second), "lease.pdf", starts, 256)
    assert found[0].context == "Lease › Rent"
    assert found[-1].page == 2
    assert found[-1].context.endswith("› Notice")
    assert any(passage.text.startswith("Notice\n") for passage in found)


def test_a_lower_heading_keeps_the_higher_one() -> None:
    page = Page(1, "Part\nClause\n" + words(30), headings=(Heading(0, 1, "Part"), Heading(5, 2, "Clause")))
    later = Page(2, words(30))
    assert split(document(page, later), "l.pdf", starts, 256)[-1].context.endswith("Part › Clause")


@pytest.mark.parametrize("status", [Status.EMPTY, Status.PICTURE, Status.LOCKED])
def test_pages_without_text_give_none(status: Status) -> None:
    assert split(document(Page(1, "", status)), "lease.pdf", starts, 256) == ()


@pytest.mark.parametrize(("status", "found"), [
    (Status.DAMAGED, True), (Status.LOCKED, True), (Status.TIMED_OUT, True), (Status.TOO_LARGE, True),
    (Status.PICTURE, False),
])
def test_what_was_read_in_part_is_found_and_rubbish_is_not(status: Status, *, found: bool) -> None:
    assert bool(split(document(Page(1, "The rent is due on the third.", status)), "l.pdf", starts, 256)) is found


def test_a_title_and_a_file_name_are_not_said_twice() -> None:
    assert context_name("", "AcmeCorp_Hosting-Agreement.pdf") == "Acme Corp Hosting-Agreement"
    assert context_name("Hosting Agreement", "hosting agreement.docx") == "Hosting Agreement"
    assert context_name("Hosting Agreement", "scan0001.pdf") == "Hosting Agreement (scan0001)"


def test_what_is_embedded_starts_with_the_context() -> None:
    passage = split(document(Page(1, "The rent is due.")), "lease.pdf", starts, 256)[0]
    assert embedded_text(passage, starts) == f"{passage.context}\nThe rent is due."


def test_a_long_context_leaves_the_text_its_room() -> None:
    page = Page(1, words(400), headings=(Heading(0, 1, "a-" * 400),))
    for passage in split(document(page, title="b " * 300), "lease.pdf", starts, 256):
        assert len(starts(embedded_text(passage, starts))) <= 254
        assert embedded_text(passage, starts).endswith(passage.text)


def test_an_embedder_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        split(document(Page(1, "text")), "lease.pdf", starts, 32)


@pytest.mark.parametrize("title", ["", "Lease", "L" * 400])
@pytest.mark.parametrize("file", ["/papers/lease_of_2019.pdf", "/x/Lease.pdf", f"/{'long ' * 100}.pdf"])
def test_contexts_begin_as_is_said(title: str, file: str) -> None:
    page = Page(1, "One.\nTwo.", headings=(Heading(0, 1, "Chapter"),))
    for found in split(document(page, title=title), file.rpartition("/")[2], starts, 256):
        first, _, rest = found.context.partition(" › ")
        assert (first, rest) == (beginning(title, file), "Chapter")


def test_furniture_is_in_no_passage_and_no_passage_reaches_over_it() -> None:
    header, body, footer, note = "Brightwater LLP\n", words(300), "\nPage 3 of 9\n", words(40)
    text = header + body + footer + note
    page = Page(3, text, furniture=((0, len(header)), (len(header + body), len(header + body + footer))))
    found = split(document(page), "lease.pdf", starts, 256)
    assert all(passage.text == text[passage.start : passage.end] for passage in found)
    assert not any("Brightwater" in passage.text or "Page 3" in passage.text for passage in found)
    covered = {index for passage in found for index in range(passage.start, passage.end)}
    bodies = [*range(len(header), len(header + body)), *range(len(header + body + footer), len(text))]
    assert {index for index in bodies if not text[index].isspace()} <= covered
    assert found[-1].text == note
    bare = [Passage(3, p.start - len(header), p.end - len(header), p.text, p.context)
            for p in found if p.end <= len(header + body)]
    assert bare == list(split(document(Page(3, body)), "lease.pdf", starts, 256))


def test_a_page_of_furniture_alone_gives_no_passage() -> None:
    page = Page(1, "Brightwater LLP\nPage 1", furniture=((0, 15), (16, 22)))
    assert split(document(page), "lease.pdf", starts, 256) == ()


def test_a_contract_without_an_outline_is_cut_at_its_clauses() -> None:
    text = f"1. Term. {words(150)}\n2. Notices. {words(150)}\n2.1 Form. {words(150)}\n(a) {words(150)}"
    found = split(document(Page(1, text), title=""), "lease.pdf", starts, 256)
    assert all(passage.text == text[passage.start : passage.end] for passage in found)
    assert next(p for p in found if p.text.startswith("2. Notices")).context == "lease › 2. Notices"
    assert found[-1].context == "lease › 2. Notices › 2.1 Form › 2.1(a)"


def test_clauses_go_on_over_pages() -> None:
    pages = [Page(1, f"1. Term. {words(150)}"), Page(2, words(30)), Page(3, f"2. Notices. {words(30)}")]
    contexts = [passage.context for passage in split(document(*pages), "l.pdf", starts, 256)]
    assert contexts[-2:] == ["Lease › 1. Term", "Lease › 2. Notices"]


def test_a_table_is_not_cut_at_numbers() -> None:
    rows = "\n".join(f"Number: {number} | Name: Clause {number} | Amount: 1" for number in range(1, 40))
    sheet = Document("sheet", "", (Page(1, "Costs\n" + rows, headings=(Heading(0, 1, "Costs"),)),))
    assert {passage.context for passage in split(sheet, "book.xlsx", starts, 256)} == {"book › Costs"}


def test_a_letter_says_who_and_when() -> None:
    mail = Document("mail", "Rent", (Page(None, "It is due."),), (), "2024-01-31",
                    ("Ann Smith <ann@example.org>", "bob@example.org", "Carl", "Dora"))  # fmt: skip
    assert split(mail, "1.eml", starts, 256)[0].context == "Rent (1) › Ann Smith, bob@example.org, Carl, 2024-01-31"
    report = Document("pdf", "Rent", (Page(1, "It is due."),), (), "2024-01-31", ("Ann",))
    assert split(report, "rent.pdf", starts, 256)[0].context == "Rent"


def test_a_document_without_a_title_is_named_by_its_first_heading() -> None:
    text = f"SUPPLY AGREEMENT\n{words(40)}\nGoods\n{words(200)}"
    known = (Heading(0, 2, "SUPPLY AGREEMENT"), Heading(text.index("Goods\n"), 2, "Goods"))
    found = split(document(Page(1, text, headings=known), title=""), "scan7.pdf", starts, 256)
    assert found[-1].context == "scan7 › SUPPLY AGREEMENT › Goods"


def test_a_passage_ends_with_a_paragraph_and_the_next_begins_there() -> None:
    paragraphs = [words(140) for _ in range(6)]
    text = "\n\n".join(paragraphs)
    found = split(document(Page(1, text)), "lease.pdf", starts, 256)
    assert [passage.text for passage in found] == paragraphs


def test_a_long_enumeration_is_cut_at_its_items() -> None:
    items = "; ".join(f"({letter}) the tenant shall pay rent and give notice of it" for letter in "abcdefghijklmnop")
    found = split(document(Page(1, f"The tenant agrees: {items}.")), "lease.pdf", starts, 130)
    assert len(found) > 1
    assert all(passage.text.startswith(("The", "(")) for passage in found)


def test_a_deep_path_keeps_its_top_and_its_end() -> None:
    known = tuple(Heading(0, level, f"Level {level}") for level in range(1, 9))
    context = split(document(Page(1, "Text.", headings=known)), "lease.pdf", starts, 256)[0].context
    assert context == "Lease › Level 1 › Level 6 › Level 7 › Level 8"


def test_a_shortened_context_keeps_the_nearest_heading() -> None:
    known = (Heading(0, 1, "part " * 24), Heading(0, 2, "12.3 Termination"))
    name = "Acme_" + "_".join(str(number) for number in range(10_000, 10_020)) + "_Lease.pdf"
    passage = split(document(Page(1, "Text.", headings=known), title=""), name, starts, 256)[0]
    first = embedded_text(passage, starts).partition("\n")[0]
    assert first.startswith("Acme Lease › ")
    assert first.endswith("› 12.3 Termination")
    assert len(starts(first)) < CONTEXT_TOKENS


def test_a_table_is_cut_between_its_rows() -> None:
    rows = [f"Day: {number} | Person: O. Dace | Activity: reading the lease and its schedule" for number in range(40)]
    page = Page(1, "\n".join(rows))
    for passage in split(Document("sheet", "", (page,)), "hours.xlsx", starts, 256):
        assert all(line in rows for line in passage.text.splitlines())


def test_the_headings_of_a_cover_head_no_other_page() -> None:
    cover = "LEASE\nASHGROVE ESTATES\nHOLLIN AND FINCH\nReference 7"
    known = tuple(Heading(cover.index(line), 1 + place, line) for place, line in enumerate(cover.splitlines()))
    found = split(document(Page(1, cover, headings=known), Page(2, words(40))), "x.pdf", starts, 256)
    assert found[-1].context == "Lease (x)"


def test_a_heading_is_in_one_passage_with_what_is_under_it() -> None:
    text = "Prices\n" + "rent, " * 400
    found = split(document(Page(1, text, headings=(Heading(0, 1, "Prices"),))), "lease.pdf", starts, 256)
    assert len(starts(found[0].text)) > 100


def test_a_short_rest_stands_with_what_is_before_it() -> None:
    text = words(175) + "\n\nOne more short line of text."
    assert len(split(document(Page(1, text)), "lease.pdf", starts, 256)) == 1
