"""The unlocked library and its vault: what somebody did to the folder while it was locked, and each way in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app import errors
from app.audit import HEAD, LOG
from app.session import Session
from app.settings import Settings
from app.steps import finished
from app.vault import tries, vault
from app.vault.keys import Cost
from app.vault.vault import NAME

pytestmark = pytest.mark.real
SECRET = b"correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a guess costs is not what is tested here."""
    monkeypatch.setattr(vault, "calibrated", lambda: Cost(memory=1024, passes=1, lanes=1))


def opened(library: Path, secret: bytes = SECRET, *, create: bool = False) -> Session:
    return Session.open(library, bytearray(secret), create=create, warm=False, settings=Settings())


def events(session: Session) -> list[str]:
    return [entry.event for entry in session.audit.entries()]


@pytest.fixture
def library(tmp_path: Path, empty_home: Path) -> Path:
    opened(tmp_path / "library", create=True).close()
    return tmp_path / "library"


def test_a_vault_file_put_back_is_told_once_and_an_older_one_again(library: Path) -> None:
    oldest = (library / NAME).read_bytes()
    with opened(library) as session:
        session.vault.change_passphrase(bytearray(b"second"))
    earlier = (library / NAME).read_bytes()
    with opened(library, b"second") as session:
        session.vault.change_passphrase(bytearray(b"third"))
    (library / NAME).write_bytes(earlier)
    for finding in (True, False):
        with opened(library, b"second") as session:
            assert any("vault.json is older" in said for said in session.findings) == finding
    (library / NAME).write_bytes(oldest)
    with opened(library) as session:
        assert "vault.json is older" in session.findings[0]
        assert events(session).count("older vault put back") == 2


def test_a_vault_file_put_back_is_told_to_whoever_comes_with_the_recovery_key(tmp_path: Path, empty_home: Path) -> None:
    """The new passphrase that is set then is a change of its own, which must not make the older file look new."""
    library = tmp_path / "library"
    with opened(library, create=True) as session:
        printed = session.recovery_key
    earlier = (library / NAME).read_bytes()
    with opened(library) as session:
        session.vault.change_passphrase(bytearray(b"second"))
    (library / NAME).write_bytes(earlier)
    recovering = Session.recovering(library, printed, bytearray(b"third"), warm=False, settings=Settings())
    with finished(recovering) as session:
        assert any("vault.json is older" in said for said in session.findings)
        assert events(session)[-3:] == ["older vault put back", "recovered", "passphrase changed"]
    with opened(library, b"third") as session:
        assert session.findings == ()


def test_a_log_that_was_removed_is_told(library: Path) -> None:
    for names in ((LOG,), (LOG, HEAD)):
        for name in names:
            (library / name).unlink()
        with opened(library) as session:
            assert len(session.findings) == 1, names
            assert "log damaged" in events(session)
        with opened(library) as session:
            assert session.findings == ()


def test_the_vault_and_the_log_put_back_together_are_told_by_the_matter(library: Path, tmp_path: Path) -> None:
    for name in (NAME, LOG, HEAD):
        shutil.copy(library / name, tmp_path / name)
    with opened(library) as session:
        session.vault.change_passphrase(bytearray(b"second"))
    for name in (NAME, LOG, HEAD):
        shutil.copy(tmp_path / name, library / name)
    with opened(library) as session:
        assert ["not the one that was last in use" in said for said in session.findings] == [True]


def test_wrong_passphrases_in_an_open_library_are_in_the_log_as_well(library: Path) -> None:
    with opened(library) as session:
        for secret in (b"wrong", b"wronger", SECRET):
            session.vault.check(bytearray(secret))
    with opened(library) as session:
        entries = [entry for entry in session.audit.entries() if entry.event == "wrong passphrases"]
        assert [dict(entry.details)["count"] for entry in entries] == ["2"]


def test_a_key_store_that_is_not_there_is_a_sentence_and_leaves_the_library_free(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    for _ in range(4):
        with pytest.raises(errors.NoKeyStore, match="cannot open the library"):
            finished(Session.opening_with_key_store(library, warm=False, settings=Settings()))
    assert not (library / tries.NAME).exists()
    with opened(library) as session:
        with pytest.raises(errors.NoKeyStore):
            session.vault.use_key_store()
        assert not session.vault.uses_key_store


def test_a_wrong_recovery_key_changes_no_passphrase(library: Path) -> None:
    for text in ("", "AAAQ-EAYE", "A" * 36):
        with pytest.raises(errors.WrongRecoveryKey):
            finished(Session.recovering(library, text, bytearray(b"theirs"), warm=False, settings=Settings()))
    opened(library).close()


def test_matters_are_exchanged_on_the_disk_and_neither_shows_the_others_text(library: Path) -> None:
    with opened(library) as session:
        first = session.matter
        second = session.create_matter("Second")
        session.choose([second.id])
        session.choose([first.id])
        folders = [session.vault.matter_folder(matter.id) for matter in (first, second)]
    folders[0].rename(library / "aside")
    folders[1].rename(folders[0])
    (library / "aside").rename(folders[1])
    with pytest.raises(errors.LibraryDamaged):
        opened(library)
    with pytest.raises(errors.LibraryDamaged):  # and it is free again
        opened(library)
