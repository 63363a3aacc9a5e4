"""Finding by words: what a question becomes, and that nothing can upset it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.several import Several
from app.store.store import Store
from app.terms import MOST_TERMS, distinct
from app.types import Passage
from tests.store.library import directions, document, opened

TEXTS = (
    "Liability under Rule 10b-5 is limited to the purchase price.",
    "The tenant shall give notice of termination within ninety (90) days, see §12.",
    "Der Mieter hat die Kündigungsfrist von drei Monaten einzuhalten.",
    "The employee's café allowance is paid monthly.",
    "What is this and that, for it is what it is.",
    "Ten of five rules about b.",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("words")
    with opened(folder) as made:
        for number, text in enumerate(TEXTS):
            made.add(f"/{number}", *document(text, title=f"File{number}"), directions(number, 1),
                     size=1, modified=1.0, digest=b"")
        yield made


def found(store: Store, query: str, k: int = 10) -> list[int]:
    return [int(one.file[1:]) for one in store.passages([key for key, _ in store.words(query, k)])]


@pytest.mark.parametrize(("query", "first"), [
    ("Rule 10b-5", 0), ("10b-5", 0), ("what does 10B-5 say?", 0), ("§12", 1), ("§ 12", 1), ("section 12", 1),
    ("NOTICE", 1), ("kundigungsfrist", 2), ("Ku\u0308ndigungsfrist", 2), ("cafe", 3), ("cafe\u0301", 3),
    ("employee", 3), ("employee\u2019s", 3), ("(90)", 1), ("file3", 3), ("10b-5 NEAR notice*", 0),
])
def test_the_right_passage_comes_first(store: Store, query: str, first: int) -> None:
    assert found(store, query)[:1] == [first]


def test_scores_fall_and_k_bounds(store: Store) -> None:
    hits = store.words("the rule of notice", 10)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert len(store.words("rule rules notice monthly", 2)) == 2
    assert store.words("rule", 0) == []


def test_inside_a_document_the_passage_with_the_rarest_words_comes_first(tmp_path: Path) -> None:
    told = ("Notices are given in writing.", "The notice period is ninety days.", "Nothing of it.")
    with opened(tmp_path) as store:
        for number, name in enumerate(("lease", "second", "third")):
            texts = told if name != "third" else ("Rent.", "Deposit.", "Repairs.", "Keys.")
            made, _ = document("\n".join(texts))
            page = made.pages[0]
            starts = [page.text.index(text) for text in texts]
            passages = [Passage(page.number, start, start + len(text), text)
                        for start, text in zip(starts, texts, strict=True)]  # fmt: skip
            store.add(f"/{name}", made, passages, directions(number, len(texts)), size=1, modified=1.0,
                      digest=name.encode())  # fmt: skip
        lease = store.documents()[0]
        hits = store.words_inside("What is the notice period of the lease?", 10, lease.id)
        assert [passage.text for passage in store.passages([key for key, _ in hits])] == [told[1], told[0]]
        assert {passage.document for passage in store.passages([key for key, _ in hits])} == {lease.id}
        assert hits[0][1] > hits[1][1] > 0
        assert Several([store]).words_inside("notice", 1, lease.id) == store.words_inside("notice", 10, lease.id)[:1]
        assert store.words_inside("notice", 10, "nobody") == Several([store]).words_inside("", 10, lease.id) == []


def test_what_a_question_costs_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large library the commonest words are not counted, and what has a rare one is ranked."""
    with opened(tmp_path) as store:
        for number in range(30):
            text = f"Number {number}." + " A deposit." * (number % 3 == 0) + " The tenant." * (number % 2 == 0)
            store.add(f"/{number}", *document(text), directions(number, 1), size=1, modified=1.0, digest=b"%d" % number)
        whole = found(store, "tenant deposit 12", 30)
        assert len(whole) == 20
        monkeypatch.setattr("app.store.words._COUNTED", 12)
        counted = found(store, "tenant deposit 12", 30)
        assert len(counted) == 10
        monkeypatch.setattr("app.store.words._SCORED", 1)
        assert found(store, "tenant deposit 12", 1) == found(store, "tenant deposit 12", 30)[:1] == [12]
        assert whole[0] == counted[0] == 12


def test_stop_words_are_dropped_unless_there_is_nothing_else(store: Store) -> None:
    assert found(store, "what is the allowance?") == [3]
    assert found(store, "what is this?")[0] == 4
    assert distinct("Welche Frist gilt für den Mieter?") == ["frist", "gilt", "mieter"]
    assert distinct("was ist das") == ["was", "ist", "das"]


def test_a_word_counts_once() -> None:
    assert distinct("notice Notice NOTICE") == ["notice"]
    assert distinct("10b-5") == ["10b 5", "10b"]


def test_a_long_query_keeps_what_tells_most() -> None:
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(600)]
    terms = distinct(" ".join([*words, "1234567", "said", "said", "said"]))
    assert len(terms) == MOST_TERMS
    assert "1234567" in terms
    assert "said" in terms


@pytest.mark.parametrize("query", [
    "", " ", "\0", "a\0b", '"', '""', '"unclosed', "'", "*", "^", "(", ")", "((((", "AND", "OR OR", "NOT", "NEAR(",
    "text:", "text : x", "{text context}: x", "-", "+", "x AND", "a* b*", "\ud800", "\udcff x", "\u202e", "_",
    "__init__",    "%", ";DROP TABLE v.words", "?", ":x", "@x", "$x", "\\", "\n\r\t", "\N{PILE OF POO}", "漢字", "अनुबंध",
    "x" * 50_000, "x " * 25_000, "'\"" * 25_000, "(" * 50_000, "10b-5 " * 8_000, "a-" * 25_000, "." * 50_000,
    "a." * 25_000,
])
def test_no_query_upsets_it(store: Store, query: str) -> None:
    assert isinstance(store.words(query, 5), list)


def test_random_queries(store: Store) -> None:
    chance = random.Random(7)
    signs = "abc 10§\"'*^(){}[]:-+.,;\0\n\ud800é漢\N{PILE OF POO}"
    for _ in range(500):
        store.words("".join(chance.choices(signs, k=chance.randrange(40))), 5)
    for _ in range(500):
        store.words("".join(chr(chance.randrange(sys.maxunicode + 1)) for _ in range(30)), 5)


def test_the_longest_query_is_cut_to_its_most_telling_terms() -> None:
    """The work is bounded: comparing each word with each other would take minutes."""
    chance = random.Random(8)
    query = " ".join("".join(chance.choices("abcdefgh", k=6)) for _ in range(20_000))
    assert len(distinct(query)) == MOST_TERMS


def test_words_that_nearly_all_passages_hold_do_not_count(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(20):
            text = f"agreement caf\u00e9 {'penalty' if number == 7 else 'notice'}"
            store.add(f"/{number}", *document(text), directions(number, 1), size=1, modified=1.0, digest=b"")
        assert found(store, "agreement caf\u00e9 penalty") == [7]
        assert found(store, "notice agreement penalty") == [7]
        assert len(found(store, "agreement")) == 10  # alone, or among its like, it is what was asked for
        assert len(found(store, "agreement caf\u00e9")) == 10
