"""The commands for models: list, import, use, remove."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from app import errors, paths
from app import settings as stored_settings
from app.cli.opening import library, session
from app.cli.talk import print_json, say, show_progress
from app.counted import counted
from app.coverage import passage_words
from app.types import BroughtUp, Renewed

if TYPE_CHECKING:
    from app.models.catalog import Catalog


_NOW = {
    "generator": "writes from now on",
    "reranker": "puts in order what is found from now on",
    "embedder": "finds passages from now on",
}


def _catalog() -> Catalog:
    from app.models.catalog import Catalog

    chosen = stored_settings.load()
    return Catalog(
        paths.bundled_models(), paths.own_models(), chosen.generator,
        embedder=chosen.embedder, reranker=chosen.reranker,
    )


def run(options: argparse.Namespace) -> int:
    """Run the action that was named."""
    return int(options.models_run(options))


def list_models(options: argparse.Namespace) -> int:
    """List the models, the chosen ones marked."""
    models = _catalog().models()
    if options.json:
        print_json({
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


def import_model(options: argparse.Namespace) -> int:
    """Copy a model file or folder into the program's models; one that writes or ranks is chosen at once."""
    from app.models.catalog import name_for
    from app.models.trial import trial

    catalog = _catalog()
    show_progress(catalog.import_path(options.path, trial=trial), "Copying")
    name = name_for(options.path)
    role = next(model.role for model in catalog.models() if model.name == name)
    if role == "embedder":
        # It takes long to have a library indexed anew, so nobody gets into that by an import.
        say(f"{name} is imported. To find passages by it: carrel models use {shlex.quote(name)}")
        return 0
    _choose(role, name)
    say(f"{name} is imported and {_NOW[role]}.")
    return 0


def use_model(options: argparse.Namespace) -> int:
    """Choose the model that writes, finds or ranks; what is in the library is then indexed by the one that finds."""
    role = next((model.role for model in _catalog().models() if model.name == options.name), "")
    if role not in _NOW:
        raise errors.UnknownModel(name=options.name)
    _choose(role, options.name)
    say(f"{options.name} {_NOW[role]}.")
    return _index_anew(options) if role == "embedder" else 0


def _index_anew(options: argparse.Namespace) -> int:
    """Have all matters of the library follow the chosen embedder, telling how far it is."""
    from app.vault import vault

    if not vault.exists(library(options)):
        return 0
    with session(options, warm=False, matters=False) as opened:
        shown, told = sys.stderr.isatty(), False
        with contextlib.closing(opened.renew()) as events:
            for event in events:
                if not told:
                    say("The library is indexed anew now. It may be stopped at any time: what was found before is "
                        "found until the new index is complete, and the same command goes on.")  # fmt: skip
                    told = True
                if isinstance(event, Renewed):
                    if shown:
                        say("")
                    say(f"{event.matter}: {counted(event.passages, 'passage')} indexed anew in {event.seconds:,.0f} s.")
                elif shown:
                    first = " is brought up to date first" if isinstance(event, BroughtUp) else ""
                    line = f"\r{event.matter}{first}: {', '.join(passage_words(event))}\033[K"
                    print(line, end="", file=sys.stderr, flush=True)
    return 0


def remove_model(options: argparse.Namespace) -> int:
    """Delete a model that was imported."""
    catalog = _catalog()
    role = next((model.role for model in catalog.models() if model.name == options.name), "")
    catalog.remove(options.name)
    if role in _NOW and getattr(stored_settings.load(), role) == options.name:
        _choose(role, "")
    say(f"{options.name} was deleted.")
    if role == "embedder":
        say("What was indexed by it is searched by words alone until carrel models use has it indexed anew.")
    return 0


def _choose(role: str, name: str) -> None:
    chosen = stored_settings.load()
    if role == "generator":
        chosen = replace(chosen, generator=name)
    elif role == "embedder":
        chosen = replace(chosen, embedder=name)
    else:
        chosen = replace(chosen, reranker=name)
    stored_settings.save(chosen)
