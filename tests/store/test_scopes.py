"""What part of a library a scope is: by name, folder, kind, people and date, with a real store and no passages."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.store.store import Store
from app.types import Document, Page, Scope, Searched, Status
from tests.store.library import DIMENSION, directions, document, opened, put

NONE = np.zeros((0, DIMENSION), dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def add(
    store: Store, file: str, *, title: str = "", kind: str = "pdf", date: str = "", people: tuple[str, ...] = (),
    parent: str | None = None, modified: float = 0.0, pages: int = 1,
) -> str:
    made = Document(kind, title, tuple(Page(i + 1, "text") for i in range(pages)), date=date, people=people)
    return store.add(file, made, [], NONE, size=1, modified=modified, digest=b"d", parent=parent).id


def inside(store: Store, scope: Scope) -> set[str]:
    """The files in a scope."""
    ids = store.scope(scope)
    assert ids is not None
    return {row.file for row in store.documents() if row.id in ids}


def test_nothing_asked_limits_nothing(store: Store) -> None:
    assert store.scope(Scope()) is None
    assert store.scope(Scope(files=("lease",))) == frozenset()
    add(store, "/lease.pdf")
    assert store.scope(Scope()) is None


@pytest.mark.parametrize(("value", "files"), [
    ("lease", {"/a/Lease 2020.pdf", "/b/x.docx", "/mail.eml/lease.txt"}),
    ("LEASE 2020", {"/a/Lease 2020.pdf"}),
    ("2020 lease", {"/a/Lease 2020.pdf"}),
    ("Lease 2020.pdf", {"/a/Lease 2020.pdf"}),
    ("ease", set()),
    ("20", set()),
    ("le", set()),
    ("leas", {"/a/Lease 2020.pdf", "/b/x.docx", "/mail.eml/lease.txt"}),
    ("muller", {"/b/x.docx"}),
    ("MÜLLER", {"/b/x.docx"}),
    ("契約", {"/c/売買契約書.pdf"}),
    ("*.pdf", {"/a/Lease 2020.pdf", "/c/売買契約書.pdf"}),
    ("*.PDF", {"/a/Lease 2020.pdf", "/c/売買契約書.pdf"}),
    ("lease*", {"/a/Lease 2020.pdf", "/mail.eml/lease.txt"}),
    ("a/*", {"/a/Lease 2020.pdf"}),
    ("/a/*.pdf", {"/a/Lease 2020.pdf"}),
    ("mail.eml", {"/mail.eml", "/mail.eml/lease.txt", "/mail.eml/z.zip", "/mail.eml/z.zip/photo.png"}),
    ("z.zip", {"/mail.eml/z.zip", "/mail.eml/z.zip/photo.png"}),
    ("/a/Lease 2020.pdf", {"/a/Lease 2020.pdf"}),
    ("b/x.docx", {"/b/x.docx"}),
    ("/x.docx", {"/b/x.docx"}),
    ("", set()),
    ("...", set()),
    ("[", set()),
])
def test_by_file(store: Store, value: str, files: set[str]) -> None:
    add(store, "/a/Lease 2020.pdf")
    add(store, "/b/x.docx", title="Lease of Mr. Müller", kind="docx")
    add(store, "/c/売買契約書.pdf")
    # An attachment may be added before its mail.
    add(store, "/mail.eml/z.zip/photo.png", kind="image", parent="/mail.eml/z.zip")
    add(store, "/mail.eml/z.zip", kind="archive", parent="/mail.eml")
    add(store, "/mail.eml/lease.txt", kind="text", parent="/mail.eml")
    add(store, "/mail.eml", kind="mail")
    assert inside(store, Scope(files=(value,))) == files


def test_any_of_several_values_and_all_of_several_filters(store: Store) -> None:
    add(store, "/a/one.pdf", date="2020-01-01")
    add(store, "/a/two.docx", kind="docx", date="2021-01-01")
    add(store, "/b/three.pdf", date="2022-01-01")
    assert inside(store, Scope(files=("one", "three"))) == {"/a/one.pdf", "/b/three.pdf"}
    assert inside(store, Scope(folders=("/a",), kinds=("pdf",))) == {"/a/one.pdf"}
    assert inside(store, Scope(kinds=("pdf",), after="2021")) == {"/b/three.pdf"}
    assert inside(store, Scope(files=("one",), after="2021")) == set()
    one = store.document("/a/one.pdf")
    assert one
    assert inside(store, Scope(documents=(one.id, "nobody"))) == {"/a/one.pdf"}
    assert inside(store, Scope(documents=(one.id,), kinds=("docx",))) == set()


def test_by_folder(store: Store) -> None:
    files = ["/a/b/1.pdf", "/a/bc/2.pdf", "/A/b/3.pdf", "/a/b.eml", "/a/b.eml/4.pdf", "/a/Case Files/deep/5.pdf"]
    for file in files:
        add(store, file, parent="/a/b.eml" if file.startswith("/a/b.eml/") else None)
    assert inside(store, Scope(folders=("/a/b",))) == inside(store, Scope(folders=("/a/b/",))) == {"/a/b/1.pdf"}
    assert inside(store, Scope(folders=("/a",))) == set(files) - {"/A/b/3.pdf"}
    assert inside(store, Scope(folders=("/",))) == set(files)
    assert inside(store, Scope(folders=("/a/b.eml",))) == {"/a/b.eml", "/a/b.eml/4.pdf"}
    assert inside(store, Scope(folders=("B",))) == {"/a/b/1.pdf", "/A/b/3.pdf"}  # a name, wherever it is
    assert inside(store, Scope(folders=("case files/deep",))) == {"/a/Case Files/deep/5.pdf"}
    assert inside(store, Scope(folders=("case*",))) == {"/a/Case Files/deep/5.pdf"}
    assert inside(store, Scope(folders=("/nowhere", "/a/bc"))) == {"/a/bc/2.pdf"}
    assert inside(store, Scope(folders=("1.pdf",))) == set()


def test_by_kind_its_own_alone(store: Store) -> None:
    add(store, "/m.eml", kind="mail")
    add(store, "/m.eml/a.pdf", parent="/m.eml")
    add(store, "/o.msg", kind="msg")
    add(store, "/t.docm", kind="docx")
    add(store, "/t.xlsx", kind="sheet")
    add(store, "/t.csv", kind="csv")
    assert inside(store, Scope(kinds=("pdf",))) == {"/m.eml/a.pdf"}
    assert inside(store, Scope(kinds=("mail",))) == inside(store, Scope(kinds=("Emails",))) == {"/m.eml", "/o.msg"}
    assert inside(store, Scope(kinds=("msg",))) == {"/o.msg"}
    assert inside(store, Scope(kinds=("word",))) == inside(store, Scope(kinds=(".docm",))) == {"/t.docm"}
    assert inside(store, Scope(kinds=("excel",))) == {"/t.xlsx", "/t.csv"}
    assert inside(store, Scope(kinds=("csv", "pdf"))) == {"/t.csv", "/m.eml/a.pdf"}
    assert inside(store, Scope(kinds=("poem",))) == set()


def test_by_people_with_all_that_came_in_their_mail(store: Store) -> None:
    add(store, "/m.eml", kind="mail", people=("Jane Smith <jane@firm.example>", "José Álvarez"))
    add(store, "/m.eml/a.pdf", parent="/m.eml", people=("Somebody Else",))
    add(store, "/n.eml", kind="mail", people=("John Smith", "Jane Doe"))
    both = {"/m.eml", "/m.eml/a.pdf"}
    assert inside(store, Scope(people=("smith",))) == both | {"/n.eml"}
    assert inside(store, Scope(people=("smith jane",))) == both  # both words of one person
    assert inside(store, Scope(people=("jose alvarez",))) == both
    assert inside(store, Scope(people=("jane@firm.example",))) == both
    assert inside(store, Scope(people=("somebody",))) == {"/m.eml/a.pdf"}
    assert inside(store, Scope(people=("mith",))) == set()


def day(text: str) -> float:
    return time.mktime(time.strptime(text, "%Y-%m-%d"))


def test_by_date(store: Store) -> None:
    add(store, "/day.pdf", date="2024-02-10", modified=day("2030-01-01"))
    add(store, "/month.pdf", date="2024-02")
    add(store, "/year.pdf", date="2024")
    add(store, "/file.pdf", modified=day("2024-02-10"))
    add(store, "/odd.pdf", date="yesterday", modified=day("2024-02-10"))
    every = {"/day.pdf", "/month.pdf", "/year.pdf", "/file.pdf", "/odd.pdf"}
    days = {"/day.pdf", "/file.pdf", "/odd.pdf"}
    assert inside(store, Scope(after="2024-02-10")) == every
    assert inside(store, Scope(after="2024-02-11")) == {"/month.pdf", "/year.pdf"}  # may be of that day
    assert inside(store, Scope(after="2024-03-01")) == {"/year.pdf"}
    assert inside(store, Scope(after="2025")) == set()
    assert inside(store, Scope(before="2024-02-10")) == {"/month.pdf", "/year.pdf"}
    assert inside(store, Scope(before="2024-02-11")) == every
    assert inside(store, Scope(before="2024")) == set()
    assert inside(store, Scope(after="2024-02-10", before="2024-02-11")) == days | {"/month.pdf", "/year.pdf"}


def test_what_came_in_a_mail_is_of_its_day(store: Store) -> None:
    add(store, "/m.eml/z.zip/old.pdf", parent="/m.eml/z.zip", date="1999-09-09", modified=day("2024-01-01"))
    add(store, "/m.eml/z.zip/new.pdf", parent="/m.eml/z.zip", modified=day("2024-01-01"))
    add(store, "/m.eml/z.zip", parent="/m.eml", modified=day("2024-01-01"))
    add(store, "/m.eml", date="2010-10-10", modified=day("2024-01-01"))
    assert inside(store, Scope(before="2000")) == {"/m.eml/z.zip/old.pdf"}
    assert inside(store, Scope(after="2010", before="2011")) == {"/m.eml", "/m.eml/z.zip", "/m.eml/z.zip/new.pdf"}
    assert inside(store, Scope(after="2011")) == set()


@pytest.mark.parametrize("modified", [-1e18, 1e18, 0.0, -1.0])
def test_odd_times_do_no_harm(store: Store, modified: float) -> None:
    add(store, "/a.pdf", modified=modified)
    assert inside(store, Scope(after="0001-01-01")) == {"/a.pdf"}


def test_a_copy_counts_by_its_own_name_and_its_content_is_named_after_it(store: Store) -> None:
    file = put(store, 1)
    second = store.add_copy("/desk/notes.txt", file, size=1, modified=day("2020-05-05"), digest=None).id
    ids = store.scope(Scope(folders=("/desk",)))
    assert ids == {second}
    hits = store.words("clause", 10, documents=ids)
    assert len(hits) == 3
    found = store.passages([key for key, _ in hits], documents=ids)
    assert {(one.document, one.file) for one in found} == {(second, "/desk/notes.txt")}
    assert {one.file for one in store.passages([key for key, _ in hits])} == {file}
    assert store.searched(ids) == Searched(1, 1, 0)
    both = store.scope(Scope(files=("*",)))
    assert both is not None
    assert {one.file for one in store.passages([key for key, _ in hits], documents=both)} == {file}
    assert store.searched(both) == store.searched() == Searched(2, 2, 0)


def test_a_scope_is_of_this_moment(store: Store) -> None:
    scope = Scope(folders=("/a",))
    assert inside(store, scope) == set()
    key = add(store, "/a/1.pdf")
    assert inside(store, scope) == {"/a/1.pdf"}
    add(store, "/b/2.pdf")
    store.rename("/b/2.pdf", "/a/2.pdf", size=1, modified=1.0)
    assert inside(store, scope) == {"/a/1.pdf", "/a/2.pdf"}
    store.remove("/a/1.pdf")
    assert inside(store, scope) == {"/a/2.pdf"}
    store.fail("/a/3.pdf", Status.LOCKED, "The file is locked.")
    assert inside(store, scope) == {"/a/2.pdf"}  # there is nothing to search in it
    gone = frozenset({key, "nobody"})
    assert store.searched(gone) == Searched(0, 0, 0)
    assert store.words("text", 5, documents=gone) == []
    assert store.passages([], documents=gone) == []


def test_names_of_any_bytes(store: Store) -> None:
    file = "/p\udcff/\u202ename \N{PILE OF POO} \udc80.txt"
    add(store, file, title="\ud800 title\0", people=("\ud800 Odd\0 Name",))
    for scope in (
        Scope(files=("name",)), Scope(files=("\udc80*", "*\udc80.txt")), Scope(folders=("/p\udcff",)),
        Scope(folders=("p\udcff",)), Scope(people=("odd name",)), Scope(files=("title",)),
    ):
        assert inside(store, scope) == {file}


def test_a_chain_without_end_ends(store: Store) -> None:
    """A file may say that it came out of itself; no file of a library should, but nobody may wait for it."""
    add(store, "/a", parent="/b")
    add(store, "/b", parent="/a", people=("Jane",))
    add(store, "/c", parent="/c")
    assert inside(store, Scope(people=("jane",))) == {"/a", "/b"}


def test_date_and_people_are_kept_as_given(store: Store) -> None:
    made, passages = document("The rent is due.")
    people = ("Jane \ud800\0", "", *(f"Person {i}" for i in range(40)))
    dated = replace(made, date="2024-01-31", people=people)
    store.add("/a", dated, passages, directions(1, 1), size=1, modified=1.0, digest=b"")
    found = store.passages([store.words("rent", 1)[0][0]])
    assert [one.date for one in found] == ["2024-01-31"]
    assert inside(store, Scope(people=("person 39",))) == {"/a"}
    store.add_copy("/copy", "/a", size=1, modified=1.0, digest=None)
    store.remove("/a")
    assert [one.date for one in store.passages([store.words("rent", 1)[0][0]])] == ["2024-01-31"]
    assert inside(store, Scope(people=("jane",), after="2024-01-31", before="2024-02-01")) == {"/copy"}


@pytest.mark.skipif(os.sep != "\\", reason="paths of Windows")
def test_paths_of_windows(store: Store) -> None:
    add(store, r"C:\Users\jane\a.pdf")
    for folder in (r"C:\Users", r"C:\Users\jane\\", "c:/users", "jane"):
        assert inside(store, Scope(folders=(folder,))) == {r"C:\Users\jane\a.pdf"}
