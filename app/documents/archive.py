"""ZIP → Document: a folder, whose files are its parts; its own page lists their names.

Knows which packages are documents of another format, and leaves them alone; how deep archives in
archives are followed is for whoever asks.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from functools import partial
from typing import Any

from app.counted import counted
from app.documents import torn
from app.documents.parts import Parts, path_name
from app.documents.source import Source, TextWriter, Why, damaged
from app.errors import LockedFile
from app.types import Document, Page, Status

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")
_END = b"PK\x05\x06"
_LITTER = re.compile(r"(?i)(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$|\.Trashes/|\.Spotlight-)")
# What is in packages that are a document or a program: with these names an archive is none to unpack.
_PACKAGES = (
    b"[Content_Types].xml", b"META-INF/container.xml", b"META-INF/MANIFEST.MF", b"META-INF/documentsignatures.xml",
    b"AndroidManifest.xml", b"Index/Document.iwa", b"buildVersionHistory.plist", b"word/document.xml",
    b"xl/workbook.", b"ppt/presentation.xml", b"FixedDocSeq.fdseq",
)  # fmt: skip
_DIRECTORY = 4 << 20  # bytes of an archive's directory that are looked through for them
_CHUNK = 1 << 20
_SWELLING = 200  # times the packed size, from which on an entry of size is a bomb
_LARGE = 16 << 20
_TRIES = 20  # locked entries with which all passwords are tried; archives with many passwords are rare
_LISTED = 100_000  # names on the page
_MADE_ON_UNIX = 3
# A file "a" that is not locked, and "b" that is, with AES and the password "x".
_SAMPLE = bytes.fromhex(
    "504b0304140000000800c851755dc1d3c16b050000001e00000001000000614b4cc40700504b0304140001006300c851755d0000"
    "0000170000000100000001000b00620199070002004145010800439bec4b4d380267e0db45de4ead1047b6d7dd7bc2b176504b01"
    "021403140000000800c851755dc1d3c16b050000001e00000001000000000000000000000080010000000061504b010214031400"
    "01006300c851755d00000000170000000100000001000b000000000000000000800124000000620199070002004145010800504b"
    "0506000000000200020069000000650000000000"
)  # fmt: skip


class ArchiveLoader:
    """Reads ZIP archives."""

    kind = "archive"
    suffixes = frozenset({".zip"})
    paged = False

    def samples(self) -> list[bytes]:
        self.load(Source(_SAMPLE, ".zip", ("x",)))  # unlocking needs code of its own
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for number, method in enumerate((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
                archive.writestr(f"{number}.txt", "text", method)
        return [file.getvalue()]

    def claims(self, data: bytes) -> bool:
        end = data.rfind(_END) if data.startswith(_MAGIC) else -1
        if end < 0 or data[30:46].startswith(b"mimetypeapplicat"):
            return False
        size = int.from_bytes(data[end + 12 : end + 16], "little")
        directory = data[max(end - min(size, _DIRECTORY), 0) : end]
        return not any(name in directory for name in _PACKAGES)

    def load(self, source: Source) -> Document:
        import pyzipper

        try:
            archive = pyzipper.AESZipFile(io.BytesIO(source.data))
        except (pyzipper.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            if not source.data.startswith(_MAGIC):
                raise damaged(Why.NOT_OF_ITS_KIND) from error
            return _rest(self.kind, source)
        with archive:
            return _Unpacking(archive, source).document(self.kind)


def _rest(kind: str, source: Source) -> Document:
    """Return what is whole in an archive whose directory is missing or broken; raises DamagedFile where nothing is."""
    parts, writer = Parts(), TextWriter()
    for raw, data in torn.files(source.data, parts.room):
        if source.late:
            break
        name = path_name(raw, "file without a name")
        if _LITTER.search(name):
            continue
        writer.line(name)
        if data is not None:
            parts.add(name, data)
    if not parts:
        raise damaged(Why.CUT_SHORT)
    files = counted(len(parts), "file in it", "files in it")
    reason = f"The archive is cut short or broken; {files} could be read, what else was in it is missing."
    return Document(kind, "", (Page(None, writer.text, Status.DAMAGED, reason),), parts.all)


class _Unpacking:
    """One archive: what was taken out of it, and what not."""

    def __init__(self, archive: Any, source: Source) -> None:
        self._archive = archive
        self._source = source
        self._parts = Parts()
        self._passwords = list(source.passwords)
        self._tries = 0
        self._budget = self._parts.room  # bytes to unpack, of entries that prove to be broken too
        self._writer = TextWriter()
        self._locked = self._broken = self._foreign = self._links = self._bombs = self._late = 0

    def document(self, kind: str) -> Document:
        entries = [entry for entry in self._archive.infolist() if not _is_litter(entry)]
        names = [path_name(_name(entry), "file without a name") for entry in entries]
        if entries:
            self._writer.line("Archive with 1 file:" if len(entries) == 1 else f"Archive with {len(entries):,} files:")
        for name in names[:_LISTED]:
            self._writer.line(name)
        for entry, name in zip(entries, names, strict=True):
            if self._source.late:
                self._late += 1
            else:
                self._take(entry, name)
        if self._locked and self._locked == len(entries):
            raise LockedFile
        status = (
            Status.EMPTY if not entries
            else Status.LOCKED if self._locked
            else Status.TIMED_OUT if self._late
            else Status.DAMAGED if self._broken
            else Status.TOO_LARGE if self._bombs or self._parts.left_out
            else Status.READ
        )  # fmt: skip
        return Document(kind, "", (Page(None, self._writer.text, status, self._reason(entries)),), self._parts.all)

    def _reason(self, entries: list[Any]) -> str:
        """Return sentences for all that was not taken out."""
        causes = (
            (self._locked, "locked with a password"),
            (self._broken, "damaged"),
            (self._foreign, "packed in a way that Carrel cannot open"),
            (self._bombs, "left out because so little data becomes so much that it is likely an attack"),
            (self._links, "only a link to another file"),
            (self._late, "not reached in the time for one file"),
        )
        found = [f"{counted(count, 'file in it is', 'files in it are')} {what}." for count, what in causes if count]
        if not entries:
            found.append("The archive holds no files.")
        return " ".join(filter(None, [*found, self._parts.reason]))[:500]

    def _take(self, entry: Any, name: str) -> None:
        if entry.create_system == _MADE_ON_UNIX and stat.S_ISLNK(entry.external_attr >> 16):
            self._links += 1
        elif entry.file_size > _LARGE and entry.file_size > _SWELLING * max(entry.compress_size, 1):
            self._bombs += 1
        elif self._parts.fits(max(entry.file_size, self._parts.room - self._budget)):
            self._unpack(entry, name)

    def _unpack(self, entry: Any, name: str) -> None:
        from pyzipper import BadZipFile

        try:
            data = self._unlocked(entry) if entry.flag_bits & 1 else self._read(entry, None)
        except NotImplementedError:
            self._foreign += 1
        except (BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, KeyError, RuntimeError):
            if self._source.late:
                self._late += 1
            else:
                self._broken += 1
        else:
            if data is None:
                self._locked += 1
            else:
                self._parts.add(name, data)

    def _unlocked(self, entry: Any) -> bytes | None:
        """Return a locked entry's bytes by the first password that fits; None where none does."""
        from pyzipper import BadZipFile

        if self._tries >= _TRIES:
            return None
        for password in self._passwords:
            for form in dict.fromkeys((password.encode(), password.encode("cp437", "replace"))):
                try:
                    data = self._read(entry, form)
                except (RuntimeError, BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError) as error:
                    if isinstance(error, NotImplementedError):
                        raise
                    continue  # a wrong password that looked right shows in the bytes, too
                if self._passwords[0] != password:
                    self._passwords.remove(password)
                    self._passwords.insert(0, password)
                return data
        self._tries += 1
        return None

    def _read(self, entry: Any, password: bytes | None) -> bytes:
        """Return an entry's bytes, never more than it says, and count them; raises what the library does."""
        pieces = []
        with self._archive.open(entry, pwd=password) as file:
            for piece in iter(partial(file.read, _CHUNK), b""):
                pieces.append(piece)
                self._budget -= len(piece)
                if self._budget < 0 or self._source.late:
                    raise OSError("more than may be unpacked")
        return b"".join(pieces)


def _name(entry: Any) -> str:
    """Return an entry's name: as UTF-8 where it is, said or not, else as the first ZIP programs wrote it."""
    name = str(entry.orig_filename)
    if not entry.flag_bits & 0x800 and not name.isascii():
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def _is_litter(entry: Any) -> bool:
    """Whether an entry is a folder, or a file that systems leave everywhere for themselves."""
    name = str(entry.filename)
    return name.endswith(("/", "\\")) or _LITTER.search(name.replace("\\", "/")) is not None
