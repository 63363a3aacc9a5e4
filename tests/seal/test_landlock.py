"""What an engine and the index's process can open: their own and nothing of the user's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.models.process import Connection
from app.seal import landlock
from tests.seal.tried import ROOT, linux, tried

pytestmark = [
    linux,
    pytest.mark.skipif(sys.platform == "linux" and not landlock.version(), reason="this kernel has no Landlock"),
]

ENGINE = """
import sys
sys.path.insert(0, {root!r})
import tests.seal.prying
from app import seal
from app.models import engine
seal.shut("engine")
engine.LIBRARIES["embedder"] = "tests.seal.prying"
{before}
sys.exit(engine.main("embedder"))
"""


def pried(folder: Path, before: str = "") -> dict[str, str]:
    """What an engine says that is told to load a hostile model."""
    inside, outside = folder / "models" / "one", folder / "home"
    inside.mkdir(parents=True)
    outside.mkdir()
    (inside / "model.txt").write_text("weights")
    (outside / "letter.txt").write_text("privileged")
    (inside / "link").symlink_to(outside / "letter.txt")
    program = [sys.executable, "-c", ENGINE.format(root=str(ROOT), before=before)]
    connection = Connection(program, {"path": str(inside), "outside": str(outside)}, 30)
    try:
        return connection.wait_until_loaded()
    finally:
        connection.end("it was closed")


OUTSIDE = ("read outside", "read by a link", "read through proc", "list outside", "list the home", "write outside",
           "write to the temporary folder", "write to shared memory", "write beside the model", "change the program",
           "remove outside", "move outside", "look into the desk")  # fmt: skip


def test_an_engine_reaches_its_model_and_nothing_of_the_user(tmp_path: Path) -> None:
    found = pried(tmp_path)
    expected = {**dict.fromkeys(OUTSIDE, "EACCES"), "local socket": "EPERM", "another program": "EPERM",
                "read the model": "ok weights", "read the program": "ok True", "throw away": "ok 1"}  # fmt: skip
    expected["signal to the desk"] = "EPERM" if landlock.version() >= 6 else "ok None"
    if os.geteuid() == 0:  # the kernel lets root's rights go first, until they are given up
        del expected["look into the desk"], found["look into the desk"]
    assert found == expected
    assert (tmp_path / "home" / "letter.txt").read_text() == "privileged"


def test_an_engine_that_is_not_confined_reaches_it(tmp_path: Path) -> None:
    """The test above could not fail otherwise."""
    found = pried(tmp_path, "seal.confine = lambda **_: False")
    try:
        assert found["read outside"] == found["read by a link"] == "ok privileged"
        assert found["write outside"] == "ok 1"
    finally:
        for name in ("/tmp/carrel-prying", "/dev/shm/carrel-prying", str(ROOT / "app" / "new.py")):
            Path(name).unlink(missing_ok=True)


def test_an_engine_does_not_go_on_where_it_could_not_be_confined(tmp_path: Path) -> None:
    from app.errors import EngineDied

    with pytest.raises(EngineDied, match="shut itself off"):
        pried(tmp_path, "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()")


def test_a_folder_to_write_in_and_where_temporary_files_go(tmp_path: Path) -> None:
    (tmp_path / "working").mkdir()
    (tmp_path / "other").mkdir()
    found = tried(f"""
        import tempfile, shutil
        seal.shut("vectors")
        working, other = Path({str(tmp_path / "working")!r}), Path({str(tmp_path / "other")!r})
        found["confined"] = str(seal.confine(writable=[working]))
        attempt("write", lambda: (working / "a").write_text("x"))
        attempt("folder", lambda: (working / "b").mkdir())
        attempt("move", lambda: (working / "a").rename(working / "b" / "a").name)
        attempt("read", lambda: (working / "b" / "a").read_text())
        attempt("remove", lambda: shutil.rmtree(working / "b"))
        attempt("temporary", lambda: Path(tempfile.mkdtemp()).parent == working)
        attempt("link out", lambda: (working / "link").symlink_to(other) or os.listdir(working / "link"))
        attempt("hard link out", lambda: os.link(working / "link", other / "link", follow_symlinks=False))
        attempt("elsewhere", lambda: (other / "a").write_text("x"))
        attempt("program to run", lambda: os.execv("/bin/true", ["true"]))
        attempt("wider again", lambda: seal.confine(writable=[other]) and (other / "a").write_text("x"))
    """)
    assert found.pop("hard link out") in ("EACCES", "EXDEV")
    assert found == {
        "confined": "True", "write": "ok 1", "folder": "ok None", "move": "ok a", "read": "ok x",
        "remove": "ok None", "temporary": "ok True", "link out": "EACCES",
        "elsewhere": "EACCES", "program to run": "EPERM", "wider again": "EACCES",
    }  # fmt: skip


def test_without_landlock_it_says_so_and_goes_on(tmp_path: Path) -> None:
    found = tried(f"""
        from app.seal import landlock
        landlock.version = lambda: 0
        found["confined"] = str(seal.confine(readable=[Path({str(tmp_path)!r})]))
        attempt("list", lambda: os.listdir({str(tmp_path)!r}))
    """)
    assert found == {"confined": "False", "list": "ok []"}


@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_of_landlock_is_spoken(version: int, tmp_path: Path) -> None:
    """An older kernel than this one refuses what it does not know; here its limits are kept and the rules hold."""
    if version > landlock.version():
        pytest.skip("a newer kernel is needed")
    (tmp_path / "in").mkdir()
    found = tried(f"""
        from app.seal import landlock
        landlock.version = lambda: {version}
        attempt("confined", lambda: seal.confine(writable=[Path({str(tmp_path / "in")!r})]))
        attempt("in", lambda: Path({str(tmp_path / "in" / "a")!r}).write_text("x"))
        attempt("out", lambda: Path({str(tmp_path / "a")!r}).write_text("x"))
    """)
    assert found == {"confined": "ok True", "in": "ok 1", "out": "EACCES"}


@pytest.mark.real
def test_chroma_works_in_its_folder_alone(tmp_path: Path) -> None:
    working = tmp_path / "working"
    working.mkdir()
    code = f"""
        seal.shut("vectors")
        seal.confine(writable=[Path({str(working)!r})])
        import numpy
        from app.store.vectors import Chroma
        vectors = numpy.random.default_rng(1).standard_normal((3000, 16)).astype("f4")
        chroma = Chroma(Path({str(working)!r}), new=True)
        chroma.upsert([str(n) for n in range(3000)], vectors)
        found["nearest"] = chroma.nearest(vectors[77], 1)[0][0]
        chroma.close()
        attempt("home", lambda: os.listdir(Path.home()))
        again = Chroma(Path({str(working)!r}), new=False)
        found["again"] = again.nearest(vectors[1234], 1)[0][0]
        again.close()
    """
    found = tried(code)
    assert found == {"nearest": "77", "home": "EACCES", "again": "1234"}


def test_what_is_granted_is_not_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    homes = {Path.home(), *Path.home().parents, Path("/home"), Path("/root"), Path("/tmp"), Path("/etc"), Path("/var")}
    assert not homes & set(landlock.own_files())
    monkeypatch.setenv("LD_LIBRARY_PATH", f"relative::/opt/lib:/:{Path.home()}:{Path.home().parent}")
    assert not homes & set(landlock.own_files())
    assert Path("/opt/lib") in landlock.own_files()
    assert Path("relative") not in landlock.own_files()


def test_nothing_was_left_behind() -> None:
    """Looks for what the tries above would have written."""
    assert not [path for path in ("/tmp/carrel-prying", "/dev/shm/carrel-prying") if Path(path).exists()]
    assert subprocess.run(["test", "-e", str(ROOT / "app" / "new.py")]).returncode == 1
