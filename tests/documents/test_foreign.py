from __future__ import annotations

from pathlib import Path

import pytest

from app.documents import foreign, loader
from app.documents.source import REASONS, Source, Why
from app.errors import UnsupportedFile


@pytest.mark.parametrize(("data", "suffix", "expected"), [
    (b"Rar!\x1a\x07\x00", ".bin", Why.OTHER_ARCHIVE),
    (bytes(257) + b"ustar", "", Why.OTHER_ARCHIVE),
    (b"!BDN....", ".pst", Why.OUTLOOK_STORE),
    (b"PK\x03\x04....Index/Document.iwa", ".zip", Why.APPLE),
    (b"\xffWPC....", ".doc", Why.OLD_WRITING),
    (b"....ftypM4A ", ".bin", Why.SOUND),
    (b"who knows", ".xps", Why.PRINTED),
    (b"who knows", ".abc", Why.UNKNOWN_FORMAT),
])  # fmt: skip
def test_each_kind_is_told_by_its_bytes_or_else_its_name(data: bytes, suffix: str, expected: Why) -> None:
    assert foreign.why(data, suffix) is expected


def test_numbers_have_no_gap_and_each_has_a_sentence() -> None:
    assert [int(why) for why in Why] == list(range(len(Why)))
    assert set(REASONS) == set(Why)
    assert len(set(REASONS.values())) == len(REASONS)


@pytest.mark.shared
def test_the_hard_files_that_are_not_read_say_what_to_do(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    expected = {
        "tika/test-documents-enc.rar": "unpack it", "tika/test7Z_protected_passTika.7z": "unpack it",
        "tika/bob.gz": "unpack it", "java-libpst/passworded.pst": "Outlook",
        "tika/testPages2013.pages": "export it as PDF", "tika/tableNames.numbers": "export it as PDF",
        "tika/testOneNote.one": "OneNote", "tika/testPPT.xps": "XPS",
        "format-corpus/WordPerfect6__TOPOPREC.WPD": "WordPerfect",
    }  # fmt: skip
    for name, words in expected.items():
        path = folder / name
        with pytest.raises(UnsupportedFile) as raised:
            loader.load(Source(path.read_bytes(), path.suffix.lower()))
        assert words in str(raised.value), name
