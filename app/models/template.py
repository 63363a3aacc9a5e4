"""Chat templates: where in a rendered conversation the template ends and a turn's own text begins.

The template belongs to the model, the texts to documents and the user. Kept apart, a document
cannot write the signs that only the template may write. Knows no model library.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Turns = Sequence[tuple[str, str]]  # role, text
Render = Callable[[list[dict[str, str]]], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a rendered conversation; `ours` where the template wrote it, not a turn."""

    text: str
    ours: bool = True


def pieces(render: Render | None, turns: Turns) -> list[Piece]:
    """Render `turns` and return the result in pieces; "".join of their texts is what the model reads.

    `render` is the model's template over {"role", "content"} messages. A template that refuses a
    system turn gets it as the beginning of the first user turn. Without a template, or where it
    fails, a plain one is used.
    """
    if render is not None:
        for attempt in (turns, _without_system(turns)):
            found = _apart(render, attempt)
            if found is not None:
                return found
    return _plain(turns)


def _apart(render: Render, turns: Turns) -> list[Piece] | None:
    """Render marks in place of the texts and cut there; None where a text would be lost."""
    marks = [f"text{secrets.token_hex(12)}text" for _ in turns]
    # The blanks show whether the template strips a turn's text.
    messages = [{"role": role, "content": f" {mark} "} for (role, _), mark in zip(turns, marks, strict=True)]
    try:
        left = render(messages)
    except Exception:  # noqa: BLE001  (the template is the model's own program and may raise anything)
        return None
    found: list[Piece] = []
    for (_, text), mark in zip(turns, marks, strict=True):
        before, mark_found, left = left.partition(mark)
        if not mark_found:
            return None
        if before.endswith(" ") and left.startswith(" "):
            before, left = before[:-1], left[1:]
            found += [Piece(before), Piece(text, ours=False)]
        else:
            found += [Piece(before), Piece(text.strip(), ours=False)]
    found.append(Piece(left))
    return [piece for piece in found if piece.text]


def _without_system(turns: Turns) -> Turns:
    system = "\n\n".join(text for role, text in turns if role == "system")
    others = [(role, text) for role, text in turns if role != "system"]
    if system and others and others[0][0] == "user":
        others[0] = ("user", f"{system}\n\n{others[0][1]}")
    return others


def _plain(turns: Turns) -> list[Piece]:
    found = []
    for role, text in turns:
        found += [Piece(f"{role.capitalize()}:\n"), Piece(text, ours=False), Piece("\n\n")]
    return [*found, Piece("Assistant:\n")]
