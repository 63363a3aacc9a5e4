"""What the command line prints: OCR is named where it is cited, and nothing in a file commands the terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from app import report
from app.narrator import Narrator, print_event
from app.types import (
    Answer,
    Answered,
    AnswerStatus,
    Citation,
    Evidence,
    EvidenceFound,
    FileAdded,
    FileFailed,
    Hit,
    LedgerLine,
    Searched,
    Sentence,
    Status,
    StoredPassage,
    Verdict,
)


def hit(file: str, confidence: float | None) -> Hit:
    return Hit(1, .5, StoredPassage("p", "d", file, "", "pdf", 3, 0, 4, "word", "", "General", confidence))


def test_a_hit_says_where_it_is_and_that_ocr_read_it() -> None:
    evidence = Evidence("?", (hit("/in/a.pdf", .93437), hit("/in/b.pdf", None)), Searched(2, 2, 0))
    lines = printed(evidence, io.StringIO()).splitlines()
    assert "[1] a.pdf, page 3 (read by OCR, 93 % sure)" in lines
    assert "[1] b.pdf, page 3" in lines
    assert [each["confidence"] for each in report.evidence_json(evidence)] == [.9344, None]


RENT = "The rent is 900. It is due on the first."


def answered(answer: Answer) -> tuple[EvidenceFound, Answered]:
    stored = StoredPassage("p", "d", "/in/lease.pdf", "Lease", "pdf", 3, 50, 50 + len(RENT), RENT, "")
    found = Evidence("?", (Hit(1, 1.0, stored),), Searched(212, 900, 9), answerable=.12345)
    return EvidenceFound(found, .1), Answered(answer, (), (("total", 1.0),))


def test_what_was_not_found_is_said_with_how_to_have_an_answer_anyway() -> None:
    out = io.StringIO()
    found, last = answered(Answer(AnswerStatus.NOT_FOUND, "", ()))
    report.print_answer(found, last, out, shut=1)
    said = " ".join(out.getvalue().split())
    assert "Not found in the 212 files searched (9 pages and 1 file could not be read)." in said
    assert "carrel ask --anyway" in said
    shape = report.answer_json(found, last)
    assert (shape["status"], shape["answerable"], shape["answer"]["anyway"]) == ("not_found", .1235, False)


@pytest.mark.parametrize("text", ["", "The passages do not answer this."])
def test_that_it_was_the_model_that_found_nothing_is_said_with_quotes(text: str) -> None:
    out = io.StringIO()
    quote = Sentence(RENT[17:], (Citation("1", 1, found=True, start=17, end=len(RENT)),), Verdict.SUPPORTED)
    found, last = answered(Answer(AnswerStatus.NOT_FOUND, text, (), quotes=(quote,)))
    report.print_answer(found, replace(last, given=(1,)), out)
    said = " ".join(out.getvalue().split())
    assert "The model found no answer in the passages" in said
    assert "In the words of your files: lease.pdf, page 3 “It is due on the first.” [1]" in said
    assert "--anyway" not in said
    assert "Not found in" not in said  # so says the model, not Carrel
    shape = report.answer_json(found, last)
    assert (shape["status"], [each["text"] for each in shape["answer"]["quotes"]]) == ("not_found", [RENT[17:]])


def test_an_answer_that_was_wanted_anyway_is_marked() -> None:
    out = io.StringIO()
    sentence = Sentence("The rent is 900.", (Citation("1", 1),), Verdict.SUPPORTED)
    found, last = answered(Answer(AnswerStatus.ANSWERED, sentence.text, (sentence,), anyway=True))
    report.print_answer(found, last, out)
    assert "seem to hold no answer" in " ".join(out.getvalue().split())
    assert report.answer_json(found, last)["answer"]["anyway"]


def test_quotes_stand_under_their_file_and_say_their_characters() -> None:
    out = io.StringIO()
    quote = Sentence(RENT[17:], (Citation("1", 1, found=True, start=17, end=len(RENT)),), Verdict.SUPPORTED)
    found, last = answered(Answer(AnswerStatus.QUOTES, quote.text, (quote,)))
    report.print_answer(found, last, out)
    assert "lease.pdf, page 3\n    “It is due on the first.” [1]" in out.getvalue()
    (said,) = report.answer_json(found, last)["answer"]["sentences"]
    assert said["quoted"] == [{"file": "/in/lease.pdf", "page": 3, "start": 67, "end": 50 + len(RENT)}]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def passage(file: str, text: str = "The notice period is a month.", page: int | None = 3) -> StoredPassage:
    return StoredPassage("p", "d", file, "Lease", "pdf", page, 0, len(text), text, "", "General")


def printed(evidence: Evidence, out: io.StringIO, *, matters: bool = False) -> str:
    report.print_hits(evidence, out, matters=matters)
    return out.getvalue()


def test_on_a_terminal_what_was_searched_for_is_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = "The notice  period\nis a month. " + "It runs from the first day of the month after the notice. " * 3
    starts = [match.span() for match in re.finditer(r"notice\s+period|notice", text)]
    found = Evidence("?", (Hit(1, .5, passage("/in/a.pdf", text), marks=tuple(starts)),), Searched(1, 1, 0))
    lines = printed(found, Terminal()).splitlines()
    assert lines[3].startswith("    The \x1b[1mnotice period\x1b[0m is a month. It runs")
    assert sum(line.count("\x1b[1m") for line in lines) == sum(line.count("\x1b[0m") for line in lines) >= 4
    bare = re.sub("\x1b\\[[01]m", "", "\n".join(lines)).rstrip("\n")
    assert bare == printed(found, io.StringIO()).rstrip("\n")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(found, Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in printed(found, Terminal())


def test_a_phrase_that_is_broken_over_lines_is_bold_on_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = "word " * 18 + "notice period and more"
    found = Evidence("?", (Hit(1, .5, passage("/in/a.pdf", text), marks=((90, 103),)),), Searched(1, 1, 0))
    lines = printed(found, Terminal()).splitlines()
    assert lines[3].endswith("word \x1b[1mnotice\x1b[0m")
    assert lines[4] == "    \x1b[1mperiod\x1b[0m and more"


def test_what_is_alike_stands_under_its_hit_and_namesakes_are_told_apart() -> None:
    alike = tuple(passage(f"/in/{name}.pdf") for name in "bcdef")
    hits = (Hit(1, .5, passage("/in/a.pdf"), alike=alike), Hit(2, .4, passage("/other/a.pdf", page=None)))
    evidence = Evidence("?", hits, Searched(7, 7, 0))
    lines = printed(evidence, io.StringIO(), matters=True).splitlines()
    assert lines[2] == "[1] a.pdf (in /in), page 3 (General)"
    assert lines[4] == ("    Nearly the same text: b.pdf, page 3 (General); c.pdf, page 3 (General); d.pdf, page 3 "
                        "(General);")
    assert lines[5] == "    and 2 others"
    assert lines[7] == "[2] a.pdf (in /other) (General)"
    told = report.evidence_json(evidence)[0]["alike"]
    assert told[0] == {"file": "/in/b.pdf", "page": 3, "start": 0, "end": 29, "matter": "General"}
    assert len(told) == 5


def test_a_hit_is_told_with_the_headings_it_stands_under() -> None:
    found = replace(passage("/in/a.pdf"), context="Lease › 12 Termination › 12.3(b) Notice")
    assert report.heading(found) == "12 Termination › 12.3(b) Notice"
    assert report.heading(replace(found, context="Lease")) == ""
    assert report.heading(replace(found, context="something else")) == ""
    hits = (Hit(1, .5, found, marks=((4, 10),)),)
    lines = printed(Evidence("?", hits, Searched(1, 1, 0)), io.StringIO()).splitlines()
    assert lines[2] == "[1] a.pdf, page 3 — 12 Termination › 12.3(b) Notice"
    told = report.evidence_json(Evidence("?", hits, Searched(1, 1, 0)))[0]
    assert told["heading"] == "12 Termination › 12.3(b) Notice"
    assert told["marks"] == [[4, 10]]


def test_where_nothing_was_found_that_is_said() -> None:
    assert printed(Evidence("?", (), Searched(1, 1, 0)), io.StringIO()) == "Nothing was found.\n\n"


def test_nothing_in_a_file_commands_the_terminal() -> None:
    out = io.StringIO()
    name = "/in/\x1b]0;owned\x07.pdf"
    report.print_hits(Evidence("?", (hit(name, None),), Searched(1, 1, 0)), out)
    narrator = Narrator(out)
    for event in (FileFailed(name, "\x1b[2J", 0, 1), FileAdded(name, 1, 1, Status.READ, ("\x9b2J",), 0, 1)):
        narrator.tell(event)
        print_event(event, out)
    report.print_ledger([LedgerLine(name, None, 1, Status.DAMAGED, "\x1b[2J", None)], out)
    assert not any(letter in out.getvalue() for letter in "\x1b\x07\x9b")
    assert "\ufffd]0;owned\ufffd.pdf" in out.getvalue()


def test_a_name_writes_no_line_of_its_own_and_turns_none() -> None:
    out = io.StringIO()
    name = "/in/lease\n[2] Other.pdf, page 1\u2028\u202efdp.exe"
    report.print_hits(Evidence("?", (hit(name, None),), Searched(1, 1, 0)), out)
    for event in (FileFailed(name, "no", 0, 1), FileAdded(name, 1, 1, Status.READ, (), 0, 1)):
        Narrator(out).tell(event)
        print_event(event, out)
    report.print_ledger([LedgerLine(name, None, 1, Status.READ, "", None)], out)
    assert not any(line.startswith(("[2]", "fdp")) for line in out.getvalue().splitlines())
    assert "\u202e" not in out.getvalue()
    assert "[1] lease\ufffd[2] Other.pdf" in out.getvalue()


def test_a_verdict_is_told_in_the_words_of_an_export() -> None:
    out = io.StringIO()
    sentences = tuple(Sentence(f"{number} is due.", (), verdict) for number, verdict in enumerate(Verdict))
    report.print_answer(*answered(Answer(AnswerStatus.ANSWERED, "", sentences)), out)
    told = [line.split(" — ")[1] for line in out.getvalue().splitlines() if " — " in line]
    assert told == ["supported", "partly supported", "not supported", "no claim"]


def test_where_nothing_was_timed_no_times_are_told() -> None:
    out = io.StringIO()
    found = EvidenceFound(Evidence("?", (hit("/in/a.pdf", None),), Searched(1, 1, 0)), 0.0)
    report.print_answer(found, Answered(Answer(AnswerStatus.NOT_FOUND, "", ()), (), ()), out)
    assert "Times" not in out.getvalue()


def test_the_ledger_is_printed_by_stretches_with_the_totals_last() -> None:
    out = io.StringIO()
    lines = [LedgerLine("/in/a.msg/b.pdf", "/in/a.msg", page, Status.READ, "", None) for page in (1, 2, 3)]
    report.print_ledger(lines, out)
    assert out.getvalue().splitlines() == [
        "/in/a.msg/b.pdf   (in: a.msg)", "  pages 1 to 3       read         Read.", "3 pages: 3 read."]
