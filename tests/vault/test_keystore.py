"""The system's key store: which code is asked, what goes wrong with it, and a real round trip where there is one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from app import errors
from app.vault import keystore, tries
from app.vault import vault as vaults
from app.vault.vault import Vault
from tests.conftest import ROOT
from tests.vault.cheap import SECRET, alter, content, make, opened


class Kept:
    """A key store that keeps what it is given, or fails as it is told to."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.failing = failing

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        self._fail()
        del self.kept[service, username]

    def _fail(self) -> None:
        if self.failing:
            raise self.failing


def test_it_opens_what_it_was_let_open_and_no_more_after_that(tmp_path: Path) -> None:
    make(tmp_path)
    store = Kept()
    assert not vaults.opens_with_key_store(tmp_path)
    with opened(tmp_path) as vault:
        assert not vault.uses_key_store
        vault.use_key_store(store=store)
        assert vault.uses_key_store
        key = vault.key("audit")
    assert vaults.opens_with_key_store(tmp_path)
    with Vault.open_with_key_store(tmp_path, store=store) as vault:
        assert vault.key("audit") == key
        vault.change_passphrase(bytearray(b"new"))
        kept = dict(store.kept)
        vault.leave_key_store(store=store)
        assert not vault.uses_key_store
    assert not store.kept
    store.kept = kept  # as in a copy of the store
    with pytest.raises(errors.NoKeyStore, match="not this library's"):
        Vault.open_with_key_store(tmp_path, store=store)
    opened(tmp_path, b"new").close()


def test_what_it_keeps_is_neither_passphrase_nor_master_key(tmp_path: Path) -> None:
    make(tmp_path)
    store = Kept()
    with opened(tmp_path) as vault:
        vault.use_key_store(store=store)
        ((service, name), text), = store.kept.items()
        assert (service, name) == ("Carrel", vault.id)
        assert keystore.decoded(text) != vault._master
        assert SECRET not in keystore.decoded(text)
        assert text not in str(content(tmp_path))


@pytest.mark.parametrize(("kept", "said"), [
    (None, "nothing for this library"), ("", "not this library's"), ("!!", "not this library's"),
    ("\u00e9", "not this library's"), ("AAAA", "not this library's"), ("A" * 43 + "=", "not this library's"),
    ("A" * 100_000, "not this library's"),
])
def test_a_foreign_secret_is_told_and_costs_no_waiting(tmp_path: Path, kept: str | None, said: str) -> None:
    make(tmp_path)
    store = Kept()
    with opened(tmp_path) as vault:
        vault.use_key_store(store=store)
        store.kept = {} if kept is None else {("Carrel", vault.id): kept}
    for _ in range(5):
        with pytest.raises(errors.NoKeyStore, match=said):
            Vault.open_with_key_store(tmp_path, store=store)
    assert not (tmp_path / tries.NAME).exists()  # a store that is out of step must not make its user wait
    opened(tmp_path).close()


def test_the_secret_of_another_library_does_not_open_this_one(tmp_path: Path) -> None:
    store = Kept()
    for name in ("a", "b"):
        make(tmp_path / name)
        with opened(tmp_path / name) as vault:
            vault.use_key_store(store=store)
    ids = [content(tmp_path / name)["id"] for name in ("a", "b")]
    store.kept["Carrel", ids[0]] = store.kept["Carrel", ids[1]]
    with pytest.raises(errors.NoKeyStore, match="not this library's"):
        Vault.open_with_key_store(tmp_path / "a", store=store)
    other = content(tmp_path / "b")
    alter(tmp_path / "a", lambda kept: kept["openers"].update({"key store": other["openers"]["key store"]}))
    with pytest.raises(errors.NoKeyStore):
        Vault.open_with_key_store(tmp_path / "a", store=store)
    alter(tmp_path / "a", lambda kept: kept.update(id=other["id"]))
    with pytest.raises(errors.LibraryDamaged, match="changed by something else"):
        Vault.open_with_key_store(tmp_path / "a", store=store)


def test_a_store_that_fails_leaves_the_library_as_it_was(tmp_path: Path) -> None:
    make(tmp_path)
    store = Kept(failing=RuntimeError("the secret is in here"))
    with opened(tmp_path) as vault:
        generation = vault.generation
        with pytest.raises(errors.NoKeyStore, match="RuntimeError") as told:
            vault.use_key_store(store=store)
        assert "in here" not in str(told.value)
        assert not vault.uses_key_store
        assert vault.generation == generation
        store.failing = None
        vault.use_key_store(store=store)
        store.failing = OSError("gone")
        vault.leave_key_store(store=store)  # the way in is taken away all the same
        assert not vault.uses_key_store
    store.failing = None
    with pytest.raises(errors.NoKeyStore):
        Vault.open_with_key_store(tmp_path, store=store)


# Which code is asked

HOSTILE = """
[backend]
default-keyring=thief.Keyring
keyring-path={home}
"""
THIEF = """
from pathlib import Path
Path({stolen!r}).write_text("loaded")
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 1000
    def set_password(self, *given):
        Path({stolen!r}).write_text(repr(given))
    def get_password(self, *given):
        Path({stolen!r}).write_text(repr(given))
    def delete_password(self, *given):
        pass
"""
ASKED = """
import sys
from app import errors
from app.vault import keystore
try:
    store = keystore.system()
    print(type(store).__mro__[1].__module__, type(store).__mro__[1].__name__, sorted(vars(store)))
    keystore.save("test", bytearray(32), store=store)
except errors.NoKeyStore as error:
    print("none:", error)
print(sorted(name for name in sys.modules if name.startswith(("thief", "keyring.backends."))))
"""


def hostile(home: Path) -> dict[str, str]:
    """An environment in which `keyring` as it is usually asked hands secrets to a thief."""
    stolen = home / "stolen"
    (home / "thief.py").write_text(THIEF.format(stolen=str(stolen)))
    for place in (".config/python_keyring", ".local/share/python_keyring", "keyring", ".config/keyring"):
        (home / place).mkdir(parents=True)
        (home / place / "keyringrc.cfg").write_text(HOSTILE.format(home=home))
    return {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local/share"),
        "PYTHON_KEYRING_BACKEND": "thief.Keyring", "PYTHONPATH": str(home), "PATH": "/usr/bin:/bin",
        "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/theirs",
        "KEYRING_PROPERTY_SCHEME": "KeePassXC", "KEYRING_PROPERTY_APPID": "theirs",
        "KEYRING_PROPERTY_GET_PASSWORD": "theirs", "KEYCHAIN_PATH": str(home / "theirs.keychain"),
        "KEYRING_PROPERTY_KEYCHAIN": str(home / "theirs.keychain"),
    }


def test_no_configuration_file_or_variable_says_which_code_is_asked(tmp_path: Path) -> None:
    environment = hostile(tmp_path)
    # The trap works: asked in the usual way, the library loads the foreign code.
    usual = "import sys; sys.path.insert(0, sys.argv[1]); import keyring; keyring.set_password('a', 'b', 'secret')"
    subprocess.run([sys.executable, "-c", usual, str(tmp_path)], cwd=ROOT, env=environment, check=True, timeout=60)
    assert "secret" in (tmp_path / "stolen").read_text()
    (tmp_path / "stolen").unlink()
    without = {name: value for name, value in environment.items() if name != "PYTHON_KEYRING_BACKEND"}
    subprocess.run([sys.executable, "-c", usual, str(tmp_path)], cwd=ROOT, env=without, check=True, timeout=60)
    assert "secret" in (tmp_path / "stolen").read_text()  # by the file alone
    (tmp_path / "stolen").unlink()
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, env=environment, capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "stolen").exists()
    assert "thief" not in done.stdout
    if sys.platform == "linux":
        assert done.stdout.splitlines()[-1] == "['keyring.backends.SecretService', 'keyring.backends.fail']"


def test_no_variable_sets_a_property_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain(KeyringBackend):
        priority = 1.0

        def get_password(self, service: str, username: str) -> str | None:
            return None

        def set_password(self, service: str, username: str, password: str) -> None:
            """Forget it."""

    monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "theirs")
    assert vars(Plain()) == {"preferred_collection": "theirs"}  # what the library does
    pinned = keystore.pinned(Plain)
    assert vars(pinned) == {}
    assert isinstance(pinned, Plain)


def test_where_there_is_none_a_sentence_says_so(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the other systems always have one")
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none"},
    )
    assert done.stdout.startswith("none: The key store of this computer cannot open the library: there is none."), done


# A real one

ROUND = """
import os, subprocess, sys
from pathlib import Path
subprocess.run(["gnome-keyring-daemon", "--unlock", "--components=secrets"], input=b"login", check=True,
               stdout=subprocess.DEVNULL)
from app import seal
seal.shut("desk")
seal.require()
from app import errors
from app.vault.vault import Vault
from tests.vault.cheap import make, opened
folder = Path(sys.argv[1])
make(folder)
with opened(folder) as vault:
    vault.use_key_store()
    key = bytes(vault.key("audit"))
with Vault.open_with_key_store(folder) as vault:
    assert vault.key("audit") == key
    vault.leave_key_store()
try:
    Vault.open_with_key_store(folder)
except errors.NoKeyStore as error:
    print(error)
import secretstorage
from secretstorage.util import open_session
print("encrypted", open_session(secretstorage.dbus_init()).encrypted)
"""


def test_a_real_secret_service_opens_a_library_with_the_network_shut_off(tmp_path: Path) -> None:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here to run a Secret Service with")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", ROUND, str(tmp_path / "library")], cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True, text=True, check=False, timeout=60,
    )
    assert done.stdout.splitlines() == [
        "The key store of this computer cannot open the library: it holds nothing for this library.", "encrypted True",
    ], done.stderr
