"""What is remembered besides documents: encrypted like them, as it was given, until it is forgotten."""

from __future__ import annotations

from pathlib import Path

from app.types import Folder
from tests.store.library import decrypted, opened, put
from tests.store.test_secret import bytes_of, forms

SECRET = "Zwetschgenknoedel"
ODD = "pä\udcff\u202e \N{PILE OF POO}\0'\""


def test_passwords_are_remembered_the_latest_first_and_forgotten(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.passwords() == ()
        for password in ("first", ODD, "", "last"):
            store.add_password(password)
        assert store.passwords() == ("last", "", ODD, "first")
        store.add_password("first")
    with opened(tmp_path) as store:
        assert store.passwords() == ("first", "last", "", ODD)
        store.forget_password("last")
        store.forget_password("never known")
        assert store.passwords() == ("first", "", ODD)


def test_passwords_lie_in_no_byte_and_forgotten_ones_not_even_encrypted(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put(store, 1)
        store.add_password(SECRET)
        store.add_folder(Folder(f"/{SECRET}", (SECRET,)))
        lying = bytes_of(tmp_path)
        assert not [form for form in forms(SECRET) if form in lying]
        store.forget_password(SECRET)
        store.remove_folder(f"/{SECRET}")
        store.add_password("still known")
    plain = decrypted(tmp_path)
    assert b"still known" in plain
    assert SECRET.encode() not in plain


def test_folders_are_followed_by_path(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.folders() == ()
        store.add_folder(Folder("/b", ("*.pdf", ODD), ("drafts/**",)))
        store.add_folder(Folder(f"/{ODD}"))
        store.add_folder(Folder("/a"))
    with opened(tmp_path) as store:
        assert store.folders() == (Folder("/a"), Folder("/b", ("*.pdf", ODD), ("drafts/**",)), Folder(f"/{ODD}"))
        store.add_folder(Folder("/b", exclude=("*.tmp",)))
        store.remove_folder("/a")
        store.remove_folder("/never")
        assert store.folders() == (Folder("/b", (), ("*.tmp",)), Folder(f"/{ODD}"))


def test_the_pace_is_a_note(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.pace is None
        store.note_pace(0.0125, 1.75)
        assert store.pace == (0.0125, 1.75)
    with opened(tmp_path) as store:
        assert store.pace == (0.0125, 1.75)
        store.note_pace(1, 2)
        assert store.pace == (1.0, 2.0)


def test_paths_that_were_being_added(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.unfinished() == ()
        store.note_unfinished(["/b", "/a"])
    with opened(tmp_path) as store:
        assert store.unfinished() == ("/b", "/a")
        store.note_unfinished(())
        assert store.unfinished() == ()
