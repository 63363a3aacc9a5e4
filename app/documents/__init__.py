"""File → Document; parsing happens in reader processes, and sandbox.py is all that the rest needs."""
