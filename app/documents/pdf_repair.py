"""A second chance with pypdf for files that pdfium does not open: it is slower and puts up with more.

Gives a sound copy without a password, so that text and pictures of it come from pdfium all the same.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence

from app.errors import LockedFile

_LARGEST = 64 << 20  # bytes; pypdf holds a file as Python's own objects


def repaired(data: bytes, passwords: Sequence[str]) -> bytes | None:
    """Return a copy of a PDF that is written anew; None where it is too large for that.

    Raises LockedFile where no password fits, and whatever pypdf raises for files that break the rules.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the file
    if len(data) > _LARGEST:
        return None
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not any(reader.decrypt(password) for password in ("", *passwords)):
        raise LockedFile
    writer = pypdf.PdfWriter(clone_from=reader)
    copy = io.BytesIO()
    writer.write(copy)
    return copy.getvalue()


def sample() -> bytes:
    """Return a small encrypted PDF that pdfium does not open and pypdf does."""
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(72, 72)
    writer.encrypt("", "owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return re.sub(rb"/Root \d+ 0 R", b"/Root 1 0 R", file.getvalue())
