"""What a query is understood as."""

from __future__ import annotations

import random
import sys

import pytest

from app.query import parse
from app.types import AllOf, AnyOf, Demand, Exact, Near, Scope, Without, Word

A, B, C = Word("alpha"), Word("beta"), Word("gamma")


@pytest.mark.parametrize("typed", [
    "What is the notice period?", "the tenant's duties", "the tenant’s duties’ end", "R and D", "rules on R and D?",
    "WHAT IS THE NOTICE AND CURE PERIOD", "LIMITATION OF LIABILITY AND INDEMNITY", "MAY HE AND SHE NOT SUBLET?",
    "ninety (90) days", "12.3(b)(ii)", "https://example.org/a?b=c", "foo:bar", "10:30", "From: John Smith\nTo: Jane",
    "notice -5 °C", "state-of-the-art", "- a\n- b", '5" and 6" pipes', "AND/OR clauses", "a * b", "C++", "", " ",
    "what does section 3: say", "and or not near", "Is it near (by)?", "“”", '""',
])
def test_a_plain_question_demands_nothing(typed: str) -> None:
    query = parse(typed)
    assert query.demand is None
    assert query.text == typed.strip()
    assert query.scope == Scope()
    assert query.hints == ()
    assert query.typed == typed


@pytest.mark.parametrize(("typed", "demand", "text"), [
    ('what is "force majeure" here?', Exact("force majeure"), "what is force majeure here?"),
    ("“force majeure”", Exact("force majeure"), "force majeure"),
    ("„höhere Gewalt“ gilt", Exact("höhere Gewalt"), "höhere Gewalt gilt"),
    ("«force majeure»", Exact("force majeure"), "force majeure"),
    ('"one two" "three"', AllOf((Exact("one two"), Exact("three"))), "one two three"),
    ("alpha AND beta", AllOf((A, B)), "alpha beta"),
    ("alpha OR beta", AnyOf((A, B)), "alpha beta"),
    ("alpha NOT beta", Without(A, B), "alpha"),
    ("alpha AND NOT beta", Without(A, B), "alpha"),
    ("alpha -beta", Without(None, B), "alpha"),
    ('alpha -"beta gamma"', Without(None, Exact("beta gamma")), "alpha"),
    ("alpha -(beta gamma)", Without(None, AllOf((B, C))), "alpha"),
    ("NOT beta", Without(None, B), ""),
    ("alpha beta OR gamma", AnyOf((AllOf((A, B)), C)), "alpha beta gamma"),
    ("alpha AND beta OR gamma", AnyOf((AllOf((A, B)), C)), "alpha beta gamma"),
    ("alpha AND (beta OR gamma)", AllOf((A, AnyOf((B, C)))), "alpha beta gamma"),
    ("(alpha OR beta) gamma", AnyOf((A, B)), "alpha beta gamma"),
    ("gamma NOT (alpha OR beta)", Without(C, AnyOf((A, B))), "gamma"),
    ("alpha OR NOT beta", AnyOf((A, Without(None, B))), "alpha"),
    ("terminat* notice", Word("terminat", prefix=True), "terminat notice"),
    ("NEAR(alpha beta, 5)", Near((A, B), 5), "alpha beta"),
    ('NEAR("alpha beta" gam*)', Near((Exact("alpha beta"), Word("gam", prefix=True)), 10), '"alpha beta" gam*'),
    ("alpha NEAR/5 beta", Near((A, B), 5), "alpha beta"),
    ('alpha NEAR "beta gamma"', Near((A, Exact("beta gamma")), 10), "alpha beta gamma"),
    ("alpha w/3 beta", Near((A, B), 3), "alpha beta"),
    ("alpha NEAR/2 (beta OR gamma)", AnyOf((Near((A, B), 2), Near((A, C), 2))), "alpha beta gamma"),
    ("alpha NEAR/2 beta NEAR/3 gamma", AllOf((Near((A, B), 2), Near((B, C), 3))), "alpha beta gamma"),
    ("10b-5 AND § 12", AllOf((Word("10b-5"), Word("§ 12"))), "10b-5 § 12"),
    ("GDPR AND HIPAA", AllOf((Word("GDPR"), Word("HIPAA"))), "GDPR HIPAA"),
    ("right of alpha AND beta", AllOf((Word("right"), A, B)), "right of alpha beta"),
    ("What is said on alpha AND beta?", AllOf((A, B)), "What is said on alpha beta?"),
    ("機密保持 AND 契約", AllOf((Word("機密保持"), Word("契約"))), "機密保持 契約"),
])
def test_demands(typed: str, demand: Demand, text: str) -> None:
    query = parse(typed)
    assert query.demand == demand
    assert query.text == text
    assert query.hints == ()


def test_filters() -> None:
    query = parse('file:"Hosting Agreement.pdf" folder:/a/b from:Smith people:"Jane Doe" type:pdf,excel '
                  "after:2024-02 before:31.12.2024 notice period")
    assert query.scope == Scope(
        ("Hosting Agreement.pdf",), ("/a/b",), ("pdf", "sheet"), ("Smith", "Jane Doe"), "2024-02-01", "2024-12-31",
    )
    assert query.text == "notice period"
    assert query.demand is None
    assert query.hints == ()


def test_filters_beside_demands() -> None:
    query = parse('what about "sub lease" in file:lease*.pdf, please')
    assert query.scope == Scope(files=("lease*.pdf",))
    assert query.demand == Exact("sub lease")
    assert query.text == "what about sub lease in please"
    assert parse("(type:mail)").scope.kinds == ("mail", "msg", "mbox", "tnef")
    narrow = parse("after:2023 after:2024 before:2026 before:2025")
    assert narrow.scope == Scope(after="2024-01-01", before="2025-01-01")


@pytest.mark.parametrize(("typed", "text", "demand", "ignored"), [
    ('"unclosed phrase', '"unclosed phrase', None, "quotation mark"),
    ("alpha AND", "alpha", A, "“AND”"),
    ("OR alpha", "alpha", A, "“OR”"),
    ("alpha AND OR beta", "alpha beta", AnyOf((A, B)), "“AND”"),
    ("(alpha OR beta", "(alpha beta", AnyOf((A, B)), "bracket"),
    ("alpha OR beta)", "alpha beta", AnyOf((A, B)), "bracket"),
    ("AND", "AND", None, "“AND”"),
    ("NOT", "NOT", None, "“NOT”"),
    ("alpha NEAR/5", "alpha NEAR/5", None, "“NEAR/5”"),
    ("(alpha AND beta) NEAR/3 gamma", "alpha beta gamma", AllOf((AllOf((A, B)), C)), "“NEAR/3”"),
    ("NEAR(alpha)", "alpha", A, "NEAR needs two"),
    ("a*", "a*", None, "too short"),
    ("*tion", "*tion", None, "star"),
    ("after:3/4/2024 alpha", "alpha", None, "3/4/2024"),
    ("before:soon alpha", "alpha", None, "soon"),
    ('file:"" alpha', "alpha", None, "names nothing"),
    ("-type:mail alpha", "alpha", None, "-type:mail"),
    ("after:2025 before:2024 alpha", "alpha", None, "No day"),
    ("The tenant shall NOT sublet, right?", "The tenant shall NOT sublet, right?", None, "“NOT”"),
    (" AND ".join(f"w{i}" for i in range(100)), " AND ".join(f"w{i}" for i in range(100)), None, "more operators"),
    ("(" * 30 + "a OR b" + ")" * 30, "(" * 30 + "a OR b" + ")" * 30, None, "more operators"),
])
def test_what_is_not_understood_is_said(typed: str, text: str, demand: Demand | None, ignored: str) -> None:
    query = parse(typed)
    assert query.demand == demand
    assert query.text == text
    assert any(ignored in hint for hint in query.hints)
    assert all(hint.endswith(".") for hint in query.hints)


def test_nothing_upsets_it() -> None:
    chance = random.Random(11)
    signs = ["alpha", "AND", "OR", "NOT", "NEAR(", "NEAR/3", "w/2", "(", ")", '"', "“", "”", "«", "-", "*", "b*", " ",
             " ", "file:", "after:", "2024", "type:mail", ",", "5", "\0", "\ud800", "é", "機", "'", "\n", "?",
             "what is"]
    for _ in range(3_000):
        query = parse("".join(chance.choices(signs, k=chance.randrange(25))))
        assert len(query.hints) <= 5
    for _ in range(300):
        parse("".join(chr(chance.randrange(sys.maxunicode + 1)) for _ in range(40)))


@pytest.mark.parametrize("piece", [
    "x", '"a" ', "“", "«", '"', "(", ")", "(a ", "a AND ", "-a ", "NEAR(", "NEAR/5 ", "file:a ", "(a AND b) ", "a(b",
    "a(b)", "NOT ", "a* ", "*", "file:(a", 'from:"', "after:", "- ", "-(", "NOT (", "a OR (", " ", "\n", "*a", "w/1 ",
    "(a OR b) w/1 ",
])
def test_long_queries_end(piece: str) -> None:
    query = parse(piece * (60_000 // len(piece)))
    assert any("first 50,000 characters" in hint for hint in query.hints)
