"""Office files are ZIP archives with the time of writing in them; this makes them the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

MOMENT = (2026, 2, 1, 9, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")


def write_fixed(path: Path, packed: bytes) -> None:
    """Write the archive `packed` to `path` with every date in it set to MOMENT."""
    stamp = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*MOMENT).encode()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            fixed = zipfile.ZipInfo(entry.filename, MOMENT)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, content)
