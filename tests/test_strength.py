"""How hard a passphrase is to guess: in the right order, in plain words, and at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.strength import SHORTEST, Strength, in_words, strength


@pytest.mark.parametrize("short", ["", "a", "1234567"])
def test_only_what_is_too_short_is_refused(short: str) -> None:
    found = strength(short)
    assert found.refused
    assert found.level == 0
    assert found.sentence == (f"Too short: at least {SHORTEST} characters." if short else "")


@pytest.mark.parametrize("weak", ["password", "Passw0rd!", "12345678", "qwertyuiop", "Password1!", "carrel library",
                                  "x" * 200, "ab" * 40, "Berlin2024"])
def test_what_people_choose_is_weak_whatever_characters_are_in_it(weak: str) -> None:
    found = strength(weak)
    assert found.weak
    assert not found.refused  # it is said, and allowed
    assert "easy to guess" in found.sentence.casefold()


@pytest.mark.parametrize("strong", ["kinnel apvost rubato sedge", "four plain unrelated words",
                                    "correct horse battery staple", "wolke zimt kanal drossel"])
def test_unrelated_words_are_strong_without_digits_and_signs(strong: str) -> None:
    found = strength(strong)
    assert found.level == 4
    assert found.sentence.startswith("Very good: a thief with many computers would need ")


def test_words_count_as_words_in_any_language() -> None:
    assert strength("hund katze").weak
    assert strength("hund katze maus").level == 3
    assert strength("maus maus maus maus").weak
    assert strength("kissa koira hiiri lintu").level == 4


@pytest.mark.parametrize("made", ["hT7kqPzwLmRv2", "kqwpxlemfjwoqzr7", "kqwp7xlem-fjwoqzrv", "qhTk!7PzwL.mRv2x"])
def test_what_a_generator_made_is_no_word(made: str) -> None:
    assert strength(made).level >= 3


def test_a_name_that_the_thief_knows_makes_it_weaker() -> None:
    plain, known = strength("Ketteringham!"), strength("Ketteringham!", ["ketteringham"])
    assert known.level < plain.level
    assert known.weak


def test_the_levels_go_up_with_the_time() -> None:
    found = [strength(text).level for text in (
        "password", "zebra-cup", "copper zebra", "copper zebra lawn", "copper zebra lawn quarrel")]
    assert found == sorted(found)
    assert {found[0], found[-1]} == {0, 4}


@pytest.mark.parametrize(("seconds", "words"), [
    (0.0, "less than a second"), (1, "about 1 second"), (59, "about 59 seconds"), (3_600 * 5, "about 5 hours"),
    (86_400 * 3.2, "about 3 days"), (86_400 * 365.25 * 3, "about 3 years"),
    (86_400 * 365.25 * 123_456, "about 120,000 years"), (1e27, "more than a million years"),
])
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize("long", ["x" * 5000, "aB1!" * 2000, "ab" * 4000, "the quick brown fox " * 400])
def test_length_costs_no_time(long: str) -> None:
    """The estimate takes longer than linear time; at full length these would take hours."""
    assert strength(long) == strength(long[:72])


def test_unusual_characters_are_no_trouble() -> None:
    for text in ("пароль пароль", "密码密码密码密码", "🔑" * 9, "a\x00bcdefgh", "İstanbul'da bir gün", "\ud800" * 8):
        assert isinstance(strength(text), Strength)


def test_the_words_are_loaded_when_first_needed() -> None:
    done = subprocess.run([sys.executable, "-c", "import app.strength, sys; print('zxcvbn' in sys.modules)"],
                          capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
