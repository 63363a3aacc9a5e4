"""The self-test's tries through Qt, in processes of their own, since one of them must be shut."""

from __future__ import annotations

import sys

import pytest

from tests.seal.tried import tried

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to refuse, and it says so")

TRY = """
    import threading
    {before}
    from app.ui import probe
    from PySide6.QtCore import QCoreApplication
    application = {application}
    lines = []
    {run}
    found.update({{line.what: f"{{line.holds}} {{line.by}}" for line in lines}})
"""
WHAT = {"HTTP by Qt", "A connection (TCP) by Qt", "A datagram (UDP) by Qt", "Name look-up by Qt"}
ALONE = {"application": "None", "run": "lines += probe.tries()"}
# As the window's page about privacy runs it: on a worker, beside the application.
ON_A_WORKER = {
    "application": "QCoreApplication([])",
    "run": "worker = threading.Thread(target=lambda: lines.extend(probe.tries())); worker.start(); worker.join()",
}


@pytest.mark.parametrize("how", [ALONE, ON_A_WORKER], ids=["alone", "on a worker"])
def test_qt_is_refused_where_the_process_is_shut(how: dict[str, str]) -> None:
    found = tried(TRY.format(before="seal.shut('desk')", **how))
    assert found == dict.fromkeys(WHAT, "True the operating system")


@pytest.mark.parametrize("how", [ALONE, ON_A_WORKER], ids=["alone", "on a worker"])
def test_qt_is_not_refused_where_it_is_not(how: dict[str, str]) -> None:
    """The test above could not fail otherwise."""
    found = tried(TRY.format(before="", **how))
    assert found == dict.fromkeys(WHAT, "False ")


def test_a_computer_without_a_network_refuses_nothing() -> None:
    """A connection fails there, too; that the system refuses it would be a wrong comfort."""
    away = "found['away'] = str(libc.unshare(0x40000000))  # into a network namespace of its own: nothing is in it"
    found = tried(TRY.format(before=away, **ALONE))
    if found.pop("away") != "0":
        pytest.skip("no network namespace can be made here")
    assert found == dict.fromkeys(WHAT, "False ")
