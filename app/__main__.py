"""The one way in: seal the process, set the environment, then go to the room that was asked for.

Nothing heavy may be imported before the seal is shut, and nothing at all may be imported here at
the top that opens a file or a socket of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHILDREN = ("reader", "engine")

# Libraries look at these when they are imported; see DESIGN for what each does without it.
OFFLINE = {
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; `arguments` are those after the program's name."""
    arguments = sys.argv[1:] if arguments is None else arguments
    kind = arguments[0] if arguments and arguments[0] in CHILDREN else "desk"
    os.environ.update(OFFLINE)

    from app import seal
    from app.errors import SealError

    try:
        seal.shut(kind)
    except SealError as error:
        print(error, file=sys.stderr)
        return error.exit_code

    if kind == "reader":
        from app.documents import reader

        return reader.main()
    if kind == "engine":
        from app.models import engine

        return engine.main(arguments[1] if len(arguments) > 1 else "")
    from app import cli

    return cli.main(arguments, _open_window)


def _open_window(library: Path, secret: bytearray | None, *, samples: bool) -> int:
    from app.ui import application

    return application.run(library, secret=secret, samples=samples)


if __name__ == "__main__":
    sys.exit(main())
