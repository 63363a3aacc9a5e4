"""What each feature is worth; the figures come from benchmarks/tuning.py, which prints this table.

They were learned from questions on four collections (an encyclopaedia, scientific papers, patient information and
contracts as PDF) by making the first passage that holds the answer as probable as could be, each collection counting
the same. Whether they also hold for a collection that none of them was learned from was tried by leaving each out in
turn. What speaks for a passage has no negative weight; that is what they would lose most by elsewhere.
"""

# A feature's weight is the first number, and the second times how much of the question only names a document.
WEIGHTS: dict[str, tuple[float, float]] = {
    "meaning": (5.142, 2.594),
    "focus": (5.393, 6.110),
    "words": (0.000, -2.441),
    "exact": (0.946, -1.418),
    "heading_words": (-0.450, 1.414),
    "heading": (-0.829, 0.190),
    "covered": (0.153, -1.748),
    "covered_text": (0.000, -1.921),
    "sentence": (3.926, -0.427),
    "two_sentences": (1.765, -2.654),
    "pairs": (1.972, -2.669),
    "runs": (2.907, -0.651),
    "triples": (1.242, -2.711),
    "document_words": (3.236, 2.225),
    "document_meaning": (3.233, 1.575),
    "document_sum": (0.222, -0.180),
    "document_focus": (-5.714, -3.626),
    "route": (0.409, 1.445),
    "title": (2.542, 2.509),
    "rest": (1.057, 2.749),
    "rest_heading": (0.690, 2.380),
    "rest_words": (0.000, 2.853),
    "local_words": (0.492, 0.062),
    "near_words": (0.000, -0.257),
    "near_meaning": (0.557, -0.874),
    "near_adds": (1.877, -1.430),
    "prose": (0.620, -0.614),
    "short": (-1.430, -2.433),
    "first": (-1.223, 0.985),
    "number": (2.709, -4.084),
    "date": (1.450, 0.092),
    "person": (1.281, -2.493),
}
