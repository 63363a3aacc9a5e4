"""The window. The only package that knows Qt; it drives a session and owns no logic of the trade."""
