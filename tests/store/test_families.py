"""Copies, renamed files and what came out of files: whatever goes, the rest is found and rightly named."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path, PurePath

import numpy as np
import pytest

from app.errors import DiskFull, UnknownDocument
from app.store.store import Store
from app.types import Box, Document, Line, Page, Passage, Searched, Status
from tests.store.library import (
    DIMENSION,
    KEY,
    decrypted,
    directions,
    document,
    finds,
    names_are_right,
    opened,
    put,
    settle,
)

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("documents", "pages", "blocks", "passages", "vectors", "lines")


def naming(title: str, file: str) -> str:
    return f"{title} ({PurePath(file).stem})"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", bytearray(KEY), dimension=DIMENSION, naming=naming) as made:
        yield made


def add(store: Store, file: str, seed: int, *, parent: str | None = None, parts: int = 3) -> str:
    """Add a document of three kinds of page; its passages' contexts begin with its name."""
    text = "\n".join(f"clause {seed} part {i}" for i in range(parts))
    title, start, passages = f"Paper {seed}", 0, []
    for line in text.split("\n"):
        passages.append(Passage(1, start, start + len(line), line, f"{naming(title, file)} › Chapter"))
        start += len(line) + 1
    pages = (
        Page(1, text, Status.OCR, confidence=0.5, lines=(Line(0, 6, Box(0, 0, 1, 0.1)),)),
        Page(2, "", Status.PICTURE), Page(3, "", Status.EMPTY),
    )
    return store.add(
        file, Document("pdf", title, pages), passages, directions(seed, parts), size=seed, modified=float(seed),
        digest=store.content_key(b"%d" % seed), parent=parent, texts=[f"embedded {seed} {i}" for i in range(parts)],
    ).id


def copy(store: Store, file: str, of: str, seed: int, parent: str | None = None) -> str:
    return store.add_copy(
        file, of, size=seed, modified=float(seed), digest=store.content_key(b"%d" % seed), parent=parent
    ).id


def files_found(store: Store, seed: int) -> set[str]:
    """The names under which all passages of a content are found, by vector and by word."""
    near = [store.nearest(vector, 1)[0][0] for vector in directions(seed, 3)]
    said = [key for key, _ in store.words(f'"clause {seed} part"', 1000)]
    named = {passage.file for passage in store.passages(near) if passage.text.startswith(f"clause {seed} ")}
    assert named == {p.file for p in store.passages(said) if p.text.startswith(f"clause {seed} ")}
    return named


def rows(store: Store) -> dict[str, int]:
    """How many rows each table holds."""
    with store._records.database.reading() as db:
        counts = {table: db.execute(f"SELECT count(*) FROM v.{table}").fetchone()[0] for table in TABLES}
        counts["words"] = db.execute("SELECT count(*) FROM v.words").fetchone()[0]
        assert db.execute("PRAGMA v.foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA v.integrity_check").fetchall() == [("ok",)]
    assert names_are_right(store)
    return counts


def test_a_copy_is_listed_and_costs_no_passage(store: Store) -> None:
    first = add(store, "/a/form.pdf", 1)
    before = rows(store)
    second = copy(store, "/b/form.pdf", "/a/form.pdf", 1)
    assert rows(store) == before | {"documents": 2}
    one, two = store.documents()
    assert (two.id, two.file, two.size, two.modified, two.parent) == (second, "/b/form.pdf", 1, 1.0, None)
    assert (two.title, two.kind, two.status, two.pages, two.reasons) == (
        one.title, one.kind, one.status, one.pages, one.reasons)
    assert len(two.reasons) == 1
    assert store.document("/b/form.pdf") == two
    assert store.searched() == Searched(2, 6, 2)
    assert store.page_counts() == {Status.OCR: 2, Status.PICTURE: 2, Status.EMPTY: 2}
    assert [store.page(key, 1) for key in (first, second)] == [store.page(first, 1)] * 2
    assert store.page(first, 1).lines == (Line(0, 6, Box(0, 0, 1, 0.1)),)
    assert [line.file for line in store.ledger()] == ["/a/form.pdf"] * 3 + ["/b/form.pdf"] * 3
    assert [line.page for line in store.ledger("/b/form.pdf")] == [1, 2, 3]
    assert files_found(store, 1) == {"/a/form.pdf"}
    assert store.holds(second)
    assert store.unchanged("/b/form.pdf", 1, 1.0)
    assert store.same_content("/b/form.pdf", store.content_key(b"1"))
    assert store.same_content_as(store.content_key(b"1")) == "/a/form.pdf"


@pytest.mark.parametrize("first", ["/a/form.pdf", "/b/other.pdf", "/c/third.pdf"])
@pytest.mark.parametrize("indexed", [True, False])
def test_removing_one_keeps_the_content_under_the_others_name(store: Store, first: str, indexed: bool) -> None:
    add(store, "/a/form.pdf", 1)
    add(store, "/z.pdf", 2)
    copy(store, "/b/other.pdf", "/a/form.pdf", 1)
    copy(store, "/c/third.pdf", "/b/other.pdf", 1)  # a copy of a copy
    before = rows(store)
    if indexed:
        settle(store)
    left = ["/a/form.pdf", "/b/other.pdf", "/c/third.pdf"]
    for gone in (first, *(file for file in left if file != first))[:2]:
        left.remove(gone)
        store.remove(gone)
        assert [row.file for row in store.documents()] == [*left, "/z.pdf"]
        assert files_found(store, 1) == {left[0]}
        assert files_found(store, 2) == {"/z.pdf"}
        assert rows(store) == before | {"documents": len(left) + 1}
        for row in store.documents():
            assert store.page(row.id, 1).text.startswith("clause")
        assert store.same_content_as(store.content_key(b"1")) == left[0]
        # What was removed is named nowhere, neither in a context nor among the words.
        name = PurePath(gone).stem
        contexts = [p.context for p in store.passages([key for key, _ in store.words("clause part", 100)])]
        assert not any(name in context for context in contexts)
        assert store.words(name, 10) == []
        assert len(store.words(PurePath(left[0]).stem, 10)) == 3
    store.remove(left[0])
    assert rows(store) == dict.fromkeys(TABLES, 1) | {"pages": 3, "passages": 3, "vectors": 3, "words": 3}
    assert store.vectors_of([f"embedded 1 {i}" for i in range(3)]) == [None] * 3
    assert not store.same_content_as(store.content_key(b"1"))
    assert {passage.file for passage in store.passages([key for key, _ in store.nearest(directions(1, 1)[0], 9)])} == {
        "/z.pdf"}


def test_after_the_last_copy_nothing_is_left_in_any_file(tmp_path: Path) -> None:
    """The index is made anew without the vectors, and the words leave the database's file."""
    with opened(tmp_path) as store:
        put(store, 0)
        put(store, 1, word="Zaunkoenig")
        store.add_copy("/copy.pdf", "/papers/1.pdf", size=1, modified=1.0, digest=None)
        settle(store)
        held = [vector.astype("<f2").astype("<f4").tobytes()[:16] for vector in directions(1, 3)]
        working = store._index._working.path

        def lying() -> bytes:
            return b"".join(path.read_bytes() for path in working.rglob("*") if path.is_file())

        assert all(piece in lying() for piece in held)
        store.remove("/papers/1.pdf")
        settle(store)
        assert store.nearest(directions(1, 3)[0], 1)[0][1] > 0.99  # the copy is found
        store.remove("/copy.pdf")
        while store.search_ready:  # until it is being made anew
            pass
        settle(store)
        assert not any(piece in lying() for piece in held)
        assert store.words("Zaunkoenig", 5) == []
    plain = decrypted(tmp_path)
    assert b"clause 0 part 0" in plain
    assert b"zaunkoenig" not in plain.lower()
    assert b"/copy.pdf" not in plain
    assert directions(0, 3)[1].astype("<f2").tobytes()[:12] in plain
    assert not any(vector.astype("<f2").tobytes()[:12] in plain for vector in directions(1, 3))
    with opened(tmp_path) as store, store._records.database.reading() as db:
        assert all(db.execute(f"SELECT count(*) FROM v.{table}").fetchone()[0] == count for table, count in (
            ("documents", 1), ("pages", 1), ("blocks", 1), ("passages", 3), ("vectors", 3), ("lines", 0)))


def test_the_name_of_a_removed_file_leaves_the_content_that_its_copy_keeps(tmp_path: Path) -> None:
    with Store.open(tmp_path, bytearray(KEY), dimension=DIMENSION, naming=naming) as store:
        add(store, "/Zaunkoenig/Zaunkoenigakte.pdf", 1, parts=300)
        copy(store, "/form.pdf", "/Zaunkoenig/Zaunkoenigakte.pdf", 1)
        store.remove("/Zaunkoenig/Zaunkoenigakte.pdf")
        assert files_found(store, 1) == {"/form.pdf"}
        assert len(store.words("form", 1000)) == 300
    plain = decrypted(tmp_path)
    assert b"clause 1 part 299" in plain
    assert b"zaunkoenig" not in plain.lower()


def test_a_file_that_changes_leaves_its_former_content_to_its_copies(store: Store) -> None:
    add(store, "/a.pdf", 1)
    copy(store, "/b.pdf", "/a.pdf", 1)
    settle(store)
    add(store, "/a.pdf", 2)
    assert files_found(store, 1) == {"/b.pdf"}
    assert files_found(store, 2) == {"/a.pdf"}
    add(store, "/b.pdf", 3)
    assert files_found(store, 3) == {"/b.pdf"}
    assert rows(store) == dict.fromkeys(TABLES, 2) | {"pages": 6, "passages": 6, "vectors": 6, "words": 6}


def test_a_file_becomes_a_copy_and_two_change_places(store: Store) -> None:
    add(store, "/a.pdf", 1)
    add(store, "/b.pdf", 2)
    copy(store, "/b.pdf", "/a.pdf", 1)
    assert files_found(store, 1) == {"/a.pdf"}
    assert rows(store)["passages"] == 3
    copy(store, "/a.pdf", "/b.pdf", 1)  # the first becomes the copy of its copy
    assert files_found(store, 1) == {"/b.pdf"}
    assert [row.file for row in store.documents()] == ["/a.pdf", "/b.pdf"]
    assert rows(store)["passages"] == 3
    copy(store, "/a.pdf", "/b.pdf", 1)
    assert rows(store)["documents"] == 2


def test_what_cannot_be_copied_changes_nothing(store: Store) -> None:
    add(store, "/a.pdf", 1)
    store.fail("/failed.pdf", Status.DAMAGED, "The file is damaged.")
    before, listed = rows(store), store.documents()
    for file, of in (("/b.pdf", "/nowhere.pdf"), ("/b.pdf", "/failed.pdf"), ("/a.pdf", "/a.pdf")):
        with pytest.raises(UnknownDocument):
            store.add_copy(file, of, size=1, modified=1.0, digest=None)
    with pytest.raises(UnknownDocument):  # it is of another content by now
        store.add_copy("/b.pdf", "/a.pdf", size=1, modified=1.0, digest=store.content_key(b"2"))
    assert rows(store) == before
    assert store.documents() == listed
    assert files_found(store, 1) == {"/a.pdf"}


def test_a_failure_leaves_a_copy_as_it_is(store: Store) -> None:
    add(store, "/a.pdf", 1)
    copy(store, "/b.pdf", "/a.pdf", 1)
    before = store.documents()
    store.fail("/b.pdf", Status.LOCKED, "The file is locked.")
    assert store.documents() == before
    store.fail("/c.pdf", Status.LOCKED, "The file is locked.")
    copy(store, "/c.pdf", "/a.pdf", 1)
    assert [row.status for row in store.documents()] == [Status.OCR] * 3


def test_a_mail_goes_with_its_attachments_and_leaves_what_others_hold(store: Store) -> None:
    """The same form hangs twice on the mail, once on another, and lies in a folder."""
    add(store, "/m.eml/form.pdf", 1, parent="/m.eml")
    copy(store, "/m.eml/form (2).pdf", "/m.eml/form.pdf", 1, parent="/m.eml")
    add(store, "/m.eml", 2)
    copy(store, "/n.eml/form.pdf", "/m.eml/form.pdf", 1, parent="/n.eml")
    add(store, "/n.eml", 3)
    copy(store, "/form.pdf", "/m.eml/form (2).pdf", 1)
    settle(store)
    assert [row.file for row in store.children("/m.eml")] == ["/m.eml/form (2).pdf", "/m.eml/form.pdf"]
    store.remove("/m.eml")
    assert [row.file for row in store.documents()] == ["/form.pdf", "/n.eml", "/n.eml/form.pdf"]
    assert files_found(store, 1) == {"/n.eml/form.pdf"}
    store.remove("/n.eml")
    assert files_found(store, 1) == {"/form.pdf"}
    store.remove("/form.pdf")
    assert not any(rows(store).values())


def test_children_are_those_of_the_file_itself(store: Store) -> None:
    add(store, "/m.eml", 1)
    for name, parent in (("/m.eml/b", "/m.eml"), ("/m.eml/a.zip", "/m.eml"), ("/m.eml/a.zip/x", "/m.eml/a.zip")):
        add(store, name, 2, parent=parent)
    store.fail("/m.eml/c", Status.LOCKED, "The attachment is locked.", parent="/m.eml")
    assert [row.file for row in store.children("/m.eml")] == ["/m.eml/a.zip", "/m.eml/b", "/m.eml/c"]
    assert store.children("/m.eml")[2].reasons == ("The attachment is locked.",)
    assert len(store.children("/m.eml")[0].reasons) == 1
    assert [row.file for row in store.children("/m.eml/a.zip")] == ["/m.eml/a.zip/x"]
    assert store.children("/m.eml/b") == store.children("/nowhere") == []


def test_below_a_folder_is_what_lies_in_it(store: Store) -> None:
    add(store, f"{os.sep}f{os.sep}m.eml{os.sep}part", 1, parent=f"{os.sep}f{os.sep}m.eml")
    for name in ("f/m.eml", "f/a/deep.pdf", "f.pdf", "f0", "fa/b", "g", "f/\udcff.pdf", "f/\U0010ffff", "f/%_"):
        add(store, os.sep + name.replace("/", os.sep), 1)
    store.fail(f"{os.sep}f{os.sep}locked.pdf", Status.LOCKED, "The file is locked.")
    inside = {"m.eml", f"a{os.sep}deep.pdf", "\udcff.pdf", "\U0010ffff", "%_", "locked.pdf"}
    for folder in (f"{os.sep}f", f"{os.sep}f{os.sep}"):
        found = store.below(folder)
        assert {row.file for row in found} == {f"{os.sep}f{os.sep}{name}" for name in inside}
        assert [row for row in found if not row.reasons] == []
    assert len(store.below(os.sep)) == 10
    assert store.below(f"{os.sep}nowhere") == []


def test_renaming_takes_the_children_along_and_reads_nothing_again(store: Store) -> None:
    mail = add(store, "/old/m.eml", 1)
    add(store, "/old/m.eml/a.zip", 2, parent="/old/m.eml")
    add(store, "/old/m.eml/a.zip/x", 3, parent="/old/m.eml/a.zip")
    store.fail("/old/m.eml/locked", Status.LOCKED, "The attachment is locked.", parent="/old/m.eml")
    add(store, "/old/m.eml.bak", 4)
    settle(store)
    before = rows(store)
    store.rename("/old/m.eml", "/new/n.eml", size=77, modified=88.5)
    assert store.search_ready
    assert rows(store) == before
    assert {row.file: row.parent for row in store.documents()} == {
        "/new/n.eml": None, "/new/n.eml/a.zip": "/new/n.eml", "/new/n.eml/a.zip/x": "/new/n.eml/a.zip",
        "/new/n.eml/locked": "/new/n.eml", "/old/m.eml.bak": None,
    }
    row = store.document("/new/n.eml")
    assert row
    assert (row.id, row.size, row.modified) == (mail, 77, 88.5)
    assert store.document("/new/n.eml/a.zip").size == 2  # type: ignore[union-attr]
    for seed, file in ((1, "/new/n.eml"), (2, "/new/n.eml/a.zip"), (3, "/new/n.eml/a.zip/x"), (4, "/old/m.eml.bak")):
        assert files_found(store, seed) == {file}
    found = store.passages([store.nearest(directions(1, 3)[0], 1)[0][0]])[0]
    assert found.context == "Paper 1 (n) › Chapter"
    assert len([key for key, _ in store.words("Paper 1 n", 100)]) >= 3
    with pytest.raises(UnknownDocument):
        store.rename("/old/m.eml", "/x", size=1, modified=1.0)
    store.remove("/new/n.eml")
    assert [row.file for row in store.documents()] == ["/old/m.eml.bak"]


def test_renaming_over_another_replaces_it_with_its_children(store: Store) -> None:
    add(store, "/a.eml", 1)
    add(store, "/a.eml/x", 2, parent="/a.eml")
    add(store, "/b.eml", 3)
    add(store, "/b.eml/x", 4, parent="/b.eml")
    add(store, "/b.eml/y", 5, parent="/b.eml")
    copy(store, "/kept", "/b.eml/y", 5)
    store.fail("/c.eml", Status.LOCKED, "The file is locked.")
    settle(store)
    store.rename("/a.eml", "/b.eml", size=1, modified=1.0)
    assert [row.file for row in store.documents()] == ["/b.eml", "/b.eml/x", "/c.eml", "/kept"]
    assert [files_found(store, seed) for seed in (1, 2, 5)] == [{"/b.eml"}, {"/b.eml/x"}, {"/kept"}]
    assert rows(store)["passages"] == 9
    stale = [store.nearest(vector, 1)[0][1] for seed in (3, 4) for vector in directions(seed, 3)]
    assert max(stale) < 0.9
    store.rename("/b.eml", "/c.eml", size=1, modified=1.0)
    assert [row.file for row in store.documents()] == ["/c.eml", "/c.eml/x", "/kept"]


def test_renaming_a_copy_over_what_it_is_a_copy_of_and_the_other_way_round(store: Store) -> None:
    add(store, "/a.pdf", 1)
    copy(store, "/b.pdf", "/a.pdf", 1)
    store.rename("/b.pdf", "/a.pdf", size=5, modified=5.0)
    assert [(row.file, row.size) for row in store.documents()] == [("/a.pdf", 5)]
    assert files_found(store, 1) == {"/a.pdf"}
    copy(store, "/b.pdf", "/a.pdf", 1)
    store.rename("/a.pdf", "/b.pdf", size=6, modified=6.0)
    assert [(row.file, row.size) for row in store.documents()] == [("/b.pdf", 6)]
    assert files_found(store, 1) == {"/b.pdf"}
    assert rows(store)["passages"] == 3


def test_odd_renamings(store: Store) -> None:
    add(store, "/a", 1)
    add(store, "/a/a", 2, parent="/a")
    add(store, "/a/a/a", 3, parent="/a/a")
    add(store, "/a/elsewhere", 4, parent="/a")
    store.rename("/a", "/a", size=9, modified=9.0)
    assert store.document("/a").size == 9  # type: ignore[union-attr]
    store.rename("/a", "/a/a", size=1, modified=1.0)  # into its own place below
    assert {row.file: row.parent for row in store.documents()} == {
        "/a/a": None, "/a/a/a": "/a/a", "/a/a/a/a": "/a/a/a", "/a/a/elsewhere": "/a/a"}
    before = store.documents()
    with pytest.raises(UnknownDocument):  # over its own parent: nothing would be left
        store.rename("/a/a/a", "/a/a", size=1, modified=1.0)
    assert store.documents() == before
    store.rename("/a/a", "/\udcff\udc80/\u202e", size=1, modified=1.0)
    store.rename("/\udcff\udc80/\u202e", "/a", size=1, modified=1.0)
    assert [files_found(store, seed) for seed in (1, 2, 3, 4)] == [{"/a"}, {"/a/a"}, {"/a/a/a"}, {"/a/elsewhere"}]


def test_a_context_that_was_cut_at_its_front_is_renamed_too(store: Store) -> None:
    whole = naming("Paper 1", "/old name.pdf")
    contexts = [whole, f"{whole} › A", f"{whole[5:]} › A", "A › B", "", f"A › {whole}", f"{whole[-1]}x › A"]
    passages = [Passage(1, 0, 4, "text", context) for context in contexts]
    store.add("/old name.pdf", Document("pdf", "Paper 1", (Page(1, "text"),)), passages, directions(1, len(contexts)),
              size=1, modified=1.0, digest=b"")
    store.rename("/old name.pdf", "/new.pdf", size=1, modified=1.0)
    near = [store.nearest(vector, 1)[0][0] for vector in directions(1, len(contexts))]
    new = naming("Paper 1", "/new.pdf")
    assert [passage.context for passage in store.passages(near)] == [
        new, f"{new} › A", f"{new} › A", "A › B", "", f"A › {whole}", f"{whole[-1]}x › A"]


def test_ten_thousand_children(store: Store) -> None:
    made, passages = document("the same words")
    vector = directions(1, 1)
    add(store, "/all.mbox", 2)
    store.add("/all.mbox/0", made, passages, vector, size=1, modified=1.0, digest=b"d", parent="/all.mbox")
    with store._records.database.writing() as db:  # ten thousand commits would be a minute of waiting for the disk
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
            " INSERT INTO v.documents(number, id, file, title, kind, status, reason, pages, unread, parent, size,"
            " modified, digest, shares, readers) SELECT 100 + i, 'copy' || i, CAST('/all.mbox/' || i AS BLOB), d.title,"
            " d.kind, d.status, d.reason, d.pages, d.unread, d.parent, 1, 1.0, d.digest, d.number, 0"
            " FROM n, v.documents d WHERE d.file = CAST('/all.mbox/0' AS BLOB)"
        )
    assert len(store.children("/all.mbox")) == 10_000
    store.rename("/all.mbox", "/moved.mbox", size=1, modified=1.0)
    assert len(store.children("/moved.mbox")) == 10_000
    assert store.children("/all.mbox") == []
    assert sum(1 for _ in store.ledger()) == 10_003
    assert store.searched().files == 10_001
    store.remove("/moved.mbox/0")
    assert len(store.children("/moved.mbox")) == 9_999
    assert len(store.words("same", 10)) == 1
    store.remove("/moved.mbox")
    assert not any(rows(store).values())


def test_any_order_of_changes_leaves_what_was_last_said(store: Store) -> None:
    """Against a plain model: which file has which content, and everything is found under a name that has it."""
    chance = random.Random(7)
    model: dict[str, int] = {}
    files = [f"/{letter}.pdf" for letter in "abcdef"]
    for _ in range(250):
        file, other = chance.choice(files), chance.choice(files)
        match chance.randrange(4):
            case 0:
                model[file] = chance.randrange(4)
                add(store, file, model[file])
            case 1 if other in model and file != other:
                copy(store, file, other, model[other])
                model[file] = model[other]
            case 2 if file in model:
                store.remove(file)
                del model[file]
            case 3 if file in model:
                store.rename(file, other, size=0, modified=0.0)
                model[other] = model.pop(file)
            case _:
                continue
        assert {row.file for row in store.documents()} == set(model)
        for seed in range(4):
            holders = {name for name, content in model.items() if content == seed}
            hits = store.passages([key for key, _ in store.words(f'"clause {seed}"', 100)])
            named = {hit.file for hit in hits if hit.text.startswith(f"clause {seed} ")}
            assert named <= holders
            assert bool(named) == bool(holders)
            for hit in hits:
                title = f"Paper {hit.text.split()[1]}"
                assert hit.context == f"{naming(title, hit.file)} › Chapter"
    rows(store)


def test_searching_while_a_content_changes_hands(store: Store) -> None:
    """At every moment it is found whole, under the name of a file that holds it then."""
    add(store, "/0.pdf", 1)
    done, wrong, rounds = threading.Event(), [], 0

    def search() -> None:
        nonlocal rounds
        while not done.is_set():
            ids = [key for key, _ in store.words('"clause 1"', 10)]
            near = [store.nearest(vector, 1)[0][0] for vector in directions(1, 3)]
            hits = store.passages([*ids, *near])
            if sorted(ids) != sorted(near) or len(hits) != 6:
                wrong.append(f"{len(ids)} by words, {len(near)} by vectors, {len(hits)} passages")
            for hit in hits:
                if not hit.text.startswith("clause 1 part") or naming("Paper 1", hit.file) not in hit.context:
                    wrong.append(f"{hit.context} in {hit.file}")
            if not list(store.ledger()):
                wrong.append("an empty ledger")
            rounds += 1

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for turn in range(60):
            copy(store, f"/{turn + 1}.pdf", f"/{turn}.pdf", 1)
            if turn % 2:
                store.remove(f"/{turn}.pdf")
            else:  # over what it is a copy of, and on
                store.rename(f"/{turn + 1}.pdf", f"/{turn}.pdf", size=1, modified=1.0)
                store.rename(f"/{turn}.pdf", f"/{turn + 1}.pdf", size=1, modified=1.0)
    finally:
        done.set()
        searching.join()
    assert rounds > 3
    assert not wrong
    assert files_found(store, 1) == {"/60.pdf"}


WRITER = """
import sys
import time
from pathlib import Path
from app.store import working
from tests.store.library import opened, put
from tests.store.test_families import add, copy
working._SHARED_MEMORY = Path(sys.argv[1] + ".memory")
store = opened(Path(sys.argv[1]))
turn = int(sys.argv[2])
while True:
    add(store, "/a.pdf", turn)
    copy(store, "/b.pdf", "/a.pdf", turn)
    store.rename("/a.pdf", f"/moved {turn}.pdf", size=1, modified=1.0)
    store.remove("/b.pdf")
    copy(store, f"/kept {turn}.pdf", f"/moved {turn}.pdf", turn)
    store.remove(f"/moved {turn}.pdf")
    print(turn, flush=True)
    turn += 1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_any_of_it(tmp_path: Path) -> None:
    """Whenever it is killed, each content there is belongs to a file, and each file has its content."""
    library, chance, done = tmp_path / "library", random.Random(9), [0]
    for _ in range(6):
        # Whatever was begun and not said has the number after the last.
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(library), str(done[-1] + 2)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout
        with process:
            for _ in range(chance.randrange(1, 15)):
                done.append(int(process.stdout.readline()))
            time.sleep(chance.random() * 0.03)
            os.kill(process.pid, signal.SIGKILL)
            done += map(int, process.stdout.read().split())
        with opened(library) as store:
            store.verify()
            rows(store)
            there = {row.file for row in store.documents()}
            assert {f"/kept {number}.pdf" for number in done[1:]} <= there
            for row in store.documents():
                assert store.page(row.id, 1).text.startswith("clause")
            hits = store.passages([key for key, _ in store.words("clause", 10**6)])
            assert {hit.file for hit in hits} <= there
            assert {f"clause {number} part 2" for number in done[1:]} <= {hit.text for hit in hits}


def copies(store: Store, word: str, count: int) -> None:
    for number in range(count):
        copy(store, f"/{word * 100}{number}.pdf", "/a.pdf", 1)


def test_on_a_full_disk_nothing_of_a_change_is_done(tmp_path: Path) -> None:
    with Store.open(tmp_path, bytearray(KEY), dimension=DIMENSION, naming=naming) as store:
        add(store, "/a.pdf", 1, parts=3)
        copies(store, "long ", 200)  # the names fill what is free in the table
        add(store, "/big.pdf", 2, parts=3)
        before, counted = store.documents(), rows(store)
        writer = store._records.database._writer
        pages = writer.execute("PRAGMA v.page_count").fetchone()[0]
        writer.execute(f"PRAGMA v.max_page_count={pages}")
        with pytest.raises(DiskFull):
            copies(store, "other ", 300)
        with pytest.raises(DiskFull):
            store.rename("/big.pdf", f"/{'longer ' * 5000}.pdf", size=1, modified=1.0)
        writer.execute("PRAGMA v.max_page_count=1000000")
        added = [row for row in store.documents() if row.file.startswith("/other ")]
        assert [row for row in store.documents() if row not in added] == before
        assert rows(store) == counted | {"documents": counted["documents"] + len(added)}
        store.rename("/big.pdf", f"/{'longer ' * 5000}.pdf", size=1, modified=1.0)
        assert np.isclose(store.nearest(directions(2, 3)[0], 1)[0][1], 1, atol=1e-2)


def test_without_a_naming_contexts_stay(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        store.rename("/papers/1.pdf", "/other.pdf", size=1, modified=1.0)
        assert finds(store, 1)
        assert {p.context for p in store.passages([key for key, _ in store.words("clause", 9)])} == {"Paper 1"}
