"""Sections of panels; they work on the session, each for itself."""
