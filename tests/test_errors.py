"""Errors: each is a sentence for the user, and the tree in the docstring is the tree."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from app import errors


def every(kind: type[errors.CarrelError] = errors.CarrelError) -> list[type[errors.CarrelError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every(child))]


@pytest.mark.parametrize("kind", every(), ids=lambda kind: kind.__name__)
def test_each_is_a_sentence_with_all_its_fields(kind: type[errors.CarrelError]) -> None:
    names = [name for _, name, _, _ in Formatter().parse(kind.__doc__ or "") if name]
    sentence = str(kind(**{name: f"<{name}>" for name in names}))
    assert re.fullmatch(r"[A-ZT<].*[.>]", sentence)
    assert all(f"<{name}>" in sentence for name in names)
    assert "{" not in sentence


def test_a_forgotten_field_is_a_bug() -> None:
    with pytest.raises(TypeError, match="path"):
        errors.MissingPath()


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or "")) | {"CarrelError"}
    assert drawn == {kind.__name__ for kind in every() if kind.__module__ == "app.errors"}


def test_each_branch_has_its_exit_code() -> None:
    codes = [kind.exit_code for kind in errors.CarrelError.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert not {0, 2, 130} & set(codes)
