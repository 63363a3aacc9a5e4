"""A question into evidence: candidates of both arms and of the documents it names, weighed together."""

from app.retrieval.search import Retrieval

__all__ = ["Retrieval"]
