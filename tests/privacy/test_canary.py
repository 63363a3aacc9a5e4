"""Words of a document, its file name and a question are found in no byte that the program leaves on disk."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.privacy.program import Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

# Words that nothing else on the computer holds, in small letters, as an index of words would keep them.
SENTENCE_WORDS = ("vexlorquintal", "jubrinathwaite", "oskmerelidyp")
NAME_WORD = "pryxholdanbur"
QUESTION_WORDS = ("wuzkenfarolis", "gadmirtesquov")
WORDS = (*SENTENCE_WORDS, NAME_WORD, *QUESTION_WORDS)

SENTENCE = "The vexlorquintal of jubrinathwaite is kept in the oskmerelidyp until the ninth of March."
QUESTION = "Where is the vexlorquintal kept, says wuzkenfarolis to gadmirtesquov?"

SHARED_MEMORY = Path("/dev/shm")
# Chroma writes the unused room of these with whatever lay in memory; see tests/store/test_secret.py.
UNUSED_ROOM = frozenset({"data_level0.bin", "length.bin"})

# What may lie in the home after a run; each needs a reason.
ALLOWED_AT_HOME: tuple[str, ...] = ()


def writings(word: str) -> Iterator[bytes]:
    """Yield the word as programs write words to disk."""
    yield word.encode("utf-8")
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield word.encode("utf-8").hex().encode()
    for before in range(3):  # in base64 three bytes share four letters: three ways to fall
        written = base64.b64encode(b"\0" * before + word.encode("utf-8"))
        first = (before * 8 + 5) // 6  # letters that the bytes before take part in
        yield written[first : -4 if written.endswith(b"=") else None].lower()


NEEDLES = {needle: word for word in WORDS for needle in writings(word)}


def found_in(places: list[Path]) -> set[tuple[str, str]]:
    """Return (word, file) for each word in the bytes or the name of a file or folder below `places`."""
    found = set()
    for place in places:
        for parent, folders, files in os.walk(place):  # passes over what goes while we look
            for name in (*folders, *files):
                path = Path(parent, name)
                try:
                    unused = name in UNUSED_ROOM and path.is_relative_to(SHARED_MEMORY)
                    content = path.read_bytes() if path.is_file() and not unused else b""
                except (FileNotFoundError, PermissionError):
                    continue
                content = (name.encode() + b"\0" + content).lower()
                found |= {(word, str(path)) for needle, word in NEEDLES.items() if needle in content}
    return found


def shared_memory() -> set[Path]:
    return set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.is_dir() else set()


def held(process: int) -> set[Path]:
    """Return what `process` has open in shared memory; nothing where the system does not let us look."""
    found = set()
    for link in Path(f"/proc/{process}/fd").glob("*"):
        try:
            target = link.readlink()
        except OSError:
            continue  # it was closed while we looked, or is not for us to see
        if target.is_relative_to(SHARED_MEMORY) and target != SHARED_MEMORY:
            found.add(SHARED_MEMORY / target.relative_to(SHARED_MEMORY).parts[0])
    return found


def test_each_way_of_writing_is_found(tmp_path: Path) -> None:
    """The test below could not fail otherwise."""
    text = f"x{SENTENCE}"
    for number, written in enumerate((
        text.encode(), text.upper().encode(), text.encode("utf-16-le"), text.encode("utf-16-be"),
        text.encode().hex().upper().encode(),
        *(base64.b64encode(b"-" * before + text.encode()) for before in range(3)),
    )):  # fmt: skip
        place = tmp_path / str(number)
        place.mkdir()
        (place / "file").write_bytes(b"\0\1\2" + written)
        assert {word for word, _ in found_in([place])} == set(SENTENCE_WORDS), number


def canary(folder: Path) -> Path:
    """Return a folder, named by a word, with one document that holds the sentence."""
    given = folder / "given" / NAME_WORD
    given.mkdir(parents=True)
    filler = "\n\n".join(f"Entry {number}: the archive was opened and closed again." for number in range(200))
    text = f"{filler}\n\n{SENTENCE}\n\n{filler}\n"
    (given / f"{NAME_WORD}.txt").write_text(text, encoding="utf-8")
    return given


COMMANDS = ("-m", "app")
WINDOW = ("-m", "tests.privacy.window_job")


@pytest.mark.parametrize(
    ("entry", "runs"),
    [
        pytest.param(COMMANDS, (("add", "{folder}"), ("search", QUESTION), ("ask", QUESTION)), id="command line"),
        pytest.param(WINDOW, (("{folder}", QUESTION),), id="window"),
    ],
)
def test_nothing_of_it_is_found(entry: tuple[str, ...], runs: tuple[tuple[str, ...], ...], tmp_path: Path) -> None:
    program = Program(tmp_path / "run")
    given = canary(tmp_path)
    shared_before = shared_memory()

    def litter() -> list[Path]:
        return [program.library, program.home, program.temporary, program.working,
                *(shared_memory() - shared_before)]  # fmt: skip

    seen: set[tuple[str, str]] = set()
    ours: set[Path] = set()
    output = ""
    for arguments in runs:
        words = [str(given) if word == "{folder}" else word for word in arguments]
        with program.start(*words, entry=entry) as process:
            while process.poll() is None:  # also what is there only while it runs
                seen |= found_in(litter())
                ours |= held(process.pid)
                time.sleep(0.2)
            output, complaints = process.communicate()
        assert process.returncode == 0, complaints
        seen |= found_in(litter())
    assert SENTENCE_WORDS[0] in output, "the program did not do its job, so this proves nothing"
    assert (program.library / "library.db").stat().st_size > 10_000
    assert seen == set()
    left_in_memory = shared_memory() - shared_before
    assert (left_in_memory & ours if ours else left_in_memory) == set()  # other programs may be at work
    # An empty folder in the temporary one is torch's, which makes it at import.
    assert [path for path in program.temporary.rglob("*") if path.is_file()] == []
    assert list(program.working.rglob("*")) == []
    left = [path.relative_to(program.home).as_posix() for path in program.home.rglob("*") if path.is_file()]
    # Libraries like to leave device ids, event databases, caches and the names of opened folders there.
    assert [name for name in left if not name.startswith(ALLOWED_AT_HOME)] == []
