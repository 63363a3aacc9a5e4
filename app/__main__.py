"""The one way in: seal the process, set the environment, then go to the room that was asked for.

Nothing heavy may be imported before the seal is shut, and nothing at all may be imported here at
the top that opens a file or a socket of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.types import Refusal

CHILDREN = ("reader", "ocr", "engine", "vectors")
ISOLATE, ISOLATE_VARIABLE = "--isolate", "CARREL_ISOLATE"
INTERRUPTED = 130

# Libraries look at these when they are imported; see DESIGN for what each does without it.
OFFLINE = {
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code; `arguments` are those after the program's name.

    With `--isolate` before the command, or CARREL_ISOLATE=1, it moves into an empty network of its own first. The
    variable stays set, so that the program is there again when it becomes itself anew; its children are anyway.
    """
    try:
        return _main(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # while the program was still being loaded: nothing was begun
        return INTERRUPTED


def _main(arguments: list[str]) -> int:
    if arguments[:1] == [ISOLATE]:
        del arguments[0]
        os.environ[ISOLATE_VARIABLE] = "1"
    kind = arguments[0] if arguments and arguments[0] in CHILDREN else "desk"
    os.environ.update(OFFLINE)

    from app import seal
    from app.errors import SealError

    try:
        if os.environ.get(ISOLATE_VARIABLE) == "1":
            seal.isolate()
        seal.shut(kind)
    except SealError as error:
        print(error, file=sys.stderr)
        return error.exit_code

    if kind != "desk" and arguments[1:2] == ["selftest"]:
        from app import selftest

        return selftest.child(kind, Path(arguments[2]))
    if kind == "reader":
        from app.documents import reader

        return reader.main()
    if kind == "ocr":
        from app.documents import ocr

        return ocr.main()
    if kind == "engine":
        from app.models import engine

        return engine.main(arguments[1] if len(arguments) > 1 else "")
    if kind == "vectors":
        from app.store import vectors_child

        return vectors_child.main()
    from app import cli

    return cli.main(arguments, _open_window, _probe)


def _probe() -> list[Refusal]:
    from app.ui import probe

    return probe.tries()


def _open_window(library: Path, secret: bytearray | None, *, samples: bool) -> int:
    from app.ui import application

    code = application.run(library, secret=secret, samples=samples)
    if code == application.LOCKED:
        return _begin_anew(["--library", str(library), *(["demo", "--window"] if samples else [])])
    return code


def _begin_anew(arguments: list[str]) -> int:
    """Replace this process by a new one of the same program, so that all that was in its memory is gone."""
    given = len(sys.argv) - 1
    program = [sys.executable]
    if not getattr(sys, "frozen", False):  # started as this one was, with the same options of Python
        program += sys.orig_argv[1 : len(sys.orig_argv) - given]
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if sys.platform == "win32":  # there os.execv starts another process too, and joins the arguments unquoted
        import subprocess

        subprocess.Popen([*program, *arguments])
        return 0
    os.execv(program[0], [*program, *arguments])  # noqa: S606 (ourselves, without a shell)
    raise AssertionError("unreachable: this program is another one by now")


if __name__ == "__main__":
    sys.exit(main())
