"""The wire between processes: length-prefixed, bounded frames of JSON and raw bytes, never pickle.

A frame is 4 bytes of header length, 8 bytes of body length (both big-endian), the header as a
JSON object in UTF-8, the body as it is. Knows nothing of what the frames say.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

HEADER_LIMIT = 256 * 1024 * 1024
BODY_LIMIT = 1024 * 1024 * 1024
_PREFIX = struct.Struct(">IQ")


class FrameError(Exception):
    """The other side sent something that is not a frame, too much, or ended in the middle of one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a small JSON object and the bytes that belong to it."""

    header: dict[str, Any]
    body: bytes = b""


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for the wire and give libraries nothing to read or to spoil."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return incoming, outgoing


def write(stream: BinaryIO, header: dict[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one frame and flush; raises OSError where the other side is gone."""
    packed = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    stream.write(_PREFIX.pack(len(packed), len(body)))
    stream.write(packed)
    if len(body):
        stream.write(body)
    stream.flush()


def read(stream: BinaryIO, *, header_limit: int = HEADER_LIMIT, body_limit: int = BODY_LIMIT) -> Frame | None:
    """Read one frame, or None at a clean end; raises FrameError for anything else."""
    prefix = _exactly(stream, _PREFIX.size, may_end=True)
    if prefix is None:
        return None
    header_size, body_size = _PREFIX.unpack(prefix)
    if header_size > header_limit or body_size > body_limit:
        raise FrameError(f"frame of {header_size} + {body_size} bytes is over the limit")
    packed = _exactly(stream, header_size)
    body = _exactly(stream, body_size)
    assert packed is not None
    assert body is not None
    try:
        header = json.loads(packed.decode("utf-8", "surrogatepass"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FrameError("frame header is not JSON") from error
    if not isinstance(header, dict):
        raise FrameError("frame header is not an object")
    return Frame(header, body)


def _exactly(stream: BinaryIO, size: int, *, may_end: bool = False) -> bytes | None:
    parts: list[bytes] = []
    left = size
    while left:
        part = stream.read(min(left, 1 << 24))
        if not part:
            if may_end and left == size:
                return None
            raise FrameError(f"the stream ended {left} bytes early")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
