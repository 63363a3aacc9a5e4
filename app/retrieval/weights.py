"""What each feature is worth; the figures come from benchmarks/tuning.py, which prints this table.

They were learned from questions on four collections (an encyclopaedia, scientific papers, patient information and
contracts as PDF) by making the first passage that holds the answer as probable as could be, each collection counting
the same. Whether they also hold for a collection that none of them was learned from was tried by leaving each out in
turn. What speaks for a passage has no negative weight; that is what they would lose most by elsewhere.
"""

# A feature's weight is the first number, and the second times how much of the question only names a document.
WEIGHTS: dict[str, tuple[float, float]] = {
    "meaning": (6.220, 2.340),
    "focus": (6.227, 6.156),
    "words": (0.000, -3.914),
    "exact": (2.009, -1.776),
    "heading_words": (-0.165, 2.409),
    "heading": (-0.868, 0.694),
    "covered": (0.000, -1.674),
    "covered_text": (0.000, -4.071),
    "sentence": (2.153, 0.156),
    "two_sentences": (2.581, -0.564),
    "pairs": (0.895, -0.721),
    "runs": (3.223, -3.685),
    "triples": (2.612, -3.432),
    "document_words": (1.529, 1.909),
    "document_meaning": (1.880, 1.466),
    "document_sum": (0.000, 1.532),
    "document_focus": (-2.176, -0.752),
    "route": (0.997, 3.125),
    "title": (1.587, 5.167),
    "rest": (1.890, 3.774),
    "rest_heading": (1.883, 2.023),
    "rest_words": (0.513, 3.240),
    "local_words": (0.000, -0.267),
    "near_words": (0.000, -0.541),
    "near_meaning": (1.765, -0.099),
    "near_adds": (1.260, -0.318),
    "prose": (0.292, 1.245),
    "short": (0.121, -7.893),
    "first": (-1.205, 1.379),
    "number": (2.199, 1.762),
    "date": (1.174, -4.372),
    "person": (0.941, -11.683),
}
