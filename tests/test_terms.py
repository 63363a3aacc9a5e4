"""How a text falls into terms."""

from __future__ import annotations

import random
import sys

import pytest

from app import terms as words
from app.terms import MOST_TERMS, distinct, spelled, stem, terms


def test_ascii_alone_falls_into_the_same_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a pattern of its own."""
    chance = random.Random(7)
    texts = ["".join(chance.choice("aZm9 05.,'$%()-_\n\"g kh/:#min days") for _ in range(chance.randrange(1, 16)))
             for _ in range(20_000)]  # fmt: skip
    found = [list(terms(text)) for text in texts]
    monkeypatch.setattr(words, "_ASCII_TERM", words._TERM)
    assert found == [list(terms(text)) for text in texts]


@pytest.mark.parametrize(("text", "told"), [
    ("§ 1983, §1983 and §§ 12", "§ 1983 § 1983 and § 12"),
    ("Rule 10b-5", "rule 10b 5"),
    ("ICD-10 E11.9", "icd 10 e11 9"),
    ("0.5 mg, .5 mg, 0,5 mg", "0.5 mg 0.5 mg 0.5 mg"),
    ("5mg 0.5mg 5 mg", "5 mg 0.5 mg 5 mg"),
    ("$2,450.00 $2,450 2.450,00 2'450", "$ 2450 $ 2450 2450 2450"),
    ("2,450.50 1,000,000 1.000.000", "2450.50 1000000 1000000"),
    ("12.10 and 12.1", "12.10 and 12.1"),
    ("12.3(b)(ii)", "12.3 b ii"),
    ("on 31.01.2024 see 3,5,7", "on 31 01 2024 see 3 5 7"),
    ("COVID-19 state-of-the-art", "covid 19 state of the art"),
    ("employee’s O'Brien", "employee s o brien"),
    ("Ku\u0308ndigung Straße Søren", "kundigung strasse soren"),
    ("ﬁnance Ver\u00adtrag", "finance vertrag"),
    ("m² CO₂ word¹ 2½", "m 2 co2 word 1 2 ½"),
    ("ＡＢＣ１２ ١٢", "abc12 12"),
    ("機密保持", "機 密 保 持"),
    ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한 국"),
    ("ที่นี่", "ที่ นี่"),
    ("अनुबंध", "अनुबंध"),
    ("files_and_folders a/b", "files and folders a b"),
    ('\0 " \ud800 \N{PILE OF POO} …', ""),
])
def test_terms_of_a_text(text: str, told: str) -> None:
    assert spelled(text) == told


def test_terms_know_where_they_stand() -> None:
    text = "See §  12, 31.1.2024: 0,5 mg Ku\u0308nd機密"
    assert [text[term.start : term.end] for term in terms(text)] == [
        "See", "§", "12", "31", "1", "2024", "0,5", "mg", "Ku\u0308nd", "機", "密",
    ]


def test_any_text_gives_plain_terms_in_order() -> None:
    chance = random.Random(3)
    for _ in range(300):
        text = "".join(chr(chance.randrange(sys.maxunicode + 1)) for _ in range(40))
        text += "".join(chance.choices("ab1.,'’§ -\"$%½²\u0308é機ท", k=40))
        at = 0
        for term in terms(text):
            assert at <= term.start < term.end <= len(text)
            assert term.text
            assert not any(c.isspace() or c in '"\0' for c in term.text)
            at = term.end


def test_what_to_look_for() -> None:
    assert distinct("What is the notice period of the 10b-5 notice?") == ["notice", "period", "10b 5", "10b"]
    assert distinct("§ 1983") == ["§ 1983", "1983"]
    assert distinct("Section 5 %") == ["section", "5 %", "5"]
    assert distinct("機密保持") == ["機 密", "密 保", "保 持"]
    assert distinct("Was gilt für und u\u0308ber den Mieter?") == ["gilt", "mieter"]
    assert distinct("fur") == ["fur"]
    assert distinct("who are you") == ["who", "are", "you"]
    assert distinct("… ?!") == []


@pytest.mark.parametrize("text", [
    "x" * 50_000, "a-" * 25_000, "1," * 25_000, "1." * 25_000, "§ " * 25_000, "\u0308" * 50_000, "a\u0308" * 25_000,
    "機" * 50_000, "5 %" * 16_000,
])
def test_long_texts(text: str) -> None:
    assert len(distinct(text)) <= MOST_TERMS


@pytest.mark.parametrize("forms", [
    ("notice", "notices", "noticed", "noticing"), ("party", "parties"), ("terminate", "terminated", "terminating"),
    ("stop", "stopped", "stops"), ("case", "cases"), ("class", "classes"), ("virus", "viruses"), ("match", "matches"),
    ("symptom", "symptoms"), ("cause", "causes", "caused"),
])
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", [
    "is", "gas", "less", "bring", "2024", "10bs", "kündigung", "thing", "analysis", "need", "care", "case",
])
def test_words_without_an_ending_stay(word: str) -> None:
    assert stem(word) == word
