"""What is said of sentences, citations and verdicts, the same in the window and in an export; and text made harmless.

Pure. Knows no format and no widget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.coverage import ANYWAY, ASTRAY, unmentioned_words
from app.types import Answer, AnswerStatus, Sentence, Verdict

# What stands beside a sentence, in brackets; one that makes no claim gets none.
LABELS = {
    Verdict.SUPPORTED: "supported",
    Verdict.PARTLY: "partly supported",
    Verdict.NOT_SUPPORTED: "not supported",
}
MEANINGS = {
    Verdict.SUPPORTED: "Supported: the cited passage says this.",
    Verdict.PARTLY: "Partly supported: the cited passage says some of this. Compare it yourself.",
    Verdict.NOT_SUPPORTED: "Not supported: the cited passages do not say this. Do not rely on it.",
}
FOUND = "The model named no source; Carrel found this one."
CUT = "The answer was cut at its greatest length; its end is missing."
REPEATED = "The model began to repeat itself and was stopped."
UNANSWERED = (
    "The model found no answer in the passages that it was given, and may be wrong. The sentences of your files that "
    "fit the question best are quoted with it; see for yourself whether they answer it."
)
_UNCITED = "Not supported: it cites no passage, and none says this. Do not rely on it."

_REASONS = 3  # that are told; who corrects these sees the rest

# Characters that XML forbids or Qt gives a meaning of its own, and halves of characters.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff]")
# They turn the direction of what follows, also of what is not theirs: a file could so write over a verdict.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def meaning(sentence: Sentence) -> str:
    """Return what the verdict of a sentence means and what it was found by; empty for one that makes no claim."""
    if sentence.verdict not in MEANINGS:
        return ""
    uncited = sentence.verdict is Verdict.NOT_SUPPORTED and not sentence.citations
    return " ".join((_UNCITED if uncited else MEANINGS[sentence.verdict], *reasons(sentence)))


def reasons(sentence: Sentence) -> list[str]:
    """Return why a sentence is not simply supported, the gravest first, a sentence each."""
    return list(dict.fromkeys(flat(reason.text) for reason in sentence.reasons))[:_REASONS]


def remarks(answer: Answer) -> list[str]:
    """Return what is said of an answer as a whole, a sentence or two each, the gravest first."""
    unanswered = answer.status is AnswerStatus.NOT_FOUND and bool(answer.quotes)
    said = ((ANYWAY, answer.anyway), (UNANSWERED, unanswered), (ASTRAY, answer.astray), (CUT, answer.stopped),
            (REPEATED, answer.repeated))  # fmt: skip
    unmentioned = [unmentioned_words(answer.unmentioned)] if answer.unmentioned else []
    return unmentioned + [words for words, holds in said if holds]


def unknown(key: str) -> str:
    """Return what is said of a citation that names no passage."""
    return f"The model cited “{key}”, which names none of the passages it was given."


def gaps(answer: Answer) -> Iterator[str]:
    """Yield what stands before each sentence: nothing, a space, or the line break that the model made."""
    at = 0
    for number, sentence in enumerate(answer.sentences):
        head = sentence.text[:16].rstrip(" .!?…")  # a key may have stood before the full stop
        begin = answer.text.find(head, at)
        broken = False
        if begin >= 0:
            before = answer.text[:begin]
            broken = "\n" in before[len(before.rstrip()):]
            at = begin + len(head)
        yield "" if number == 0 else "\n" if broken else " "


def flat(text: str) -> str:
    """Return a text in one line in which nothing commands: no control characters, none that turn the direction.

    Words, and their order, stay; blanks become single spaces, what no document may hold becomes �.
    """
    line = " ".join(_TURNING.sub("", text).split())
    return _FORBIDDEN.sub("\ufffd", line)
