"""Documents found by what they are called, with a real store; and no word of a name stays after its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from app.store.store import Store
from app.types import Document, Page, Scope, Status
from tests.store.library import DIMENSION, decrypted, opened, put

NONE = np.zeros((0, DIMENSION), dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        for number in range(8):  # what many documents hold tells nothing
            add(made, f"/common/filler {number}.pdf", title="General notes")
        yield made


def add(
    store: Store, file: str, *pages: str, title: str = "", people: Sequence[str] = (), parent: str | None = None
) -> str:
    made = Document("pdf", title, tuple(Page(i + 1, t) for i, t in enumerate(pages or ("",))), people=tuple(people))
    return store.add(file, made, [], NONE, size=1, modified=1.0, digest=b"d", parent=parent).id


def routed(store: Store, text: str, k: int = 10) -> list[str]:
    """The files that a text leads to, best first."""
    files = {row.id: row.file for row in store.documents()}
    return [files[key] for key, _ in store.routes(text, k)]


@pytest.mark.parametrize("question", [
    "What is the notice period in the Hosting Agreement between Acme and Zebra?",
    "hosting", "ACME", "Zébra", "HostingAgreement", "acme 2019", "the contracts folder", "what did Okonkwo sign",
    "stipulations on frobnication",
])
def test_by_title_file_folder_people_and_first_words(store: Store, question: str) -> None:
    add(store, "/clients/Contracts/HostingAgreement2019_Acme-Zebra.pdf", "", " \n ",
        "Stipulations on frobnication, to begin with.", "And later on gardening.", people=("Ngozi Okonkwo",))
    add(store, "/clients/other/Lease.pdf", "A lease.", people=("Jane Doe",))
    assert routed(store, question)[0] == "/clients/Contracts/HostingAgreement2019_Acme-Zebra.pdf"
    assert routed(store, "gardening") == []


def test_the_title_and_the_files_name_weigh_most(store: Store) -> None:
    add(store, "/a.pdf", "This letter mentions the merger, and again the merger.")
    add(store, "/merger/b.pdf", "text")
    add(store, "/c.pdf", "text", title="Merger")
    add(store, "/d merger.pdf", "text")
    assert set(routed(store, "merger", 2)) == {"/c.pdf", "/d merger.pdf"}
    assert set(routed(store, "merger")) == {"/a.pdf", "/merger/b.pdf", "/c.pdf", "/d merger.pdf"}
    scores = [score for _, score in store.routes("merger", 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0
    assert routed(store, "merger", 0) == []


@pytest.mark.parametrize(("question", "file"), [
    ("売買契約書はどこですか", "/売買契約書.pdf"), ("契約書", "/売買契約書.pdf"), ("Rule 10b-5", "/SEC Rule 10b-5.pdf"),
    ("10b-5", "/SEC Rule 10b-5.pdf"), ("Müllers Akte", "/Akte Müller.pdf"), ("straße", "/STRASSE.pdf"),
    ("EX-10.16", "/F-1_EX-10.16_Supply.pdf"),
])
def test_numbers_and_other_writings(store: Store, question: str, file: str) -> None:
    others = ("/Akte Müller.pdf", "/STRASSE.pdf", "/F-1_EX-10.16_Supply.pdf")
    for name in ("/売買契約書.pdf", "/SEC Rule 10b-5.pdf", *others):
        add(store, name)
    assert routed(store, question)[0] == file


@pytest.mark.parametrize("text", [
    "", "the of and", "?!", "\0", "\ud800", '"', "zzz", "NEAR(", "title:x OR", "a" * 5000,
])
def test_what_names_nothing_leads_nowhere(store: Store, text: str) -> None:
    assert store.routes(text, 5) == []


def test_a_long_question_is_heard_in_its_rare_words(store: Store) -> None:
    add(store, "/Zaunkoenig.pdf")
    text = "general notes on filler and common things " * 1000 + "Zaunkoenig " + "word " * 2000
    assert routed(store, text)[0] == "/Zaunkoenig.pdf"


def test_odd_names_can_be_found(store: Store) -> None:
    file = "/p\udcff/\u202eodd \N{PILE OF POO}\0name.pdf"
    add(store, file, "\ud800", title="\ud800 titled\0so", people=("\udcff Hansen",))
    for text in ("odd", "name", "titled", "hansen"):
        assert len(routed(store, text)) == 1


def test_a_copy_is_found_by_its_own_name_and_is_one_document(store: Store) -> None:
    first = put(store, 1)
    second = store.add_copy("/desk/Walrus.pdf", first, size=1, modified=1.0, digest=None).id
    assert routed(store, "walrus") == [first]  # what its passages are named after
    assert routed(store, "walrus papers") == [first]
    desk, papers = store.scope(Scope(folders=("/desk",))), store.scope(Scope(folders=("/papers",)))
    assert [key for key, _ in store.routes("walrus", 5, documents=desk)] == [second]
    assert [key for key, _ in store.routes("walrus", 5, documents=frozenset())] == []
    kept = store.document(first)
    assert kept
    # It is in the folder by another of its names, and called so.
    assert [key for key, _ in store.routes("walrus", 5, documents=papers)] == [kept.id]
    store.remove(first)
    assert routed(store, "walrus") == ["/desk/Walrus.pdf"]
    assert routed(store, "papers") == []


def test_a_name_goes_with_what_had_it(store: Store) -> None:
    add(store, "/Walrus.eml", "Tusks.", people=("Mr. Oyster",))
    add(store, "/Walrus.eml/Carpenter.pdf", parent="/Walrus.eml")
    store.rename("/Walrus.eml", "/Beaver.eml", size=1, modified=1.0)
    assert routed(store, "walrus") == []
    assert set(routed(store, "beaver")) == {"/Beaver.eml", "/Beaver.eml/Carpenter.pdf"}
    assert routed(store, "carpenter") == ["/Beaver.eml/Carpenter.pdf"]
    add(store, "/Beaver.eml", "Dams.")
    assert routed(store, "tusks oyster") == []
    assert routed(store, "dams") == ["/Beaver.eml"]
    store.fail("/Narwhal.eml", Status.LOCKED, "The file is locked.")
    assert routed(store, "narwhal") == []
    store.remove("/Beaver.eml")
    assert routed(store, "beaver carpenter dams") == []
    with store._records.database.reading() as db:
        assert db.execute("SELECT count(*) FROM v.names").fetchone() == (8,)


def test_many_documents_of_one_name_are_all_found(store: Store) -> None:
    for number in range(40):
        add(store, f"/{number}/Walrus.pdf")
    assert len(routed(store, "walrus", 100)) == 40
    assert len(routed(store, "walrus", 7)) == 7


@pytest.mark.parametrize("only", [True, False])
def test_no_word_of_a_name_stays_in_the_file(tmp_path: Path, only: bool) -> None:
    with opened(tmp_path) as store:
        if not only:
            add(store, "/kept/Kept.pdf", "Kept words.", title="Kept")
        add(store, "/Zaunkoenig/Zaunkoenigakte.pdf", "Rotkehlchen " * 200, title="Goldhaehnchen", people=("Amsel",))
        store.add_copy("/Drossel.pdf", "/Zaunkoenig/Zaunkoenigakte.pdf", size=1, modified=1.0, digest=None)
        store.rename("/Drossel.pdf", "/Fink.pdf", size=1, modified=1.0)
        store.checkpoint()
        assert len(store.routes("zaunkoenig goldhaehnchen fink amsel rotkehlchen", 9)) == 1
        store.remove("/Zaunkoenig/Zaunkoenigakte.pdf")
        store.remove("/Fink.pdf")
    plain = decrypted(tmp_path).lower()
    assert (b"kept" in plain) is not only
    for word in (b"zaunkoenig", b"rotkehlchen", b"goldhaehnchen", b"amsel", b"drossel", b"fink"):
        assert word not in plain
