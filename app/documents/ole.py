"""OLE files, which old Office files, Outlook messages and embedded objects are: what kind one is, what is in it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

from app.documents.parts import file_name

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = (
    ("EncryptedPackage", "locked"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
)
_MOST = 256 << 20


def kind(data: bytes) -> str:
    """Return "locked", "doc", "xls", "ppt" or "msg" for such an OLE file, "" for any other, broken or not."""
    if not data.startswith(SIGNATURE):
        return ""
    file = opened(data)
    if file is None:
        return ""
    return next((name for stream, name in _KINDS if file.exists(stream)), "")


def opened(data: bytes) -> Any:
    """Return olefile's object, or None where the file is broken."""
    import olefile

    try:
        # What is wrong inside shows when it is read; what can be read is.
        return olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_FATAL)
    except (OSError, ValueError, TypeError, IndexError, AttributeError, struct.error):
        return None


def files(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the file that an embedded object holds, if it is one, under the name that it had."""
    file = opened(data)
    if file is None:
        return
    stem = name.rpartition(".")[0] or name
    found = next((each for stream, each in _KINDS if file.exists(stream)), "")
    if found:
        yield f"{stem}.{'docx' if found == 'locked' else found}", data
        return
    for stream, suffix in (("Package", ""), ("CONTENTS", ".pdf"), ("Contents", ".pdf")):
        content = _stream(file, stream)
        if content.startswith((b"%PDF", b"PK\x03\x04")):
            yield stem + (suffix if content.startswith(b"%PDF") else _package_suffix(content)), content
            return
    native = _stream(file, "\x01Ole10Native")
    if native:
        yield from _native(native, stem)


def _stream(file: Any, name: str) -> bytes:
    try:
        if not file.exists(name) or file.get_size(name) > _MOST:
            return b""
        return bytes(file.openstream(name).read())
    except (OSError, ValueError, TypeError, IndexError, struct.error):
        return b""


def _native(data: bytes, stem: str) -> Iterator[tuple[str, bytes]]:
    """Take apart what Windows' packager wrote: a label, a path, a path again, then the file's length and bytes."""
    try:
        label, at = _string(data, 6)
        path, at = _string(data, at)
        at += 8 + struct.unpack_from("<I", data, at + 4)[0]
        size = struct.unpack_from("<I", data, at)[0]
    except (ValueError, struct.error):
        return
    content = data[at + 4 : at + 4 + size]
    if content:
        yield file_name(label or path, stem), content


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\x00", at)
    return data[at:end].decode("cp1252", "replace"), end + 1


def _package_suffix(content: bytes) -> str:
    from app.documents.package import family

    return {"word": ".docx", "excel": ".xlsx", "powerpoint": ".pptx", "odt": ".odt", "ods": ".ods", "odp": ".odp"}.get(
        family(content), ".zip"
    )
