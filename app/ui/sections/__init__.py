"""Sections of the page about privacy; they work on the session, each for itself."""
