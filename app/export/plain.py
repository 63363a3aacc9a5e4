"""An answer with its citations as plain text, to be pasted."""

from __future__ import annotations

from app.export.paper import Chapter, Line, Paper


def to_text(paper: Paper) -> str:
    """Return the chapters, each with its question, its answer and its numbered notes."""
    return "\n\n".join(map(_chapter, paper.chapters)) + "\n"


def _chapter(chapter: Chapter) -> str:
    blocks = [chapter.question, *chapter.remarks]
    for number, part in enumerate(chapter.parts):
        if number or chapter.remarks:
            blocks.append(f"{part.caption}:")
        blocks += [" ".join(map(_line, lines)) for lines in part.paragraphs]
    notes = []
    for note in chapter.notes:
        quote = f"“{note.quote}”" if note.quote else ""
        place = f"{note.place}:" if note.place and quote else f"{note.place}." if note.place else ""
        notes.append(" ".join(filter(None, [f"[{note.number}]", place, quote, *note.said])))
    facts = ". ".join(f"{name}: {told}" for name, told in chapter.facts)
    said = f"{facts}. The verdicts were computed by Carrel by comparing words."
    return "\n\n".join(filter(None, [*blocks, "\n".join(notes), said]))


def _line(line: Line) -> str:
    keys = "".join(f" [{note.number}]" for note in line.notes)
    return f"{line.text}{keys}{f' ({line.label})' if line.label else ''}"
