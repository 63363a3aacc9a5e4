"""The self-test's tries through Qt, which goes past Python. Needs no display; not imported by the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer, QUrl

from app.types import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance

_ADDRESS, _NAME = "198.51.100.1", "carrel.invalid"  # reserved for examples: nothing could arrive there
_MS = 700


def tries() -> list[Refusal]:
    """Try HTTP, TCP, UDP and a name look-up by Qt; takes two seconds where nothing refuses them, no time else."""
    try:
        from PySide6 import QtNetwork as Net
    except ImportError:
        return [Refusal("Network by Qt", "not part of this program", "", None)]
    if sys.platform == "win32":
        return [Refusal("Network by Qt", "not refused: this system offers a program no way to", "", None)]
    application = QCoreApplication.instance() or QCoreApplication([])
    lines = []

    # A socket that the system does not make fails with no more than an unknown error; one that it made, otherwise.
    refusals = (Net.QAbstractSocket.SocketError.UnknownSocketError, Net.QAbstractSocket.SocketError.SocketAccessError)
    closed = Net.QAbstractSocket.SocketState.UnconnectedState
    stream = Net.QTcpSocket()
    stream.connectToHost(_ADDRESS, 80)
    _wait(stream.errorOccurred, lambda: stream.state() == closed)
    refused = stream.state() == closed and stream.error() in refusals
    lines.append(_line("A connection (TCP) by Qt", refused, stream.errorString()))
    stream.abort()

    # HTTP has the same unknown error where no network is there; then the connection failed with another one.
    manager = Net.QNetworkAccessManager()
    reply = manager.get(Net.QNetworkRequest(QUrl(f"http://{_ADDRESS}/")))
    _wait(reply.finished, reply.isFinished)
    denied = (Net.QNetworkReply.NetworkError.UnknownNetworkError, Net.QNetworkReply.NetworkError.ContentAccessDenied)
    unasked = refused and reply.isFinished() and reply.error() in denied
    lines.append(_line("HTTP by Qt", unasked, reply.errorString()))
    reply.abort()

    datagrams = Net.QUdpSocket()
    sent = datagrams.writeDatagram(b"carrel", Net.QHostAddress(_ADDRESS), 9)
    lines.append(_line("A datagram (UDP) by Qt", sent < 0 and datagrams.error() in refusals, datagrams.errorString()))

    if lines[-1].holds:  # a name that is looked up in earnest can take very long
        found = Net.QHostInfo.fromName(_NAME)
        answered = found.error() in (Net.QHostInfo.HostInfoError.NoError, Net.QHostInfo.HostInfoError.HostNotFound)
        lines.append(
            Refusal("Name look-up by Qt", "answered, which only a helper on this computer can have done", "", None)
            if answered else _line("Name look-up by Qt", True, "")
        )  # fmt: skip
    else:
        lines.append(_line("Name look-up by Qt", False, "a question could be sent"))
    del application
    return lines


def _line(what: str, refused: bool, words: str) -> Refusal:
    if refused:
        return Refusal(what, "refused", "the operating system", True)
    return Refusal(what, f"not refused: {words}", "", False)


def _wait(signal: SignalInstance, over: Callable[[], bool]) -> None:
    """Let Qt work until a signal comes or the time is up, unless it is over already."""
    if over():
        return
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(_MS, loop.quit)
    loop.exec()
