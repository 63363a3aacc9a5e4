"""The start in a network of its own with nothing in it: `carrel --isolate`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seal.tried import ROOT, linux, tried

pytestmark = linux

LOOK = """
    found["isolated"] = str(seal.namespace.isolated())
    found["interfaces"] = ",".join(sorted(name for _, name in socket.if_nameindex()))
    attempt("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.1", 9)))
    attempt("to itself", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
    found["account"] = f"{os.getuid()} {os.getgid()}"
    found["home"] = str(os.stat("/").st_uid)
"""


def possible(account: int | None = None) -> bool:
    """Whether this system lets such a network be made; asked of the system's own tool."""
    done = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, user=account)
    return done.returncode == 0


def test_there_is_nothing_in_it_and_the_account_stays_itself() -> None:
    if not possible():
        pytest.skip("this system forbids it")
    found = tried('\n    found["before"] = str(seal.namespace.isolated())\n    seal.isolate()\n' + LOOK)
    assert found.pop("home") == "0"
    assert found == {"before": "False", "isolated": "True", "interfaces": "lo", "datagram": "ENETUNREACH",
                     "to itself": "ENETUNREACH", "account": f"{os.getuid()} {os.getgid()}"}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="becomes another account")
def test_an_account_without_rights_gets_it_too_and_no_rights_with_it() -> None:
    if not possible(4242):
        pytest.skip("this system forbids it")
    found = tried("""
    import codecs; codecs.lookup("ascii"), codecs.lookup("idna")  # what the other account may not be allowed to read
    from app.seal import linux
    linux.libc()
    os.setgroups([]); os.setgid(4242); os.setuid(4242); libc.prctl(4, 1, 0, 0, 0)
    seal.isolate()
    found["rights"] = linux.status("CapEff").strip("0")
    attempt("waken the interface", lambda: call(165, b"none", b"/mnt", b"tmpfs", 0, None))
    """ + LOOK)
    assert found.pop("home") in ("0", "65534")
    assert found == {"isolated": "True", "interfaces": "lo", "datagram": "ENETUNREACH", "to itself": "ENETUNREACH",
                     "account": "4242 4242", "rights": "", "waken the interface": "EPERM"}  # fmt: skip


def test_once_is_enough() -> None:
    if not possible():
        pytest.skip("this system forbids it")
    code = """
    seal.isolate()
    first = os.readlink("/proc/self/ns/net"), os.readlink("/proc/self/ns/user")
    seal.shut("desk")
    seal.isolate()
    found["same"] = str(first == (os.readlink("/proc/self/ns/net"), os.readlink("/proc/self/ns/user")))
    again = "import os; from app import seal; seal.isolate(); print(os.readlink('/proc/self/ns/net'))"
    found["after exec"] = str(subprocess.check_output([sys.executable, "-c", again], text=True).strip() == first[0])
    """
    assert tried(code) == {"same": "True", "after exec": "True"}


def test_where_the_system_forbids_it_the_program_stops_with_a_sentence() -> None:
    """Forbidden here by a filter that refuses the call, as containers have."""
    number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
    found = tried(f"""
        from app.seal import linux
        machine = linux.machine()
        rule = linux._rule({number}, [linux._return(linux._ERRNO | errno.EPERM)])
        linux.put_on(machine, linux._filter(machine, rule, linux._ALLOW))
        start = [sys.executable, "-m", "app"]
        done = subprocess.run([*start, "--isolate", "--help"], capture_output=True, text=True)
        found["code"], found["says"] = str(done.returncode), done.stderr.strip()
        environment = {{**os.environ, "CARREL_ISOLATE": "1"}}
        done = subprocess.run([*start, "--help"], capture_output=True, text=True, env=environment)
        found["by the variable"] = str(done.returncode)
        found["not asked for"] = str(subprocess.run([*start, "--help"], capture_output=True).returncode)
    """)
    assert found.pop("says") == (
        "Carrel could not shut itself off from the network and stopped: this system does not let a program have a "
        "network of its own, as --isolate asks; without --isolate Carrel starts and is shut off by its filter."
    )
    assert found == {"code": "7", "by the variable": "7", "not asked for": "0"}


@pytest.mark.real
@pytest.mark.timeout(300)
def test_the_main_job_in_it(tmp_path: Path) -> None:
    if not possible():
        pytest.skip("this system forbids it")
    (tmp_path / "passphrase").write_text("marble otter seven lanterns\n")
    (tmp_path / "lease.txt").write_text("The notice period is three months. The rent is 2,450 a month.\n")
    before = [sys.executable, "-m", "app", "--isolate", "--library", str(tmp_path / "library")]
    before += ["--passphrase-file", str(tmp_path / "passphrase")]
    subprocess.run([*before, "add", str(tmp_path / "lease.txt")], cwd=ROOT, check=True, capture_output=True)
    done = subprocess.run([*before, "search", "notice period"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "three months" in done.stdout


WINDOW = """
import sys
from pathlib import Path
from app import seal
seal.isolate()
seal.shut("desk")
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.ui import application
qt = QApplication(sys.argv[:1])
def look():
    for window in qt.topLevelWindows():
        if window.isExposed():
            print("seen", qt.platformName(), seal.namespace.isolated(), flush=True)
            clock.stop()
            qt.quit()
clock = QTimer(interval=50)
clock.timeout.connect(look)
clock.start()
application.run(Path(sys.argv[1]))
"""


@pytest.mark.timeout(120)
def test_the_window_opens_in_it(tmp_path: Path) -> None:
    """The window system is reached over its socket in the file system, as there is no other way out."""
    if not possible() or not shutil.which("Xvfb"):
        pytest.skip("this system forbids it, or has no Xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1200x800x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            display = told.readline().strip()
        environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        done = subprocess.run(
            [sys.executable, "-c", WINDOW, str(tmp_path / "library")], capture_output=True, text=True, timeout=60,
            cwd=ROOT, env=environment,
        )  # fmt: skip
        assert done.stdout == "seen xcb True\n", done.stderr
        assert done.returncode == 0
    finally:
        server.terminate()
        server.wait()
