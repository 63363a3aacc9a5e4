#!/usr/bin/env python3
"""Sets Carrel up in its own folder, runs it and tests it: `python3 packaging/dev.py run` or `test`.

Needs nothing but Python 3.11 to 3.13. This alone uses the network, for the packages and models named in
packaging/requirements and resources/models.toml, each checked against its sha256; the program never does.
What is set up lies in .venv, .cache and resources/models; it can be run again after any failure and goes
on where it stopped.

Written so that any Python can read it and say that it is too old.
"""

import sys

sys.dont_write_bytecode = True  # the folder stays as it was cloned

if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(
            "Carrel needs Python 3.11, 3.12 or 3.13 and this is Python %d.%d. Install one of them and run "
            "this again with it, for example: python3.11 packaging/dev.py run" % sys.version_info[:2]
        )
    from commands import main

    sys.exit(main())
