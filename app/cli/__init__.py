"""The command line: parses, pulls the same generators as the window, prints; decides nothing.

Standard output holds the result, standard error the progress. With --json the last line of standard
output is one JSON object whose shape stays stable.
"""

from __future__ import annotations

import os
import sys

from app import errors
from app.cli.arguments import Probe, Window, parser
from app.cli.talk import say

__all__ = ["INTERRUPTED", "Probe", "Window", "main"]

INTERRUPTED = 130


def main(arguments: list[str], window: Window, probe: Probe | None = None) -> int:
    """Run one command and return its exit code.

    `window` opens the window where that is asked for; `probe` makes the self-test's tries through Qt.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="replace")
    options = parser(window, probe).parse_args(arguments)
    if len(options.matter or ()) > 1 and not options.several:
        say("This command is about one matter; name only one with --matter.")
        return 2
    try:
        return int(options.run(options))
    except errors.CarrelError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("Stopped. What was done until then is safe.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1

