"""Exchanges to export: a lease, a mail, and a file that means harm."""

from __future__ import annotations

from dataclasses import replace

from app.types import (
    Answer,
    AnswerStatus,
    Citation,
    Evidence,
    Exchange,
    Hit,
    Searched,
    Sentence,
    StoredPassage,
    Verdict,
)

NOTICE = "7.2 Either party may terminate this Lease by giving not less than ninety (90) days' written notice."
DEPOSIT = "8.1 The Tenant pays a deposit of EUR 14,400 into a separate account.\nIt is returned within sixty days."
MODEL = "Model-1B.Q4.gguf"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
# What a file may hold to come out as something else: markup, links, fields, controls, other directions.
HOSTILE = (
    "<script>alert(1)</script> ![x](file:///etc/passwd) [a](javascript:x) http://evil.example/a www.evil.example "
    "mail me@evil.example *b* _i_ `code` | cell | # head &lt; $x$ ~~s~~ ^1 {INCLUDETEXT C:\\x} \x00\x07\x1b[2J "
    "\u202eevird\u202c \ufffc\ufdd0\ufdd1\uffff \ud800 end."
)


def passage(key: str, file: str, text: str, page: int | None = 4, **more: object) -> StoredPassage:
    made = StoredPassage(f"p-{key}", f"d-{key}", file, "", "pdf", page, 0, len(text), text, "")
    return replace(made, **more)


def hits(*passages: StoredPassage) -> tuple[Hit, ...]:
    return tuple(Hit(rank, 1 / rank, one) for rank, one in enumerate(passages, 1))


EVIDENCE = Evidence("How much notice?", hits(
    passage("lease", "/cases/Lease.pdf", NOTICE),
    passage("lease", "/cases/Lease.pdf", DEPOSIT),
    passage("scan", "/cases/Letter (scan).pdf", "The notice reached us on 6 May.", 1, confidence=0.934),
    passage("mail", "/cases/Mail.eml/list.csv", "crates, 412", None, kind="csv"),
), Searched(9, 73, 3))
ANSWER = Answer(
    AnswerStatus.ANSWERED,
    "Either party may end it with ninety days' notice [1]. The deposit is EUR 14,400 [2][4].\n"
    "The notice came on 2 May [3]. A copy goes to the court [9]. The moon is cheese. Good luck!",
    (
        Sentence("Either party may end it with ninety days' notice.", (Citation("1", 1),), Verdict.SUPPORTED),
        Sentence("The deposit is EUR 14,400.", (Citation("2", 2), Citation("4", 4, found=True)), Verdict.PARTLY),
        Sentence("The notice came on 2 May.", (Citation("3", 3),), Verdict.NOT_SUPPORTED),
        Sentence("A copy goes to the court.", (Citation("9", None),), Verdict.NOT_SUPPORTED),
        Sentence("The moon is cheese.", (), Verdict.NOT_SUPPORTED),
        Sentence("Good luck!", (), Verdict.NO_CLAIM),
    ),
)
QUOTES = (
    Sentence("It is returned within sixty days.", (Citation("2", 2, found=True),), Verdict.SUPPORTED),
    Sentence(NOTICE, (Citation("1", 1, found=True),), Verdict.SUPPORTED),
)


def exchange(answer: Answer = ANSWER, **more: object) -> Exchange:
    made = Exchange("e" * 32, None, 1_790_000_000.0, "How much notice?", "How much notice?", EVIDENCE, answer,
                    (1, 2, 3, 4), MODEL)
    return replace(made, **more)


def quoted() -> Exchange:
    return exchange(Answer(AnswerStatus.QUOTES, "", QUOTES), model="", given=())


def not_found() -> Exchange:
    return exchange(Answer(AnswerStatus.NOT_FOUND, "", ()), model="", given=())


def hostile() -> Exchange:
    """Every text that comes from elsewhere is hostile."""
    evidence = Evidence(HOSTILE, hits(passage("x", f"/cases/{HOSTILE.replace('/', ':')}.pdf", HOSTILE)),
                        Searched(1, 1, 0), hints=(HOSTILE,))
    said = (Sentence(HOSTILE, (Citation("1", 1), Citation(HOSTILE, None)), Verdict.NOT_SUPPORTED),)
    answer = Answer(AnswerStatus.ANSWERED, HOSTILE, said, quotes=(replace(said[0], verdict=Verdict.SUPPORTED),))
    return exchange(answer, question=HOSTILE, looked_for=f"again {HOSTILE}", evidence=evidence, model=HOSTILE)
