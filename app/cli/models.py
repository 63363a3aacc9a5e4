"""The commands for models: list, import, use, remove."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from app import errors, paths
from app import settings as stored_settings
from app.cli.talk import print_json, say, show_progress

if TYPE_CHECKING:
    from app.models.catalog import Catalog


def _catalog() -> Catalog:
    from app.models.catalog import Catalog

    return Catalog(paths.bundled_models(), paths.own_models(), stored_settings.load().generator)


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
    """Copy a model file into the program's models and choose it."""
    show_progress(_catalog().import_file(options.file), "Copying")
    name = options.file.stem
    _choose(name)
    say(f"{name} is imported and writes from now on.")
    return 0


def use_model(options: argparse.Namespace) -> int:
    """Choose the model that writes."""
    if options.name not in {model.name for model in _catalog().models() if model.role == "generator"}:
        raise errors.NoModel(role=f"“{options.name}”", path=paths.own_models())
    _choose(options.name)
    say(f"{options.name} writes from now on.")
    return 0


def remove_model(options: argparse.Namespace) -> int:
    """Delete a model that was imported."""
    _catalog().remove(options.name)
    if stored_settings.load().generator == options.name:
        _choose("")
    say(f"{options.name} was deleted.")
    return 0


def _choose(name: str) -> None:
    stored_settings.save(replace(stored_settings.load(), generator=name))
