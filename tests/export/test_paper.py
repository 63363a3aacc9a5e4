"""What an export says: sentences with verdicts, notes, facts, and nothing that commands."""

from __future__ import annotations

import re
from dataclasses import fields, replace

from app.export.origins import Origin
from app.export.paper import Line, Note, Paper, compose
from app.export.words import UNANSWERED, flat, meaning
from app.types import Answer, AnswerStatus, Concern, Exchange, Reason, Sentence, StoredPassage, Verdict
from tests.export.exchanges import (
    ANSWER,
    DEPOSIT,
    EVIDENCE,
    HOSTILE,
    MODEL,
    NOTICE,
    QUOTES,
    SHA,
    exchange,
    hostile,
    not_found,
    quoted,
)


def origin(passage: StoredPassage) -> Origin:
    if passage.document == "d-scan":
        return Origin(problem="the file has changed since it was read")
    return Origin("Mail.eml", SHA) if passage.document == "d-mail" else Origin(sha256=SHA)


def paper(*exchanges: Exchange, title: str = "") -> Paper:
    return compose(exchanges, origin, 1_790_000_100.0, title=title)


def lines(made: Paper) -> list[Line]:
    return [line for chapter in made.chapters for part in chapter.parts for some in part.paragraphs for line in some]


def notes(made: Paper) -> list[Note]:
    return [note for chapter in made.chapters for note in chapter.notes]


def test_every_sentence_stays_and_carries_its_verdict_in_words() -> None:
    made = lines(paper(exchange()))
    assert [line.text for line in made] == [sentence.text for sentence in ANSWER.sentences]
    assert [line.label for line in made] == [
        "supported", "partly supported", "not supported", "not supported", "not supported", ""]
    assert [line.doubtful for line in made] == [False, False, True, True, True, False]
    assert [[note.number for note in line.notes] for line in made] == [[1], [2, 3], [4], [5], [], []]


def test_the_lines_that_the_model_made_are_paragraphs() -> None:
    (chapter,) = paper(exchange()).chapters
    assert [len(some) for some in chapter.parts[0].paragraphs] == [2, 4]


def test_a_note_has_file_page_words_verdict_and_fingerprint() -> None:
    first, second, third, scan, unknown = notes(paper(exchange()))
    assert (first.place, first.quote) == ("Lease.pdf, page 4", NOTICE)
    assert first.said == ("Supported: the cited passage says this.", f"SHA-256 of the file: {SHA}.")
    assert second.quote == flat(DEPOSIT)
    assert "Partly supported" in second.said[0]
    assert third.place == "list.csv (in: Mail.eml)"
    assert "The model named no source; Carrel found this one." in third.said
    assert third.said[-1] == f"SHA-256 of Mail.eml, the file that it came in: {SHA}."
    assert scan.place == "Letter (scan).pdf, page 1"
    assert scan.said[1:] == ("The words were read by OCR, 93 % sure of the letters.",
                             "No SHA-256: the file has changed since it was read.")
    assert (unknown.place, unknown.quote) == ("", "")
    assert "“9”, which names none of the passages" in unknown.said[0]


def test_what_is_told_once() -> None:
    made = paper(exchange(looked_for="How much notice ends the lease?"), title="Harbour Lane")
    facts = dict(made.chapters[0].facts)
    assert made.title == "Harbour Lane"
    assert re.fullmatch(r"2026-09-2\d, \d\d:\d\d \(UTC[+-]\d\d:\d\d\)", facts["Asked"])
    assert facts["Looked for"] == "How much notice ends the lease?"
    assert facts["Written by"] == f"{MODEL}, a model on this computer, from 4 passages"
    assert facts["Searched"] == "9 files with 73 pages; 3 pages could not be read and so could not be searched"
    assert made.exported.startswith("Exported by Carrel ")
    assert "comparing the words" in made.about[0]
    assert "no legal and no medical judgement" in made.about[0]


def test_quotes_need_no_mark_and_are_said_to_be_verbatim_only_where_they_are() -> None:
    made = paper(quoted())
    (part,) = made.chapters[0].parts
    assert part.caption == "In the words of the files"
    assert [line.text for line in lines(made)] == [f"“{quote.text}”" for quote in QUOTES]
    assert {line.label for line in lines(made)} == {""}
    assert [(note.quote, note.said[0]) for note in notes(made)] == [("", "Quoted word for word.")] * 2
    assert dict(made.chapters[0].facts)["Written by"].startswith("no model")
    false = replace(QUOTES[0], text="It is returned within six days.")
    (note,) = notes(paper(exchange(Answer(AnswerStatus.QUOTES, "", (false,)))))
    assert note.quote == flat(DEPOSIT)
    assert "Quoted word for word." not in note.said


def test_quotes_stand_below_a_text_that_nothing_carries() -> None:
    made = paper(exchange(replace(ANSWER, quotes=QUOTES, stopped=True)))
    assert [part.caption for part in made.chapters[0].parts] == ["Answer", "In the words of the files"]
    assert made.chapters[0].remarks == ("The answer was cut at its greatest length; its end is missing.",)
    assert [note.number for note in notes(made)] == list(range(1, 8))


def test_what_was_not_found_is_said_with_the_closest_passages() -> None:
    made = paper(not_found())
    (part,) = made.chapters[0].parts
    assert made.chapters[0].remarks == ("Not found in the files that were searched.",)
    assert "do not answer" in part.caption
    assert [line.text for line in lines(made)] == [f"“{flat(hit.passage.text)}”" for hit in EVIDENCE.hits[:3]]


def test_what_the_model_did_not_find_is_said_with_quotes() -> None:
    (chapter,) = paper(exchange(Answer(AnswerStatus.NOT_FOUND, "I do not know.", (), quotes=QUOTES))).chapters
    assert dict(chapter.facts)["Asked of"].endswith("which found no answer in them")
    assert chapter.remarks == (UNANSWERED,)
    assert [part.caption for part in chapter.parts] == ["In the words of the files"]
    assert [note.said[0] for note in chapter.notes] == ["Quoted word for word."] * 2


def test_numbers_run_through_all_chapters() -> None:
    made = paper(exchange(), quoted(), not_found())
    assert [note.number for note in notes(made)] == list(range(1, 11))
    assert made.title == "Questions and answers"


def test_passages_of_several_matters_name_theirs() -> None:
    hits = tuple(replace(hit, passage=replace(hit.passage, matter=f"Matter {hit.rank}")) for hit in EVIDENCE.hits)
    made = paper(exchange(evidence=replace(EVIDENCE, hits=hits)))
    assert notes(made)[0].place == "Lease.pdf, page 4 (Matter 1)"
    assert notes(made)[2].place == "list.csv (Matter 4; in: Mail.eml)"


def test_no_text_from_elsewhere_commands() -> None:
    made = compose([hostile()], lambda _: Origin(HOSTILE, problem=HOSTILE), 0.0, title=HOSTILE)
    found = list(strings(made))
    assert len(found) > 20
    for text in found:
        assert text == flat(text)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0\ufdd1\ufffc\uffff\ud800]", text)
    assert "evird" in made.chapters[0].question  # words stay
    assert "end." in dict(made.chapters[0].facts).get("Question", made.chapters[0].question)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in strings(each)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for field in fields(value) for text in strings(getattr(value, field.name))]
    return []


def test_why_a_sentence_does_not_hold_is_said_with_it() -> None:
    """In words that may be of a file, so that they command nothing either."""
    gone, same = (Reason(Concern.NUMBER, 0, 3, f"“2,500” is not in the {what}\u202e passage.") for what in "ab")
    doubtful = Sentence("It is 2,500.", (), Verdict.NOT_SUPPORTED, (gone, gone, same))
    assert meaning(doubtful).startswith("Not supported: it cites no passage")
    assert meaning(doubtful).endswith("“2,500” is not in the a passage. “2,500” is not in the b passage.")
    assert meaning(Sentence("Hm.", (), Verdict.NO_CLAIM, (gone,))) == ""


def test_of_a_long_question_the_heading_has_the_beginning_and_a_fact_the_whole() -> None:
    long = "How much notice must the tenant of the second floor give? " * 20
    chapter = paper(replace(exchange(), question=long)).chapters[0]
    assert len(chapter.question) < 250
    assert chapter.question.endswith("…")
    assert chapter.facts[0] == ("Question", long.strip())
    assert "Question" not in dict(paper(exchange()).chapters[0].facts)
