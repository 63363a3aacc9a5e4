"""What finding is measured by, each figure against one that was worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks.measures import Found, Gold, Ranking, common, figures, fuse, merge, percentile
from benchmarks.retrieval import Set


def found(file: str, start: int, end: int, page: int | None = None) -> Found:
    return Found(frozenset({file}), page, start, end)


SPANS = Gold(frozenset({"a.txt"}), spans=((10, 20), (50, 60)))
PAGES = Gold(frozenset({"a.pdf"}), pages=frozenset({2, 3}))


def test_a_hit_is_right_by_page_by_span_or_by_file() -> None:
    assert SPANS.right(found("a.txt", 19, 30))
    assert not SPANS.right(found("a.txt", 20, 50))  # touches both, overlaps neither
    assert not SPANS.right(found("b.txt", 10, 20))
    assert PAGES.right(found("a.pdf", 0, 5, 3))
    assert not PAGES.right(found("a.pdf", 0, 5, 1))
    assert Gold(frozenset({"a.pdf", "c.pdf"})).right(found("c.pdf", 0, 1, 9))
    assert SPANS.right(Found(frozenset({"copy.txt", "a.txt"}), None, 0, 11))


def test_precision_and_recall_count_characters_and_none_twice() -> None:
    ranking = Ranking(SPANS, [found("a.txt", 0, 15), found("a.txt", 5, 55), found("b.txt", 0, 100)], relevant=3)
    assert ranking.characters(1) == (5 / 15, 5 / 20)
    assert ranking.characters(2) == (15 / 55, 15 / 20)
    assert ranking.characters(3) == (15 / 155, 15 / 20)
    assert Ranking(SPANS, [], 3).characters(5) == (0.0, 0.0)


def test_ndcg_compares_with_all_right_passages_first() -> None:
    right, wrong = found("a.txt", 12, 14), found("b.txt", 12, 14)
    assert Ranking(SPANS, [right, wrong, wrong], relevant=1).ndcg(10) == 1.0
    assert Ranking(SPANS, [wrong, right], relevant=1).ndcg(10) == pytest.approx(1 / math.log2(3))
    ideal = 1 + 1 / math.log2(3)
    assert Ranking(SPANS, [wrong, right, right], relevant=2).ndcg(10) == pytest.approx((1 / math.log2(3) + .5) / ideal)
    assert Ranking(SPANS, [wrong, right], relevant=1).ndcg(1) == 0.0
    assert Ranking(SPANS, [right], relevant=0).ndcg(10) == 0.0


def test_the_figures_are_means_over_the_questions() -> None:
    right, other, wrong = found("a.txt", 12, 14), found("a.txt", 90, 99), found("b.txt", 0, 4)
    told = figures([
        Ranking(SPANS, [right], 1, seconds=.1), Ranking(SPANS, [wrong, right], 1, seconds=.2),
        Ranking(SPANS, [wrong] * 6 + [other, right], 1, seconds=.3), Ranking(SPANS, [], 1, seconds=.4),
    ])  # fmt: skip
    assert told.hit == {1: .25, 5: .5, 10: .75}
    assert told.file == {1: .25, 5: .5, 10: .75}
    assert told.mrr == pytest.approx((1 + 1 / 2 + 1 / 8) / 4)
    assert (told.p50, told.p95) == (.2, .4)
    assert not figures([Ranking(PAGES, [found("a.pdf", 0, 5, 3)], 1)]).recall


def test_stretches_are_merged_and_compared() -> None:
    assert merge([(5, 9), (0, 2), (2, 3), (8, 12), (4, 4)]) == ((0, 3), (5, 12))
    assert common(((0, 10), (20, 30)), ((5, 25),)) == 10
    assert percentile([3, 1, 2], .5) == 2
    assert fuse([["a", "b"], ["b", "c"]]) == ["b", "a", "c"]


def test_a_set_is_read_by_what_its_questions_know(tmp_path: Path) -> None:
    items = [
        {"id": 1, "question": "?", "answerable": True, "doc": "a.pdf", "doc_txt": "a.txt", "page": 2, "pages": [2, 3],
         "spans": [[4, 8], [6, 9]]},
        {"id": 2, "question": "?", "answerable": False, "doc": None, "doc_txt": None, "page": None, "spans": []},
        {"id": 3, "question": "?", "answerable": True, "doc": "b.pdf", "doc_txt": "b.txt", "page": None,
         "spans": [[1, 2]]},
    ]  # fmt: skip
    (tmp_path / "set" / "docs_txt").mkdir(parents=True)
    lines = "".join(json.dumps(item) + "\n" for item in items)
    (tmp_path / "set" / "questions.jsonl").write_text(lines, encoding="utf-8")
    paged = Set.load(tmp_path / "set", 0)
    assert (paged.name, paged.place, len(paged.questions)) == ("set", "page", 1)
    assert paged.questions[0].gold == Gold(frozenset({"a.pdf"}), pages=frozenset({2, 3}))
    texts = Set.load(tmp_path / "set" / "docs_txt", 0)
    assert (texts.name, texts.place, len(texts.questions)) == ("set-docs_txt", "span", 2)
    assert texts.questions[0].gold == Gold(frozenset({"a.txt"}), spans=((4, 9),))
    assert [question.id for question in Set.load(tmp_path / "set" / "docs_txt", 1).questions] == ["1"]
