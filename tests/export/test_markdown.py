"""Markdown: footnotes, and no text that becomes markup, a link or HTML."""

from __future__ import annotations

import re

import pytest

from app.export import markdown
from app.export.origins import Origin
from app.export.paper import compose
from tests.export.exchanges import exchange, hostile, not_found, quoted


def written(*exchanges: object) -> str:
    return markdown.to_bytes(compose(exchanges, lambda _: Origin(), 0.0)).decode()  # type: ignore[arg-type]


def test_references_and_footnotes_belong_together() -> None:
    text = written(exchange(), quoted(), not_found())
    notes = re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE)
    assert notes == [str(number) for number in range(1, 11)]
    assert re.findall(r"\[\^(\d+)\](?!:)", text) == notes
    assert r"The notice came on 2 May.[^4] **\[not supported\]**" in text
    assert r"The deposit is EUR 14,400.[^2][^3] **\[partly supported\]**" in text
    assert "[^1]: **`Lease.pdf`, page 4.** “7.2 Either party" in text


@pytest.mark.parametrize(("given", "shown"), [
    ("<b>x</b> & &lt;", r"\<b\>x\</b\> \& \&lt;"),
    ("![a](b) [c](d)", r"\!\[a\](b) \[c\](d)"),
    ("*a* _b_ `c` ~d~ |e| #f $g$ ^h", r"\*a\* \_b\_ \`c\` \~d\~ \|e\| \#f \$g\$ \^h"),
    ("C:\\x", "C:\\\\x"),
    ("1. one", r"1\. one"),
    ("7.2 Notice", "7.2 Notice"),
    ("12) one", r"12\) one"),
    ("- one", r"\- one"),
    ("+ one", r"\+ one"),
    ("=== one", r"\=\=\= one"),
    ("a ==b== c++ %%d%% 5% a=b", r"a \=\=b\=\= c\+\+ \%\%d\%\% 5% a=b"),
    ("thirty-day notice of 3.5 mg, e.g. today", "thirty-day notice of 3.5 mg, e.g. today"),
    ("see https://a.example/b_c, now", "see `https://a.example/b_c`, now"),
    ("www.a.example", "`www.a.example`"),
    ("(me@a.example)", "`(me@a.example`)"),
    ("a.example.", "`a.example`."),
    ("javascript:x", "`javascript:x`"),
    ("`me@a.example``", "``` `me@a.example`` ```"),
    ("file: none", "file: none"),
])
def test_what_has_a_meaning_is_shown_as_it_is(given: str, shown: str) -> None:
    assert markdown.escaped(given) == shown


def test_nothing_of_a_file_becomes_markup() -> None:
    text = written(hostile())
    # What is left without the code, the escaped characters and our own marks holds nothing with a meaning.
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    ours = re.sub(r"(?m)^#{1,3} |^- |^---$|^\[\^\d+\]:|\[\^\d+\]|\*\*?", "", bare)
    assert not re.findall(r"[\\`*_\[\]<>#|~^$&@]|://|www\.", ours)
    assert "<script" not in re.sub(r"\\.", "", text)
