"""Write the sample documents: `python packaging/make_samples.py [folder]`.

Needs reportlab, python-docx, openpyxl, pypdfium2, numpy and Pillow. Running it again gives the same bytes.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

DOCUMENTS = ("lease", "letter", "thread", "notes", "hours", "deposition", "discharge", "laboratory",
             "guideline", "mietvertrag", "court")


def main(folder: Path) -> None:
    """Write every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DOCUMENTS:
        importlib.import_module(f"samples.{name}").make(folder)


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "resources" / "samples"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
