"""The models: their roles, the engine processes that hold them, and what lies on disk."""
