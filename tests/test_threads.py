"""The branches of a conversation."""

from __future__ import annotations

from app import threads
from app.types import Answer, AnswerStatus, Evidence, Exchange, Searched


def exchange(key: str, before: str | None) -> Exchange:
    return Exchange(key, before, 0.0, key, key, Evidence(key, (), Searched(0, 0, 0)),
                    Answer(AnswerStatus.NOT_FOUND, "", ()), (), "")


# a - b - c
#   \ d - e
#   \ f
# g
TALK = [exchange("a", None), exchange("b", "a"), exchange("c", "b"), exchange("d", "a"), exchange("g", None),
        exchange("e", "d"), exchange("f", "a")]


def ids(found: tuple[Exchange, ...]) -> str:
    return "".join(each.id for each in found)


def test_the_way_leads_to_what_was_asked_last() -> None:
    assert ids(threads.way(TALK)) == "af"
    assert ids(threads.way(TALK, "a")) == "af"
    assert ids(threads.way(TALK, "b")) == "abc"
    assert ids(threads.way(TALK, "d")) == "ade"
    assert ids(threads.way(TALK, "g")) == "g"


def test_there_is_no_way_to_what_is_not_there() -> None:
    assert threads.way([]) == ()
    assert threads.way(TALK, "z") == ()


def test_what_follows_is_on_every_branch() -> None:
    assert ids(threads.following(TALK, "a")) == "abcdef"
    assert ids(threads.following(TALK, "d")) == "de"
    assert threads.following(TALK, "z") == ()


def test_versions_follow_the_same_one() -> None:
    assert ids(threads.beside(TALK, "d")) == ids(threads.beside(TALK, "b")) == "bdf"
    assert ids(threads.beside(TALK, "a")) == "ag"
    assert ids(threads.beside(TALK, "c")) == "c"
    assert threads.beside(TALK, "z") == ()
