"""A question into evidence, text and a checked answer, in this order, as events.

Knows the stages by their faces only. The evidence is yielded before the model is asked for anything,
and the model is given nothing that is not in it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator as Events
from collections.abc import Mapping
from dataclasses import replace

from app import citations, prompts, sentences, verification
from app.citations import CitedSentence
from app.models.roles import Generator
from app.precedence import Precedence
from app.retrieval import Retrieval
from app.settings import Settings
from app.types import (
    Answer,
    Answered,
    AnswerEvent,
    AnswerStatus,
    Citation,
    Evidence,
    EvidenceFound,
    Hit,
    Prompt,
    Scope,
    Sentence,
    TextWritten,
    Verdict,
)

# Below this cosine no passage is about the question, and the model is not asked, as it would answer anyway.
# Measured with the embedded model on the 120 contracts of cuad: of 150 questions on them each is above .5, of
# 450 questions from other collections a fifth is below.
NOTHING_NEAR = 0.25
QUOTES = 3


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

    def ask(self, question: str, *, scope: Scope | None = None) -> Events[AnswerEvent, None, None]:
        """Yield `EvidenceFound`, then `TextWritten` pieces, then `Answered`; only what is in `scope` is searched.

        Raises QuestionError before anything was yielded, ModelError after the evidence.
        """
        with self._precedence.answering():
            answered = yield from self._answered(question, scope)
        yield answered

    def _answered(self, question: str, scope: Scope | None) -> Events[AnswerEvent, None, Answered]:
        began = time.monotonic()
        evidence = self._retrieval.search(question, self._settings.hits, scope=scope)
        found = time.monotonic() - began
        yield EvidenceFound(evidence, found)
        timings = {"evidence": found}
        given: tuple[int, ...] = ()
        if evidence.similarity < NOTHING_NEAR:
            answer = Answer(AnswerStatus.NOT_FOUND, "", ())
        elif self._generator is None or not (built := self._build(evidence, self._generator)).given:
            answer = quote(evidence)
        else:
            given = built.given
            text, finish = yield from _write(self._generator, built.prompt, timings)
            checking = time.monotonic()
            answer = check(text, [hit for hit in evidence.hits if hit.rank in given])
            answer = replace(answer, stopped=finish == "limit")
            if answer.status is AnswerStatus.ANSWERED and not _holds(answer):
                answer = replace(answer, quotes=quote(evidence).sentences)  # what the files say is never missing
            timings["checking"] = time.monotonic() - checking
        timings["total"] = time.monotonic() - began
        return Answered(answer, given, tuple(timings.items()))

    def _build(self, evidence: Evidence, generator: Generator) -> prompts.Built:
        return prompts.build(
            evidence,
            generator.count,
            context=generator.context,
            evidence_tokens=self._settings.evidence_tokens,
            answer_tokens=self._settings.answer_tokens,
        )


def _write(
    generator: Generator, prompt: Prompt, timings: dict[str, float]
) -> Events[AnswerEvent, None, tuple[str, str]]:
    """Yield the model's text as it comes; return it whole, and how it ended."""
    began = time.monotonic()
    pieces: list[str] = []
    with contextlib.closing(generator.generate(prompt)) as writing:
        while True:
            try:
                piece = next(writing)
            except StopIteration as end:
                timings["writing"] = time.monotonic() - began
                return "".join(pieces), end.value.finish
            if not pieces:
                timings["first_text"] = time.monotonic() - began
            pieces.append(piece)
            yield TextWritten(piece)


def check(text: str, hits: list[Hit]) -> Answer:
    """Return the answer that `text` is, every sentence with its verdict, against the given hits."""
    if _says_not_found(text):
        return Answer(AnswerStatus.NOT_FOUND, text, ())
    texts = {hit.rank: verification.read(hit.passage.text) for hit in hits}
    checked = [_checked(sentence, texts) for sentence in citations.parse(text, texts.keys())]
    return Answer(AnswerStatus.ANSWERED, text, tuple(checked))


def _checked(sentence: CitedSentence, texts: Mapping[int, verification.Text]) -> Sentence:
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
    finding = verification.with_unknown(finding, claim, [one.key for one in cited if one.rank is None])
    return Sentence(sentence.text, cited, finding.verdict, finding.reasons)


def _holds(answer: Answer) -> bool:
    return any(sentence.verdict in (Verdict.SUPPORTED, Verdict.PARTLY) for sentence in answer.sentences)


def quote(evidence: Evidence) -> Answer:
    """Return the sentences of the evidence that share most words with the question, verbatim."""
    wanted = set(verification.content_words(evidence.question))
    quotes = []
    for hit in evidence.hits[:QUOTES]:
        text = hit.passage.text
        spans = sentences.spans(text)
        start, end = max(
            spans, key=lambda span: len(wanted & set(verification.content_words(text[span[0] : span[1]])))
        )
        quotes.append(
            Sentence(text[start:end], (Citation(str(hit.rank), hit.rank, found=True),), Verdict.SUPPORTED)
        )
    return Answer(AnswerStatus.QUOTES, "\n".join(sentence.text for sentence in quotes), tuple(quotes))


def _says_not_found(text: str) -> bool:
    said = " ".join(text.split()).casefold().rstrip(".")
    return said == "" or said.startswith(prompts.NOT_FOUND.casefold().rstrip("."))
