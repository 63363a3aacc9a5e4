"""Flipped bytes in every file of a vault: never another text, never a loss that is not told, always a sentence.

The session is the real one in this process, with its stores and its log; nothing is embedded, so no engine starts.
Each outcome is counted, and printed with -s.
"""

from __future__ import annotations

import random
import re
import secrets
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.errors import CarrelError, WrongPassphrase
from app.session import Session
from app.settings import Settings
from app.types import Document, Page, Passage
from tests.privacy.program import PASSPHRASE, QUICK, Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

FLIPS = 8  # in each kind of file; after most of them all that is there is opened and read
MANY = 30  # in what most often keeps the vault from being opened, which takes no time
DOCUMENTS = 6
MATTERS = ("General", "Second")


@dataclass(frozen=True)
class Library:
    """What was put in, to compare with."""

    folder: Path
    texts: dict[tuple[str, str], str]  # (matter, file): text


def opened(folder: Path, matters: tuple[str, ...] = MATTERS) -> Session:
    return Session.open(folder, bytearray(PASSPHRASE.encode()), warm=False, settings=Settings(), matters=matters)


@cache
def text_of(matter: str, number: int) -> str:
    chance = random.Random(f"{matter} {number}")
    words = " ".join(f"w{chance.randrange(10**6)}" for _ in range(400))
    return f"Record {number} of {matter}, and no other.\n{words}"


@cache
def vector_of(matter: str, number: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    made = np.random.default_rng([len(matter), number]).standard_normal((1, 384)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


def put(session: Session, number: int) -> None:
    matter = session.matter.name
    text = text_of(matter, number)
    row = session.store.add(
        f"/papers/{number}.txt", Document("text", "", (Page(None, text),)), [Passage(None, 0, 40, text[:40])],
        vector_of(matter, number), size=len(text), modified=1.0, digest=session.store.content_key(text.encode()),
    )
    session._added([row])  # as the ingest does


def fill(folder: Path) -> dict[tuple[str, str], str]:
    with opened(folder) as session:
        second, first = session.vault.matter("Second").id, session.vault.matter("General").id
        for ids in ((second, first), (first, second)):
            session.choose(ids)
            for number in range(DOCUMENTS):
                put(session, number)
            session.store.prepare()
            until = time.monotonic() + 60
            while not session.store.search_ready and time.monotonic() < until:
                time.sleep(0.02)
            assert session.store.search_ready
    return {(matter, f"/papers/{number}.txt"): text_of(matter, number)
            for matter in MATTERS for number in range(DOCUMENTS)}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    program = Program(tmp_path_factory.mktemp("whole") / "run")
    program.make_vault("Second")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.seal.require", lambda: None)
        texts = fill(program.library)
        for _ in range(2):  # so that there is a file which counts wrong tries
            with pytest.raises(WrongPassphrase):
                Session.open(program.library, bytearray(b"wrong"), warm=False)
    return Library(program.library, texts)


def use(library: Library, folder: Path) -> str:
    """Open what lies in `folder` and read everything in it; return in a word how that went.

    Fails on a wrong text, on a document that is missing without a word, on anything but a sentence.
    """
    try:
        with opened(folder) as session:
            seen = dict(read(session))
            told = session.findings
    except CarrelError as error:
        sentence = str(error)
        assert sentence.endswith((".", ")")), sentence
        assert "Traceback" not in sentence
        return f"not opened: {type(error).__name__}"
    wrong = {key for key, text in seen.items() if library.texts.get(key) != text}
    assert wrong == set(), f"another text was shown for {wrong}"
    missing = library.texts.keys() - seen.keys()
    assert not missing or told, f"lost without a word: {sorted(missing)}"
    for finding in told:
        assert re.fullmatch(r"[A-Z\"“].*\.", finding, re.DOTALL), finding
    lost = ", some lost" if missing else ""
    return f"opened, with a finding{lost}" if told else "opened, all right"


def read(session: Session) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((matter, file), text) of all that is shown: by the list, by words, by the nearest vectors."""
    for matter in session.searching:
        store = session._open[matter.id]
        store.verify()
        for row in store.documents():
            yield (matter.name, row.file), store.page_text(row.id, None)
        for number in range(DOCUMENTS):
            for key, _ in store.nearest(vector_of(matter.name, number)[0], 1):
                for passage in store.passages([key]):
                    assert passage.text == text_of(matter.name, number)[:40]
                    assert passage.matter == matter.name
        for key, _ in store.words("Record", 100):
            for passage in store.passages([key]):
                assert passage.text in store.page_text(passage.document, None)


def places(size: int, flips: int, chance: random.Random) -> list[int]:
    """Return where to flip: both ends, near the first, and anywhere in each of as many equal parts as are left."""
    edges = [size * part // (flips - 3) for part in range(flips - 2)]
    anywhere = [chance.randrange(begin, max(end, begin + 1)) for begin, end in pairwise(edges)]
    return [0, min(15, size - 1), size - 1, *anywhere]


def flip(path: Path, place: int, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


FILES = ("vault.json", "attempts.json", "audit.log", "audit.head", "matters/*/library.db", "matters/*/index.sealed",
         "matters/*/lock")
OUTCOMES: dict[str, Counter[str]] = {}


@pytest.mark.parametrize("pattern", FILES)
def test_a_flipped_bit(pattern: str, library: Library, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    outcomes = OUTCOMES.setdefault(pattern, Counter())
    flips = MANY if pattern.endswith(".json") else FLIPS
    for turn in range(flips):
        folder = tmp_path / "copy"
        shutil.copytree(library.folder, folder)
        paths = sorted(folder.glob(pattern))
        path = paths[turn % len(paths)]
        place = places(path.stat().st_size, flips, chance)[turn]
        flip(path, place, chance)
        try:
            outcomes[use(library, folder)] += 1
        except BaseException:
            print(f"seed {seed}, turn {turn}: byte {place} of {path.relative_to(folder)}")
            raise
        shutil.rmtree(folder)
    print(f"\n{pattern}: {sum(outcomes.values())} bits flipped: {dict(outcomes)}")
    if pattern in ("audit.log", "audit.head"):
        assert outcomes["opened, with a finding"] == flips  # and it never keeps anybody out
    if pattern == "vault.json":
        assert outcomes["opened, all right"] < flips / 4  # white space
    if pattern.endswith("library.db"):
        assert set(outcomes) == {"not opened: LibraryDamaged"}  # verify() reads every page
    if pattern.endswith("index.sealed"):
        assert set(outcomes) == {"opened, all right"}  # it is made anew


def test_every_file_of_the_vault_is_among_those(library: Library) -> None:
    """A new kind of file must come into the list above."""
    there = {path for path in library.folder.rglob("*") if path.is_file() and path.stat().st_size}
    known = {path for pattern in FILES for path in library.folder.glob(pattern)}
    assert there == known
    assert all(any(library.folder.glob(pattern)) for pattern in FILES)


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be copied there")
def test_a_flipped_bit_in_the_log_of_a_killed_run(library: Library, tmp_path: Path) -> None:
    """What was acknowledged last lies in the write-ahead log, and nowhere else."""
    whole = tmp_path / "whole"
    shutil.copytree(library.folder, whole)
    with opened(whole, ("General",)) as session:
        for number in range(DOCUMENTS, DOCUMENTS + 6):
            put(session, number)
        killed = tmp_path / "killed"
        shutil.copytree(whole, killed)  # as it stands on the disk now
    texts = library.texts | {("General", f"/papers/{number}.txt"): text_of("General", number)
                             for number in range(DOCUMENTS, DOCUMENTS + 6)}
    longer = Library(killed, texts)
    untouched = tmp_path / "untouched"
    shutil.copytree(killed, untouched)
    assert use(longer, untouched) == "opened, all right"
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    logs = [path for path in killed.glob("matters/*/library.db-wal") if path.stat().st_size]
    assert logs
    for turn in range(FLIPS):
        folder = tmp_path / "copy"
        shutil.copytree(killed, folder)
        path = folder / logs[turn % len(logs)].relative_to(killed)
        place = places(path.stat().st_size, FLIPS, chance)[turn]
        flip(path, place, chance)
        try:
            outcomes[use(longer, folder)] += 1
        except BaseException:
            print(f"seed {seed}, turn {turn}: byte {place} of {path.relative_to(folder)}")
            raise
        shutil.rmtree(folder)
    print(f"\nlibrary.db-wal: {sum(outcomes.values())} bits flipped: {dict(outcomes)}")
    assert outcomes["opened, with a finding, some lost"] > 0


@pytest.mark.parametrize("left", [0, 0.3, 0.9])
@pytest.mark.parametrize("pattern", FILES)
def test_a_file_cut_short_or_gone(pattern: str, left: float, library: Library, tmp_path: Path) -> None:
    for remove in (False, True) if not left else (False,):
        folder = tmp_path / f"copy{remove}"
        shutil.copytree(library.folder, folder)
        path = min(folder.glob(pattern))
        content = path.read_bytes()
        path.unlink() if remove else path.write_bytes(content[: int(len(content) * left)])
        outcome = use(library, folder)
        print(f"\n{pattern}, {'gone' if remove else f'{left:.0%} left'}: {outcome}")
        if pattern in ("vault.json", "matters/*/library.db"):
            assert outcome.startswith("not opened")


def test_a_wrong_text_and_a_silent_loss_are_seen(library: Library, tmp_path: Path) -> None:
    """The tests above could not fail otherwise."""
    folder = tmp_path / "copy"
    shutil.copytree(library.folder, folder)
    with opened(folder) as session:
        put(session, 99)
    assert use(Library(folder, library.texts | {("General", "/papers/99.txt"): text_of("General", 99)}), folder)
    with pytest.raises(AssertionError, match="another text"):
        use(Library(folder, library.texts | {("General", "/papers/99.txt"): "this"}), folder)
    with pytest.raises(AssertionError, match="lost without a word"):
        use(Library(folder, library.texts | {("General", "/papers/99.txt"): text_of("General", 99),
                                             ("General", "/papers/100.txt"): ""}), folder)


def test_the_program_itself_says_it_too(library: Library, tmp_path: Path) -> None:
    """A sample through the command line: a sentence and an exit code, never a traceback."""
    chance = random.Random(secrets.randbits(32))
    outcomes: Counter[str] = Counter()
    for turn, pattern in enumerate([*FILES, *FILES]):
        program = Program(tmp_path / str(turn), entry=QUICK)
        shutil.copytree(library.folder, program.library)
        path = chance.choice(sorted(program.library.glob(pattern)))
        place = chance.randrange(path.stat().st_size)
        flip(path, place, chance)
        done = program.tried("status", "--matter", "General", "--json")
        assert done.told, (pattern, place, done)
        assert done.code in (0, 4), (pattern, place, done)
        if pattern == "audit.log":
            assert "audit log" in done.complaints.casefold(), done
        outcomes[f"exit code {done.code}"] += 1
    print(f"\nthrough the command line: {dict(outcomes)}")
