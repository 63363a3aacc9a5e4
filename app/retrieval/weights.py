"""What each feature is worth. Written by benchmarks/tuning.py; change it there.

A feature's weight is the first number, plus the second times how much of the question names a document, plus the
third times how much of it no passage says.
"""

WEIGHTS: dict[str, tuple[float, float, float]] = {
    "meaning": (12.0, 0.0, 0.0),
    "words": (4.0, 0.0, 0.0),
    "covered": (3.0, 0.0, 0.0),
    "document_words": (1.5, 0.0, 0.0),
    "sentence": (2.5, 0.0, 0.0),
    "rest": (2.0, 0.0, 0.0),
}
