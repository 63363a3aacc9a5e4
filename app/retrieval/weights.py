"""What each feature is worth; the figures come from benchmarks/tuning.py, which prints this table.

They were learned from questions on four collections (an encyclopaedia, scientific papers, patient information and
contracts as PDF) by making the first passage that holds the answer as probable as could be, each collection counting
the same. Whether they also hold for a collection that none of them was learned from was tried by leaving each out in
turn. What speaks for a passage has no negative weight; that is what they would lose most by elsewhere.
"""

# A feature's weight is the first number, and the second times how much of the question only names a document.
WEIGHTS: dict[str, tuple[float, float]] = {
    "meaning": (4.831, 0.845),
    "focus": (6.257, 8.490),
    "words": (0.000, -2.038),
    "exact": (1.894, -1.338),
    "heading_words": (-0.494, 0.098),
    "heading": (0.319, 2.512),
    "covered": (0.000, -2.658),
    "covered_text": (0.000, -2.702),
    "sentence": (3.803, -0.055),
    "two_sentences": (1.754, -2.777),
    "pairs": (0.862, -1.811),
    "runs": (1.802, -2.756),
    "triples": (3.226, -2.792),
    "document_words": (1.410, 2.204),
    "document_meaning": (2.400, 0.817),
    "document_sum": (0.000, 1.166),
    "document_focus": (-3.717, -1.806),
    "route": (0.731, 2.584),
    "title": (4.100, 7.105),
    "rest": (2.140, 3.048),
    "rest_heading": (0.087, 10.857),
    "rest_words": (0.062, 2.167),
    "local_words": (0.453, -0.688),
    "near_words": (0.000, -0.912),
    "near_meaning": (1.225, 0.538),
    "near_adds": (2.011, -1.581),
    "prose": (-0.026, 0.362),
    "short": (-3.413, 0.520),
    "first": (-0.006, -0.499),
    "number": (0.807, 0.562),
    "date": (1.940, -3.626),
    "person": (0.145, 0.634),
}
