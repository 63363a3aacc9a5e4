"""An answer that is no sentence, "Apple Inc." or "Two years", and whether its passage says that of what was asked.

By itself it claims nothing, so all of it may stand in a passage that speaks of something else. Whoever reads it reads
it as the answer to the question: then the passage must hold it where it speaks of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.verification.forms import forms
from app.verification.pieces import WORD, pieces
from app.verification.reading import Text, Token
from app.verification.wording import stem

# Chosen by the answers that the starter model wrote (benchmarks/answers.py): those that were right have more.
SPOKEN = 0.5  # of the question's words in the sentence of the passage
SHORT = 8  # tokens; more are mostly a sentence, whose verb no list of small words finds
# What no whole sentence lacks but those whose only verb is one of the present or of an own past: "The tenant pays."
# Such a one is looked at too, and then what is told of it is as true.
_VERBS = frozenset(
    """is are was were be been being am has have had do does did would will shall should can could cannot may might must
    he she it they we you who
    ist sind war waren wird werden wurde wurden hat haben hatte kann können muss müssen soll darf dürfen er sie wir
    began wrote held made gave took led grew became came went knew said paid sold bought brought kept lost met ran rose
    fell saw sent spent spoke won""".split()
)
# What asks, and not after what.
_ASKING = frozenset(
    stem(word) for word in
    """long much many old far often kind type sort name list give tell describe explain show call mean answer question
    lange viel viele oft alt heißt nenne""".split()
)  # fmt: skip
_MARK = re.compile(r"(?:[-*•‣–]|\(\w{1,4}\)|\b\w[.)])\s+$")  # of an item


def apart(claim: Text, question: Text, passages: Sequence[Text]) -> list[Token]:
    """Return what a question asks after, where a claim that is no sentence stands in none of the passages with it."""
    asked = [token for token in question.tokens if token.key not in _ASKING]
    if not asked or not _is_fragment(claim):
        return []
    left = [_missing(asked, passage, held) for passage in passages for held in _places(claim, passage)]
    fewest = min(left, key=len, default=[])
    return fewest if len(fewest) > (1 - SPOKEN) * len(asked) else []


def _is_fragment(text: Text) -> bool:
    """Whether a text is short and has no verb that small words or an ending would tell."""
    return sum(not token.listed for token in text.tokens) <= SHORT and not _has_verb(text.text)


def _has_verb(text: str) -> bool:
    words = [piece for piece in pieces(text) if piece.kind == WORD]
    return any(
        word.plain in _VERBS or word.plain.endswith("n't")
        or (at and word.shown.islower() and word.plain.endswith("ed"))
        for at, word in enumerate(words)
    )  # fmt: skip


def _places(claim: Text, passage: Text) -> list[frozenset[str]]:
    """Return the keys of each sentence of a passage that holds most of a claim, of an item with what leads to it."""
    same = [forms(token, passage) for token in claim.tokens if not token.listed]
    counts = [sum(not some.isdisjoint(held) for some in same) for held in passage.held]
    most = max(counts, default=0)
    return [_led(passage, at) for at, count in enumerate(counts) if count == most > 0]


def _led(passage: Text, at: int) -> frozenset[str]:
    """Return the keys of a sentence; of an item of a list also those of what the list stands under."""
    found = passage.held[at]
    while at and _is_item(passage, at):
        at -= 1
        found |= passage.held[at]
        if _after(passage, at).startswith(":"):
            break
    return found


def _is_item(passage: Text, at: int) -> bool:
    first, last = passage.spans[at]
    start, end = passage.tokens[first].start, passage.tokens[last - 1].end
    marked = passage.tokens[first].listed or _MARK.search(passage.text, max(0, start - 8), start)
    return not _has_verb(passage.text[start:end]) and bool(marked or not _after(passage, at).startswith("."))


def _after(passage: Text, at: int) -> str:
    """Return what ends a sentence: the signs behind its last token."""
    last = passage.spans[at][1]
    return passage.text[passage.tokens[last - 1].end :][:4].lstrip(")]\"' ")


def _missing(asked: Sequence[Token], passage: Text, held: frozenset[str]) -> list[Token]:
    return [token for token in asked if forms(token, passage).isdisjoint(held)]
