from __future__ import annotations

import pytest

from app.documents.mail import MailLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document
from tests.documents import made

HEADERS = {"From": "Ann <ann@example.org>", "To": "bo@example.org", "Subject": "Kündigung", "X-Other": "no"}


def load(data: bytes) -> Document:
    return MailLoader().load(Source(data, ".eml"))


def test_headers_come_before_the_body() -> None:
    document = load(made.mail("Dear Bo,\n\nI give notice.\n", Date="Mon, 1 Jan 2024 10:00:00 +0100", **HEADERS))
    assert document.title == "Kündigung"
    assert document.pages[0].text == (
        "From: Ann <ann@example.org>\nTo: bo@example.org\nDate: Mon, 01 Jan 2024 10:00:00 +0100\n"
        "Subject: Kündigung\n\nDear Bo,\n\nI give notice."
    )
    assert document.pages[0].reason == ""


def test_plain_text_is_preferred_and_html_is_read_where_there_is_none() -> None:
    both = load(made.mail("plain", "<p>rich</p>", **HEADERS)).pages[0].text
    assert "plain" in both
    assert "rich" not in both
    assert load(made.mail(html="<p>rich</p><script>no</script>", **HEADERS)).pages[0].text.endswith("\n\nrich")


def test_attachments_are_named_and_are_parts() -> None:
    document = load(made.mail("see there", attachments=["lease.pdf", "Übersicht.pdf"], **HEADERS))
    assert "Attachments: lease.pdf, Übersicht.pdf" in document.pages[0].text
    assert document.pages[0].reason == ""
    assert [(part.name, part.data) for part in document.parts] == [("lease.pdf", b"%PDF-"), ("Übersicht.pdf", b"%PDF-")]


def test_a_body_in_an_unknown_encoding_is_read_all_the_same() -> None:
    data = b"From: a@example.org\nContent-Type: text/plain; charset=no-such\n\n" + "Grüße aus Köln für Jürgen".encode()
    assert load(data).pages[0].text.endswith("Grüße aus Köln für Jürgen")


def test_an_encrypted_mail_says_so() -> None:
    data = b'From: a@example.org\nContent-Type: application/pkcs7-mime; name="smime.p7m"\n\nxxxx'
    assert "encrypted" in load(data).pages[0].reason


def test_a_delivery_report_has_the_text_of_its_parts() -> None:
    head = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n"
    notice = b"--b\nContent-Type: text/plain\n\nThe mail could not be delivered.\n"
    status = b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n\n--b--\n"
    text = load(head + notice + status).pages[0].text
    assert text.endswith("The mail could not be delivered.\n\nReporting-MTA: dns; x\n\nAction: failed")
    inner = b"--b\nContent-Type: message/rfc822\n\nSubject: Old\n\nThe old text.\n--b--\n"
    part = load(head + inner).parts[0]
    assert (part.name, part.data) == ("Old.eml", b"Subject: Old\n\nThe old text.")


def test_what_has_no_headers_is_no_mail() -> None:
    with pytest.raises(DamagedFile):
        load(b"\n\njust text")
