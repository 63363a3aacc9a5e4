"""An answer as text for the clipboard."""

from __future__ import annotations

from app import export
from tests.export.exchanges import NOTICE, exchange, not_found, quoted


def test_an_answer_with_its_notes() -> None:
    text = export.text([exchange()], inside={"d-mail": "/cases/Mail.eml"})
    assert text.startswith("How much notice?\n\nEither party may end it with ninety days' notice. [1] (supported) The")
    assert "is EUR 14,400. [2] [3] (partly supported)\n\nThe notice came on 2 May. [4] (not supported)" in text
    assert "The moon is cheese. (not supported) Good luck!\n" in text
    assert f"[1] Lease.pdf, page 4: “{NOTICE}” Supported: the cited passage says this.\n" in text
    assert "[3] list.csv (in: Mail.eml): “crates, 412”" in text
    assert "read by OCR, 93 % sure" in text
    assert "SHA-256" not in text  # no file was read
    assert "Written by: Model-1B.Q4.gguf" in text
    assert "computed by Carrel by comparing words" in text


def test_quotes_and_what_was_not_found() -> None:
    assert f"“{NOTICE}” [2]" in export.text([quoted()])
    assert "Not found in the files that were searched.\n\nThe closest passages" in export.text([not_found()])
