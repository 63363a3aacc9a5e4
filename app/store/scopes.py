"""Which documents a scope holds, and what else is asked of many documents at once.

Owns the list of all files that gave a document, kept in memory between two changes of the library, and how a scope is
understood. Must not know of passages' texts or vectors.

A file is inside by its own name, title, people and date, and by those of the files that it came out of: an attachment
belongs to its mail. Its kind is its own alone. A copy is inside by its own name; its content is that of another.
"""

from __future__ import annotations

import fnmatch
import re
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar

from app import terms
from app.store import names
from app.store.database import Database
from app.store.texts import to_text
from app.types import Scope, Searched

_REMEMBERED = 8  # scopes
_BEGINNING = 3  # letters that a longer word may go on from
_DEEPEST = 64  # files inside files; what claims to be deeper is cut there
_WORD = re.compile(r"[^\W_]+")
_PATTERN = re.compile(r"[*?\[]")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_DRIVE = re.compile("[A-Za-z]:(?:/|$)")
# What users call kinds of documents, where that is not the name of one.
_MEANT = {
    "mail": {"mail", "msg", "tnef", "mbox"}, "email": {"mail", "msg", "tnef", "mbox"},
    "e-mail": {"mail", "msg", "tnef", "mbox"}, "message": {"mail", "msg", "tnef", "mbox"}, "outlook": {"msg", "tnef"},
    "word": {"docx", "odt", "rtf"}, "doc": {"docx"}, "excel": {"sheet", "csv"}, "spreadsheet": {"sheet", "csv"},
    "table": {"sheet", "csv"}, "powerpoint": {"slides"}, "presentation": {"slides"}, "web": {"html", "mhtml"},
    "picture": {"image"}, "photo": {"image"}, "scan": {"image"}, "txt": {"text"}, "zip": {"archive"},
}

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Match = Callable[["File"], bool]


@dataclass(slots=True)
class File:
    """A file that gave a document."""

    number: int
    content: int  # the number under which its pages and passages are kept
    id: str
    path: str
    name: str  # folded, as are words and people
    words: str  # of name and title, with a space before and after each
    kind: str
    people: tuple[str, ...]  # the words of each, likewise
    first: str  # the first and last day that its date may mean
    last: str
    dated: bool  # whether by itself
    pages: int
    unread: int
    inside: File | None = None

    def line(self) -> Iterator[File]:
        """Yield the file and those that it came out of, one in the other."""
        file: File | None = self
        for _ in range(_DEEPEST):
            if file is None:
                return
            yield file
            file = file.inside


@dataclass(slots=True)
class _Known:
    """The list as it was at one state of the database."""

    changes: int
    files: list[File]
    by_id: dict[str, File]
    passages: dict[int, int]  # how many a content has
    scopes: OrderedDict[Scope, frozenset[str]] = field(default_factory=OrderedDict)
    contents: OrderedDict[frozenset[str], dict[int, str]] = field(default_factory=OrderedDict)


class Catalog:
    """The files of one library; usable from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: _Known | None = None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept = None

    def inside(self, scope: Scope) -> frozenset[str] | None:
        """Return the ids of all files in a scope, copies by their own; None where it limits nothing."""
        if scope == Scope():
            return None
        with self._lock:
            known = self._known()
            return _remembered(known.scopes, scope, lambda: _inside(known, scope))

    def contents(self, documents: frozenset[str]) -> dict[int, str]:
        """Return the numbers of the contents of these files, each with the id of the file that it is named after.

        That is the one that it is kept under, or else the one of them that was added first.
        """
        with self._lock:
            known = self._known()
            return _remembered(known.contents, documents, lambda: _contents(known, documents))

    def passages(self, contents: Iterable[int]) -> int:
        """Return how many passages these contents have together."""
        with self._lock:
            counts = self._known().passages
            return sum(counts.get(number, 0) for number in contents)

    def all_passages(self) -> int:
        """Return how many passages there are."""
        with self._lock:
            return sum(self._known().passages.values())

    def searched(self, documents: frozenset[str]) -> Searched:
        """Return what these files are together."""
        with self._lock:
            known = self._known().by_id
            files = [known[key] for key in documents if key in known]
            return Searched(len(files), sum(file.pages for file in files), sum(file.unread for file in files))

    def _known(self) -> _Known:
        changes = self._database.changes  # before reading: what changes meanwhile is read again next time
        if self._kept is None or self._kept.changes != changes:
            with self._database.reading() as db:
                self._kept = _read(db, changes)
        return self._kept


def _remembered(memory: OrderedDict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    if key not in memory:
        memory[key] = make()
        if len(memory) > _REMEMBERED:
            memory.popitem(last=False)
    memory.move_to_end(key)
    return memory[key]


def _read(db: Any, changes: int) -> _Known:
    files, parents = [], []
    by_path: dict[bytes, File] = {}
    for number, content, key, path, title, kind, people, date, modified, pages, unread, parent in db.execute(
        "SELECT number, coalesce(shares, number), id, file, title, kind, people, date, modified, pages, unread, parent"
        " FROM v.documents WHERE pages > 0 ORDER BY number"
    ):
        text = to_text(path)
        name = _fold(PurePath(text).name)
        file = File(
            number, content, key, text, name, _words(f"{name} {_fold(to_text(title))}"), kind,
            tuple(_words(_fold(person)) for person in names.unpack(people)), *_days(date, modified),
            _DATE.fullmatch(date) is not None, pages, unread,
        )
        files.append(file)
        by_path[path] = file
        parents.append(parent)
    for file, parent in zip(files, parents, strict=True):
        file.inside = by_path.get(parent) if parent is not None else None
    for file in files:
        # What came out of a mail is of the mail's day, unless it says otherwise.
        for one in file.line():
            if one.dated:
                file.first, file.last = one.first, one.last
                break
    counts = dict(db.execute("SELECT document, count(*) FROM v.passages GROUP BY document").fetchall())
    return _Known(changes, files, {file.id: file for file in files}, counts)


def _days(date: str, modified: float) -> tuple[str, str]:
    """Return the first and the last day that a document's date may mean, or else the file's own."""
    if _DATE.fullmatch(date):
        return date + "-01-01"[len(date) - 4 :], date + "-12-31"[len(date) - 4 :]
    try:
        day = time.strftime("%Y-%m-%d", time.localtime(modified))
    except (OverflowError, ValueError, OSError):  # a time that no clock shows
        return "", "9999-12-31"
    return day, day


def _inside(known: _Known, scope: Scope) -> frozenset[str]:
    conditions = [
        condition for condition in (
            _any(scope.files, _called), _any(scope.folders, _below), _any(scope.kinds, _of_kind),
            _any(scope.people, _with), _within(scope.after, scope.before),
        ) if condition is not None
    ]
    wanted = frozenset(scope.documents)
    return frozenset(
        file.id for file in known.files
        if (not wanted or file.id in wanted) and all(condition(file) for condition in conditions)
    )


def _contents(known: _Known, documents: frozenset[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for file in sorted((known.by_id[key] for key in documents if key in known.by_id), key=lambda file: file.number):
        if file.content == file.number:
            found[file.content] = file.id
        else:
            found.setdefault(file.content, file.id)
    return found


def _any(values: tuple[str, ...], condition: Callable[[str], Match]) -> Match | None:
    """Return what holds for a file where any of the conditions does; None where there is none."""
    matches = [condition(value) for value in values]
    return (lambda file: any(match(file) for match in matches)) if matches else None


def _called(value: str) -> Match:
    """Whether a file, or one that it came out of, is called so: by words, by a pattern, by its path."""
    path = _slashes(_fold(value.strip()))
    if _PATTERN.search(path):
        pattern = re.compile(fnmatch.translate(path if "/" not in path or path.startswith("/") else f"*/{path}"))
        if "/" in path:
            return lambda file: any(pattern.match(_slashes(_fold(one.path))) for one in file.line())
        return lambda file: any(pattern.match(one.name) for one in file.line())
    if "/" in path:
        return lambda file: any(
            _slashes(_fold(one.path)) == path or _slashes(_fold(one.path)).endswith("/" + path.lstrip("/"))
            for one in file.line()
        )
    return lambda file: any(one.name == path or _holds(one.words, path) for one in file.line())


def _below(value: str) -> Match:
    """Whether a file lies in a folder, by its whole path, or by one of the names in it."""
    plain = _slashes(value.strip())
    drive = _DRIVE.match(plain) is not None  # of Windows, where case does not matter
    if drive or plain.startswith("/"):
        same = _fold if drive else str
        start = same(plain.rstrip("/"))
        return lambda file: same(_slashes(file.path)) == start or same(_slashes(file.path)).startswith(f"{start}/")
    part = f"/{_fold(plain).strip('/')}/"
    if _PATTERN.search(part):
        pattern = re.compile(fnmatch.translate(f"*{part}*"))
        return lambda file: pattern.match("/" + _slashes(_fold(file.path))) is not None
    return lambda file: part in "/" + _slashes(_fold(file.path))


def _of_kind(value: str) -> Match:
    kind = value.strip().casefold().lstrip(".")
    kinds = {kind, *_MEANT.get(kind, ()), *_MEANT.get(kind.removesuffix("s"), ())}
    return lambda file: file.kind in kinds or file.name.endswith(f".{kind}")


def _with(value: str) -> Match:
    """Whether one person of a file, or of one that it came out of, has all these words."""
    folded = _fold(value)
    return lambda file: any(_holds(person, folded) for one in file.line() for person in one.people)


def _within(after: str, before: str) -> Match | None:
    """Whether the document may be of a day from `after` on and before `before`."""
    if not after and not before:
        return None
    return lambda file: (not after or file.last >= after) and (not before or file.first < before)


def _words(folded: str) -> str:
    return f" {' '.join(_WORD.findall(folded))} "


def _holds(words: str, folded: str) -> bool:
    """Whether `words` has each of these words, or a longer one of letters that begins so."""
    asked = _WORD.findall(folded)
    return bool(asked) and all(_sought(word) in words for word in asked)


def _sought(word: str) -> str:
    if terms.is_character(word):  # in a writing without spaces
        return word
    return f" {word} " if len(word) < _BEGINNING or not word.isalpha() else f" {word}"


def _slashes(path: str) -> str:
    return path.replace("\\", "/")


def _fold(text: str) -> str:
    """Return a text without case and accents, as names and values of filters are compared."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(c))
