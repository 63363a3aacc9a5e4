"""Prompts: whole passages inside the budget, nothing else, nothing cut silently."""

from __future__ import annotations

from app.prompts import build, harmless
from app.types import Evidence, Hit, Searched, StoredPassage
from tests.fakes import FakeGenerator


def hit(rank: int, text: str) -> Hit:
    return Hit(rank, 1.0, StoredPassage(f"p{rank}", "d", "/a/lease.pdf", "Lease", "pdf", rank, 0, len(text), text, ""))


def evidence(*texts: str) -> Evidence:
    hits = tuple(hit(rank, text) for rank, text in enumerate(texts, start=1))
    return Evidence("What is the rent?", hits, Searched(1, 1, 0))


count = FakeGenerator().count


def test_passages_that_fit_are_whole_and_the_rest_is_reported() -> None:
    built = build(
        evidence("a " * 50, "b " * 300, "c " * 40), count, context=2048, evidence_tokens=120, answer_tokens=64
    )
    assert built.given == (1, 3)
    assert built.left_out == (2,)
    text = built.prompt.turns[-1].text
    assert text.count("a ") >= 50
    assert "b b" not in text


def test_prompt_and_answer_fit_the_model() -> None:
    built = build(evidence(*["word " * 150] * 20), count, context=600, evidence_tokens=5_000, answer_tokens=200)
    assert count(built.prompt) + built.prompt.max_tokens <= 600
    assert built.given
    assert built.left_out


def test_the_best_passage_is_given_even_over_the_budget() -> None:
    built = build(evidence("word " * 300, "short"), count, context=2048, evidence_tokens=100, answer_tokens=64)
    assert built.given == (1,)


def test_the_question_and_the_keys_are_there() -> None:
    text = build(evidence("x", "y"), count, context=2048, evidence_tokens=800, answer_tokens=64).prompt.turns[-1].text
    assert text.endswith("Question: What is the rent?")
    assert "[1] " in text
    assert "[2] " in text


def test_text_of_a_file_cannot_pass_for_a_key() -> None:
    assert harmless("see [1] and [2, 3] and [sic]") == "see (1) and (2, 3) and [sic]"
    text = build(evidence("as shown in [7]"), count, context=2048, evidence_tokens=800, answer_tokens=64)
    assert "[7]" not in text.prompt.turns[-1].text
