"""Progress: pages done and to do, the rate of late, a time left that does not jump; no clock but a scripted one."""

from __future__ import annotations

from itertools import pairwise

from app.ingest.course import PACE, Course
from app.types import PageCount


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def stored(course: Course, file: str, pages: int) -> None:
    course.begin(file)
    course.read(file, pages)
    course.embedded(file, pages)
    course.stored(file, file, pages)
    course.end(file)


def test_pages_are_told_as_they_are_done_and_what_was_counted_is_known_before() -> None:
    clock = Clock()
    course = Course(["a", "b"], {"a": PageCount(10, 0), "b": PageCount(30, 0)}, None, clock=clock)
    first = course.progress("a")
    assert (first.done, first.pages, first.files_done, first.files, first.rate) == (0, 40, 0, 2, 0.0)
    course.begin("a")
    course.read("a", 10)
    clock.now += 5
    course.embedded("a", 5)
    half = course.progress("a")
    assert (half.done, half.pages, half.rate) == (5, 40, 1.0)
    course.stored("a", "a", 10)
    course.end("a")
    after = course.progress("b")
    assert (after.done, after.pages, after.files_done) == (10, 40, 1)
    stored(course, "b", 30)
    last = course.progress("b")
    assert (last.done, last.pages, last.files_done, last.left) == (40, 40, 2, 0.0)


def test_what_was_not_counted_is_taken_to_be_like_the_rest() -> None:
    course = Course([f"{number}" for number in range(10)], {}, None, clock=Clock())
    assert course.progress("0").pages == 10
    stored(course, "0", 7)
    assert course.progress("1").pages == 70


def test_files_inside_a_file_count_as_its_pages() -> None:
    course = Course(["mail"], {"mail": PageCount(1, 0)}, None, clock=Clock())
    course.begin("mail")
    for part, pages in (("mail/plan", 4), ("mail", 1)):
        course.read("mail", pages)
        course.stored(part, "mail", pages)
    assert (course.progress("mail").done, course.progress("mail").pages) == (5, 5)


def test_the_rate_is_that_of_late_and_a_pause_is_not_in_it() -> None:
    clock = Clock()
    course = Course(["a"], {"a": PageCount(1000, 0)}, None, clock=clock)
    course.begin("a")
    for second in range(120):
        clock.now += 1
        course.embedded("a", 4 * second if second < 60 else 240 + second - 60)
        told = course.progress("a")
    assert 0.9 < told.rate < 1.1
    clock.now += 500
    course.rest(500)
    assert 0.9 < course.progress("a").rate < 1.1


def test_the_time_left_begins_with_the_pace_that_is_known_and_follows_what_is_seen() -> None:
    clock = Clock()
    course = Course(["a"], {"a": PageCount(100, 20)}, (0.5, 3.0), clock=clock)
    assert course.progress("a").left == 80 * 0.5 + 20 * 3.0
    course.begin("a")
    left = []
    for page in range(1, 101):
        clock.now += 6 if page <= 20 else 1  # twice as slow
        if page <= 20:
            course.picture("a", page, 6)
        course.embedded("a", page)
        found = course.progress("a").left
        assert found is not None
        left.append(found)
    assert abs(left[20] - 80) < 20
    assert left[-1] == 0.0
    assert max(abs(after - before) for before, after in pairwise(left[20:])) < 6


def test_a_pace_is_learned_from_enough_pages_only() -> None:
    clock = Clock()
    course = Course(["a"], {}, None, clock=clock)
    clock.now += 40
    stored(course, "a", 10)
    assert course.pace is None
    course = Course(["a"], {}, None, clock=clock)
    course.begin("a")
    for page in range(4):
        clock.now += 6
        course.picture("a", page + 1, 6)
    course.read("a", 44)
    clock.now += 20
    course.stored("a", "a", 44)
    course.end("a")
    assert course.pace == ((PACE[0] + 0.5) / 2, (PACE[1] + 6) / 2)
