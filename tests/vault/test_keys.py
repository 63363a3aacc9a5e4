"""The cryptographic steps against published values, and the measured cost."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.vault import keys
from app.vault.keys import Cost, NotThisKey

# The vector of RFC 9106, 5.3: Argon2id, version 0x13.
RFC_9106 = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def test_argon2id_is_that_of_the_rfc() -> None:
    derived = Argon2id(
        salt=b"\2" * 16, length=32, iterations=3, lanes=4, memory_cost=32, secret=b"\3" * 8, ad=b"\4" * 12,
    ).derive(b"\1" * 32)
    assert derived.hex() == RFC_9106


def test_the_wrapping_key_is_argon2id_of_the_secret_and_nothing_else() -> None:
    cost = Cost(memory=64, passes=2, lanes=2)
    entry = keys.lock_up(bytearray(b"a secret"), bytearray(range(32)), cost, {"vault": "v"})
    assert entry["kdf"] | {"salt": ""} == {"name": "argon2id", "memory": 64, "passes": 2, "lanes": 2, "salt": ""}
    salt = keys.decoded(entry["kdf"]["salt"])
    derived = Argon2id(salt=salt, length=32, iterations=2, lanes=2, memory_cost=64).derive(b"a secret")
    associated = keys.canonical({"vault": "v", "kdf": entry["kdf"]})
    opened = AESGCM(derived).decrypt(keys.decoded(entry["nonce"]), keys.decoded(entry["wrapped"]), associated)
    assert opened == bytes(range(32))


def test_a_reference_value_of_argon2id() -> None:
    """From the tests of the reference implementation: two passes over 64 MiB in one lane."""
    derived = Argon2id(salt=b"somesalt", length=32, iterations=2, lanes=1, memory_cost=1 << 16).derive(b"password")
    assert derived.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


def test_aes_gcm_is_that_of_the_specification() -> None:
    """Test case 16 of McGrew and Viega's specification: AES-256, with associated data."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = AESGCM(key).encrypt(bytes.fromhex("cafebabefacedbaddecaf888"), plain, associated)
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b")


def test_each_purpose_has_its_own_key_by_hkdf() -> None:
    key = bytearray(range(32))
    derived = [bytes(keys.subkey(key, purpose)) for purpose in ("records", "index", "content")]
    assert len({*derived, bytes(key)}) == 4
    assert keys.subkey(key, "seal", salt=b"1" * 32) != keys.subkey(key, "seal", salt=b"2" * 32)
    # RFC 5869 by hand: extract with a salt of zeros, one block of expand.
    extracted = hmac.digest(bytes(32), key, hashlib.sha256)
    assert derived[0] == hmac.digest(extracted, b"carrel/1/records\1", hashlib.sha256)


def test_what_was_wrapped_is_bound_to_what_it_is_said_to_be() -> None:
    key, other = keys.random_key(), keys.random_key()
    entry = keys.wrap(key, b"content", {"what": "name", "matter": "a"})
    assert keys.unwrap(key, entry, {"matter": "a", "what": "name"}) == b"content"
    for with_key, about in ((key, {"what": "name", "matter": "b"}), (key, {"what": "name"}),
                            (other, {"what": "name", "matter": "a"})):
        with pytest.raises(NotThisKey):
            keys.unwrap(with_key, entry, about)
    assert keys.wrap(key, b"content", {}) != keys.wrap(key, b"content", {})  # a new nonce each time


@pytest.mark.parametrize(("seconds", "passes"), [
    (0.05, 60), (0.1, 30), (0.2, 15), (0.33, 9), (0.5, 6), (0.9, 3), (1.0, 3), (2.0, 3), (30.0, 3), (0.0, 64),
])
def test_the_cost_comes_to_about_a_second_and_never_below_the_least(seconds: float, passes: int) -> None:
    asked: list[Cost] = []

    def measure(cost: Cost) -> float:
        asked.append(cost)
        return seconds * (4 if len(asked) == 1 else 1)  # something else ran during the first

    assert keys.calibrated(measure) == Cost(256 * 1024, passes, 4)
    assert set(asked) == {Cost(256 * 1024, 3, 4)}


def test_wiping_leaves_zeros_in_the_same_place() -> None:
    secret = bytearray(b"secret")
    view = memoryview(secret)
    keys.wipe(secret)
    assert bytes(view) == bytes(6)
    keys.hold(bytearray())
