"""A sentence and the passages it cites into a verdict, by comparing words and values; no model.

Strict where a mistake costs most: no number, date or name that the cited passages do not hold is passed, nor one that
stands there for something else, nor a denial that is not theirs. What is unsupported is marked, never removed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.types import Concern, Finding, Reason, Verdict
from app.verification import asked, fragments, quotes
from app.verification.comparing import Compared, Comparison
from app.verification.reading import Text, Token, read

__all__ = ["Text", "best", "check", "judged", "read", "with_question", "with_unknown"]

# What of a sentence its passages must hold: the share of its words of meaning, less those that stand elsewhere in the
# passage, mixed with how near each other its neighbouring words are there. Chosen by the mistakes that nobody would
# see. Of what was written by hand in words of its own (benchmarks/answering.py, first half) 42, 34, 28 and 20 % of the
# true statements are accepted at .72, .8, .85 and .9, and of the false ones 10, 2, 1 and 1 %; of questions turned into
# statements, which borrow half of their words, 42, 32, 26 and 20 %, and of the same with another answer out of the
# passage 23, 13, 9 and 5 %. Of copied and lightly reworded sentences it is 99 % or more at each, and of 400 answers of
# the starter model (benchmarks/answers.py), which copies, one right one less is accepted at .85 than at .72.
SUPPORTED = 0.85
PARTLY = 0.35
TOGETHER = 0.3
LONGEST = 400  # tokens; no sentence is so long, but what a model repeats without an end may be
# "The passage is about …": true of the passage and no answer to anything. "The text states that …" is one.
_ABOUT = re.compile(
    r"\W*(?:the|this|these|each)\s+(?:given\s+|above\s+)?(?:passages?|texts?|excerpts?|question)\s+(?:also\s+)?(?:"
    r"(?:is|are|was|were)\s+(?:about|asking|quot|from|taken)|discuss|describ|explain|explor|outlin|talk|deal|focus"
    r"|mention|provid|contain|giv|present|cover|highlight)(?!\w*\s+that\b)", re.IGNORECASE,
)  # fmt: skip
# A claim, and none that words can be compared of.
_BARE = re.compile(r"\W*(?:yes|no|none|never|neither|not at all|ja|nein|nie|keine[rs]?)\W*", re.IGNORECASE)
_SHOWN = 5  # missing words that a reason names


def check(sentence: str, passages: Sequence[str]) -> Finding:
    """Return how far `passages` together carry `sentence`, and why; no passages carry nothing."""
    return judged(read(sentence), [read(passage) for passage in passages])


def judged(claim: Text, passages: Sequence[Text]) -> Finding:
    """Return what check() does, of texts that were made ready by read()."""
    whole = (0, len(claim.text))
    if _BARE.fullmatch(claim.text):
        said = Reason(Concern.WORDS, *whole, "A mere yes or no cannot be compared; read what the passage says.")
        return Finding(Verdict.PARTLY, (said,))
    if not claim.tokens or claim.text.rstrip(" \"'”’»)").endswith("?"):
        return Finding(Verdict.NO_CLAIM)
    if not passages:
        return Finding(Verdict.NOT_SUPPORTED, (Reason(Concern.CITATION, *whole, "No passage carries this sentence."),))
    if len(claim.tokens) > LONGEST:
        return Finding(Verdict.NOT_SUPPORTED, (Reason(Concern.WORDS, *whole, "This is too long to be checked."),))
    compared = [Comparison(claim, passage).result() for passage in passages]
    found = [_misquoted(claim, passages), _finding(claim, *_together(claim, compared))]
    order = (Verdict.SUPPORTED, Verdict.PARTLY, Verdict.NOT_SUPPORTED)
    worst = max((finding.verdict for finding in found), key=order.index)
    if worst is Verdict.SUPPORTED and _ABOUT.match(claim.text):
        said = Reason(Concern.WORDS, *whole, "This is about the passages, and not what they say.")
        return Finding(Verdict.PARTLY, (said,))
    return Finding(worst, tuple(reason for finding in found for reason in finding.reasons))


def with_unknown(finding: Finding, claim: Text, keys: Sequence[str]) -> Finding:
    """Return a finding that also says which citation keys name no passage; with one a sentence is at most partly so."""
    if not keys or finding.verdict is Verdict.NO_CLAIM:
        return finding
    reasons = [Reason(Concern.CITATION, 0, len(claim.text), f"The citation [{key}] names no passage.") for key in keys]
    verdict = Verdict.PARTLY if finding.verdict is Verdict.SUPPORTED else finding.verdict
    known = tuple(reason for reason in finding.reasons if reason.concern is not Concern.CITATION)
    return Finding(verdict, (*known, *reasons))


def with_question(finding: Finding, claim: Text, question: Text, passages: Sequence[Text]) -> Finding:
    """Return a finding that also says what is the question's alone, and what is no answer to it by itself.

    A model that says a question back as an answer, "cold" where its passage says "disease", is else believed, as all
    the other words are the passage's. So is a name that stands there for something else.
    """
    if finding.verdict is not Verdict.SUPPORTED:
        return finding
    words = asked.borrowed(claim, question, passages)
    if words:
        said = f"This is the question's word and not the passage's: {_listed(words)}."
        reason = Reason(Concern.WORDS, words[0].start, words[-1].end, said)
    elif apart := fragments.apart(claim, question, passages):
        said = f"This stands in the passage, but not with what is asked: {_listed(apart)}."
        reason = Reason(Concern.WORDS, 0, len(claim.text), said)
    else:
        return finding
    return Finding(Verdict.PARTLY, (*finding.reasons, reason))


def best(claim: Text, passages: Sequence[Text]) -> int | None:
    """Return the index of the one passage that carries a sentence best, None where none does."""
    if _BARE.fullmatch(claim.text):
        return None
    order = (Verdict.SUPPORTED, Verdict.PARTLY)
    ranked = []
    for index, passage in enumerate(passages):
        shared = sum(token.key in passage.keys for token in claim.tokens)
        ranked.append((-shared, index))
    found = []
    for shared, index in sorted(ranked)[:3]:
        verdict = judged(claim, (passages[index],)).verdict
        if verdict in order:
            found.append((order.index(verdict), shared, index))
    return min(found)[2] if found else None


def _together(claim: Text, compared: Sequence[Compared]) -> tuple[set[int], Compared]:
    """Return what all passages cover, and the faults that are one beside each of them."""
    covered = set().union(*(one.covered for one in compared))
    nearest = max(compared, key=lambda one: len(one.covered))
    faults = {
        index: min((one.faults[index] for one in compared), key=lambda fault: fault.verdict is Verdict.NOT_SUPPORTED)
        for index in range(len(claim.tokens)) if all(index in one.faults for one in compared)
    }  # fmt: skip
    return covered - faults.keys(), replace(nearest, faults=faults)


def _finding(claim: Text, covered: set[int], compared: Compared) -> Finding:
    reasons = [*compared.turned]
    # Of a sentence in words of its own it is not sure whether it turns anything round: the user has to look.
    turned = Verdict.NOT_SUPPORTED if compared.sure else Verdict.PARTLY
    verdict = turned if reasons else Verdict.SUPPORTED
    for index in sorted(compared.faults):
        fault = compared.faults[index]
        reasons.append(fault.reason)
        if verdict is not Verdict.NOT_SUPPORTED:
            verdict = fault.verdict
    words = [index for index, token in enumerate(claim.tokens) if token.value is None]
    if not words:
        if verdict is Verdict.SUPPORTED:
            reasons.append(
                Reason(Concern.WORDS, 0, len(claim.text), "The number stands there; what it is of is not said.")
            )
            verdict = Verdict.PARTLY
        return Finding(verdict, tuple(reasons))
    stray = compared.elsewhere - covered
    held = max(sum((index in covered) - (index in stray) for index in words) / len(words), 0.0)
    share = (1 - TOGETHER) * held + TOGETHER * compared.together
    missing = [claim.tokens[index] for index in words if index not in covered and index not in compared.faults]
    if share < SUPPORTED:
        if missing or not reasons:
            reasons.append(_uncovered(claim, missing, little=share < PARTLY))
        if verdict is not Verdict.NOT_SUPPORTED:
            verdict = Verdict.PARTLY if share >= PARTLY else Verdict.NOT_SUPPORTED
    return Finding(verdict, tuple(reasons))


def _uncovered(claim: Text, missing: Sequence[Token], *, little: bool) -> Reason:
    start, end = (missing[0].start, missing[-1].end) if missing else (0, len(claim.text))
    opening = "The passage cited says little of this" if little else "The passage cited does not say all of this"
    named = f"; not there, or not with the rest: {_listed(missing)}" if missing else ""
    return Reason(Concern.WORDS, start, end, f"{opening}{named}.")


def _listed(tokens: Sequence[Token]) -> str:
    shown = ", ".join(f"“{token.shown}”" for token in tokens[:_SHOWN])
    return f"{shown} and more" if len(tokens) > _SHOWN else shown


def _misquoted(claim: Text, passages: Sequence[Text]) -> Finding:
    """Tell what stands in quotation marks and in none of the passages."""
    reasons = tuple(
        Reason(Concern.QUOTE, start, end, f"“{claim.text[start:end]}” is not in the passage cited in these words.")
        for start, end in quotes.quoted(claim.text)
        if not any(quotes.holds(passage.text, claim.text[start:end]) for passage in passages)
    )
    return Finding(Verdict.NOT_SUPPORTED if reasons else Verdict.SUPPORTED, reasons)
