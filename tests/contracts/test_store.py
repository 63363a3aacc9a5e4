"""What every stage may rely on from the store, with the real SQLCipher and the real Chroma."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from app.errors import LibraryBusy, LibraryDamaged, OtherEmbedder, UnknownDocument
from app.store.store import Store
from app.types import Box, Document, Line, Page, Passage, Searched, Status
from tests.store.library import DIMENSION, KEY, directions, document, finds, opened, put, settle

NO_VECTORS = np.zeros((0, DIMENSION), dtype=np.float32)


def test_a_document_is_listed_as_it_was_added(tmp_path: Path) -> None:
    pages = (Page(1, "The rent is due."), Page(2, "", Status.PICTURE), Page(3, "", Status.EMPTY),
             Page(4, "", Status.DAMAGED, "Page 4 ends in the middle."))
    passages = [Passage(1, 4, 8, "rent", "Lease")]
    with opened(tmp_path) as store:
        digest = store.content_key(b"bytes of the file")
        row = store.add("/a/lease.pdf", Document("pdf", "Lease", pages), passages, directions(1, 1),
                        size=17, modified=12.25, digest=digest, parent="/a/mail.eml")
        assert store.documents() == [row]
        assert store.document("/a/lease.pdf") == row
        assert store.document("/a/other.pdf") is None
        assert (row.file, row.title, row.kind, row.status) == ("/a/lease.pdf", "Lease", "pdf", Status.READ)
        assert (row.pages, row.parent, row.size, row.modified) == (4, "/a/mail.eml", 17, 12.25)
        assert len(row.reasons) == 2
        assert "Page 2" in row.reasons[0]
        assert row.reasons[1] == "Page 4 ends in the middle."
        assert store.searched() == Searched(files=1, pages=4, unread_pages=2)
        assert store.page_counts() == {
            Status.READ: 1, Status.PICTURE: 1, Status.EMPTY: 1, Status.DAMAGED: 1,
        }
        assert store.page_text(row.id, 1) == "The rent is due."
        assert store.page_text(row.id, 2) == ""
        with pytest.raises(UnknownDocument):
            store.page_text(row.id, 5)
        with pytest.raises(UnknownDocument):
            store.page_text("nobody", 1)


def test_everything_is_there_after_closing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        files = [put(store, number) for number in range(5)]
        rows = store.documents()
    with opened(tmp_path) as store:
        assert store.documents() == rows
        assert [row.file for row in rows] == files
        assert all(finds(store, number) for number in range(5))
        settle(store)
        assert all(finds(store, number) for number in range(5))
        assert store.index_failure is None


@pytest.mark.parametrize("size", [10, 16_384, 50_000])
def test_a_passage_comes_back_to_the_character(tmp_path: Path, size: int) -> None:
    text = "".join(chr(0x20 + i % 90) if i % 7 else "\N{GRINNING FACE}" for i in range(size))
    edges = sorted({0, 1, size // 2, *(min(size, e) for e in (16_383, 16_384, 16_385, 32_768)), size})
    passages = [Passage(None, a, b, text[a:b]) for a in edges for b in edges if a < b]
    with opened(tmp_path) as store:
        row = store.add("/t.txt", Document("text", "", (Page(None, text),)), passages,
                        directions(1, len(passages)), size=1, modified=0.0, digest=b"")
        settle(store)
        vectors = directions(1, len(passages))
        for passage, vector in zip(passages, vectors, strict=True):
            stored = store.passages([store.nearest(vector, 1)[0][0]])[0]
            assert (stored.start, stored.end, stored.page) == (passage.start, passage.end, None)
            assert stored.text == passage.text
        assert store.page_text(row.id, None) == text


def test_odd_characters_come_back_as_they_were(tmp_path: Path) -> None:
    odd = "a\0b \ud800 c\udcff \u202e e\u0301 \N{PILE OF POO} \r\n end"
    file = "/p\udcff/\u202ename \N{PILE OF POO}.txt"
    made = document(odd, title=odd)
    with opened(tmp_path) as store:
        row = store.add(file, *made, directions(1, 1), size=1, modified=0.0, digest=b"", parent=odd)
        assert (row.file, row.title, row.parent) == (file, odd, odd)
        (hit, _), = store.words("end", 5)
        stored, = store.passages([hit])
        assert (stored.text, stored.context, stored.file, stored.title) == (odd, odd, file, odd)
        assert store.page_text(row.id, 1) == odd


def test_passages_come_in_the_order_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(4):
            put(store, number)
        ids = [key for key, _ in store.words("clause part", 12)][::-1]
        assert len(ids) == 12
        assert [one.id for one in store.passages(ids)] == ids
        assert [one.id for one in store.passages([ids[3], "gone", ids[0], ids[3]])] == [ids[3], ids[0], ids[3]]
        assert store.passages([]) == []
        assert len(store.passages(ids * 100)) == 1200


def test_adding_again_replaces(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in (1, 2):
            put(store, number)
        settle(store)
        first = store.document("/papers/1.pdf")
        assert first
        stale = [key for key, _ in store.words("clause 1", 3)]
        store.add(first.file, *document("entirely new wording"), directions(77, 1), size=5, modified=6.0, digest=b"d")
        assert len(store.documents()) == 2
        assert store.passages(stale) == []
        assert not {key for key, _ in store.nearest(directions(1, 3)[0], 10)} & set(stale)
        assert len(store.nearest(directions(1, 3)[0], 10)) == 4
        assert store.passages([store.nearest(directions(77, 1)[0], 1)[0][0]])[0].text == "entirely new wording"
        with pytest.raises(UnknownDocument):
            store.page_text(first.id, 1)
        settle(store)
        assert len(store.nearest(directions(1, 3)[0], 10)) == 4
        assert finds(store, 2)


def test_the_same_batch_twice_is_the_same_library(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for _ in range(3):
            put(store, 1)
            put(store, 2)
        settle(store)
        assert len(store.documents()) == 2
        assert len(store.nearest(directions(1, 1)[0], 100)) == 6
        assert len(store.words("clause", 100)) == 6


def test_what_is_unchanged(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        file = put(store, 3)
        assert store.unchanged(file, 3, 3.0)
        assert not store.unchanged(file, 4, 3.0)
        assert not store.unchanged(file, 3, 3.5)
        assert not store.unchanged("/papers/4.pdf", 3, 3.0)
        assert store.same_content(file, store.content_key(file.encode()))
        assert not store.same_content(file, store.content_key(b"other"))
        assert not store.same_content("/papers/4.pdf", store.content_key(file.encode()))
        store.touch(file, 4, 9.75)
        assert store.unchanged(file, 4, 9.75)
        with pytest.raises(UnknownDocument):
            store.touch("/papers/4.pdf", 1, 1.0)


def test_content_keys_are_the_librarys_own(tmp_path: Path) -> None:
    with opened(tmp_path / "a") as a:
        own = a.content_key(b"form")
    with opened(tmp_path / "a") as a:
        assert a.content_key(b"form") == own
    import hashlib

    with Store.open(tmp_path / "b", bytearray(b"k" * 32), dimension=DIMENSION) as b:
        assert b.content_key(b"form") != own
    assert own != hashlib.sha256(b"form").digest()


def test_failed_files_are_in_the_ledger(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.fail("/locked.pdf", Status.LOCKED, "The file is locked.", size=9, modified=1.5, digest=b"x")
        row = store.document("/locked.pdf")
        assert row
        assert (row.status, row.pages, row.reasons) == (Status.LOCKED, 0, ("The file is locked.",))
        assert (row.size, row.modified) == (9, 1.5)
        assert not store.unchanged("/locked.pdf", 9, 1.5)  # so that it is tried again
        assert not store.unchanged("/locked.pdf", 9, 1.5, readers=1)
        assert not store.same_content("/locked.pdf", b"x")
        assert store.searched() == Searched(0, 0, 0)
        store.fail("/locked.pdf", Status.DAMAGED, "Now it is damaged.")
        assert [row.reasons for row in store.documents()] == [("Now it is damaged.",)]
        store.add("/locked.pdf", *document("open now"), directions(1, 1), size=9, modified=2.0, digest=b"x")
        assert [row.status for row in store.documents()] == [Status.READ]


def test_a_failed_file_is_not_tried_again_by_the_same_readers(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.fail("/crash.pdf", Status.DAMAGED, "It crashed the reader.", size=9, modified=1.5, readers=3)
        assert store.unchanged("/crash.pdf", 9, 1.5, readers=3)
        assert not store.unchanged("/crash.pdf", 9, 1.5, readers=4)
        assert not store.unchanged("/crash.pdf", 9, 1.5)
        assert not store.unchanged("/crash.pdf", 8, 1.5, readers=3)
        assert not store.unchanged("/crash.pdf", 9, 2.5, readers=3)
        store.fail("/crash.pdf", Status.FAILED, "It could not be opened.", size=9, modified=1.5)
        assert not store.unchanged("/crash.pdf", 9, 1.5, readers=3)
        store.add("/crash.pdf", *document("read"), directions(1, 1), size=9, modified=1.5, digest=b"", readers=3)
        assert store.unchanged("/crash.pdf", 9, 1.5, readers=4)  # a document does not grow old with the readers


def test_a_page_comes_back_with_what_ocr_made_of_it(tmp_path: Path) -> None:
    text = "first line\nsecond \ud800 line\n"
    lines = (
        Line(0, 10, Box(0.1, 1 / 3, 0.9, 0.4)), Line(11, 24, Box(-0.01, 0.5, 1.0000001, 0.6)),
        Line(25, 25, Box(0, 0, 0, 0)),
    )
    read = Page(2, text, Status.OCR, "", confidence=0.8765432109876543, lines=lines)
    picture = Page(3, "##~", Status.PICTURE, "No words were found on it.", confidence=0.1)
    made = Document("pdf", "", (Page(1, "plain"), read, picture))
    passages = [Passage(1, 0, 5, "plain"), Passage(2, 0, 10, "first line")]
    with opened(tmp_path) as store:
        row = store.add("/scan.pdf", made, passages, directions(1, 2), size=1, modified=1.0, digest=b"")
        assert [store.page(row.id, number) for number in (1, 2, 3)] == list(made.pages)
        hits = store.passages([store.nearest(vector, 1)[0][0] for vector in directions(1, 2)])
        assert [hit.confidence for hit in hits] == [None, read.confidence]
        assert row.status is Status.READ
        assert store.searched() == Searched(1, 3, 1)
        for number in (0, 4, None):
            with pytest.raises(UnknownDocument):
                store.page(row.id, number)
        for wrong in (Line(0, 99, lines[0].box), Line(-1, 2, lines[0].box), Line(5, 4, lines[0].box)):
            bad = Document("pdf", "", (Page(1, "plain", Status.OCR, lines=(wrong,)),))
            with pytest.raises(ValueError, match="line"):
                store.add("/scan.pdf", bad, [], NO_VECTORS, size=1, modified=1.0, digest=b"")
        store.add("/scan.pdf", *document("another"), directions(2, 1), size=1, modified=1.0, digest=b"")
        store.remove("/scan.pdf")
        with store._records.database.reading() as db:
            assert db.execute("SELECT count(*) FROM v.lines").fetchone() == (0,)


def test_what_was_embedded_once_is_not_embedded_again(tmp_path: Path) -> None:
    texts = ["Lease\nKind regards", "Lease\nThe rent is due.", "odd \ud800\0", ""]
    vectors = directions(1, 4)
    with opened(tmp_path) as store:
        assert store.vectors_of(texts) == [None] * 4
        assert store.vectors_of([]) == []
        store.add("/a", *document("a", "b", "c", "d"), vectors, size=1, modified=1.0, digest=b"", texts=texts)
        store.add("/b", *document("a", "b"), directions(2, 2), size=1, modified=1.0, digest=b"")
        found = store.vectors_of([texts[1], "never", *texts, texts[0]])
        assert [vector is None for vector in found] == [False, True, False, False, False, False, False]
        kept = vectors.astype("<f2").astype(np.float32)
        for vector, expected in zip(found, (kept[1], None, *kept, kept[0]), strict=True):
            if vector is not None and expected is not None:
                assert vector.dtype == np.float32
                np.testing.assert_array_equal(vector, expected)
        assert len([one for one in store.vectors_of([*texts, "x"] * 1000) if one is not None]) == 4000
        with pytest.raises(ValueError, match="texts"):
            store.add("/c", *document("a", "b"), directions(2, 2), size=1, modified=1.0, digest=b"", texts=["a"])
        # The same words in another file; its vector is the same however often it goes through.
        again = np.stack([one for one in store.vectors_of(texts[:2]) if one is not None])
        store.add("/c", *document("a", "b"), again, size=1, modified=1.0, digest=b"", texts=texts[:2])
        store.remove("/a")
        assert [vector is None for vector in store.vectors_of(texts)] == [False, False, True, True]
        np.testing.assert_array_equal(store.vectors_of(texts[:1])[0], kept[0])
    with opened(tmp_path) as store:
        np.testing.assert_array_equal(store.vectors_of(texts[:1])[0], kept[0])


def test_keys_of_texts_are_the_librarys_own_and_not_the_contents(tmp_path: Path) -> None:
    keys = set()
    for name, key in (("a", KEY), ("b", b"k" * 32)):
        with Store.open(tmp_path / name, bytearray(key), dimension=DIMENSION) as store:
            store.add("/a", *document("a"), directions(1, 1), size=1, modified=1.0, digest=b"", texts=["text"])
            with store._records.database.reading() as db:
                keys.add(bytes(db.execute("SELECT key FROM v.passages").fetchone()[0]))
            keys.add(store.content_key(b"text")[:16])
    assert len(keys) == 4
    assert {len(key) for key in keys} == {16}


def test_content_is_found_again_by_what_reads_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        digest = store.content_key(b"content")
        store.fail("/a.pdf", Status.LOCKED, "The file is locked.", digest=digest)
        assert store.same_content_as(digest) is None
        for file in ("/b.TXT", "/c.md", "/a.txt", "/dir.pdf/e\udcff"):
            store.add(file, *document("content"), directions(1, 1), size=1, modified=1.0, digest=digest)
        assert store.same_content_as(digest) == "/b.TXT"
        assert store.same_content_as(digest, ".md") == store.same_content_as(digest, ".MD") == "/c.md"
        assert store.same_content_as(digest, ".txt") == "/b.TXT"
        assert store.same_content_as(digest, "") == "/dir.pdf/e\udcff"
        assert store.same_content_as(digest, ".pdf") is None
        assert store.same_content_as(b"") is None
        store.remove("/b.TXT")
        assert store.same_content_as(digest, ".txt") == "/a.txt"


def test_a_failure_never_destroys_a_good_version(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        file = put(store, 1)
        before = store.document(file)
        store.fail(file, Status.DAMAGED, "The file is damaged.", size=99, modified=99.0, digest=b"")
        assert store.document(file) == before
        assert finds(store, 1)


def test_removing_takes_everything_along(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(3):
            put(store, number)
        store.add("/papers/1.pdf/attached.txt", *document("attached words"), directions(50, 1),
                  size=1, modified=1.0, digest=b"", parent="/papers/1.pdf")
        store.add("/papers/1.pdf/attached.txt/deeper", *document("deeper words"), directions(51, 1),
                  size=1, modified=1.0, digest=b"", parent="/papers/1.pdf/attached.txt")
        settle(store)
        row = store.document("/papers/1.pdf")
        assert row
        store.remove("/papers/1.pdf")
        assert [row.file for row in store.documents()] == ["/papers/0.pdf", "/papers/2.pdf"]
        assert store.words("attached deeper", 5) == []
        assert len(store.nearest(directions(1, 1)[0], 50)) == 6
        with pytest.raises(UnknownDocument):
            store.page_text(row.id, 1)
        with pytest.raises(UnknownDocument):
            store.remove("/papers/1.pdf")
    with opened(tmp_path) as store:
        settle(store)
        assert len(store.nearest(directions(1, 1)[0], 50)) == 6
        assert finds(store, 0)
        assert finds(store, 2)


def test_a_document_without_text_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        row = store.add("/scan.pdf", Document("pdf", "", (Page(1, "", Status.PICTURE),)), [], NO_VECTORS,
                        size=1, modified=1.0, digest=b"")
        assert row.status is Status.PICTURE
        assert store.unchanged("/scan.pdf", 1, 1.0)
        assert store.searched() == Searched(1, 1, 1)
        assert store.nearest(directions(1, 1)[0], 5) == []


def test_an_empty_library_finds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.documents() == []
        assert store.words("rent", 5) == []
        assert store.nearest(directions(1, 1)[0], 5) == []
        assert store.searched() == Searched(0, 0, 0)
        assert store.page_counts() == {}


def test_nearest_is_by_cosine_and_complete_before_and_after_chroma(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(30):
            put(store, number, passages=10)
        everything = np.concatenate([directions(number, 10) for number in range(30)])
        asked = directions(999, 1)[0]
        best = np.sort(everything @ asked)[::-1][:20]
        early = store.nearest(asked * 7, 20)
        settle(store)
        late = store.nearest(asked * 7, 20)
        assert [key for key, _ in early] == [key for key, _ in late]
        for hits in (early, late):
            np.testing.assert_allclose([score for _, score in hits], best, atol=2e-3)


def test_odd_vectors(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        assert store.nearest(np.zeros(DIMENSION, np.float32), 5) == []
        assert store.nearest(np.full(DIMENSION, np.nan, np.float32), 5) == []
        assert store.nearest(directions(1, 1)[0], 0) == []
        with pytest.raises(ValueError, match="shape"):
            store.nearest(np.ones(DIMENSION + 1, np.float32), 5)


def test_parts_that_do_not_fit_are_refused_whole(tmp_path: Path) -> None:
    made, passages = document("one", "two")
    bad = directions(1, 2)
    bad[1, 3] = np.nan
    wrong = [passages[0], Passage(1, 0, 3, "two")]
    doubled = Document("pdf", "", (*made.pages, *made.pages))
    with opened(tmp_path) as store:
        for what, stretch, vectors in (
            (made, passages, directions(1, 1)), (made, passages, bad), (made, wrong, directions(1, 2)),
            (doubled, passages, directions(1, 2)),
        ):
            with pytest.raises(ValueError):  # noqa: PT011 - four sentences
                store.add("/x", what, stretch, vectors, size=1, modified=1.0, digest=b"")
        assert store.documents() == []


def test_one_library_one_store(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        with pytest.raises(LibraryBusy):
            opened(tmp_path)
        assert finds(store, 1)
    opened(tmp_path).close()


def test_closing_twice_is_closing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    put(store, 1)
    store.close()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.documents()


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
    with pytest.raises(LibraryDamaged):
        Store.open(tmp_path, bytearray(b"?" * 32), dimension=DIMENSION)
    with opened(tmp_path) as store:
        assert finds(store, 1)


def test_vectors_of_another_embedder_are_refused_while_there_are_vectors(tmp_path: Path) -> None:
    with opened(tmp_path, fingerprint="one") as store:
        pass
    with opened(tmp_path, fingerprint="two") as store:  # nothing is in it yet
        put(store, 1)
    with opened(tmp_path, fingerprint="one", dimension=DIMENSION * 2) as store:
        assert store.nearest(np.ones(DIMENSION * 2, np.float32), 3) == []
        made = document("text")
        with pytest.raises(OtherEmbedder):
            store.add("/x", *made, directions(1, 1), size=1, modified=1, digest=b"x", embedder="one")
    with opened(tmp_path, fingerprint="two") as store:
        assert finds(store, 1)
    opened(tmp_path).close()  # a program that does not say is let in


def test_the_key_stays_the_callers(tmp_path: Path) -> None:
    key = bytearray(KEY)
    Store.open(tmp_path, key, dimension=DIMENSION).close()
    assert key == KEY


def test_searching_while_adding(tmp_path: Path) -> None:
    """Every search sees whole documents only, in whatever state the index is."""
    with opened(tmp_path) as store:
        put(store, 0)
        done = threading.Event()
        wrong: list[str] = []
        rounds = 0

        def search() -> None:
            nonlocal rounds
            while not done.is_set():
                rows = {row.file for row in store.documents()}
                ids = [key for key, _ in store.words("clause part", 1000)]
                ids += [key for key, _ in store.nearest(directions(0, 1)[0], 1000)]
                if not finds(store, 0):
                    wrong.append("document 0 was not found")
                files = [passage.file for passage in store.passages(ids)]
                wrong.extend(f"{file} was half there" for file in rows if files.count(file) < 6)
                rounds += 1

        thread = threading.Thread(target=search)
        thread.start()
        try:
            for number in range(1, 40):
                put(store, number)
        finally:
            done.set()
            thread.join()
        assert rounds > 2
        assert not wrong, wrong[:3]
        settle(store)
        assert all(finds(store, number) for number in range(40))


def test_a_search_does_not_wait_for_a_transaction(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        with store._records.database.writing() as db:
            db.execute("DELETE FROM v.documents")
            assert [row.file for row in store.documents()] == ["/papers/1.pdf"]
            assert store.words("clause", 5)
            assert finds(store, 1)
            db.execute("ROLLBACK")
            db.execute("BEGIN")


def test_a_label_is_put_to_every_passage(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        ids = [key for key, _ in store.words("clause", 9)]
        assert {passage.matter for passage in store.passages(ids)} == {""}
        store.label = "Miller against Miller"
        assert {passage.matter for passage in store.passages(ids)} == {"Miller against Miller"}


def test_notes_are_kept_and_in_no_plain_byte(tmp_path: Path) -> None:
    paths = ("/clients/Grünschnabel/a.pdf", "/clients/b\udce9.pdf")
    with opened(tmp_path) as store:
        assert store.unfinished() == ()
        assert store.audit_head == ""
        store.note_unfinished(paths)
        store.audit_head = "17 abcdef-the-head"
    with opened(tmp_path) as store:
        assert store.unfinished() == paths
        assert store.audit_head == "17 abcdef-the-head"
        store.note_unfinished(())
        store.audit_head = ""
    lying = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"clients" not in lying
    assert b"abcdef-the-head" not in lying
    with opened(tmp_path) as store:
        assert store.unfinished() == ()
        assert store.audit_head == ""
