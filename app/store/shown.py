"""An exchange as it is kept: JSON of what was shown, made small; never anything that could run.

Owns the form. Data names no type: a field is read as the type that it has in app/types.py, so that nothing else can
come out. A field that is not there gets its default, as in what was kept before there was such a field, and one that
is not known is passed over.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
import zlib
from enum import Enum
from functools import cache
from typing import Any

from app.types import Answer, Evidence

_LEVEL = 6  # of zlib: the passages of an exchange shrink to two fifths in a fraction of a millisecond


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """What of an exchange is not looked for in the tables."""

    question: str
    looked_for: str
    evidence: Evidence
    answer: Answer
    given: tuple[int, ...]
    model: str


def pack(shown: Shown) -> bytes:
    """Return it as it is kept."""
    return zlib.compress(json.dumps(_plain(shown), separators=(",", ":")).encode(), _LEVEL)


def unpack(data: bytes) -> Shown:
    """Return what `pack` was given; raises ValueError where it is something else."""
    try:
        found = _typed(Shown, json.loads(zlib.decompress(data)))
    except (zlib.error, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not an exchange: {error}") from error
    assert isinstance(found, Shown)
    return found


def _plain(value: Any) -> Any:
    """Return a value in what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is nothing that is kept")


def _typed(kind: Any, value: Any) -> Any:
    """Return what JSON gave as the type that is wanted."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):  # only "or None" is in use
        return None if value is None else _typed(next(one for one in inside if one is not types.NoneType), value)
    if origin is tuple:
        if inside[1:] == (...,):
            return tuple(_typed(inside[0], item) for item in value)
        return tuple(_typed(one, item) for one, item in zip(inside, value, strict=True))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        known = _fields(kind)
        return kind(**{name: _typed(known[name], item) for name, item in value.items() if name in known})
    return kind(value)  # text, a number, a word of an Enum


@cache
def _fields(kind: type) -> dict[str, Any]:
    """Return the types of a dataclass's fields, by name."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
