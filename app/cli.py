"""The command line: parses, pulls the same generators as the window, prints; decides nothing.

Standard output holds the result, standard error the progress. With --json the last line of standard
output is one JSON object whose shape stays stable.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from app import __version__, demo, errors, paths
from app import settings as stored_settings
from app.report import answer_json, evidence_json, print_answer, print_event, print_hits
from app.types import Added, Answered, EvidenceFound, FileFailed, TextWritten

INTERRUPTED = 130


class Window(Protocol):
    """Opens the window on a library; asks for the passphrase where none is given."""

    def __call__(self, library: Path, secret: bytearray | None, *, samples: bool) -> int: ...


_EXIT_CODES = """exit codes:
  0 done   1 failed   2 wrong arguments   3 a file could not be read   4 the library could not be used
  5 the model could not be used   6 the question could not be searched for   7 not sealed off   8 no display
  130 stopped"""


def main(arguments: list[str], window: Window) -> int:
    """Run one command and return its exit code; `window` opens the window where that is asked for."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="replace")
    options = _parser(window).parse_args(arguments)
    try:
        return int(options.run(options))
    except errors.CarrelError as error:
        _say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _say("Stopped. What was already added is safe.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser(window: Window) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="carrel",
        description="Answers questions from your own files, on this computer only. Without a command the window opens.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Carrel {__version__}")
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library's folder (default: your own)")
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="read the passphrase from the first line of FILE instead of asking for it",
    )
    parser.set_defaults(run=_window, window=window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def add_json(made: argparse.ArgumentParser) -> None:
        made.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    add = command("add", _add, "Add files and folders to the library; makes it where there is none.")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add_json(add)
    status = command("status", _status, "List the documents and what of them could not be read.")
    add_json(status)
    for name, run, text in (
        ("search", _search, "Find passages; no model writes anything."),
        ("ask", _ask, "Answer a question with quotes that can be checked."),
    ):
        made = command(name, run, text)
        what = made.add_mutually_exclusive_group(required=True)
        many = "queries" if name == "search" else "questions"
        what.add_argument("question", nargs="?", metavar="QUERY" if name == "search" else "QUESTION")
        what.add_argument(
            f"--{many}", dest="many", type=Path, metavar="FILE.jsonl", help="one object with id and question a line"
        )
        made.add_argument("-k", type=int, default=None, metavar="N", help="how many passages (default: 10)")
        add_json(made)
    remove = command("remove", _remove, "Take documents out of the library; the files themselves stay.")
    remove.add_argument("files", nargs="+", type=Path, metavar="FILE")
    models = command("models", _models, "List the models, or import or remove one.")
    add_json(models)
    models.set_defaults(models_run=_list_models)
    kinds = models.add_subparsers(metavar="ACTION")
    fetch = kinds.add_parser("import", help="copy a GGUF file into Carrel's models and use it for writing")
    fetch.add_argument("file", type=Path, metavar="FILE")
    fetch.set_defaults(models_run=_import_model)
    use = kinds.add_parser("use", help="choose the model that writes")
    use.add_argument("name", metavar="NAME")
    use.set_defaults(models_run=_use_model)
    drop = kinds.add_parser("remove", help="delete a model that you imported")
    drop.add_argument("name", metavar="NAME")
    drop.set_defaults(models_run=_remove_model)
    show = command("demo", _demo, "Show what Carrel does, on fictional documents that come with it.")
    show.add_argument("--window", dest="in_window", action="store_true", help="in the window instead of the terminal")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


# --- the library -------------------------------------------------------------------------------------


def _library(options: argparse.Namespace) -> Path:
    return Path(os.path.abspath(options.library)) if options.library else paths.default_library()


def read_secret(options: argparse.Namespace, *, new: bool) -> bytearray:
    """Return the passphrase, from the file that was named or asked for at the terminal.

    Raises SystemExit(2) with a sentence where there is neither.
    """
    if options.passphrase_file:
        try:
            lines = options.passphrase_file.read_bytes().splitlines()
        except OSError as error:
            _say(f"The passphrase file could not be read: {error.strerror}.")
            raise SystemExit(2) from None
        if not lines or not lines[0]:
            _say("The passphrase file is empty; its first line is the passphrase.")
            raise SystemExit(2)
        return bytearray(lines[0])
    if not sys.stdin.isatty():
        _say("A passphrase is needed; give a file that holds it with --passphrase-file.")
        raise SystemExit(2)
    if not new:
        return bytearray(getpass.getpass("Passphrase: ").encode())
    _say("This makes a new library. Nobody can open it without its passphrase, and nobody can restore that.")
    while True:
        first = getpass.getpass("New passphrase: ")
        if first and first == getpass.getpass("Once more: "):
            return bytearray(first.encode())
        _say("They differ, or are empty; please try again.")


@contextlib.contextmanager
def _session(options: argparse.Namespace, *, create: bool = False, warm: bool = True) -> Iterator[Any]:
    from app import vault
    from app.session import Session

    library = _library(options)
    new = not vault.exists(library)
    if new and not create:
        raise errors.NoLibrary(path=library)
    secret = read_secret(options, new=new)
    try:
        session = Session.open(library, secret, create=create, warm=warm)
    finally:
        vault.wipe(secret)
    with session:
        yield session


# --- commands ----------------------------------------------------------------------------------------


def _window(options: argparse.Namespace) -> int:
    secret = read_secret(options, new=False) if options.passphrase_file else None
    return int(options.window(_library(options), secret, samples=False))


def _add(options: argparse.Namespace) -> int:
    failed = 0
    with (
        _session(options, create=True) as session,
        contextlib.closing(session.ingest.add(options.paths)) as events,
    ):
        for event in events:
            print_event(event, sys.stderr)
            failed += isinstance(event, FileFailed)
            if isinstance(event, Added) and options.json:
                _print_json({
                    "added": event.added,
                    "unchanged": event.unchanged,
                    "failed": event.failed,
                    "pages": event.pages,
                    "seconds": round(event.seconds, 3),
                })
    return errors.FileError.exit_code if failed else 0


def _status(options: argparse.Namespace) -> int:
    with _session(options, warm=False) as session:
        rows = session.store.documents()
        counts = session.store.page_counts()
    if options.json:
        documents = [
            {
                "file": row.file,
                "status": str(row.status),
                "pages": row.pages,
                "parent": row.parent,
                "reasons": list(row.reasons),
            }
            for row in rows
        ]
        _print_json({"documents": documents, "pages": {str(key): value for key, value in counts.items()}})
        return 0
    for row in rows:
        print(f"{row.status:<12} {row.pages:>5} {'page ' if row.pages == 1 else 'pages'}  {row.file}")
        for reason in row.reasons:
            print(f"{'':<26}{reason}")
    total = ", ".join(f"{value} {key}" for key, value in counts.items())
    print(f"{len(rows)} documents; pages: {total or 'none'}")
    return 0


def _questions(options: argparse.Namespace) -> Iterator[tuple[str | None, str]]:
    """Yield (id, question); the id is None for the one on the command line."""
    if options.many is None:
        yield None, options.question
        return
    try:
        lines = options.many.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise errors.UnreadableFile(reason=f"{options.many} is not a text file that can be read") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            yield str(item["id"]), str(item["question"])
        except (ValueError, KeyError, TypeError):
            _say(f"Line {number} of {options.many} is not an object with id and question; passed over.")


def _search(options: argparse.Namespace) -> int:
    with _session(options) as session:
        for key, question in _questions(options):
            evidence = session.retrieval.search(question, options.k or session.settings.hits)
            if options.json or key is not None:
                found: dict[str, Any] = {} if key is None else {"id": key}
                _print_json(found | {"hits": evidence_json(evidence)})
            else:
                print_hits(evidence, sys.stdout)
    return 0


def _ask(options: argparse.Namespace) -> int:
    with _session(options) as session:
        for key, question in _questions(options):
            quiet = options.json or key is not None
            evidence, answered = pull_answer(session, question, quiet=quiet)
            if quiet:
                found: dict[str, Any] = {} if key is None else {"id": key}
                _print_json(found | answer_json(evidence, answered))
    return 0


def pull_answer(session: Any, question: str, *, quiet: bool) -> tuple[EvidenceFound, Answered]:
    """Pull one answer out of the session, printing it as it comes unless `quiet`."""
    evidence: EvidenceFound | None = None
    with contextlib.closing(session.answering.ask(question)) as events:
        for event in events:
            if isinstance(event, EvidenceFound):
                evidence = event
                if not quiet:
                    print_hits(event.evidence, sys.stdout, seconds=event.seconds)
            elif isinstance(event, TextWritten) and not quiet:
                print(event.text, end="", flush=True)
            elif isinstance(event, Answered):
                if not quiet:
                    print_answer(event, sys.stdout)
                assert evidence is not None
                return evidence, event
    raise AssertionError("answering ended without an answer")


def _remove(options: argparse.Namespace) -> int:
    with _session(options, warm=False) as session:
        for file in options.files:
            session.store.remove(os.path.abspath(file))
            _say(f"Removed from the library: {file}")
    return 0


def _demo(options: argparse.Namespace) -> int:
    library = _library(options) if options.library else paths.demo_library()
    if options.in_window:
        return int(options.window(library, bytearray(demo.PASSPHRASE), samples=True))
    return demo.run(library, pull_answer)


# --- models ------------------------------------------------------------------------------------------


def _catalog() -> Any:
    from app.models.catalog import Catalog

    return Catalog(paths.bundled_models(), paths.own_models(), stored_settings.load().generator)


def _models(options: argparse.Namespace) -> int:
    return int(options.models_run(options))


def _list_models(options: argparse.Namespace) -> int:
    models = _catalog().models()
    if options.json:
        _print_json({
            "models": [
                {
                    "name": model.name,
                    "file": model.file,
                    "role": model.role,
                    "size": model.size,
                    "description": model.description,
                    "bundled": model.bundled,
                    "chosen": model.chosen,
                }
                for model in models
            ]
        })
        return 0
    for model in models:
        mark = "*" if model.chosen else " "
        print(f"{mark} {model.name}\n    {model.role}, {model.size / 1e6:,.0f} MB; {model.description}")
    return 0


def _import_model(options: argparse.Namespace) -> int:
    catalog = _catalog()
    with contextlib.closing(catalog.import_file(options.file)) as progress:
        for share in progress:
            print(f"\rCopying {share:4.0%}", end="", file=sys.stderr, flush=True)
    _say("")
    name = options.file.stem
    _choose(name)
    _say(f"{name} is imported and writes from now on.")
    return 0


def _use_model(options: argparse.Namespace) -> int:
    catalog = _catalog()
    if options.name not in {model.name for model in catalog.models() if model.role == "generator"}:
        raise errors.NoModel(role=f"“{options.name}”", path=paths.own_models())
    _choose(options.name)
    _say(f"{options.name} writes from now on.")
    return 0


def _remove_model(options: argparse.Namespace) -> int:
    _catalog().remove(options.name)
    if stored_settings.load().generator == options.name:
        _choose("")
    _say(f"{options.name} was deleted.")
    return 0


def _choose(name: str) -> None:
    from dataclasses import replace

    stored_settings.save(replace(stored_settings.load(), generator=name))
