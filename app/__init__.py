"""Carrel answers questions from a person's own files, offline, with quotes that can be checked."""

__version__ = "0.1.0"
