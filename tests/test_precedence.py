"""Answers go first: who reads or embeds is held as long as one is being written."""

from __future__ import annotations

import threading

from app.precedence import Precedence


def test_nobody_waits_where_nothing_is_written() -> None:
    assert Precedence().wait(0)
    assert Precedence().wait()


def test_who_waits_goes_on_when_the_last_answer_is_written() -> None:
    precedence = Precedence()
    went_on = threading.Event()
    waiting = threading.Thread(target=lambda: (precedence.wait(), went_on.set()))
    with precedence.answering():
        with precedence.answering():
            waiting.start()
            assert not precedence.wait(0.01)
        assert precedence.held
        assert not went_on.is_set()
    assert not precedence.held
    waiting.join(10)
    assert went_on.is_set()


def test_an_answer_that_fails_holds_nobody() -> None:
    precedence = Precedence()
    try:
        with precedence.answering():
            raise ValueError
    except ValueError:
        assert precedence.wait(0)
