"""Opens office files that are locked with a password, and says what to do about those from before 2007.

Knows the locks of Microsoft's files by msoffcrypto, and that of OpenDocument's; reads no text.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import replace
from typing import Any

from app.documents import ole, package
from app.documents.package import Package, rebuilt
from app.documents.source import Source, Why, damaged, unsupported
from app.documents.xml import parsed
from app.errors import LockedFile

# Excel locks files with this one that are only protected against changes, and opens them without asking.
_EXCELS_OWN = "VelvetSweatshop"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_ROUNDS = 10_000_000  # of deriving a key; more is an attack
_REFUSED = {"doc": Why.OLD_WORD, "ppt": Why.OLD_SLIDES}


def opened(source: Source) -> Source:
    """Return the file as it is without its lock, or as it is where it has none.

    Raises LockedFile where no password fits, UnsupportedFile for what can be read by no loader.
    """
    if source.data.startswith(ole.SIGNATURE):
        kind = ole.kind(source.data)
        if kind in _REFUSED:
            raise unsupported(_REFUSED[kind])
        if kind in ("locked", "xls"):
            return _unlocked(source)
    elif source.data.startswith(b"PK\x03\x04") and b"META-INF/manifest.xml" in source.data[-(4 << 20) :]:
        return _opendocument(source)
    return source


def warm_up() -> None:
    """Lock and unlock a small file, so that all that this ever needs is loaded."""
    import msoffcrypto.format.xls97
    import msoffcrypto.method.rc4_cryptoapi
    import msoffcrypto.method.xor_obfuscation  # noqa: F401
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    OOXMLFile(io.BytesIO(rebuilt({"[Content_Types].xml": types, "rest": bytes(1 << 14)}))).encrypt(_EXCELS_OWN, locked)
    opened(Source(locked.getvalue(), ".docx"))
    _cipher(bytes(32), bytes(16)).update(bytes(16))
    _stream_cipher(bytes(16))


def _unlocked(source: Source) -> Source:
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    try:
        if not msoffcrypto.OfficeFile(io.BytesIO(source.data)).is_encrypted():
            return source
    except (FileFormatError, ParseError):
        return source  # the loader says what is wrong with it
    except Exception as error:  # whatever its parser stumbles over
        if ole.kind(source.data) == "xls":
            return source
        raise damaged(Why.CUT_SHORT) from error
    for password in (_EXCELS_OWN, *source.passwords):
        file = msoffcrypto.OfficeFile(io.BytesIO(source.data))
        found = io.BytesIO()
        try:
            file.load_key(password=password, verify_password=True)
            file.decrypt(found)
        except (InvalidKeyError, DecryptionError, FileFormatError, ParseError):
            continue
        except Exception as error:
            raise damaged(Why.CUT_SHORT) from error
        return replace(source, data=found.getvalue())
    raise LockedFile


def _opendocument(source: Source) -> Source:
    """Unlock each part of an OpenDocument package, as LibreOffice locks them since 2012 (AES-256, PBKDF2)."""
    if package.family(source.data) not in ("odt", "ods", "odp"):
        return source
    file = Package(source.data)
    root, _ = parsed(file.read("META-INF/manifest.xml") or b"")
    locks: dict[str, Any] = {}
    for entry in () if root is None else root.iter(_MANIFEST + "file-entry"):
        lock = entry.find(_MANIFEST + "encryption-data")
        if lock is not None:
            locks[entry.get(_MANIFEST + "full-path") or ""] = lock
    if not locks:
        return source
    first = "content.xml" if "content.xml" in locks else next(iter(locks))
    for password in source.passwords:
        if _opens(file, first, locks[first], password) is None:
            continue
        parts = {}
        for name in file.names:
            data = _opens(file, name, locks[name], password) if name in locks else file.read(name)
            if data is not None and name != "META-INF/manifest.xml":
                parts[name] = data
        return replace(source, data=rebuilt({**parts, "META-INF/manifest.xml": _without_locks(root)}))
    raise LockedFile


def _opens(file: Package, name: str, lock: Any, password: str) -> bytes | None:
    """Return a part of a locked package without its lock; None where the password does not fit."""
    way, key_made = lock.find(_MANIFEST + "algorithm"), lock.find(_MANIFEST + "key-derivation")
    started = lock.find(_MANIFEST + "start-key-generation")
    if way is None or key_made is None or not _says(way, "algorithm-name").endswith("#aes256-cbc"):
        raise unsupported(Why.OTHER_LOCK)
    if not _says(key_made, "key-derivation-name").upper().endswith("PBKDF2"):
        raise unsupported(Why.OTHER_LOCK)
    start = hashlib.sha256 if started is not None and "sha256" in _says(started, "start-key-generation-name") else _sha1
    rounds = int(_says(key_made, "iteration-count") or 0)
    if not 0 < rounds <= _ROUNDS:
        raise damaged(Why.PARSER_FAILED)
    key = hashlib.pbkdf2_hmac("sha1", start(password.encode()).digest(), _bytes(key_made, "salt"), rounds, 32)
    data = file.read(name) or b""
    open_data = _cipher(key, _bytes(way, "initialisation-vector")).update(data[: len(data) // 16 * 16])
    sums = lock.get(_MANIFEST + "checksum")
    is_known = sums and "sha256-1k" in (lock.get(_MANIFEST + "checksum-type") or "")
    if is_known and hashlib.sha256(open_data[:1024]).digest() != _bytes(lock, "checksum"):
        return None
    unpacking = zlib.decompressobj(-15)
    try:
        found = unpacking.decompress(open_data, package.MOST + 1)
    except zlib.error:
        return None
    if len(found) > package.MOST:
        raise MemoryError
    return found


def _sha1(data: bytes) -> Any:
    return hashlib.sha1(data, usedforsecurity=False)  # as files of that age ask for


def _says(element: Any, name: str) -> str:
    return element.get(_MANIFEST + name) or ""


def _bytes(element: Any, name: str) -> bytes:
    import binascii

    try:
        return binascii.a2b_base64(_says(element, name))
    except binascii.Error as error:
        raise damaged(Why.PARSER_FAILED) from error


def _cipher(key: bytes, vector: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()


def _stream_cipher(key: bytes) -> None:
    """Load the cipher of old files."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    Cipher(ARC4(key), mode=None).encryptor().update(b"x")


def _without_locks(root: Any) -> bytes:
    from lxml import etree

    for lock in list(root.iter(_MANIFEST + "encryption-data")):
        lock.getparent().remove(lock)
    return bytes(etree.tostring(root))
