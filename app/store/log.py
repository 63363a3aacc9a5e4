"""How far a write-ahead log was committed, going by the headers of its frames alone.

SQLite takes a log up to the first frame that does not match its checksum and says nothing of the rest. Whoever
compares that with what this counts can tell that something was cut off. Must not know what the frames hold.

Layout (sqlite.org/fileformat2.html#walformat): header of 32 bytes with two salts at 16, then frames of 24 bytes and a
page: page number, pages of the file after a commit or 0, the two salts, a checksum. Frames with other salts are left
over from before the log was begun anew.
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = struct.Struct(">16x4s4s8x")
_FRAME = struct.Struct(">4xI4s4s8x")


def committed(log: Path, page: int) -> int:
    """Return the number of the last frame that ends a commit, counted from 1; 0 where there is none.

    One damaged byte does not hide a frame: of its two salts one is enough.
    """
    try:
        stream = log.open("rb")
    except FileNotFoundError:
        return 0
    with stream:
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return 0
        salts = _HEADER.unpack(header)
        last = number = 0
        while len(frame := stream.read(_FRAME.size)) == _FRAME.size:
            number += 1
            size, *own = _FRAME.unpack(frame)
            if size and (own[0] == salts[0] or own[1] == salts[1]):
                last = number
            stream.seek(page, 1)
        return last
