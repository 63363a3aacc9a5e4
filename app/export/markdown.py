"""Markdown with footnotes (as Pandoc, GitHub and most editors read them).

Owns the guard against markup: nothing in a text becomes markup, a link or HTML. Characters with a meaning are escaped;
what programs turn into links by themselves, such as addresses, stands as code, where none of them does that.
"""

from __future__ import annotations

import re

from app.export.paper import Chapter, Line, Note, Paper

_MARKUP = re.compile(r"[\\`*_{}\[\]<>#!|~^$&]")
_TWINS = re.compile(r"={2,}|\+{2,}|%{2,}")  # what marks, underlines or hides words in some editors
_START = re.compile(r"^(?:[-+=:%]|\d+(?=[.)](?: |$)))")  # would begin a list, underline a heading, define a word
# Addresses, also without "https://" and "mailto:"; "e.g." and "3.5" are none.
_ADDRESS = re.compile(
    r"(.*(?:@|://|www\.|[^\W_][\w-]*\.[^\W\d_]{2,}|(?:mailto|xmpp|tel|javascript|data|file):[^\s”]).*?)([.,;:!?)”]*)",
    re.IGNORECASE,
)
_TICKS = re.compile("`+")


def to_bytes(paper: Paper) -> bytes:
    """Return the export in UTF-8."""
    blocks = [f"# {escaped(paper.title)}", escaped(paper.exported)]
    for chapter in paper.chapters:
        blocks += _blocks(chapter)
    blocks += ["---", "## About this export", *map(escaped, paper.about)]
    blocks += [_note(note) for chapter in paper.chapters for note in chapter.notes]
    return ("\n\n".join(blocks) + "\n").encode()


def _blocks(chapter: Chapter) -> list[str]:
    blocks = [f"## {escaped(chapter.question)}"]
    blocks.append("\n".join(f"- {name}: {escaped(told)}" for name, told in chapter.facts))
    blocks += [f"**{escaped(remark)}**" for remark in chapter.remarks]
    for part in chapter.parts:
        blocks.append(f"### {escaped(part.caption)}")
        blocks += [" ".join(map(_line, lines)) for lines in part.paragraphs]
    return blocks


def _line(line: Line) -> str:
    keys = "".join(f"[^{note.number}]" for note in line.notes)
    strong = "**" if line.doubtful or line.partly else "*"
    mark = f" {strong}\\[{line.label}\\]{strong}" if line.label else ""
    return f"{escaped(line.text)}{keys}{mark}"


def _note(note: Note) -> str:
    place = f"**{escaped(note.place)}.** " if note.place else ""
    quote = f"“{escaped(note.quote)}” " if note.quote else ""
    return f"[^{note.number}]: {place}{quote}{escaped(' '.join(note.said))}"


def escaped(text: str) -> str:
    """Return a text of one line that Markdown shows as it is."""
    return _START.sub(_at_start, " ".join(map(_word, text.split(" "))))


def _word(word: str) -> str:
    if address := _ADDRESS.fullmatch(word):
        return _code(address[1]) + address[2]
    word = _MARKUP.sub(r"\\\g<0>", word)
    return _TWINS.sub(lambda twins: "".join(f"\\{sign}" for sign in twins.group()), word)


def _at_start(match: re.Match[str]) -> str:
    found = match.group()
    return f"{found}\\" if found.isdigit() else f"\\{found}"


def _code(word: str) -> str:
    """Return a word as code, between more backticks than stand together in it."""
    fence = "`" * (max(map(len, _TICKS.findall(word)), default=0) + 1)
    space = " " if "`" in word else ""
    return f"{fence}{space}{word}{space}{fence}"
