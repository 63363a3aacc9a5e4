"""The words of a passage that a note quotes: all, or the sentences around those that support what is said. Pure."""

from __future__ import annotations

from app import sentences
from app.export.words import flat
from app.snippets import MORE, snippet
from app.terms import STOP_WORDS, stem, terms

MOST = 600  # characters that are quoted
_LONGEST = 1500  # of a single sentence, which is cut inside only beyond this


def excerpt(passage: str, said: str, most: int = MOST) -> str:
    """Return the words of `passage` that carry `said`, verbatim but for blanks, in about `most` characters.

    A longer passage is cut where its sentences begin and end: the sentence that shares most words with `said`, and
    its neighbours as long as there is room. An ellipsis stands for what is left out.
    """
    whole = flat(passage)
    if len(whole) <= most:
        return whole
    spans = sentences.spans(passage)
    wanted = _stems(said)
    shared = [len(wanted & _stems(passage[start:end])) for start, end in spans]
    first = last = max(range(len(spans)), key=lambda index: (shared[index], -index))
    while True:
        # The neighbour that shares more comes first, and of equals the one that follows.
        around = [index for index in (last + 1, first - 1) if 0 <= index < len(spans)]
        around.sort(key=lambda index: -shared[index])
        for index in around:
            start, end = min(first, index), max(last, index)
            if len(flat(passage[spans[start][0]:spans[end][1]])) <= most:
                first, last = start, end
                break
        else:
            break
    found = flat(passage[spans[first][0]:spans[last][1]])
    before, after = first > 0, last < len(spans) - 1
    if len(found) > _LONGEST:
        found = snippet(found, (), most).text
    return f"{MORE + ' ' if before else ''}{found}{' ' + MORE if after and not found.endswith(MORE) else ''}"


def _stems(text: str) -> set[str]:
    return {stem(term.text) for term in terms(text) if term.text not in STOP_WORDS}
