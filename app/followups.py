"""Whether a question leans on earlier ones, and what to look for then; by words alone, no model.

"And for how long?", "What about the tenant?", "Why?", "When did she sign it?" name too little to be found by. To such a
question the telling words of the earlier ones are added, and to one with a pronoun the names in the last answer, of a
sentence that its passages support. A question that stands alone is left as it is: words of another topic would only
lead away. English and German; of French what stands alone and what begins with "et" or a preposition, no pronouns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app import query, terms
from app.types import Exchange, Verdict

WORDS = 14  # that earlier questions add at most
NAMES = 6  # that the last answer adds at most
_TELLING = 3  # words; one that begins with "and" and has more of them stands alone

_WORD = re.compile(r"[^\W_](?:[\w.,'’-]*[^\W_])?|[§$€£]")
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
# Words that ask and say nothing of what is asked about.
_WEAK = terms.STOP_WORDS | frozenset(
    "much many long often far soon late early lot please tell explain detail details give show mean means meant happen "
    "happens happened say says said exactly instead either still else also another others thing things case "
    "may might must shall get gets got make made need needs let like "
    "viel viele vielen lange oft weit bitte genau heisst bedeutet bedeuten gilt gelten mehr ebenfalls stattdessen "
    "sonst etwas anderes andere anderen fall falls soll sollte muss musste darf durfte mochte gibt gab geht ging denn "
    "eigentlich wofur womit wodurch wohin woher wessen was wann warum weshalb wieso wieviel "
    "le la les de du et est sont pour qui que quoi quel quelle quels quelles combien temps quand comment pourquoi ou "
    "par avec dans sur un une aux au ce cette cela ca ne pas donc alors mais depuis jusqu jusque sans avant apres "
    "aussi qu en il elle ils elles ".split()
)  # fmt: skip
_OPENING = re.compile(
    r"(?:and|but|or|so|then|also|what about|how about|what else|anything else|what if|same|und|aber|oder|also|dann|"
    r"was ist mit|wie ist es (?:mit|bei|fur)|wie steht es mit|wie sieht es|was noch|sonst noch|"
    r"et|mais|donc|alors|qu.en est.il)\b"
)
_PLACE = re.compile(
    r"(?:for|by|of|in|on|at|under|until|since|from|to|with|without|after|before|within|against|"
    r"fur|bis|seit|ab|von|durch|mit|ohne|nach|vor|bei|unter|gegen|in|an|auf|aus|zu|"
    r"pour|de|par|avec|dans|sur|depuis|jusqu|sans|apres|avant|chez)\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|am|be|been|do|does|did|has|have|had|can|could|will|would|shall|should|may|must|"
    r"ist|sind|war|waren|hat|haben|hatte|wird|werden|wurde|wurden|kann|konnen|muss|mussen|soll|sollen|darf|durfen|"
    r"est|sont|ont|etait|etaient|peut|peuvent|doit|doivent|sera|seront)\b"
)
_DEFINED = re.compile(r"(?:what|who|was|wer) (?:is|are|was|were|ist|sind|war|waren) ")

_PRONOUN = re.compile(
    r"\b(?:it|they|them|he|she|him|hers|theirs|er|ihn|ihm|ihnen|"
    r"davon|damit|dafur|dazu|daran|darin|darauf|daraus|dagegen|danach|dadurch|deswegen|dort)\b"
)
_OWNING = re.compile(r"\b(?:its|their|his|her|sein|seine|seinen|seinem|seiner|seines|dessen|deren)\b")
_POINTING = re.compile(
    r"\b(?:this|these|those)\b(?! (?:year|month|week|morning|evening|day)\b)|\bdies(?:e|er|es|em|en)?\b|"
    r"\bjene[rsnm]?\b|"
    r"\b(?:of|in|on|for|under|to|from|with|by|at|about|after|before|during|than|like|is|was|does|did|do|has|have|will|"
    r"would|can|could|why|when|how) that\b|^that\b|\bthat\W*$|"
    r"\bthe (?:same|latter|former|other|others|first|second|third|last)\b"
    r"(?=\W*$| (?:apply|applies|hold|holds|go|goes|true|party|parties|side|one|ones)\b)|"
    r"\b(?:which|what|another|other) ones?\b|\b(?:der|die|das|dem|den)selben?\b|"
    r"\bdas(?=\W*$| (?:auch|so|nicht|noch|immer|alles|genau|fur|bei|in|mit|von|zu|im|am|denn|moglich|erlaubt|"
    r"zulassig)\b)"
)
_SIE = re.compile(r"(?<![.?!] )(?<!^)\b(?:sie|ihre[nmrs]?|ihr|es)\b|^(?:Sie|Es)\b(?! gibt)")
_EXPLETIVE = re.compile(
    r"\b(?:gibt es|es gibt|es sich um|(?:is|was|be|would|will) it (?:possible|necessary|true|legal|allowed|required|ok|"
    r"permitted|safe|correct|common|usual)|it (?:is|was) (?:possible|necessary|true|required|common))\b",
    re.IGNORECASE,
)
_ADDING = re.compile(r"\b(?:also|too|either|as well|instead|still|else|otherwise|auch|ebenfalls|stattdessen|sonst)\b")
# Between a noun and a pronoun that may stand for it: "When the roof leaks, who repairs it?"
_CLAUSE = re.compile(
    r",|;|\b(?:if|when|while|because|that|which|who|and|after|before|once|unless|until|where|whether|"
    r"wenn|falls|weil|dass|nachdem|bevor|sobald|und|ob|wo)\b"
)
_NOUN = re.compile(r"\b(?:the|a|an|my|our|your|der|die|das|den|dem|ein|eine|einen|einem|einer|mein|unser) (?=\w)")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question asks for in its conversation."""

    looked_for: str  # the question, with what earlier ones add to it
    leans: bool  # on earlier ones


def understand(question: str, earlier: Sequence[Exchange]) -> Understood:
    """Return what to look for; `earlier` are the exchanges before it, from the first."""
    if not earlier or not _leans(question):
        return Understood(question, leans=False)
    said = {terms.stem(word) for word in terms.spelled(question).split()}
    added = [*_asked_before(earlier, said)[:WORDS]]
    if _points(_plain(question), question):
        added += _named(earlier[-1], said)[:NAMES]
    return Understood(" ".join((question.strip(), *added)), leans=True)


def _leans(question: str) -> bool:
    read = query.parse(question)
    if read.demand is not None:  # it says itself what is wanted
        return False
    text = read.text
    plain = _plain(text)
    telling = len(_telling(text))
    words = len(plain.split())
    if telling == 0 and words:
        return True
    if _points(plain, text):
        return True
    if telling > _TELLING:
        return False
    if _OPENING.match(plain) or _ADDING.search(plain):
        return True
    if _PLACE.match(plain) and not _VERB.search(plain):
        return True
    return telling == 1 and 1 < words <= 3 and not _DEFINED.match(plain)


def _points(plain: str, text: str) -> bool:
    """Whether it has a pronoun that stands for something of before."""
    plain = _EXPLETIVE.sub(" ", plain)
    if _POINTING.search(plain):
        return True
    text = _EXPLETIVE.sub(" ", text)
    for match in (*_PRONOUN.finditer(plain), *_SIE.finditer(text)):
        if not _explained(plain, match.start(), clause=True):
            return True
    return any(not _explained(plain, match.start(), clause=False) for match in _OWNING.finditer(plain))


def _explained(plain: str, at: int, *, clause: bool) -> bool:
    """Whether something before this place can be what a pronoun there stands for.

    A whole clause is needed between the two where the pronoun could not stand beside it: in "Can the tenant end it?" it
    is not the tenant.
    """
    before = plain[:at]
    breaks = [match.start() for match in _CLAUSE.finditer(before) if match.start() > 0]
    if clause and not breaks:
        return False
    before = before[: breaks[-1]] if clause else before
    return bool(_NOUN.search(before)) or sum(word not in _WEAK for word in before.split()) >= 2


def _plain(text: str) -> str:
    """Return the text in lower case without accents, with its punctuation."""
    folded = "".join(terms.spelled(part) if part.isalnum() else part for part in re.findall(r"\w+|\W+", text.strip()))
    return folded.lower()


def _telling(text: str) -> list[str]:
    """Return the words of a text that say what it is about, as they are written."""
    return [
        word for word in _WORD.findall(text)
        if word not in _OPERATORS and any(part not in _WEAK for part in terms.spelled(word).split())
    ]


def _asked_before(earlier: Sequence[Exchange], said: set[str]) -> list[str]:
    """Return the telling words of the last question, and of what that one leaned on."""
    last = earlier[-1]
    return _new(_telling(query.parse(last.question).text), said) + _new(
        _telling(query.parse(last.looked_for).text), said
    )


def _named(last: Exchange, said: set[str]) -> list[str]:
    """Return the names in the first sentence of the last answer that its passages support."""
    for sentence in last.answer.sentences:
        if sentence.verdict is Verdict.SUPPORTED:
            words = _telling(sentence.text)
            start = sentence.text.split(maxsplit=1)[0] if sentence.text.strip() else ""
            return _new([word for word in words if word[0].isupper() and word != start.strip("\"'“„(")], said)
    return []


def _new(words: Sequence[str], said: set[str]) -> list[str]:
    """Return those of the words that were not said yet, and note them."""
    found = []
    for word in words:
        stems = {terms.stem(part) for part in terms.spelled(word).split()}
        if not stems <= said:
            found.append(word)
            said |= stems
    return found
