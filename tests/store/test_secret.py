"""Nothing readable in any file: while open, after closing, after removal."""

from __future__ import annotations

import base64
import os
import stat
import sys
from pathlib import Path

import pytest

from app.store.store import Store
from tests.store.library import directions, document, opened, put, settle

CANARY = "Wolkenkuckucksheim"
NAME = "Zaunkoenigakte"


def forms(word: str) -> list[bytes]:
    """A word in the forms in which it could lie on a disk."""
    plain = word.encode()
    coded = [base64.b64encode(b"x" * i + plain)[4:-4] for i in range(3)]  # at each of three offsets
    wide = [word.encode("utf-16-le"), word.encode("utf-16-be")]
    return [plain, plain.lower(), plain.upper(), plain.hex().encode(), *wide, *coded]


def bytes_of(*folders: Path) -> bytes:
    return b"\0".join(
        path.read_bytes() + path.name.encode() for folder in folders for path in folder.rglob("*") if path.is_file()
    )


def fill(store: Store) -> str:
    file = f"/clients/{NAME}/{NAME}.pdf"
    text = [f"{CANARY} paragraph {i} on {CANARY}s and their {CANARY.lower()}" for i in range(300)]
    store.add(file, *document(*text, title=f"{NAME} {CANARY}"), directions(1, 300), size=1, modified=1.0,
              digest=store.content_key(CANARY.encode()), parent=f"{NAME}.eml")
    store.fail(f"/{NAME}.xyz", store.documents()[0].status, f"{NAME} could not be read")
    return file


def test_the_words_are_in_no_byte(tmp_path: Path) -> None:
    secret = [form for word in (CANARY, NAME) for form in forms(word)]
    assert any(form in CANARY.encode() for form in secret)
    with opened(tmp_path) as store:
        file = fill(store)
        settle(store)
        store.words(f"what of the {CANARY}", 5)
        working = store._index._working
        assert working
        assert any(path.stat().st_size > 100_000 for path in working.rglob("*"))
        for moment in range(3):
            if moment == 1:
                store.checkpoint()
            if moment == 2:
                store.remove(file)
            lying = bytes_of(tmp_path, working)
            assert not [form for form in secret if form in lying]
    lying = bytes_of(tmp_path)
    assert not [form for form in secret if form in lying]
    assert not working.exists()


def test_vectors_are_in_no_byte_of_the_library(tmp_path: Path) -> None:
    """They are as good as text; plain ones may lie in the working folder alone, while it is open."""
    vectors = directions(1, 300)
    with opened(tmp_path) as store:
        fill(store)
        settle(store)
        working = store._index._working
        assert working
        held = bytes_of(working)
        assert sum(vector.tobytes()[:16] in held for vector in vectors.astype("<f2").astype("<f4")) > 0
        if working.parent != tmp_path:
            lying = bytes_of(tmp_path)
            assert not any(vector.tobytes()[:16] in lying for vector in vectors.astype("<f2").astype("<f4"))
            assert not any(vector.tobytes()[:16] in lying for vector in vectors.astype("<f2"))
    lying = bytes_of(tmp_path)
    assert not any(vector.tobytes()[:16] in lying for vector in vectors.astype("<f2").astype("<f4"))
    assert not any(vector.tobytes()[:16] in lying for vector in vectors.astype("<f2"))


def test_removal_deletes_the_sealed_copy_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        put(store, 2)
        settle(store)
    assert (tmp_path / "index.sealed").exists()
    with opened(tmp_path) as store:
        store.remove("/papers/1.pdf")
        assert not (tmp_path / "index.sealed").exists()
    assert not (tmp_path / "index.sealed").exists()
    with opened(tmp_path) as store:
        assert store._records.setting("untidy") is None
        settle(store)
    assert (tmp_path / "index.sealed").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_others_may_read_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with opened(tmp_path / "library") as store:
            put(store, 1)
            settle(store)
            working = store._index._working
            assert working
            assert stat.S_IMODE(working.stat().st_mode) == 0o700
            assert_private(tmp_path / "library")
    finally:
        os.umask(before)
    assert_private(tmp_path / "library")


def assert_private(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name


def test_chroma_obeys_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that would turn Chroma into a client of another computer has no effect."""
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "192.0.2.1")
    monkeypatch.setenv("CHROMA_SERVER_HTTP_PORT", "9")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    monkeypatch.setenv("IS_PERSISTENT", "False")
    monkeypatch.setenv("PERSIST_DIRECTORY", str(tmp_path / "elsewhere"))
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nCHROMA_SERVER_HOST=192.0.2.1\n")
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path / "library") as store:
        put(store, 1)
        settle(store)
        assert store.index_failure is None
        assert not (tmp_path / "elsewhere").exists()
