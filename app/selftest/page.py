"""The self-test as a page that can be filed: as plain text, and as HTML that needs nothing else."""

from __future__ import annotations

import getpass
import html as markup
import os
import platform
import sys
from collections.abc import Sequence
from datetime import datetime

from app import __version__
from app.types import Refusal

_LEGEND = "+ holds   ! does not hold   · told; nothing is enforced here"
_MARKS = {True: "+", False: "!", None: "·"}
_CLASSES = {True: "holds", False: "fails", None: "told"}
_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2.5em auto;max-width:60em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3em .6em;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #ddd}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em}dd{margin:0}"
    ".fails{background:#fdd;font-weight:bold}.told{color:#666}p.holds,p.fails{padding:.6em;border:1px solid}"
)
_HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Carrel: self-test</title><style>{style}</style></head><body>
<h1>Carrel: self-test</h1><dl>{heads}</dl><p class="{result}">{verdict}</p>
<table><tr><th></th><th>what was tried</th><th>outcome</th><th>by</th></tr>
{rows}</table><p>{legend}</p></body></html>
"""


def page(refusals: Sequence[Refusal]) -> str:
    """Return the lines as plain text."""
    rows = [
        f"{_MARKS[line.holds]} {line.what} — {line.outcome}" + (f" — by {line.by}" if line.by else "")
        for line in refusals
    ]
    heads = [f"{name}: {words}" for name, words in _head()]
    return "\n".join(["Carrel: self-test", "", *heads, "", *rows, "", verdict(refusals), "", _LEGEND, ""])


def html(refusals: Sequence[Refusal]) -> str:
    """Return the lines as one HTML page."""
    escape = markup.escape
    heads = "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in _head())
    rows = "".join(
        f'<tr class="{_CLASSES[line.holds]}"><td>{_MARKS[line.holds]}</td><td>{escape(line.what)}</td>'
        f"<td>{escape(line.outcome)}</td><td>{escape(line.by)}</td></tr>\n"
        for line in refusals
    )
    result = _CLASSES[all(line.holds is not False for line in refusals)]
    return _HTML.format(style=_STYLE, heads=heads, rows=rows, verdict=escape(verdict(refusals)),
                        legend=escape(_LEGEND), result=result)  # fmt: skip


def verdict(refusals: Sequence[Refusal]) -> str:
    """Return what came out, in one sentence."""
    failed = [line.what for line in refusals if line.holds is False]
    if failed:
        return f"DOES NOT HOLD, {len(failed)} of {len(refusals)}: {'; '.join(failed)}."
    held = sum(line.holds is True for line in refusals)
    told = sum(line.holds is None for line in refusals)
    return f"Everything holds that this system can enforce: {held} of {held}. {told} further lines are only told."


def _head() -> list[tuple[str, str]]:
    return [
        ("Program", f"Carrel {__version__}"),
        ("Date", datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z")),
        ("System", f"{_system()}, {platform.machine()}"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Account", _account()),
    ]


def _system() -> str:
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            pass  # some have no such file
    return platform.platform()


def _account() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return name if sys.platform == "win32" else f"{name} ({os.geteuid()})"
