"""The formats that can be read, one line each, and which of them a file is.

Importing this imports no parser; each loader imports its own when it is used.
"""

from __future__ import annotations

from app.documents import foreign, office
from app.documents.archive import ArchiveLoader
from app.documents.cda import CdaLoader
from app.documents.epub import BookLoader
from app.documents.fhir import FhirLoader
from app.documents.hl7v2 import Hl7Loader
from app.documents.html import HtmlLoader
from app.documents.image import ImageLoader
from app.documents.mail import MailLoader
from app.documents.mbox import MailboxLoader
from app.documents.mhtml import WebArchiveLoader
from app.documents.msg import OutlookLoader
from app.documents.opendocument import TextDocumentLoader
from app.documents.pdf import PdfLoader
from app.documents.rtf import RtfLoader
from app.documents.sheet import CsvLoader, SheetLoader
from app.documents.signed import SignedLoader
from app.documents.slides import SlidesLoader
from app.documents.source import Loader, Source, Why, damaged, unsupported
from app.documents.text import MarkdownLoader, TextLoader
from app.documents.tnef import TnefLoader
from app.documents.word import WordLoader
from app.documents.xml import XmlLoader
from app.errors import EmptyFile, FileError, LockedFile
from app.types import Document

LOADERS: tuple[Loader, ...] = (
    PdfLoader(),
    ImageLoader(),
    WordLoader(),
    TextDocumentLoader(),
    RtfLoader(),
    SheetLoader(),
    SlidesLoader(),
    TextLoader(),
    MarkdownLoader(),
    HtmlLoader(),
    WebArchiveLoader(),
    MailboxLoader(),
    MailLoader(),
    OutlookLoader(),
    TnefLoader(),
    SignedLoader(),
    BookLoader(),
    ArchiveLoader(),
    CsvLoader(),
    CdaLoader(),
    FhirLoader(),
    Hl7Loader(),
    XmlLoader(),
)
SUFFIXES: frozenset[str] = frozenset().union(*(loader.suffixes for loader in LOADERS))
_BY_SUFFIX = {suffix: loader for loader in LOADERS for suffix in loader.suffixes}
KINDS = frozenset(loader.kind for loader in LOADERS)
# A file that could not be read is tried again when this has grown: with each release that reads more, or better.
READERS_VERSION = 1


def load(source: Source) -> Document:
    """Read a file by what it is, or else by what its name says; raises FileError or MemoryError."""
    if not source.data:
        raise EmptyFile
    try:
        source = office.opened(source)
        return choose(source.data, source.suffix).load(source)
    except (FileError, MemoryError):
        raise
    except RecursionError as error:
        raise damaged(Why.NESTED_TOO_DEEP) from error
    except Exception as error:
        # What parsers raise for files that break the rules is not written down anywhere; the file is
        # what is at fault then, and the next one is read all the same.
        raise damaged(Why.PARSER_FAILED) from error


def choose(data: bytes, suffix: str) -> Loader:
    """Return the loader for a file; what its bytes are surely goes before a suffix that disagrees with it.

    Raises UnsupportedFile, or LockedFile for an Office file that is encrypted.
    """
    for loader in LOADERS:
        if loader.claims(data):
            return loader
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and suffix != ".msg":  # an OLE file
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise LockedFile
        raise unsupported(Why.OLD_OFFICE)
    found = _BY_SUFFIX.get(suffix)
    if found is None:
        raise unsupported(foreign.why(data, suffix))
    return found
