"""Answering: evidence first, only the evidence to the model, every sentence with a verdict."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import replace

import pytest

from app.answering import Answering, check, quote
from app.errors import NoQuestion
from app.export.words import UNANSWERED, remarks
from app.precedence import Precedence
from app.prompts import NOT_FOUND
from app.retrieval.answerable import LEAST
from app.retrieval.quotes import say
from app.settings import Settings
from app.types import (
    Answer,
    Answered,
    AnswerEvent,
    AnswerStatus,
    Evidence,
    EvidenceFound,
    Exchange,
    Hit,
    Preparing,
    Prompt,
    Scope,
    Searched,
    StoredPassage,
    TextWritten,
    Verdict,
    Written,
)
from tests.fakes import FakeGenerator

TEXTS = ("The monthly rent is 2,450 dollars.", "Notice is three months in writing.", "The deposit is 4,900 dollars.")


def evidence(question: str = "What is the rent?", answerable: float = 0.9) -> Evidence:
    hits = tuple(
        Hit(rank, 1.0 / rank, StoredPassage(f"p{rank}", "d", "/a/lease.pdf", "Lease", "pdf", 1, 0, len(text), text, ""))
        for rank, text in enumerate(TEXTS, start=1)
    )
    return Evidence(question, hits, Searched(1, 12, 0), answerable=answerable)


class ScriptedRetrieval:
    """Answers every question with the same evidence."""

    def __init__(self, found: Evidence) -> None:
        self.found = found
        self.asked: list[str] = []
        self.missing: tuple[str, ...] = ()  # what the documents never mention

    def search(self, question: str, k: int = 10, *, scope: Scope | None = None) -> Evidence:
        if not question:
            raise NoQuestion
        self.asked.append(question)
        return replace(self.found, question=question, hits=self.found.hits[:k])

    def unmentioned(self, evidence: Evidence) -> tuple[str, ...]:
        return self.missing


def answering(generator: FakeGenerator | None, found: Evidence | None = None) -> Answering:
    return Answering(ScriptedRetrieval(found or evidence()), generator, Settings())  # type: ignore[arg-type]


def test_the_events_come_in_order() -> None:
    events = list(answering(FakeGenerator("The monthly rent is 2,450 [1]. Trust me [9].")).ask("What is the rent?"))
    assert isinstance(events[0], EvidenceFound)
    assert all(isinstance(event, TextWritten) for event in events[1:-1])
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.given == (1, 2, 3)
    assert "".join(event.text for event in events[1:-1] if isinstance(event, TextWritten)) == last.answer.text
    first, second = last.answer.sentences
    assert first.verdict is Verdict.SUPPORTED
    assert [citation.rank for citation in second.citations] == [None]
    assert second.verdict is Verdict.NOT_SUPPORTED
    assert {"evidence", "first_text", "writing", "checking", "total"} == {stage for stage, _ in last.timings}


def test_the_model_is_given_the_evidence_and_nothing_else() -> None:
    generator = FakeGenerator()
    list(answering(generator).ask("What is the rent?"))
    text = generator.prompts[0].turns[-1].text
    assert all(passage in text for passage in TEXTS)


def test_stopping_stops_the_model() -> None:
    generator = FakeGenerator("one two three")
    with contextlib.closing(answering(generator).ask("What is the rent?")) as events:
        for event in events:
            if isinstance(event, TextWritten):
                break
    assert generator.closed_early


def test_where_the_evidence_cannot_answer_the_model_is_not_asked() -> None:
    generator = FakeGenerator()
    events = list(answering(generator, evidence(answerable=LEAST / 2)).ask("Who won the cup?"))
    assert generator.prompts == []
    assert isinstance(events[0], EvidenceFound)
    assert events[0].evidence.hits
    assert isinstance(events[-1], Answered)
    assert events[-1].answer == Answer(AnswerStatus.NOT_FOUND, "", ())


@pytest.mark.parametrize("generator", [FakeGenerator("The monthly rent is 2,450 dollars [1]."), None])
def test_an_answer_that_was_wanted_anyway_says_so(generator: FakeGenerator | None) -> None:
    last = list(answering(generator, evidence(answerable=LEAST / 2)).ask("What is the rent?", anyway=True))[-1]
    assert isinstance(last, Answered)
    assert last.answer.status is (AnswerStatus.ANSWERED if generator else AnswerStatus.QUOTES)
    assert last.answer.sentences
    assert last.answer.anyway


def test_what_can_be_answered_is_not_marked_where_it_was_insisted_on() -> None:
    last = list(answering(FakeGenerator()).ask("What is the rent?", anyway=True))[-1]
    assert isinstance(last, Answered)
    assert not last.answer.anyway


def test_where_there_is_no_evidence_insisting_does_not_help() -> None:
    generator = FakeGenerator()
    nothing = replace(evidence(answerable=0.0), hits=())
    last = list(answering(generator, nothing).ask("What is the rent?", anyway=True))[-1]
    assert isinstance(last, Answered)
    assert (last.answer.status, generator.prompts) == (AnswerStatus.NOT_FOUND, [])


@pytest.mark.parametrize("said", [
    NOT_FOUND, "  " + NOT_FOUND.upper(), "", "\n", f"{NOT_FOUND} [1]", f"{NOT_FOUND}\n\n{NOT_FOUND}",
    "The passages do not answer this question.",
])  # fmt: skip
def test_a_model_that_finds_nothing_says_so(said: str) -> None:
    assert check(said, list(evidence().hits)).status is AnswerStatus.NOT_FOUND


def test_a_sentence_without_a_key_gets_the_passage_that_carries_it() -> None:
    answer = check("The deposit is 4,900 dollars. The moon is made of cheese.", list(evidence().hits))
    first, second = answer.sentences
    assert [(citation.rank, citation.found) for citation in first.citations] == [(3, True)]
    assert first.verdict is Verdict.SUPPORTED
    assert second.citations == ()
    assert second.verdict is Verdict.NOT_SUPPORTED


def test_a_wrong_key_is_not_mended() -> None:
    answer = check("The deposit is 4,900 dollars [1].", list(evidence().hits))
    assert answer.sentences[0].citations[0].rank == 1
    assert answer.sentences[0].verdict is Verdict.NOT_SUPPORTED


def test_without_a_model_the_answer_is_quotes() -> None:
    events = list(answering(None).ask("How much is the deposit?"))
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.status is AnswerStatus.QUOTES
    assert last.answer.sentences[0].text == TEXTS[2]


def test_quotes_are_verbatim() -> None:
    found = evidence()
    passages = {hit.rank: hit.passage.text for hit in found.hits}
    for sentence in quote(found).sentences:
        (citation,) = sentence.citations
        assert citation.rank
        assert passages[citation.rank][citation.start : citation.end] == sentence.text
        assert sentence.verdict is Verdict.SUPPORTED


def test_no_question_gets_a_sentence() -> None:
    with pytest.raises(NoQuestion):
        list(answering(FakeGenerator()).ask(""))


def test_an_answer_that_was_cut_says_so() -> None:
    cut = list(answering(FakeGenerator("The rent is", finish="limit")).ask("What is the rent?"))[-1]
    assert isinstance(cut, Answered)
    assert cut.answer.stopped


@pytest.mark.parametrize(("question", "reply", "astray"), [
    ("How long is the notice?", "Notice is three months in writing [2].", False),
    ("How long is the notice?", "Notice is in writing [2].", False),
    ("Is notice in writing?", "Notice is in writing [2].", False),
    ("How is notice given?", "Notice [2].", True),
])  # fmt: skip
def test_what_is_true_and_no_answer_is_told_with_quotes(question: str, reply: str, astray: bool) -> None:
    last = list(answering(FakeGenerator(reply)).ask(question))[-1]
    assert isinstance(last, Answered)
    assert [sentence.verdict for sentence in last.answer.sentences] == [Verdict.SUPPORTED]
    assert (last.answer.astray, bool(last.answer.quotes)) == (astray, astray)


def test_what_the_documents_never_mention_is_told_with_quotes() -> None:
    retrieval = ScriptedRetrieval(evidence())
    retrieval.missing = ("Port Ellery",)
    for model in (FakeGenerator("The monthly rent is 2,450 [1]."), None):
        asked = Answering(retrieval, model, Settings())  # type: ignore[arg-type]
        last = list(asked.ask("What is the rent in Port Ellery?"))[-1]
        assert isinstance(last, Answered)
        assert last.answer.unmentioned == ("Port Ellery",)
        assert not last.answer.astray
        assert last.answer.sentences[0].verdict is Verdict.SUPPORTED
        assert bool(last.answer.quotes) is (model is not None)
        assert "“Port Ellery” stands nowhere" in remarks(last.answer)[0]


def test_a_word_of_the_question_alone_is_marked() -> None:
    text = "The roof, the outer walls, the chimney, the gutters, the stairs and {} are repaired by the landlord."
    found = Hit(1, 1.0, replace(evidence().hits[0].passage, text=text.format("the windows")))
    reply = text.format("the broken windows")
    for question, verdict in (("Who repairs broken windows?", Verdict.PARTLY), ("Who repairs it?", Verdict.SUPPORTED)):
        (sentence,) = check(reply, [found], question).sentences
        assert sentence.verdict is verdict
        assert any("“broken”" in reason.text for reason in sentence.reasons) is (verdict is Verdict.PARTLY)


def test_a_supported_sentence_that_says_something_else_than_the_best_ones_is_astray() -> None:
    best = "The battle of Lake George ended inconclusively, with both sides withdrawing from the field."
    assert say([best], "Who won the battle of Lake George?", "The battle of Lake George ended inconclusively.")
    assert not say([best], "Who won the battle of Lake George?", "The British won the battle of Lake George.")
    assert not say([best], "Who won the battle of Lake George?", "They won the battle of Lake George.")


class SlowGenerator(FakeGenerator):
    """Says nothing for a while: it is loaded, then it reads its prompt."""

    def loading(self) -> Iterator[None]:
        yield from (None, None)

    def generate(self, prompt: Prompt) -> Generator[str, None, Written]:
        writing = super().generate(prompt)
        self.closed_early = True
        yield from ("", "", "")
        return (yield from writing)


def test_while_the_model_is_silent_it_is_told_and_can_be_stopped() -> None:
    generator = SlowGenerator("The monthly rent is 2,450 dollars [1].")
    events = list(answering(generator).ask("What is the rent?"))
    assert [type(event) for event in events[:6]] == [EvidenceFound] + [Preparing] * 5
    assert "".join(event.text for event in events if isinstance(event, TextWritten)) == generator.reply
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == generator.reply
    generator.closed_early = False
    stopped = answering(generator).ask("What is the rent?")
    assert [type(next(stopped)) for _ in range(4)] == [EvidenceFound, Preparing, Preparing, Preparing]
    stopped.close()
    assert generator.closed_early
    assert not generator.prompts[2:]  # it never came to the writing


def test_a_model_that_repeats_itself_for_ever_is_stopped() -> None:
    generator = FakeGenerator("The monthly rent is 2,450 dollars [1]. " + "Notice is three months [2]. " * 500)
    events = list(answering(generator).ask("What is the rent?"))
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.repeated
    assert not last.answer.stopped
    assert [sentence.verdict for sentence in last.answer.sentences] == [Verdict.SUPPORTED] * 2
    assert sum(isinstance(event, TextWritten) for event in events) < 200
    assert generator.closed_early


def test_a_model_that_cannot_hold_a_passage_is_not_asked() -> None:
    generator = FakeGenerator(context=150)
    last = list(answering(generator).ask("What is the rent?"))[-1]
    assert generator.prompts == []
    assert isinstance(last, Answered)
    assert last.answer.status is AnswerStatus.QUOTES


def test_where_nothing_that_was_written_holds_the_files_speak() -> None:
    last = list(answering(FakeGenerator("The moon is made of cheese.")).ask("How much is the deposit?"))[-1]
    assert isinstance(last, Answered)
    assert last.answer.status is AnswerStatus.ANSWERED
    assert last.answer.sentences[0].verdict is Verdict.NOT_SUPPORTED
    assert last.answer.quotes[0].text == TEXTS[2]
    assert all(citation.rank for sentence in last.answer.quotes for citation in sentence.citations)


def test_where_only_a_part_of_it_holds_the_files_speak_too() -> None:
    reply = "The monthly rent is 2,450 dollars, and the landlord pays for heating and water [1]."
    last = list(answering(FakeGenerator(reply)).ask("What is the monthly rent in dollars?"))[-1]
    assert isinstance(last, Answered)
    assert [sentence.verdict for sentence in last.answer.sentences] == [Verdict.PARTLY]
    assert last.answer.quotes[0].text == TEXTS[0]


def test_where_the_text_holds_there_are_no_quotes_beside_it() -> None:
    last = list(answering(FakeGenerator("The monthly rent is 2,450 dollars [1].")).ask("What is the rent?"))[-1]
    assert isinstance(last, Answered)
    assert last.answer.quotes == ()


@pytest.mark.parametrize("claim", [
    f"{NOT_FOUND} However, the deposit is 9,999 dollars.", "The passages do not answer this but the deposit is 9,999.",
])  # fmt: skip
def test_what_is_said_after_that_nothing_was_found_is_checked(claim: str) -> None:
    last = list(answering(FakeGenerator(claim)).ask("How much is the deposit?"))[-1]
    assert isinstance(last, Answered)
    assert last.answer.status is AnswerStatus.ANSWERED
    marked = [sentence for sentence in last.answer.sentences if "9,999" in sentence.text]
    assert [sentence.verdict for sentence in marked] == [Verdict.NOT_SUPPORTED]
    assert last.answer.quotes


@pytest.mark.parametrize("said", [NOT_FOUND, ""])
@pytest.mark.parametrize("anyway", [False, True])
def test_where_the_model_finds_nothing_the_files_speak(said: str, anyway: bool) -> None:
    found = evidence(answerable=LEAST / 2 if anyway else 0.9)
    last = list(answering(FakeGenerator(said), found).ask("How much is the deposit?", anyway=anyway))[-1]
    assert isinstance(last, Answered)
    assert (last.answer.status, last.answer.sentences) == (AnswerStatus.NOT_FOUND, ())
    assert last.answer.quotes == quote(replace(found, question="How much is the deposit?")).sentences
    assert last.answer.quotes[0].text == TEXTS[2]
    assert last.answer.anyway is anyway
    assert UNANSWERED in remarks(last.answer)


def test_others_wait_until_an_answer_is_written_and_no_longer() -> None:
    precedence = Precedence()
    asked = Answering(ScriptedRetrieval(evidence()), FakeGenerator(), Settings(), precedence)  # type: ignore[arg-type]
    for event in asked.ask("What is the rent?"):
        assert precedence.held is not isinstance(event, Answered)
    with contextlib.closing(asked.ask("What is the rent?")) as events:
        next(events)
        assert precedence.held
    assert not precedence.held
    with pytest.raises(NoQuestion):
        list(asked.ask(""))
    assert not precedence.held


def exchange(question: str, events: list[AnswerEvent]) -> Exchange:
    first, last = events[0], events[-1]
    assert isinstance(first, EvidenceFound)
    assert isinstance(last, Answered)
    looked_for = first.evidence.question
    return Exchange("1" * 32, None, 0.0, question, looked_for, first.evidence, last.answer, last.given, "m")


def test_a_follow_up_is_looked_for_with_the_words_of_before_and_put_to_the_model_as_it_was_typed() -> None:
    generator = FakeGenerator("The monthly rent is 2,450 dollars [1]. The moon is cheese [2].")
    retrieval = ScriptedRetrieval(evidence())
    asked = Answering(retrieval, generator, Settings())  # type: ignore[arg-type]
    first = exchange("What is the monthly rent?", list(asked.ask("What is the monthly rent?")))
    # The same passages, found in another order.
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(reversed(retrieval.found.hits), start=1))
    retrieval.found = replace(retrieval.found, hits=hits)
    events = list(asked.ask("And since when?", earlier=[first]))
    found = exchange("And since when?", events)
    assert retrieval.asked[1] == found.looked_for == "And since when? monthly rent"
    one, two = (prompt.turns[-1].text for prompt in generator.prompts)
    assert two.startswith(one.removesuffix("Question: What is the monthly rent?"))
    assert two.endswith(
        "Q: What is the monthly rent?\nA: The monthly rent is 2,450 dollars.\n\nQuestion: And since when?"
    )
    assert found.given == first.given == (1, 2, 3)
    list(asked.ask("Who holds the keys of the garage?", earlier=[first, found]))
    assert retrieval.asked[2] == "Who holds the keys of the garage?"
    assert "Q:" not in generator.prompts[2].turns[-1].text


def test_what_there_was_no_room_for_is_said() -> None:
    settings = replace(Settings(), evidence_tokens=12)
    asked = Answering(ScriptedRetrieval(evidence()), FakeGenerator(), settings)  # type: ignore[arg-type]
    last = list(asked.ask("What is the rent?"))[-1]
    assert isinstance(last, Answered)
    assert last.left_out
    assert sorted((*last.given, *last.left_out)) == [1, 2, 3]
