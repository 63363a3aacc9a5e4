"""The keys of a library: what opens it, what each matter is encrypted with, and how they are kept."""
