"""Nothing readable in any file: while open, after closing, after removal."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.store import Store
from tests.store.library import directions, document, opened, put, settle

ROOT = Path(__file__).resolve().parent.parent.parent
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
        working = store._index._working.path
        assert any(path.stat().st_size > 100_000 for path in working.rglob("*"))
        for moment in range(3):
            if moment == 1:
                store.checkpoint()
            if moment == 2:
                store.remove(file)
            lying = bytes_of(tmp_path) + b"".join(
                path.read_bytes() for path in working.rglob("*") if path.is_file()
            )
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
        working = store._index._working.path
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
        assert store._records.notes.get("untidy") is None
        settle(store)
    assert (tmp_path / "index.sealed").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_others_may_read_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with opened(tmp_path / "library") as store:
            put(store, 1)
            settle(store)
            working = store._index._working.path
            assert stat.S_IMODE(working.stat().st_mode) == 0o700
            assert_private(tmp_path / "library")
    finally:
        os.umask(before)
    assert_private(tmp_path / "library")


def assert_private(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name


HOSTILE = {
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "CHROMA_SERVER_HOST": "192.0.2.1",
    "CHROMA_SERVER_HTTP_PORT": "9",
    "ANONYMIZED_TELEMETRY": "True",
    "IS_PERSISTENT": "False",
}
USE = """
import sys
from pathlib import Path
import numpy as np
from app.store.vectors import Chroma
folder = Path(sys.argv[1])
folder.mkdir()
chroma = Chroma(folder, new=True)
chroma.upsert(["a", "b"], np.eye(2, dtype=np.float32))
assert chroma.nearest(np.eye(2, dtype=np.float32)[1], 1)[0][0] == "b"
print(chroma._client._system.settings.model_dump_json())
chroma.close()
"""


@pytest.mark.parametrize("broken", [False, True])
def test_chroma_obeys_no_environment(tmp_path: Path, broken: bool) -> None:
    """Neither what would turn it into a client of another computer, nor what it cannot understand."""
    hostile = HOSTILE | {"PERSIST_DIRECTORY": str(tmp_path / "elsewhere")}
    if broken:
        hostile |= {"CHROMA_SERVER_HTTP_PORT": "many", "IS_PERSISTENT": "?"}
    lines = "".join(f"{name}={value}\n" for name, value in hostile.items())
    (tmp_path / ".env").write_bytes(lines.encode() + (b"\xff\xfe" if broken else b""))
    used = subprocess.run(
        [sys.executable, "-c", USE, str(tmp_path / "library")], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, **hostile, "PYTHONPATH": str(ROOT)}, check=False,
    )
    assert used.returncode == 0, used.stderr
    settings = json.loads(used.stdout)
    assert settings["chroma_api_impl"] == "chromadb.api.rust.RustBindingsAPI"
    assert settings["chroma_server_host"] is None
    assert settings["anonymized_telemetry"] is False
    assert not (tmp_path / "elsewhere").exists()
