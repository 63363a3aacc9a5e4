"""Write the sample documents: `python packaging/make_samples.py [folder]`.

Needs reportlab, python-docx, openpyxl, pypdfium2, numpy and Pillow. Running it again gives the same bytes.
"""

from __future__ import annotations

import importlib
import os
import sys
from datetime import datetime
from pathlib import Path

# By the day that their PDF says it was made on, which the program shows.
DOCUMENTS = {
    "lease": "2025-03-24", "letter": "2025-12-11", "thread": "", "notes": "", "hours": "", "deposition": "2024-10-22",
    "discharge": "", "laboratory": "2026-03-16", "guideline": "", "mietvertrag": "2026-03-02", "court": "",
}


def main(folder: Path) -> None:
    """Write every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, day in DOCUMENTS.items():
        made = datetime.fromisoformat(f"{day or '2026-01-01'}T09:00+00:00")
        os.environ["SOURCE_DATE_EPOCH"] = str(int(made.timestamp()))
        importlib.import_module(f"samples.{name}").make(folder)


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "resources" / "samples"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
