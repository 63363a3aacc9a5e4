"""Paths into the library, as a long operation that can be watched, paused, stopped and killed."""

from app.ingest.adding import Ingest
from app.ingest.embedding import BATCH

__all__ = ["BATCH", "Ingest"]
