"""The recovery key in print: typed back in however people type, with slips of the pen found."""

from __future__ import annotations

import random
import re

import pytest

from app.errors import WrongRecoveryKey
from app.vault import recovery

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
KEYS = [bytearray(random.Random(seed).randbytes(recovery.SIZE)) for seed in range(5)]


def test_it_has_160_random_bits() -> None:
    made = {bytes(recovery.generate()) for _ in range(100)}
    assert len(made) == 100
    assert {len(key) for key in made} == {20}


@pytest.mark.parametrize("key", [*KEYS, bytearray(20), bytearray(b"\xff" * 20)])
def test_what_is_printed_is_parsed(key: bytearray) -> None:
    text = recovery.printed(key)
    assert re.fullmatch(r"([A-Z2-7]{4}-){8}[A-Z2-7]{4}", text)
    misread = text.replace("O", "0").replace("I", "1").replace("B", "8")
    for typed in (
        text, text.lower(), text.replace("-", ""), text.replace("-", " "), f"  {text}\n", misread, misread.lower(),
        text.replace("-", "\u2013"), "\n".join(text.split("-")), text.replace("-", ".\u00a0"),
    ):
        assert recovery.parsed(typed) == key


def test_the_print_stays_what_it_is() -> None:
    """Keys lie in drawers for years: neither the alphabet nor the check may change."""
    assert recovery.printed(bytearray(range(20))) == "AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-67E2"


@pytest.mark.parametrize("key", KEYS)
def test_every_wrong_letter_is_found(key: bytearray) -> None:
    text = recovery.printed(key).replace("-", "")
    for place in range(len(text)):
        for letter in LETTERS.replace(text[place], ""):
            with pytest.raises(WrongRecoveryKey, match="wrong or missing"):
                recovery.parsed(text[:place] + letter + text[place + 1 :])


@pytest.mark.parametrize("key", KEYS)
def test_every_pair_of_neighbours_exchanged_is_found(key: bytearray) -> None:
    text = recovery.printed(key).replace("-", "")
    for place in range(len(text) - 1):
        exchanged = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if exchanged != text:
            with pytest.raises(WrongRecoveryKey, match="wrong or missing"):
                recovery.parsed(exchanged)


def test_groups_in_another_order_are_found() -> None:
    groups = recovery.printed(KEYS[0]).split("-")
    for place in range(8):
        with pytest.raises(WrongRecoveryKey):
            recovery.parsed("-".join([*groups[:place], groups[place + 1], groups[place], *groups[place + 2 :]]))


@pytest.mark.parametrize(("typed", "said"), [
    ("", "0 were given"), ("ABCD", "4 were given"), ("A" * 37, "37 were given"), ("A" * 10_000, "10000 were given"),
    ("9" * 36, "no recovery key has"), ("\u00e9" * 36, "no recovery key has"), ("\uff21" * 36, "no recovery key has"),
    ("\u0661" * 36, "no recovery key has"), ("A" * 36, "wrong or missing"),
])
def test_what_is_no_key_is_told(typed: str, said: str) -> None:
    with pytest.raises(WrongRecoveryKey, match=said):
        recovery.parsed(typed)
