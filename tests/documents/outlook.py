"""Outlook messages for the tests, put together byte by byte, since no library writes the format."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

SECTOR, MINI, SMALL = 512, 64, 4096
END, FREE, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
TOP, INNER, BELOW = 32, 24, 8  # bytes before the first property

Folder = dict[str, Any]  # name → bytes, or a folder


def message(
    texts: dict[int, str | bytes], recipients: Sequence[Folder] = (), files: Sequence[Folder] = (),
    numbers: dict[int, int] | None = None, times: dict[int, int] | None = None, *, before: int = TOP,
) -> Folder:  # fmt: skip
    """A message's folder: properties by number, as text or bytes; with folders of recipients and attachments."""
    found = properties(texts, numbers or {}, times or {}, before)
    found |= {f"__recip_version1.0_#{number:08X}": folder for number, folder in enumerate(recipients)}
    found |= {f"__attach_version1.0_#{number:08X}": folder for number, folder in enumerate(files)}
    return found


def recipient(name: str, address: str, kind: int = 1) -> Folder:
    return properties({0x3001: name, 0x39FE: address}, {0x0C15: kind}, {}, BELOW)


def attachment(name: str, data: bytes, **texts: str) -> Folder:
    more = {int(key[1:], 16): value for key, value in texts.items()}
    return properties({0x3707: name, 0x3701: data, **more}, {0x3705: 1}, {}, BELOW)


def attached(inner: Folder) -> Folder:
    """An attachment that is a message itself."""
    return properties({0x3001: "inner"}, {0x3705: 5}, {}, BELOW) | {"__substg1.0_3701000D": inner}


def properties(
    texts: dict[int, str | bytes], numbers: dict[int, int], times: dict[int, int], before: int, *, wide: bool = True,
) -> Folder:  # fmt: skip
    rows, streams = [], {}
    for identifier, value in texts.items():
        kind = 0x0102 if isinstance(value, bytes) else 0x001F if wide else 0x001E
        data = value if isinstance(value, bytes) else value.encode("utf-16-le" if wide else "cp1252")
        streams[f"__substg1.0_{identifier:04X}{kind:04X}"] = data
        rows.append(struct.pack("<HHIII", kind, identifier, 6, len(data), 0))
    rows += [struct.pack("<HHIII", 3, identifier, 6, value, 0) for identifier, value in numbers.items()]
    rows += [struct.pack("<HHIQ", 0x40, identifier, 6, value) for identifier, value in times.items()]
    return {"__properties_version1.0": bytes(before) + b"".join(rows), **streams}


def compound(root: Folder) -> bytes:
    """A compound file of the folder: a directory, small streams together, large ones in sectors of their own."""
    entries: list[list[Any]] = []  # name, kind, right sibling, child, data
    _enter("Root Entry", root, entries)
    mini, mini_table, large = b"", [], []
    for entry in entries:
        data = entry[4]
        if not isinstance(data, bytes):
            continue
        if len(data) < SMALL:
            count = -(-len(data) // MINI)
            entry.append(len(mini_table) if count else END)
            mini_table += [len(mini_table) + step + 1 for step in range(count - 1)] + [END] * bool(count)
            mini += data.ljust(count * MINI, b"\0")
        else:
            large.append(entry)
    pieces: list[bytes] = []
    table: list[int] = []
    place = {}
    directory_size = -(-len(entries) // 4) * SECTOR
    for name, data in [("mini", mini), ("table", b"".join(struct.pack("<I", each) for each in mini_table)),
                       *[(id(entry), entry[4]) for entry in large], ("directory", bytes(directory_size))]:  # fmt: skip
        count = -(-len(data) // SECTOR)
        place[name] = len(table) if count else END
        table += [len(table) + step + 1 for step in range(count - 1)] + [END] * bool(count)
        filler = b"\xff" if name == "table" else b"\0"
        pieces.append(data.ljust(count * SECTOR, filler))
    for entry in large:
        entry.append(place[id(entry)])
    entries[0] += [place["mini"], len(mini)]
    pieces[-1] = b"".join(map(_row, entries)).ljust(directory_size, b"\0")
    fat_count = 1
    while fat_count * 128 < len(table) + fat_count:
        fat_count += 1
    assert fat_count <= 109
    first = len(table)
    fat = table + [0xFFFFFFFD] * fat_count
    fat += [FREE] * (fat_count * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, place["directory"], 0, SMALL,
        place["table"], -(-len(mini_table) // 128), END, 0, first,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", first + step if step < fat_count else FREE) for step in range(1, 109))
    return header + b"".join(pieces) + b"".join(struct.pack("<I", each) for each in fat)


def _enter(name: str, item: bytes | Folder, entries: list[list[Any]]) -> int:
    own = len(entries)
    entries.append([name, 2 if isinstance(item, bytes) else 5 if own == 0 else 1, NONE, NONE, item])
    if isinstance(item, dict):
        before = None
        for inner, value in item.items():
            number = _enter(inner, value, entries)
            if before is None:
                entries[own][3] = number
            else:
                entries[before][2] = number
            before = number
    return own


def _row(entry: list[Any]) -> bytes:
    name = entry[0].encode("utf-16-le") + b"\0\0"
    start = entry[5] if len(entry) > 5 else 0
    size = entry[6] if len(entry) > 6 else len(entry[4]) if isinstance(entry[4], bytes) else 0
    return name.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(name), entry[1], 1, NONE, entry[2], entry[3], start, size
    )
