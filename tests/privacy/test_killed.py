"""Killed at random moments of adding and asking: what was said to be added is there, and nothing can be read.

Both in one, as the program that is killed is the same: 12 rounds on one library, with scripted models but real
readers, store and index, and a few with the real models.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.privacy.canary import Canary, held
from tests.privacy.finder import Finder, coined, shared_memory
from tests.privacy.program import ACKNOWLEDGED, COMMANDS, QUICK, Program, descendants, living, wait_until_gone

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="follows processes by Linux's own means"),
]

FILES = 8  # added in each round
STEM = 10  # letters that all words of one life share, so that one search finds any of them


class Life:
    """One library through many deaths: what it acknowledged, and the words that may be read nowhere."""

    def __init__(self, folder: Path, seed: int, entry: tuple[str, ...]) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.program = Program(folder / "run", entry=entry)
        self.program.make_vault()
        self.program.settle(audit_questions=True, answers="written")
        canary = Canary(seed)
        self.question = canary.question
        self.stem = coined(self.chance, STEM)
        self.words = [self.stem, self.stem[::-1], *canary.words]
        self.texts: dict[str, tuple[str, str]] = {}  # file: (its word, its sentence)
        self.coins: set[str] = set()
        self.acknowledged: set[str] = set()
        self.before = shared_memory()
        self.working: set[Path] = set()
        self.outcomes: Counter[str] = Counter()

    def write(self, turn: int) -> Path:
        """Make a folder of new documents, of very different sizes."""
        given = self.folder / f"given{turn}"
        given.mkdir()
        for _ in range(FILES):
            name, word = self.coin(), self.coin()
            sentence = f"Of the {word} it is said that number {self.chance.randrange(10**9)} is its own."
            filler = "\n\n".join(f"Clause {i} of the schedule is as before." for i in range(self.chance.randrange(200)))
            (given / f"{name}.txt").write_text(f"{filler}\n\n{sentence}\n\n{filler}\n", encoding="utf-8")
            self.texts[str(given / f"{name}.txt")] = (word, sentence)
        return given

    def coin(self) -> str:
        """Return a word that this life has not used; a file is known by its name, and two of one name would be one."""
        while (word := self.stem + coined(self.chance, 6)) in self.coins:
            pass
        self.coins.add(word)
        return word

    def end(self, *arguments: str | Path, after: float) -> None:
        """Start the program and kill its desk `after` seconds, or when it has ended; look for words meanwhile."""
        finder = Finder(self.words)
        process = self.program.start(*arguments)
        said: list[str] = []
        assert process.stdout
        assert process.stderr
        listeners = [threading.Thread(target=lambda stream=stream: said.extend(stream), daemon=True)
                     for stream in (process.stdout, process.stderr)]
        for listener in listeners:
            listener.start()
        until = time.monotonic() + after
        children: dict[int, str] = {}
        while process.poll() is None and time.monotonic() < until:
            time.sleep(min(0.03, max(0.0, until - time.monotonic())))
            children |= descendants(process.pid)
            # The folder is there before the index process has opened anything in it.
            self.working |= held(children) | {
                place for place in shared_memory() - self.before if place.name.startswith("carrel-")
            }
        children |= descendants(process.pid)
        process.kill()
        code = process.wait()
        self.outcomes["killed" if code == -signal.SIGKILL else "had ended"] += 1
        self.look(finder)  # its children may live a moment longer
        wait_until_gone(children)
        for listener in listeners:
            listener.join()
        process.stdout.close()
        process.stderr.close()
        self.look(finder)
        assert finder.seen == set()
        for line in said:
            if found := ACKNOWLEDGED.match(line):
                self.acknowledged |= {file for file in self.texts if Path(file).name == found[1]}
                self.outcomes["files acknowledged"] += 1

    def look(self, finder: Finder) -> None:
        before = finder.bytes
        finder.look([*self.program.places, *(shared_memory() - self.before)])
        self.outcomes["bytes looked at"] += finder.bytes - before

    def open_again(self) -> None:
        """All that was acknowledged is there with its own text, and still nothing can be read on the disk."""
        questions = {file: self.texts[file][0] for file in sorted(self.acknowledged)}
        found = self.program.found_by(questions) if questions else {}
        for file in questions:
            assert self.texts[file][1] in " ".join(found[file].split()), f"lost: {Path(file).name}"
        finder = Finder(self.words)
        self.look(finder)
        assert finder.seen == set()


def rehearsal(life: Life, turn: int) -> dict[str, float]:
    """How long each command takes when it is left alone."""
    seconds = {}
    given = life.write(turn)
    for arguments in (("add", given), ("ask", life.question)):
        began = time.monotonic()
        done = life.program.tried(*arguments)
        assert done.code == 0, done.complaints
        seconds[str(arguments[0])] = time.monotonic() - began
    life.acknowledged |= set(life.texts)
    return seconds


@pytest.mark.parametrize(("entry", "kills"), [
    pytest.param(QUICK, 12, id="scripted models"), pytest.param(COMMANDS, 3, id="real models"),
])
def test_killed_at_random_moments(entry: tuple[str, ...], kills: int, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"kills of seed {seed}")
    life = Life(tmp_path, seed, entry)
    seconds = rehearsal(life, 0)
    for turn in range(1, kills + 1):
        command = "ask" if turn % 4 == 0 else "add"
        what = life.question if command == "ask" else life.write(turn)
        life.end(command, what, after=life.chance.uniform(0.1, 0.9) * seconds[command])
        if turn % 2 == 0 or kills < 5:  # sometimes it is killed again before anybody opened it
            life.open_again()
    life.open_again()
    assert life.outcomes["killed"] >= kills // 2, "it was mostly over before it was killed"
    status = life.program.ask_json("status")
    listed = {document["file"] for document in status["documents"]}
    assert life.acknowledged <= listed
    print(f"survived {life.outcomes['killed']} kills ({life.outcomes['had ended']} runs had ended before); "
          f"{len(life.acknowledged)} documents acknowledged, all there; "
          f"{life.outcomes['bytes looked at'] / 1e6:.0f} MB looked at")
    # What was not done is done when it is asked for again.
    for turn in range(1, kills + 1):
        if (given := tmp_path / f"given{turn}").exists():
            assert life.program.tried("add", given).code == 0
            break
    assert life.working
    assert life.working & shared_memory() == set()
    with contextlib.suppress(FileNotFoundError):
        assert not [path for path in life.program.temporary.rglob("*") if path.is_file()]


def test_what_the_kill_left_would_be_found(tmp_path: Path) -> None:
    """The tests above could not fail otherwise: a desk that acknowledges and loses, or leaves a text behind."""
    life = Life(tmp_path, 5, QUICK)
    given = life.write(0)
    file, (_, sentence) = next(iter(life.texts.items()))
    life.acknowledged.add(file)
    assert life.program.tried("add", *[one for one in given.iterdir() if str(one) != file]).code == 0
    with pytest.raises(AssertionError, match="lost"):
        life.open_again()
    life.acknowledged.clear()
    (life.program.temporary / "scrap").write_text(sentence.upper(), encoding="utf-16")
    with pytest.raises(AssertionError, match=life.stem):
        life.open_again()
    assert living({}) == {}
