"""Which part of the library is searched, in words: what there is to choose from, and what was chosen, as chips.

Pure: from documents and a Scope to words and back. Knows no widget and no session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.types import DocumentRow, Scope
from app.ui.widgets import dates
from app.ui.widgets.rows import kind_word, kinds_called

EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Type:
    """Documents that a user would call the same, such as e-mails of all kinds."""

    word: str
    kinds: tuple[str, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that documents were added from."""

    path: str
    name: str  # its path without what all have in common
    documents: int  # in it and below


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that limits the search, and the scope without it."""

    words: str
    without: Scope


def types(documents: Iterable[DocumentRow]) -> tuple[Type, ...]:
    """Return the types of documents, the most frequent first."""
    found: dict[str, Counter[str]] = {}
    for row in documents:
        found.setdefault(kind_word(row.kind), Counter())[row.kind] += 1
    made = [Type(word, tuple(sorted({*kinds, *kinds_called(word)})), kinds.total()) for word, kinds in found.items()]
    return tuple(sorted(made, key=lambda each: (-each.documents, each.word)))


def places(documents: Iterable[DocumentRow]) -> tuple[Place, ...]:
    """Return the folders that documents lie in, with those above them as far as they tell documents apart."""
    direct = Counter(folder for row in documents if not row.parent and (folder := _folder(row.file)))
    if not direct:
        return ()
    all_of = Counter[str]()
    for folder, number in direct.items():
        for above in _upwards(folder):
            all_of[above] += number
    total = direct.total()
    same = {_folder(path) for path in all_of if all_of.get(_folder(path)) == all_of[path]}  # all is in one folder below
    kept = [path for path in all_of if path not in same]
    common = max((path for path, number in all_of.items() if number == total), key=len, default="")
    # A folder that holds all documents limits nothing.
    made = [Place(path, _below(path, common), all_of[path]) for path in kept if path != common]
    return tuple(sorted(made, key=lambda each: each.name.casefold()))


def chips(scope: Scope, kinds: Iterable[Type] = ()) -> tuple[Chip, ...]:
    """Return what `scope` limits; `kinds` are the types that there are."""
    made: list[Chip] = []
    if scope.kinds:
        known = [each.word for each in kinds if set(each.kinds) <= set(scope.kinds)]
        words = known or list(dict.fromkeys(map(kind_word, scope.kinds)))
        made.append(Chip(f"Type: {_either(words)}", replace(scope, kinds=())))
    if scope.folders:
        made.append(Chip(f"Folder: {_either([_last(path) for path in scope.folders])}", replace(scope, folders=())))
    if scope.after:
        made.append(Chip(f"From {dates.shown(scope.after)}", replace(scope, after="")))
    if scope.before:
        made.append(Chip(f"Until {dates.shown(dates.day_before(scope.before))}", replace(scope, before="")))
    if scope.files:
        made.append(Chip(f"Name: {_either(scope.files)}", replace(scope, files=())))
    if scope.people:
        made.append(Chip(f"Person: {_either(scope.people)}", replace(scope, people=())))
    return tuple(made)


def in_words(scope: Scope, kinds: Iterable[Type] = ()) -> str:
    """Return what `scope` limits in one line, "" for everything."""
    return " · ".join(chip.words for chip in chips(scope, kinds))


def several(typed: str) -> tuple[str, ...]:
    """Return what stands between the commas."""
    return tuple(dict.fromkeys(part for each in typed.replace(";", ",").split(",") if (part := " ".join(each.split()))))


def _either(names: Iterable[str]) -> str:
    """Return "A", "A or B" or "A, B or C", each name in one line."""
    flat = [" ".join(name.split()) for name in names]
    return " or ".join([*([", ".join(flat[:-1])] if flat[:-1] else []), *flat[-1:]])


def _folder(file: str) -> str:
    return file[: max(file.rfind("/"), file.rfind("\\"), 0)]


def _upwards(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = _folder(folder)


def _last(path: str) -> str:
    return path[max(path.rfind("/"), path.rfind("\\")) + 1:] or path


def _below(path: str, common: str) -> str:
    rest = path[len(common):].strip("/\\")
    return " › ".join(rest.replace("\\", "/").split("/"))
