"""Where the sentences of a text begin and end; knows abbreviations, clauses and lists, nothing else.

Shared by the splitting of documents into passages and of answers into sentences, so that both
mean the same by a sentence.
"""

from __future__ import annotations

import re
from itertools import pairwise

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st jr sr no nos art arts sec secs cl para paras pt pp p ch fig figs vs v inc ltd co corp llc plc
    e.g i.e cf al approx dept est ext ed eds vol u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed
    thu fri sat sun resp abs nr bzw z.b d.h u.a ca usw gem ggf inkl str tel bl hr fr dipl ing z b d h u a
    """.split()
)
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n[ \t]*\n|[。！？]+[」』）]*|$")
# A line that opens a clause, a list item or a heading starts a unit of its own; "30 days" goes on a sentence.
_OPENING = re.compile(
    r"\n(?=[ \t]*(?:\d{1,3}(?:\.\d{1,3})*[.)][ \t]|\d{1,3}(?:\.\d{1,3}){1,4}[ \t]*(?:[^\W\d_a-zß-öø-ÿ]|[\"“])"
    r"|\d{1,3}[ \t]+[^\W\d_a-zß-öø-ÿ]|\(?[a-zA-Z]{1,4}\)[ \t]|\(\d{1,2}\)[ \t]"
    r"|§|(?:Section|Article|Clause)\b(?![ \t]+[\dIVX][\w.()]*[,;)]?\s+(?:[a-z]|$))|ARTICLE\b|SECTION\b|[-*•‣–][ \t]|#))"
)


def spans(text: str) -> list[tuple[int, int]]:
    """Return [start, end) of each sentence of `text`, in order, without surrounding white space.

    Together they hold every character that is not white space.
    """
    breaks = {0, len(text)}
    breaks.update(match.end() for match in _END.finditer(text) if _ends(text, match))
    breaks.update(match.end() for match in _OPENING.finditer(text))
    ordered = sorted(breaks)
    found = []
    for start, end in pairwise(ordered):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            found.append((start + left, start + right))
    return found


def _ends(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    before = re.search(r"[\w.]*$", text[max(0, match.start() - 24) : match.start()])
    word = before.group() if before else ""
    if word.lower().strip(".") in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    after = text[match.end() : match.end() + 40].lstrip()
    if _DOTTED.fullmatch(word) and not after[:1].isupper():  # "42 U.S.C. § 1983"
        return False
    if word.isdigit():  # "1. Premises" and "am 3. März" go on; "in 2019. The" does not
        return len(word) > 3 or not after[:1].isalnum()
    return not after[:1].islower()
