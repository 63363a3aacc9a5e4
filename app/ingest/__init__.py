"""Paths into the library, as a long operation that can be watched, paused, stopped and killed."""

from app.ingest.adding import BATCH, Ingest

__all__ = ["BATCH", "Ingest"]
