"""What was deleted is not in the files any more: not even for somebody who has the key.

The database's pages are decrypted here, one by one and with the free ones, as SQLCipher's format says; and the
sealed index is opened, in which Chroma would keep the vectors of what was removed.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.errors import UnknownMatter
from app.steps import finished
from app.store.records import Records
from app.store.sealed import unseal
from app.vault.keys import subkey
from tests.privacy.canary import Canary
from tests.privacy.finder import Finder
from tests.privacy.program import QUICK, Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16  # of SQLCipher 4
LOG_HEAD, FRAME_HEAD = 32, 24  # of SQLite's write-ahead log


def decrypted(page: bytes, key: bytes, *, first: bool) -> bytes:
    iv = page[PAGE - RESERVED :][:IV]
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return cipher.update(page[SALT if first else 0 : PAGE - RESERVED])


def pages(folder: Path, key: bytearray) -> Iterator[bytes]:
    """Yield every page of a database in the clear, those of its write-ahead log too."""
    raw = bytes(subkey(key, "records"))
    data = (folder / "library.db").read_bytes()
    for place in range(0, len(data), PAGE):
        yield decrypted(data[place : place + PAGE], raw, first=place == 0)
    log = folder / "library.db-wal"
    content = log.read_bytes() if log.exists() else b""
    for place in range(LOG_HEAD, len(content) - PAGE, FRAME_HEAD + PAGE):
        number = int.from_bytes(content[place : place + 4], "big")
        yield decrypted(content[place + FRAME_HEAD :][:PAGE], raw, first=number == 1)


class Opened:
    """What whoever has the passphrase can see of one matter's files."""

    def __init__(self, program: Program, matter: str, finder: Finder) -> None:
        with program.vault() as vault:
            self.key = vault.matter_key(vault.matter(matter).id)
            self.folder = vault.matter_folder(vault.matter(matter).id)
        content = b"".join(pages(self.folder, self.key))
        assert b"CREATE TABLE" in content, "the pages were not decrypted, so this proves nothing"
        self.words = finder.inside(content)
        # Half of a vector, in the two forms in which it is kept.
        self.halves = content

    def vectors(self) -> dict[str, bytes]:
        """Return the vectors in the database, as it keeps them, by the file that they are of."""
        records = finished(Records.opening(
            self.folder / "library.db", subkey(self.key, "records"), 384, "", new=False))
        try:
            with records.database.reading() as db:
                rows = db.execute("SELECT d.file, x.vector FROM v.vectors x JOIN v.passages p USING (seq) "
                                  "JOIN v.documents d ON d.number = p.document").fetchall()
            return {bytes(file).decode(): bytes(vector) for file, vector in rows}
        finally:
            records.database.close()

    def index(self, place: Path) -> bytes:
        """Return all bytes of the sealed index; empty where there is none."""
        if not (self.folder / "index.sealed").exists():
            return b""
        place.mkdir()
        unseal(self.folder / "index.sealed", place, subkey(self.key, "index"))
        content = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
        shutil.rmtree(place)
        return content


def in_index(vector: bytes) -> bytes:
    """The first numbers of a vector as Chroma keeps it."""
    return np.frombuffer(vector, "<f2").astype("<f4").tobytes()[:64]


@pytest.fixture
def canary() -> Canary:
    seed = secrets.randbits(32)
    print(f"canary of seed {seed}")
    return Canary(seed)


@pytest.mark.parametrize("backup", [False, True])
def test_a_deleted_document(backup: bool, canary: Canary, tmp_path: Path) -> None:
    program = Program(tmp_path / "run", entry=QUICK)
    program.make_vault()
    given = canary.plant(tmp_path)
    (kept := tmp_path / "kept.txt").write_text("Another paper, which stays where it is.", encoding="utf-8")
    gone = given / f"{canary.name}.txt"
    copy = tmp_path / "copy.carrel"
    assert program.tried("add", gone, kept).code == 0
    assert program.tried("search", canary.question).code == 0  # so that the index is made and sealed
    assert program.tried("ask", canary.question, "--conversation", "new").code == 0
    assert program.tried("ask", "And why?", "--conversation", "last").code == 0
    finder = Finder((*canary.inside, canary.name))

    before = Opened(program, "General", finder)
    assert before.words == {*canary.inside, canary.name}
    vectors = before.vectors()
    assert set(vectors) == {str(gone), str(kept)}
    assert all(vector in before.halves for vector in vectors.values())
    assert all(in_index(vector) in before.index(tmp_path / "opened") for vector in vectors.values())
    if backup:
        assert program.tried("backup", copy).code == 0

    done = program.tried("remove", gone, "--delete-backups", "--yes")
    assert done.code == 0, done
    after = Opened(program, "General", finder)
    assert after.words == set()
    assert vectors[str(gone)] not in after.halves
    assert vectors[str(kept)] in after.halves
    assert in_index(vectors[str(gone)]) not in after.index(tmp_path / "opened")
    assert not copy.exists()
    # And the program does not find it, nor make it again.
    assert canary.inside[0] not in program.run("search", canary.question, "--json")
    assert '"conversations": []' in program.run("conversations", "--json")
    last = Opened(program, "General", finder)
    assert last.words == set()
    assert in_index(vectors[str(gone)]) not in last.index(tmp_path / "opened")
    assert in_index(vectors[str(kept)]) in last.index(tmp_path / "opened")


def test_a_deleted_matter(canary: Canary, tmp_path: Path) -> None:
    program = Program(tmp_path / "run", entry=QUICK)
    program.make_vault(canary.matter)
    assert program.tried("add", "--matter", canary.matter, canary.plant(tmp_path)).code == 0
    assert program.tried("search", "--matter", canary.matter, canary.question).code == 0
    copy = tmp_path / "copy.carrel"
    assert program.tried("backup", copy).code == 0
    with program.vault() as vault:
        doomed = vault.matter(canary.matter).id
        wrapped = next(entry["key"]["wrapped"] for entry in vault._content["matters"] if entry["id"] == doomed)
        folder = vault.matter_folder(doomed)
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert wrapped in (program.library / "vault.json").read_text()

    done = program.tried("matters", "delete", canary.matter, "--yes")
    assert done.code == 0, done
    said = done.output + done.complaints
    assert canary.matter in said
    assert "library.db" in said  # it prints what was destroyed
    assert sizes["library.db"] > 10_000
    assert not folder.exists()
    everything = b"".join(path.read_bytes() for path in program.library.rglob("*") if path.is_file())
    assert wrapped.encode() not in everything
    assert doomed.encode() not in everything
    with program.vault() as vault, pytest.raises(UnknownMatter):
        vault.matter_key(doomed)
    assert program.tried("search", "--matter", canary.matter, canary.question).code == 4
    entries: list[dict[str, Any]] = json.loads(program.run("audit", "--json").splitlines()[-1])["entries"]
    assert [entry["matter_id"] for entry in entries if entry["event"] == "matter deleted"] == [doomed]
    if copy.exists():  # it was not asked to go; then it was named
        assert str(copy) in said
    assert Finder(canary.words).look(program.places) == set()
