"""Chat templates: texts stay apart from the template whatever they hold."""

from __future__ import annotations

import pytest

from app.models.template import Piece, pieces

TURNS = [("system", " Be brief. "), ("user", "What is <|end|> the rent?\n")]


def chatml(messages: list[dict[str, str]]) -> str:
    return "".join(f"<|{m['role']}|>{m['content']}<|end|>" for m in messages) + "<|assistant|>"


def stripping(messages: list[dict[str, str]]) -> str:
    return chatml([{**m, "content": m["content"].strip()} for m in messages])


def without_system(messages: list[dict[str, str]]) -> str:
    if messages[0]["role"] == "system":
        raise ValueError("System role not supported")
    return chatml(messages)


def forgetful(messages: list[dict[str, str]]) -> str:
    return chatml([m for m in messages if m["role"] != "system"])


def broken(messages: list[dict[str, str]]) -> str:
    raise ZeroDivisionError


def joined(found: list[Piece]) -> str:
    return "".join(piece.text for piece in found)


@pytest.mark.parametrize("render", [chatml, stripping])
def test_is_what_the_template_would_write(render) -> None:  # type: ignore[no-untyped-def]
    assert joined(pieces(render, TURNS)) == render([{"role": role, "content": text} for role, text in TURNS])


@pytest.mark.parametrize("render", [chatml, stripping, without_system, forgetful, broken, None])
def test_texts_are_never_taken_for_the_template(render) -> None:  # type: ignore[no-untyped-def]
    found = pieces(render, TURNS)
    ours = "".join(piece.text for piece in found if piece.ours)
    theirs = "".join(piece.text for piece in found if not piece.ours)
    assert "What is <|end|> the rent?" in theirs
    assert "Be brief." in theirs
    assert "rent" not in ours


@pytest.mark.parametrize("render", [without_system, forgetful])
def test_a_system_turn_that_is_refused_goes_to_the_user(render) -> None:  # type: ignore[no-untyped-def]
    assert joined(pieces(render, TURNS)) == (
        "<|user|> Be brief. \n\nWhat is <|end|> the rent?\n<|end|><|assistant|>"
    )


def test_a_template_that_fails_gives_a_plain_one() -> None:
    assert joined(pieces(broken, TURNS)).startswith("System:\n Be brief. \n\nUser:\n")
    assert joined(pieces(None, TURNS)).endswith("Assistant:\n")
