"""Pieces that panels are made of; they know values and looks, never a session."""
