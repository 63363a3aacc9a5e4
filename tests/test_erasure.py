"""Deleting for good: the key first, then the files, and the backups that hold them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import backup, erasure
from app.audit import Audit
from app.erasure import Erasure, sweep
from app.errors import UnknownConversation, UnknownDocument, UnknownMatter
from app.store.store import Store
from app.types import BackupCopy, Document, Page, Passage
from app.vault.keys import Cost
from app.vault.vault import Vault
from tests.fakes import FakeEmbedder
from tests.store.talk import exchange

SECRET = bytearray(b"correct horse")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    made, _ = Vault.create(tmp_path / "library", SECRET, cost=Cost(memory=64, passes=1, lanes=1))
    with made:
        yield made


@pytest.fixture
def audit(vault: Vault) -> Iterator[Audit]:
    with contextlib.closing(Audit.open(vault.folder, vault.key("audit"))) as opened:
        yield opened


def opened(vault: Vault, matter: str) -> Store:
    return Store.open(vault.matter_folder(matter), vault.matter_key(matter))


def put(store: Store, file: str, parent: str | None = None) -> str:
    text = f"what is in {file}"
    return store.add(
        file, Document("mail", "", (Page(None, text),)), [Passage(None, 0, len(text), text)],
        FakeEmbedder().embed([text]), size=1, modified=1.0, digest=b"d", parent=parent,
    ).id


def events(audit: Audit) -> list[str]:
    return [entry.event for entry in audit.entries()]


def copies(vault: Vault, folder: Path, matters: tuple[str, ...]) -> dict[str, Path]:
    """A backup that is there, one that is gone, one on a disk that is away, and one that is another file by now."""
    paths = {
        "there": folder / "there", "gone": folder / "gone", "away": folder / "disk" / "away", "other": folder / "other",
    }
    paths["there"].write_bytes(backup._MAGIC + b"...")
    paths["other"].write_bytes(b"somebody's letter")
    for path in paths.values():
        vault.note_backup(BackupCopy(str(path), 1.0, matters))
    return paths


def test_a_document_goes_with_its_attachments(vault: Vault, audit: Audit) -> None:
    matter = vault.matters()[0].id
    with opened(vault, matter) as store:
        ids = {put(store, "/a.eml"), put(store, "/a.eml/one", "/a.eml"), put(store, "/a.eml/one/two", "/a.eml/one")}
        put(store, "/b.eml")
        Erasure(vault, audit).remove(store, "/a.eml", matter=matter)
        assert [row.file for row in store.documents()] == ["/b.eml"]
        [entry] = audit.entries()
        assert (entry.event, entry.matter, set(entry.documents)) == ("removed", matter, ids)
        with pytest.raises(UnknownDocument):
            Erasure(vault, audit).remove(store, "/a.eml", matter=matter)
        assert events(audit) == ["removed"]


def test_a_document_of_which_there_is_a_copy_goes_alone(vault: Vault, audit: Audit) -> None:
    matter = vault.matters()[0].id
    with opened(vault, matter) as store:
        first = put(store, "/a.eml/form", "/a.eml")
        mail = put(store, "/a.eml")
        kept = store.add_copy("/form", "/a.eml/form", size=1, modified=1.0, digest=b"d").id
        Erasure(vault, audit).remove(store, "/a.eml", matter=matter)
        assert store.page(kept, None).text == "what is in /a.eml/form"
        [entry] = audit.entries()
        assert set(entry.documents) == {first, mail}
        Erasure(vault, audit).remove(store, "/form", matter=matter)
        assert [entry.documents for entry in audit.entries()][1:] == [(kept,)]
        assert store.documents() == store.words("what", 5) == []


def test_backups_go_only_where_that_is_wanted_and_what_cannot_be_reached_is_kept_in_mind(
    vault: Vault, audit: Audit, tmp_path: Path
) -> None:
    assert erasure._BACKUP == backup._MAGIC
    matter, other = vault.matters()[0].id, vault.create_matter("Other").id
    paths = copies(vault, tmp_path, (matter,))
    (tmp_path / "others").write_bytes(backup._MAGIC)
    vault.note_backup(BackupCopy(str(tmp_path / "others"), 1.0, (other,)))
    erase = Erasure(vault, audit)
    with opened(vault, matter) as store:
        put(store, "/a.txt")
        put(store, "/b.txt")
        erase.remove(store, "/a.txt", matter=matter)
        assert paths["there"].exists()
        assert len(erase.copies_with(matter)) == 4
        erase.remove(store, "/b.txt", matter=matter, delete_backups=True)
    assert not paths["there"].exists()
    assert paths["other"].read_bytes() == b"somebody's letter"
    assert [copy.path for copy in erase.copies_with(matter)] == [str(paths["away"])]
    assert (tmp_path / "others").exists()
    assert sorted(events(audit)) == sorted([
        "removed", "removed", "backup deleted", erasure.GONE, erasure.UNREACHABLE, erasure.GONE,
    ])


def test_a_conversation_goes_and_the_log_says_so_without_its_words(
    vault: Vault, audit: Audit, tmp_path: Path
) -> None:
    matter = vault.matters()[0].id
    paths = copies(vault, tmp_path, (matter,))
    erase = Erasure(vault, audit)
    with opened(vault, matter) as store:
        put(store, "/a.txt")
        first = exchange(store, "What is a secret?")
        key = store.conversations.keep(first).id
        second = exchange(store, "And why?", before=first)
        store.conversations.keep(second, key)
        erase.delete_conversation(store, key, matter=matter, exchange=second.id)
        assert store.conversations.exchanges(key) == (first,)
        assert paths["there"].exists()
        erase.delete_conversation(store, key, matter=matter, delete_backups=True)
        assert store.conversations.latest() == []
        with pytest.raises(UnknownConversation):
            erase.delete_conversation(store, key, matter=matter)
    assert not paths["there"].exists()
    assert events(audit)[:2] == ["answers deleted", "conversation deleted"]
    assert all("secret" not in str(entry.details) for entry in audit.entries())


def test_the_log_says_how_many_answers_went_with_a_document(vault: Vault, audit: Audit) -> None:
    matter = vault.matters()[0].id
    with opened(vault, matter) as store:
        put(store, "/a.eml")
        put(store, "/a.eml/one", "/a.eml")
        store.conversations.keep(exchange(store, "What is inside?", "/a.eml/one"))
        Erasure(vault, audit).remove(store, "/a.eml", matter=matter)
        assert store.conversations.latest() == []
    [entry] = audit.entries()
    assert entry.details == (("answers", "1"),)


def test_a_matter_goes_with_its_key_and_its_files(vault: Vault, audit: Audit, tmp_path: Path) -> None:
    doomed, kept = vault.matters()[0], vault.create_matter("Kept")
    for matter in (doomed, kept):
        with opened(vault, matter.id) as store:
            put(store, "/a.txt")
    paths = copies(vault, tmp_path, (doomed.id, kept.id))
    size = (vault.matter_folder(doomed.id) / "library.db").stat().st_size
    destroyed = Erasure(vault, audit).delete_matter(doomed.id, documents=1, delete_backups=True)
    assert (destroyed.matter, destroyed.documents) == (doomed, 1)
    assert ("library.db", size) in destroyed.files
    assert not vault.matter_folder(doomed.id).exists()
    assert doomed.id not in (vault.folder / "vault.json").read_text()
    assert not paths["there"].exists()
    assert events(audit)[-2:] == [erasure.BEGUN, "matter deleted"]
    with pytest.raises(UnknownMatter):
        vault.matter_key(doomed.id)
    with pytest.raises(UnknownMatter):
        Erasure(vault, audit).delete_matter(doomed.id, documents=1)
    with opened(vault, kept.id) as store:
        assert len(store.documents()) == 1


def test_a_deletion_that_was_cut_short_is_finished_and_nothing_else_is_touched(
    vault: Vault, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed, kept = vault.matters()[0], vault.create_matter("Kept")
    for matter in (doomed, kept):
        with opened(vault, matter.id) as store:
            put(store, "/a.txt")

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            Erasure(vault, audit).delete_matter(doomed.id, documents=1)
    matters = vault.folder / "matters"
    stranger, empty, notes = matters / ("a" * 32), matters / ("b" * 32), matters / "notes"
    for folder in (stranger, empty, notes):
        folder.mkdir()
    (stranger / "library.db").write_bytes(b"of a matter that an older vault.json does not know")
    (notes / "mine").write_bytes(b"mine")
    begun = {entry.matter for entry in audit.entries() if entry.event == erasure.BEGUN}
    assert begun == {doomed.id}
    assert sweep(vault, begun) == (stranger.name,)
    assert sorted(path.name for path in matters.iterdir()) == sorted([kept.id, stranger.name, "notes"])
    assert sweep(vault, begun) == (stranger.name,)
    with opened(vault, kept.id) as store:
        assert len(store.documents()) == 1
