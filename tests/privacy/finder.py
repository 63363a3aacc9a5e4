"""Words that nothing else on the computer holds, and a search for them in every byte below some folders."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")


def coined(chance: random.Random, letters: int = 14) -> str:
    """Return a word of small letters that can be spoken and that nobody ever wrote."""
    return "".join(chance.choice("bdfgjklmnprstvwxz" if i % 2 == 0 else "aeiou") for i in range(letters))


def writings(word: str) -> Iterator[bytes]:
    """Yield the word as programs write words to disk, in small letters."""
    plain = word.encode("utf-8")
    yield plain
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield plain.hex().encode()
    for before in range(3):  # in base64 three bytes share four letters: three ways to fall
        written = base64.b64encode(b"\0" * before + plain)
        first = (before * 8 + 5) // 6  # letters that the bytes before take part in
        yield written[first : -4 if written.endswith(b"=") else None].lower()


class Finder:
    """Looks for some words, in any writing, and remembers where it found one."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        self._needles = {needle: word for word in self.words for needle in writings(word)}
        self.seen: set[tuple[str, str]] = set()  # (word, place)
        self.bytes = 0  # looked at

    def inside(self, content: bytes) -> set[str]:
        """Return the words that are in these bytes."""
        content = content.lower()
        return {word for needle, word in self._needles.items() if needle in content}

    def look(self, places: Iterable[Path]) -> set[tuple[str, str]]:
        """Return (word, file) for each word in the bytes or the name of what lies below `places`, or is one of them."""
        found = set()
        for place in places:
            for path in _below(place):
                try:
                    content = path.read_bytes() if path.is_file() else b""
                except OSError:
                    continue  # it went while we looked, or is not for us to read
                self.bytes += len(content)
                found |= {(word, str(path)) for word in self.inside(path.name.encode() + b"\0" + content)}
        self.seen |= found
        return found


def _below(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for parent, folders, files in os.walk(place):  # passes over what goes while we look
        for name in (*folders, *files):
            yield Path(parent, name)


def shared_memory() -> set[Path]:
    """Return what lies in shared memory now."""
    return set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.is_dir() else set()
