"""Which words of a passage are quoted."""

from __future__ import annotations

from app import sentences
from app.export.excerpts import excerpt
from app.export.words import flat

PASSAGE = " ".join(
    [f"Clause {number} speaks of the garden and its hedges in many idle words." for number in range(1, 12)]
    + ["The tenant pays a deposit of EUR 14,400\ninto a separate account."]
    + [f"Clause {number} speaks of the stairs and who cleans them on which days." for number in range(13, 24)]
)


def test_a_short_passage_is_quoted_whole() -> None:
    assert excerpt("One.\n\n Two\tthree.", "anything") == "One. Two three."


def test_a_long_one_is_cut_between_sentences_around_the_words_that_carry() -> None:
    found = excerpt(PASSAGE, "The deposit is EUR 14,400 in an account.", 300)
    assert "The tenant pays a deposit of EUR 14,400 into a separate account." in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    inside = found.removeprefix("… ").removesuffix(" …")
    assert inside in flat(PASSAGE)
    assert len(inside) <= 300
    whole = {flat(PASSAGE[start:end]) for start, end in sentences.spans(PASSAGE)}
    assert {inside[start:end] for start, end in sentences.spans(inside)} <= whole


def test_its_beginning_and_end_have_no_ellipsis() -> None:
    assert excerpt(PASSAGE, "Clause 1 hedges", 200).startswith("Clause 1 speaks")
    assert excerpt(PASSAGE, "stairs of clause 23", 200).endswith("on which days.")


def test_a_sentence_that_is_longer_is_whole_until_it_is_absurd() -> None:
    long = "The parties " + "agree and " * 80 + "sign."
    assert excerpt(f"Before. {long} After.", "the parties agree", 300) == f"… {long} …"
    absurd = "word " * 2000
    assert len(excerpt(f"Before. {absurd}", "word", 300)) < 400
    assert len(excerpt("字" * 5000, "字", 300)) < 400
