"""A question into evidence, text and a checked answer, in this order, as events.

Knows the stages by their faces only. The evidence is yielded before the model is asked for anything,
and the model is given nothing that is not in it. Where the evidence seems to hold no answer the model is not asked:
it would answer all the same.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Generator as Events
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app import citations, followups, prompts, repetition, verification
from app.citations import CitedSentence
from app.models.roles import Generator
from app.precedence import Precedence
from app.retrieval import Retrieval, answerable, quotes
from app.settings import Settings
from app.types import (
    Answer,
    Answered,
    AnswerEvent,
    AnswerStatus,
    Citation,
    Evidence,
    EvidenceFound,
    Exchange,
    Hit,
    Preparing,
    Prompt,
    Scope,
    Sentence,
    TextWritten,
    Verdict,
)

_NOT_FOUND = re.compile(re.escape(prompts.NOT_FOUND.rstrip(".")) + r"(?: question)?[.!]*", re.IGNORECASE)
_LOOK_AFTER = 80  # characters between two looks for repetition


class Answering:
    """Answers questions from the library; without a generator it answers with quotes."""

    def __init__(
        self, retrieval: Retrieval, generator: Generator | None, settings: Settings,
        precedence: Precedence | None = None,
    ) -> None:  # fmt: skip
        """`precedence` is shared with whoever has to wait while a question is being answered."""
        self._retrieval = retrieval
        self._generator = generator
        self._settings = settings
        self._precedence = precedence or Precedence()

    def ask(
        self, question: str, *, scope: Scope | None = None, anyway: bool = False, earlier: Sequence[Exchange] = ()
    ) -> Events[AnswerEvent, None, None]:
        """Yield `EvidenceFound`, where a model writes `Preparing` until it does and `TextWritten`, then `Answered`.

        Only what is in `scope` is searched.
        With `anyway` also evidence that seems to hold no answer is answered from, and the answer says so. `earlier`
        are the exchanges of the conversation so far, from the first: what of them a question that leans on them needs
        is looked for with it and told to the model; their passages are not. Raises QuestionError before anything was
        yielded, ModelError after the evidence.
        """
        with self._precedence.answering():
            answered = yield from self._answered(question, scope, earlier, anyway=anyway)
        yield answered

    def _answered(
        self, question: str, scope: Scope | None, earlier: Sequence[Exchange], *, anyway: bool
    ) -> Events[AnswerEvent, None, Answered]:
        began = time.monotonic()
        understood = followups.understand(question, earlier)
        evidence = self._retrieval.search(understood.looked_for, self._settings.hits, scope=scope)
        if understood.leans:
            evidence = prompts.as_before(evidence, earlier[-1])
        else:
            earlier = ()
        found = time.monotonic() - began
        yield EvidenceFound(evidence, found)
        timings = {"evidence": found}
        given: tuple[int, ...] = ()
        left_out: tuple[int, ...] = ()
        doubted = evidence.answerable < answerable.LEAST
        unmentioned = self._retrieval.unmentioned(evidence)
        if not evidence.hits or (doubted and not anyway):
            answer = Answer(AnswerStatus.NOT_FOUND, "", ())
        elif self._generator is None or not (
            built := (yield from self._build(evidence, self._generator, question, earlier))
        ).given:
            answer = quote(evidence)
        else:
            given, left_out = built.given, built.left_out
            text, finish = yield from _write(self._generator, built.prompt, timings)
            checking = time.monotonic()
            answer = check(text, [hit for hit in evidence.hits if hit.rank in given], evidence.question)
            answer = replace(answer, stopped=finish == "limit", repeated=finish == "repeated")
            answer = pointed(answer, evidence, unmentioned)
            timings["checking"] = time.monotonic() - checking
        answer = replace(answer, anyway=doubted and anyway, unmentioned=unmentioned)
        timings["total"] = time.monotonic() - began
        return Answered(answer, given, tuple(timings.items()), left_out)

    def _build(
        self, evidence: Evidence, generator: Generator, question: str, earlier: Sequence[Exchange]
    ) -> Events[Preparing, None, prompts.Built]:
        began = time.monotonic()
        for _ in generator.loading():
            yield Preparing(time.monotonic() - began)
        return prompts.build(
            evidence,
            generator.count,
            context=generator.context,
            evidence_tokens=self._settings.evidence_tokens,
            answer_tokens=self._settings.answer_tokens,
            question=question,
            earlier=earlier,
        )


def _write(
    generator: Generator, prompt: Prompt, timings: dict[str, float]
) -> Events[AnswerEvent, None, tuple[str, str]]:
    """Yield the model's text as it comes; return it whole, and how it ended.

    One that says the same over and over is stopped, and returned without what it said again.
    """
    began = time.monotonic()
    pieces: list[str] = []
    unseen = 0  # characters since it was looked at for that
    with contextlib.closing(generator.generate(prompt)) as writing:
        while True:
            try:
                piece = next(writing)
            except StopIteration as end:
                timings["writing"] = time.monotonic() - began
                return "".join(pieces), end.value.finish
            if not piece:
                yield Preparing(time.monotonic() - began)
                continue
            if not pieces:
                timings["first_text"] = time.monotonic() - began
            pieces.append(piece)
            yield TextWritten(piece)
            unseen += len(piece)
            if unseen >= _LOOK_AFTER:
                unseen = 0
                text = "".join(pieces)
                if (once := repetition.begins(text)) is not None:
                    timings["writing"] = time.monotonic() - began
                    return text[:once], "repeated"


def check(text: str, hits: list[Hit], question: str = "") -> Answer:
    """Return the answer to `question` that `text` is, every sentence with its verdict, against the given hits."""
    if _says_not_found(text):
        return Answer(AnswerStatus.NOT_FOUND, text, ())
    texts = {hit.rank: verification.read(hit.passage.text) for hit in hits}
    asked = verification.read(question)
    checked = [_checked(sentence, texts, asked) for sentence in citations.parse(text, texts.keys())]
    return Answer(AnswerStatus.ANSWERED, text, tuple(checked))


def _checked(
    sentence: CitedSentence, texts: Mapping[int, verification.Text], asked: verification.Text
) -> Sentence:
    """Return a sentence with its verdict; where it cites nothing, with the passage that carries it best."""
    claim = verification.read(sentence.text)
    cited = sentence.citations
    finding = verification.judged(claim, [texts[one.rank] for one in cited if one.rank is not None])
    if not cited and finding.verdict is not Verdict.NO_CLAIM:
        ranks = list(texts)
        best = verification.best(claim, list(texts.values()))
        if best is not None:
            cited = (Citation(str(ranks[best]), ranks[best], found=True),)
            finding = verification.judged(claim, [texts[ranks[best]]])
    against = [texts[one.rank] for one in cited if one.rank is not None]
    finding = verification.with_question(finding, claim, asked, against)
    finding = verification.with_unknown(finding, claim, [one.key for one in cited if one.rank is None])
    return Sentence(sentence.text, cited, finding.verdict, finding.reasons)


def pointed(answer: Answer, evidence: Evidence, unmentioned: Sequence[str] = ()) -> Answer:
    """Return a written answer with quotes beside it where nothing of it is supported, or perhaps nothing that answers.

    So also where the model says that the passages do not answer the question: a small one says it of many that do.
    What the files say is never missing: of a sentence that is partly supported the rest may be the contrary of the
    truth. That a sentence is supported does not make it an answer: where none of those says what the sentences say that
    answer best, the answer is `astray`. What the question names and the documents never mention is `unmentioned`.
    """
    said = quote(evidence).sentences
    if answer.status is AnswerStatus.NOT_FOUND:
        return replace(answer, quotes=said)
    supported = [sentence.text for sentence in answer.sentences if sentence.verdict is Verdict.SUPPORTED]
    best = [sentence.text for sentence in said]
    astray = bool(supported) and not any(quotes.say(best, evidence.question, text) for text in supported)
    return replace(answer, astray=astray, quotes=said if astray or unmentioned or not supported else ())


def quote(evidence: Evidence) -> Answer:
    """Return the sentences of the evidence that answer the question best, verbatim, those of a document together.

    A quote is supported by being one.
    """
    said = tuple(
        Sentence(
            quote.hit.passage.text[quote.start : quote.end],
            (Citation(str(quote.hit.rank), quote.hit.rank, found=True, start=quote.start, end=quote.end),),
            Verdict.SUPPORTED,
        )
        for quote in quotes.best(evidence)
    )
    return Answer(AnswerStatus.QUOTES, "\n".join(sentence.text for sentence in said), said)


def _says_not_found(text: str) -> bool:
    """Whether a text says nothing, or that alone; what else it says has to be checked, also after these words."""
    return all(_NOT_FOUND.fullmatch(" ".join(sentence.text.split())) for sentence in citations.parse(text, ()))
