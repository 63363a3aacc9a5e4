"""The wire: what is sent arrives, and what is not a frame is refused without reading on."""

from __future__ import annotations

import io
import os

import pytest

from app import frames


def test_frames_arrive_in_order() -> None:
    stream = io.BytesIO()
    frames.write(stream, {"do": "read", "name": "Überweisung"}, b"\x00\xff" * 1000)
    frames.write(stream, {})
    stream.seek(0)
    assert frames.read(stream) == frames.Frame({"do": "read", "name": "Überweisung"}, b"\x00\xff" * 1000)
    assert frames.read(stream) == frames.Frame({})
    assert frames.read(stream) is None


def test_a_pipe_gives_frames_in_pieces() -> None:
    receiving, sending = os.pipe()
    with os.fdopen(receiving, "rb", buffering=0) as source, os.fdopen(sending, "wb", buffering=0) as sink:
        frames.write(sink, {"n": 1}, b"x" * 30_000)
        assert frames.read(source) == frames.Frame({"n": 1}, b"x" * 30_000)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00",
        b"\x00\x00\x00\x02" + bytes(8),
        b"\x00\x00\x00\x02" + bytes(8) + b"[]",
        b"\x00\x00\x00\x02" + bytes(8) + b"{x",
        b"\x00\x00\x00\x02" + bytes(8) + b"\xff\xff",
        b"\x00\x00\x00\x02" + bytes(7) + b"\x05{}abc",
    ],
)
def test_what_is_not_a_frame_is_refused(sent: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(sent))


def test_a_frame_over_the_limit_is_refused_before_it_is_read() -> None:
    stream = io.BytesIO()
    frames.write(stream, {"text": "x" * 100}, b"y" * 100)
    for limits in ({"header_limit": 50}, {"body_limit": 50}):
        stream.seek(0)
        with pytest.raises(frames.FrameError, match="over the limit"):
            frames.read(stream, **limits)
        assert stream.tell() == 12


def test_deep_nesting_is_refused() -> None:
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(len(deep).to_bytes(4, "big") + bytes(8) + deep))
