"""A document full of words that nobody ever wrote, and a watch over all that the program writes meanwhile."""

from __future__ import annotations

import random
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.privacy.finder import SHARED_MEMORY, Finder, coined, shared_memory
from tests.privacy.program import Done, Program, descendants, told_of

LOOK_EVERY = 0.2  # seconds


class Canary:
    """What is planted: a document, its name and folder, a matter's name, a question, and what a model may coin."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.inside = tuple(coined(chance) for _ in range(3))
        self.name, self.matter = coined(chance), coined(chance)
        self.asked = tuple(coined(chance) for _ in range(2))
        first, second, third = self.inside
        self.sentence = f"The {first} of {second} is kept in the {third} until the ninth of March."
        self.question = f"Where is the {first} kept, says {self.asked[0]} to {self.asked[1]}?"
        # The scripted model of tests/privacy/quick.py spells long words backwards.
        self.answered = tuple(word[::-1] for word in (*self.inside, *self.asked))
        self.words = (*self.inside, self.name, self.matter, *self.asked, *self.answered)

    def plant(self, folder: Path) -> Path:
        """Return a folder, named by a word, with one document that holds the sentence."""
        given = folder / "given" / self.name
        given.mkdir(parents=True)
        filler = "\n\n".join(f"Entry {number}: the archive was opened and closed again." for number in range(200))
        text = f"{filler}\n\n{self.sentence}\n\n{filler}\n"
        (given / f"{self.name}.txt").write_text(text, encoding="utf-8")
        return given


def words_of(answer: str, text: str) -> set[str]:
    """Return the long words that a model's answer took from a text."""
    known = set(re.findall(r"[a-z]{8,}", text.lower()))
    return {word for word in re.findall(r"[a-z]{8,}", answer.lower()) if word in known}


@dataclass
class Watch:
    """Looks into every folder that the program writes to, and at what it tells the processes that it starts."""

    program: Program
    finder: Finder
    more: tuple[Path, ...] = ()  # further places, such as a backup
    before: set[Path] = field(default_factory=shared_memory)
    ours: set[Path] = field(default_factory=set)  # what the program had in shared memory
    looks: int = 0

    def look(self) -> None:
        """Look once."""
        self.looks += 1
        self.finder.look([*self.program.places, *self.more, *(shared_memory() - self.before)])

    def over(self, process: subprocess.Popen[str]) -> Done:
        """Look until the process has ended, and once more; return how it ended."""
        with process:
            while process.poll() is None:
                self.look()
                until = time.monotonic() + LOOK_EVERY
                while process.poll() is None and time.monotonic() < until:
                    children = descendants(process.pid)
                    self.ours |= held([process.pid, *children])
                    for number, told in told_of(children):
                        self.finder.seen |= {(word, f"what process {number} was told") for word in
                                             self.finder.inside(told)}
                    time.sleep(0.01)
            output, complaints = process.communicate()
        self.look()
        return Done(process.returncode, output, complaints)

    @property
    def left(self) -> set[Path]:
        """What the program left in shared memory of its own; others may be at work there too."""
        return shared_memory() & self.ours


def held(processes: Iterable[int]) -> set[Path]:
    """Return what processes have open in shared memory; nothing where the system does not let us look."""
    found = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").glob("*"):
            try:
                target = link.readlink()
            except OSError:
                continue  # it was closed while we looked, or is not for us to see
            if target.is_relative_to(SHARED_MEMORY) and target != SHARED_MEMORY:
                found.add(SHARED_MEMORY / target.relative_to(SHARED_MEMORY).parts[0])
    return found
