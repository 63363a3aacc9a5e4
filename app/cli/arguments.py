"""The commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from app import __version__
from app.cli import conversations, copies, documents, finding, keys, models, reading, vaults
from app.settings import ANSWERS
from app.types import Refusal

Probe = Callable[[], list[Refusal]]
_SYNTAX = """what can be asked for:
  notice period              passages that are about it, by words and by meaning
  "notice period"            these words, next to each other
  rent AND (lift OR stairs)  both; also NOT, or a minus before a word
  terminat*                  words that begin so
  NEAR(rent arrears, 5)      with at most 5 words between them
  file:lease  folder:letters  type:mail  from:Smith  after:2024-01-31  before:2025
                             only there, as by the options; several words in quotation marks: file:"lease agreement"
Operators are written in capitals. A shell takes quotation marks for itself; put the whole into others:
  carrel search '"notice period" NOT garage'"""
_EXIT_CODES = """exit codes:
  0 done   1 failed   2 wrong arguments   3 a file could not be read   4 the library could not be used
  5 the model could not be used   6 the question could not be searched for   7 not sealed off   8 no display
  130 stopped"""


class Window(Protocol):
    """Opens the window on a library; asks for the passphrase where none is given."""

    def __call__(self, library: Path, secret: bytearray | None, *, samples: bool) -> int: ...


def parser(window: Window, probe: Probe | None) -> argparse.ArgumentParser:
    """Return the parser; `run` in what it gives is the command."""
    made = argparse.ArgumentParser(
        prog="carrel",
        description="Answers questions from your own files, on this computer only. Without a command the window opens.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"Carrel {__version__}")
    made.add_argument("--isolate", action="store_true",
                      help="first move into a network of its own that leads nowhere (Linux; as the first option)")
    made.add_argument("--library", type=Path, metavar="DIR", help="the library's folder (default: your own)")
    made.add_argument("--passphrase-file", type=Path, metavar="FILE",
                      help="read the passphrase from the first line of FILE instead of asking for it")
    made.add_argument("--recovery-key-file", type=Path, metavar="FILE",
                      help="open by the recovery key in FILE; a new passphrase is then set")
    made.add_argument("--new-passphrase-file", type=Path, metavar="FILE",
                      help="read a new passphrase from the first line of FILE instead of asking for it")
    made.add_argument("--key-store", action="store_true", help="open by the key store of this computer")
    made.add_argument("--matter", action="append", metavar="NAME",
                      help="the matter that is meant; several times to search several")
    made.set_defaults(run=documents.window, window=window, probe=probe, several=False)
    commands = made.add_subparsers(title="commands", metavar="COMMAND")
    _documents(commands)
    _reading(commands)
    _vault(commands)
    _keys(commands)
    _models(commands)
    test = _command(commands, "selftest", vaults.selftest, "Try to reach the network and print what refused it.")
    test.add_argument("--html", type=Path, metavar="FILE", help="also write the page to FILE, to be kept")
    _json(test)
    show = _command(commands, "demo", documents.show_demo,
                    "Show what Carrel does, on fictional documents that come with it.")
    show.add_argument("--window", dest="in_window", action="store_true", help="in the window instead of the terminal")
    return made


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text)
    assert isinstance(made, argparse.ArgumentParser)
    made.set_defaults(run=run)
    return made


def _json(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="print one JSON object as the last line")


def _matter(made: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Let --matter stand after the command too."""
    text = "the matter that is meant" + ("; several times to search several" if several else "")
    made.add_argument("--matter", action="append", metavar="NAME", default=argparse.SUPPRESS, help=text)
    made.set_defaults(several=several)


def _yes(made: argparse.ArgumentParser) -> None:
    made.add_argument("--yes", action="store_true", help="do not ask")


def _backups(made: argparse.ArgumentParser) -> None:
    made.add_argument("--delete-backups", action="store_true", help="also delete the backups by Carrel that hold it")


def _documents(commands: Any) -> None:
    add = _command(commands, "add", documents.add,
                   "Add files and folders to the library; makes it where there is none.")
    add.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    add.add_argument("--resume", action="store_true", help="go on with what was being added when the work was cut off")
    add.add_argument("--again", action="store_true", help="read files once more that did not change")
    add.add_argument("--follow", action="store_true", help="keep following the folders that are named")
    _patterns(add)
    _matter(add)
    _json(add)
    for name, run, text in (
        ("search", finding.search, "Find passages; no model writes anything."),
        ("ask", finding.ask, "Answer a question with quotes that can be checked."),
    ):
        made = _command(commands, name, run, text)
        made.epilog, made.formatter_class = _SYNTAX, argparse.RawDescriptionHelpFormatter
        what = made.add_mutually_exclusive_group(required=True)
        many = "queries" if name == "search" else "questions"
        what.add_argument("question", nargs="?", metavar="QUERY" if name == "search" else "QUESTION")
        what.add_argument(
            f"--{many}", dest="many", type=Path, metavar="FILE.jsonl", help="one object with id and question a line"
        )
        made.add_argument("-k", type=_some, default=None, metavar="N", help="how many passages (default: 10)")
        if name == "ask":
            made.add_argument("--export", type=Path, metavar="FILE",
                              help="write the answers with their notes to a .docx, .pdf or .md file, not encrypted")
            _yes(made)
            made.add_argument("--conversation", metavar="ID", help="go on with a conversation (its id, the beginning "
                              "of it, or last), or begin one (new), and keep the answer in it; else nothing is kept")
            made.add_argument("--answers", choices=ANSWERS, help="by the writing model, or quotes from the files alone "
                              "(default: quotes, unless a larger model than the starter was chosen)")
            made.add_argument("--anyway", action="store_true",
                              help="answer also where the files seem to hold no answer; it is then marked")
        _scope(made)
        _matter(made, several=True)
        _json(made)
    _conversations(commands)
    remove = _command(commands, "remove", documents.remove,
                      "Take documents, or all below a folder, out of the library; the files themselves stay.")
    remove.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _matter(remove)
    _backups(remove)
    _yes(remove)


def _conversations(commands: Any) -> None:
    made = _command(commands, "conversations", conversations.conversations,
                    "List the conversations that are kept, or show, search, rename, export or delete them.")
    _matter(made)
    _json(made)
    made.set_defaults(conversations_run=conversations.list_conversations)
    actions = made.add_subparsers(metavar="ACTION")
    for name, run, text in (
        ("list", conversations.list_conversations, "list them, the one that was changed last first"),
        ("show", conversations.show, "print one with its evidence and answers"),
        ("search", conversations.search, "find words in titles, questions and answers"),
        ("rename", conversations.rename, "give one another title"),
        ("export", conversations.export, "write one to a .docx, .pdf or .md file, not encrypted"),
        ("delete", conversations.delete, "delete one for good"),
    ):
        action = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        action.set_defaults(conversations_run=run)
        if name in ("list", "show", "search"):
            action.add_argument("--json", action="store_true", default=argparse.SUPPRESS,
                                help="print one JSON object as the last line")
        if name == "search":
            action.add_argument("words", nargs="+", metavar="WORD")
        elif name != "list":
            action.add_argument("conversation", metavar="ID", help="its id, the beginning of it, or last")
        if name == "rename":
            action.add_argument("title", metavar="TITLE")
        if name == "export":
            action.add_argument("file", type=Path, metavar="FILE")
        if name == "delete":
            _backups(action)
        if name in ("export", "delete"):
            _yes(action)


def _some(text: str) -> int:
    """Return a number of passages; raises ArgumentTypeError with what is told of one that is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of passages; at least 1 is needed")
    return int(text)


def _scope(made: argparse.ArgumentParser) -> None:
    only = made.add_argument_group("only in a part of the library (several of one kind: any of them)")
    only.add_argument("--file", action="append", default=[], metavar="NAME", dest="files",
                      help="words of a file's name or title, its path, or a pattern such as *.pdf")
    only.add_argument("--folder", action="append", default=[], metavar="DIR", dest="folders",
                      help="a folder, or the name of one, with all that is below it")
    only.add_argument("--type", action="append", default=[], metavar="KIND", dest="kinds",
                      help="such as pdf, mail, word, excel, scan")
    only.add_argument("--from", action="append", default=[], metavar="NAME", dest="people",
                      help="words of a sender, recipient, author or patient")
    only.add_argument("--after", metavar="DATE", help="of this day or later: 2024-01-31, 2024-01 or 2024")
    only.add_argument("--before", metavar="DATE", help="before this day")


def _patterns(made: argparse.ArgumentParser) -> None:
    made.add_argument("--include", action="append", default=[], metavar="PATTERN",
                      help="of folders only files like this, such as *.pdf or letters/**; may be given several times")
    made.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="but not files like this")


def _reading(commands: Any) -> None:
    status = _command(commands, "status", reading.status, "List the documents and what of them could not be read.")
    status.add_argument("--pages", action="store_true", help="print what became of every page")
    status.add_argument("--csv", type=Path, metavar="FILE", help="write what became of every page to FILE as a table")
    _matter(status)
    _json(status)
    secret = _command(commands, "password", reading.password,
                      "Read locked files with a password; it is remembered only inside the vault.")
    secret.add_argument("files", nargs="+", type=Path, metavar="FILE")
    secret.add_argument("--password-file", type=Path, metavar="FILE",
                        help="read the password from the first line of FILE instead of asking for it")
    _matter(secret)
    folders = _command(commands, "folders", reading.folders, "List the followed folders, or follow one, or no more.")
    _matter(folders)
    _json(folders)
    folders.set_defaults(folders_run=reading.list_folders)
    actions = folders.add_subparsers(metavar="ACTION")
    new = actions.add_parser("add", help="follow a folder and read what is in it")
    new.add_argument("folder", type=Path, metavar="DIR")
    _patterns(new)
    new.set_defaults(folders_run=reading.follow)
    end = actions.add_parser("remove", help="follow a folder no more; what was read from it stays")
    end.add_argument("folder", type=Path, metavar="DIR")
    end.set_defaults(folders_run=reading.unfollow)
    sync = _command(commands, "sync", reading.sync,
                    "Bring the library up to date with the followed folders: new, changed, moved and deleted files.")
    _matter(sync)
    _yes(sync)
    _json(sync)


def _vault(commands: Any) -> None:
    matters = _command(commands, "matters", vaults.matters, "List the matters, or make, rename or delete one.")
    _json(matters)
    matters.set_defaults(matters_run=vaults.list_matters)
    actions = matters.add_subparsers(metavar="ACTION")
    new = actions.add_parser("new", help="make an empty matter, with a key of its own")
    new.add_argument("name", metavar="NAME")
    new.set_defaults(matters_run=vaults.new_matter)
    rename = actions.add_parser("rename", help="give a matter another name")
    rename.add_argument("name", metavar="OLD")
    rename.add_argument("new_name", metavar="NEW")
    rename.set_defaults(matters_run=vaults.rename_matter)
    delete = actions.add_parser("delete", help="destroy a matter's key and all that the library holds of it")
    delete.add_argument("name", metavar="NAME")
    delete.add_argument("--json", action="store_true", default=argparse.SUPPRESS,
                        help="print one JSON object as the last line")
    _backups(delete)
    _yes(delete)
    delete.set_defaults(matters_run=vaults.delete_matter)
    audit = _command(commands, "audit", vaults.audit, "Print who did what and when; exit code 4 where it was damaged.")
    audit.add_argument("--csv", type=Path, metavar="FILE", help="write it to FILE as a table instead")
    _json(audit)
    backup = _command(commands, "backup", copies.make, "Write all matters, encrypted, to one file, and read it back.")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--replace", action="store_true", help="write over a file that is there")
    restore = _command(commands, "restore", copies.restore,
                       "Make the library of a backup, in a folder where there is none (see --library).")
    restore.add_argument("file", type=Path, metavar="FILE")


def _keys(commands: Any) -> None:
    change = _command(commands, "passphrase", keys.passphrase, "Change the passphrase.")
    change.add_argument("--new-passphrase-file", type=Path, metavar="FILE", default=argparse.SUPPRESS,
                        help="read the new passphrase from the first line of FILE instead of asking for it")
    key = _command(commands, "recovery-key", keys.recovery_key, "Make a new recovery key; the old one opens no more.")
    _yes(key)
    store = _command(commands, "keystore", keys.key_store,
                     "Let this computer's key store open the library, or no more.")
    store.add_argument("action", choices=("on", "off", "status"))


def _models(commands: Any) -> None:
    made = _command(commands, "models", models.run, "List the models, or import or remove one.")
    _json(made)
    made.set_defaults(models_run=models.list_models)
    actions = made.add_subparsers(metavar="ACTION")
    fetch = actions.add_parser(
        "import", help="copy a GGUF file that writes, or a folder that finds or ranks passages, into Carrel's models"
    )
    fetch.add_argument("path", type=Path, metavar="PATH")
    fetch.set_defaults(models_run=models.import_model)
    use = actions.add_parser("use", help="choose a model, for what it does")
    use.add_argument("name", metavar="NAME")
    use.set_defaults(models_run=models.use_model)
    drop = actions.add_parser("remove", help="delete a model that you imported")
    drop.add_argument("name", metavar="NAME")
    drop.set_defaults(models_run=models.remove_model)
