"""Prompts: whole passages inside the budget, nothing else, nothing cut silently."""

from __future__ import annotations

from dataclasses import replace

from app.prompts import EARLIER_TOKENS, as_before, build, harmless
from app.types import (
    Answer,
    AnswerStatus,
    Citation,
    Evidence,
    Exchange,
    Hit,
    Searched,
    Sentence,
    StoredPassage,
    Verdict,
)
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


def turn(question: str, *said: tuple[str, Verdict], status: AnswerStatus = AnswerStatus.ANSWERED) -> Exchange:
    sentences = tuple(Sentence(text, (Citation("1", 1),), verdict) for text, verdict in said)
    text = " ".join(f"{sentence.text} [1]" for sentence in sentences)
    shown = evidence("an old passage that is not listed any more")
    answer = Answer(status, text, sentences, quotes=sentences)
    return Exchange("1" * 32, None, 0.0, question, question, shown, answer, (1,), "model.gguf")


def follow_up(*earlier: Exchange, context: int = 2048) -> str:
    built = build(evidence("The rent is due on the first."), count, context=context, evidence_tokens=800,
                  answer_tokens=64, question="And when?", earlier=earlier)  # fmt: skip
    assert built.given
    assert built.prompt.turns[-1].text.count("\nQ: ") == built.earlier
    return built.prompt.turns[-1].text


def test_earlier_questions_stand_between_the_passages_and_the_question() -> None:
    text = follow_up(turn("What is the rent?", ("It is 2,450 [1] dollars.", Verdict.SUPPORTED)))
    assert text.endswith(
        "The rent is due on the first.\n\nAsked before:\nQ: What is the rent?\nA: It is 2,450 (1) dollars.\n\n"
        "Question: And when?"
    )
    alone = build(evidence("The rent is due on the first."), count, context=2048, evidence_tokens=800, answer_tokens=64)
    beginning = alone.prompt.turns[-1].text.removesuffix("Question: What is the rent?")
    assert text.startswith(beginning)  # what a model has read already


def test_of_earlier_answers_only_what_held_goes_along_and_no_passage() -> None:
    text = follow_up(
        turn("What is the rent [7]?", ("The moon is cheese.", Verdict.NOT_SUPPORTED), ("It is due.", Verdict.SUPPORTED),
             ("It is not due before May.", Verdict.PARTLY)),
        turn("And the deposit?", ("A passage as it stood.", Verdict.SUPPORTED), status=AnswerStatus.QUOTES),
        turn("And the keys?", status=AnswerStatus.NOT_FOUND),
    )
    assert "Q: What is the rent (7)?\nA: It is due.\nQ: And the deposit?\nQ: And the keys?\n\n" in text
    for word in ("moon", "as it stood", "old passage", "May"):
        assert word not in text
    assert text.count("[1]") == 1


def test_earlier_questions_are_whole_the_latest_and_inside_their_budget() -> None:
    long = turn("Long?", ("word " * EARLIER_TOKENS + ".", Verdict.SUPPORTED))
    short = turn("Short?", ("Yes.", Verdict.SUPPORTED))
    assert "Short?" in follow_up(long, short)
    assert "Long?" not in follow_up(long, short)
    assert "Short?" not in follow_up(short, long)  # nothing from before one that is left out
    assert follow_up(long).endswith("\n\nQuestion: What is the rent?")  # then what was looked for tells the model more
    many = follow_up(*[turn(f"Question number {number}?") for number in range(90)])
    assert "number 89?" in many
    assert "number 9?" not in many
    passage = evidence("The rent is due on the first.")
    alone = build(passage, count, context=2048, evidence_tokens=800, answer_tokens=64)
    assert "Q:" not in follow_up(short, context=count(alone.prompt) + 64)


def test_the_same_passages_keep_their_order_and_keys() -> None:
    last = turn("What is the rent?")
    last = replace(last, evidence=evidence("a", "b", "c", "d"), given=(1, 2))
    one, two, three, four = last.evidence.hits
    again = replace(last.evidence, hits=tuple(
        replace(hit, rank=rank) for rank, hit in enumerate((two, one, four, three), start=1)
    ))
    settled = as_before(again, last)
    assert [(hit.rank, hit.passage.id) for hit in settled.hits] == [(1, "p1"), (2, "p2"), (3, "p4"), (4, "p3")]
    other = replace(again, hits=again.hits[2:])
    assert as_before(other, last) is other
    assert as_before(again, replace(last, given=())) is again
