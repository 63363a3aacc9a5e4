"""What each feature is worth; the figures come from benchmarks/tuning.py, which prints this table.

They were learned from questions on four collections (an encyclopaedia, scientific papers, patient information and
contracts as PDF) by making the first passage that holds the answer as probable as could be, each collection counting
the same. Whether they also hold for a collection that none of them was learned from was tried by leaving each out in
turn. What speaks for a passage has no negative weight; that is what they would lose most by elsewhere.
"""

# A feature's weight is the first number, and the second times how much of the question only names a document.
WEIGHTS: dict[str, tuple[float, float]] = {
    "meaning": (4.860, 2.599),
    "focus": (5.736, 5.880),
    "words": (0.000, -2.358),
    "exact": (1.099, -1.604),
    "heading_words": (-0.389, 1.349),
    "heading": (-0.968, -0.439),
    "covered": (0.154, -1.573),
    "covered_text": (0.000, -1.960),
    "sentence": (4.098, -0.553),
    "two_sentences": (1.803, -2.753),
    "pairs": (2.140, -2.996),
    "runs": (2.613, -0.120),
    "triples": (1.233, -2.607),
    "document_words": (3.156, 2.504),
    "document_meaning": (3.484, 1.931),
    "document_sum": (0.000, -0.242),
    "document_focus": (-6.184, -3.969),
    "route": (0.538, 1.292),
    "title": (2.585, 2.419),
    "rest": (0.716, 3.316),
    "rest_heading": (1.120, 2.477),
    "rest_words": (0.000, 2.923),
    "local_words": (0.649, -0.252),
    "near_words": (0.000, -0.263),
    "near_meaning": (0.740, -0.228),
    "near_adds": (1.824, -1.373),
    "prose": (0.466, -0.438),
    "short": (-2.253, -2.244),
    "first": (-1.230, 1.008),
    "number": (2.753, -4.175),
    "date": (1.493, 0.244),
    "person": (1.322, -2.606),
}
