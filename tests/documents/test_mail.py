from __future__ import annotations

import base64
import binascii
from pathlib import Path

import pytest

from app.documents import loader
from app.documents.mail import MailLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status
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


def parts(document: Document) -> dict[str, bytes]:
    return {part.name: part.data for part in document.parts}


def multipart(kind: str, *entities: bytes, head: bytes = b"From: a@example.org\nMIME-Version: 1.0\n") -> bytes:
    start = head + b"Content-Type: multipart/" + kind.encode() + b"; boundary=b\n\n"
    return start + b"".join(b"--b\n" + entity + b"\n" for entity in entities) + b"--b--\n"


PICTURE = b"Content-Type: image/png\nContent-Disposition: inline; filename=%s\nContent-Transfer-Encoding: base64\n\n%s"


def test_hidden_receivers_and_the_address_for_answers_are_read() -> None:
    data = (b"From: Ann <a@x.org>\nReply-To: c@x.org\nSender: Ann <a@x.org>\nBcc: d@x.org\nCc: e@x.org\nTo: f@x.org\n"
            b"Subject: S\n\nx")  # fmt: skip
    assert load(data).pages[0].text == (
        "From: Ann <a@x.org>\nReply-To: c@x.org\nTo: f@x.org\nCc: e@x.org\nBcc: d@x.org\nSubject: S\n\nx"
    )


@pytest.mark.parametrize(("raw", "expected"), [
    (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?IGF1cyBLw7ZsbgA=?=", "Grüße aus Köln\ufffd"),
    (b"=?utf-8?b?w?= =?utf-8?q?after?=", "=?utf-8?b?w?= =?utf-8?q?after?="),
    (b'"=?iso-8859-1?q?M=FCller=2C_J=F6rg?=" <j@x.org>', '"Müller, Jörg" <j@x.org>'),
    ("Grüße".encode(), "Grüße"),
    ("Grüße".encode("cp1252"), "Grüße"),
    (b"=?no-such?q?plain?=", "plain"),
    (b"folded\n\tover two", "folded over two"),
    (b"=?gb2312?B?1tC5+g==?=", "中国"),
])  # fmt: skip
def test_headers_are_decoded_as_they_were_meant(raw: bytes, expected: str) -> None:
    assert load(b"From: a@x.org\nSubject: " + raw + b"\n\nx").title == expected


def test_headers_that_break_the_rules_do_not_lose_the_mail() -> None:
    data = b"From: <<>>,;@@\nDate: yesterday\nTo: (((\nContent-Type: ;;;=\nno header at all\nSubject: S\n\nbody"
    page = load(data).pages[0]
    assert "From: <<>>,;@@" in page.text
    assert "Date: yesterday" in page.text
    assert page.text.endswith("body")


def test_blanks_before_the_headers_are_passed_over() -> None:
    assert load(b"   \r\n\r\nFrom: a@x.org\r\nSubject: S\r\n\r\nbody").title == "S"
    assert load(b"\xef\xbb\xbfFrom: a@x.org\nSubject: S\n\nbody").title == "S"
    assert load(b"From a@x.org Mon Jan  1 10:00:00 2024\nFrom: a@x.org\nSubject: S\n\nbody").title == "S"


@pytest.mark.parametrize(("encoding", "body"), [
    (b"quoted-printable", b"Gr=C3=BC=C3=9Fe=\n!"),
    (b"quoted printable", b"Gr=C3=BC=C3=9Fe=\n!"),
    (b"BASE64; x", b"R3LDvMOfZSE"),
    (b"base64", b"R3L\nDvMOfZSE=\nand a footer that is none"),
    (b"8bit", "Grüße!".encode()),
    (b"x-uuencode", b"begin 644 a\n" + binascii.b2a_uu("Grüße!".encode()) + b"`\nend\n"),
])  # fmt: skip
def test_each_way_of_sending_bytes_is_undone(encoding: bytes, body: bytes) -> None:
    head = b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
    text = load(head + encoding + b"\n\n" + body).pages[0].text
    assert text.endswith("Grüße!")


def test_a_few_wrong_bytes_do_not_change_the_encoding_of_a_mail() -> None:
    body = ("Größe und Maß, " * 40).encode() + b"\xff" + "Übermut".encode()
    head = b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\n\n"
    assert load(head + body).pages[0].text.endswith("Größe und Maß, \ufffdÜbermut")


def test_lines_that_were_broken_to_be_sent_are_joined() -> None:
    head = b"From: a@x.org\nContent-Type: text/plain; format=flowed\n\n"
    text = load(head + b"The rent is \ndue on the first.\n\n> quoted \n> words\n-- \nAnn").pages[0].text
    assert text.endswith("The rent is due on the first.\n\n> quoted words\n--\nAnn")


def test_a_plain_text_that_only_points_to_the_page_gives_way_to_it() -> None:
    html = b"Content-Type: text/html\n\n<p>" + b"The notice period is three months. " * 20 + b"</p>"
    text = load(multipart("alternative", b"Content-Type: text/plain\n\nSee the page.", html)).pages[0].text
    assert "three months" in text
    assert "See the page" not in text


def test_files_beside_either_form_of_the_text_are_parts() -> None:
    inner = multipart("mixed", b"Content-Type: text/html\n\n<p>text</p>",
                      b"Content-Type: application/pdf; name=a.pdf\n\n%PDF", head=b"").replace(b"=b\n", b"=c\n")
    inner = inner.replace(b"--b", b"--c")
    document = load(multipart("alternative", b"Content-Type: text/plain\n\ntext", inner))
    assert parts(document) == {"a.pdf": b"%PDF"}
    assert document.pages[0].text.count("text") == 1


def test_small_pictures_in_the_text_are_left_out_and_large_ones_are_parts() -> None:
    small, large = PICTURE % (b"logo.png", b"iVBORw0K"), PICTURE % (b"scan.png", b"iVBO" * 4000)
    document = load(multipart("related", b"Content-Type: text/html\n\n<p>x</p>", small, large))
    assert list(parts(document)) == ["scan.png"]
    assert document.pages[0].reason == "1 small picture inside the text, as logos are, was left out."
    assert document.pages[0].status is Status.READ
    sent = load(multipart("mixed", b"\n\nx", small.replace(b"inline", b"attachment")))
    assert list(parts(sent)) == ["logo.png"]


def test_a_small_picture_is_a_logo_only_where_the_text_shows_it() -> None:
    html = b'Content-Type: text/html\n\n<p>x <img src="cid:logo@x"></p>'
    sent = (PICTURE % (b"a.png", b"iVBORw0K")).replace(b"inline", b"attachment")
    shown, other = b"Content-ID: <logo@x>\n" + sent, b"Content-ID: <f_1>\n" + sent
    assert list(parts(load(multipart("mixed", html, shown, other)))) == ["a.png"]
    assert len(load(multipart("mixed", html, other, other)).parts) == 2


def test_attached_messages_keep_their_bytes_and_are_named_after_their_subject() -> None:
    inner = "From: b@x.org\nSubject: =?utf-8?q?K=C3=BCndigung?=\nContent-Type: text/plain\n\nDer Text: ü.".encode()
    document = load(multipart("mixed", b"\nsee there", b"Content-Type: message/rfc822\n\n" + inner))
    assert parts(document) == {"Kündigung.eml": inner}
    assert "Der Text" not in document.pages[0].text
    packed = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)
    assert parts(load(multipart("mixed", b"\nsee there", packed))) == {"Kündigung.eml": inner}


def test_a_large_attachment_comes_back_byte_for_byte() -> None:
    inner = b"Subject: Large\r\n\r\n" + b"".join(b"line %d\r\n" % number for number in range(30_000))
    sent = (b"From: a@x.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822"
            b"\r\n\r\n" + inner + b"\r\n--b\r\nContent-Type: a/b; name=c\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(inner) + b"--b--\r\n")  # fmt: skip
    assert list(parts(load(sent)).values()) == [inner, inner]


def test_file_names_are_found_in_all_their_spellings() -> None:
    names = (
        b"filename*=utf-8''%C3%9Cbersicht.pdf",
        b"filename*0=\"a very \"; filename*1=\"long name.pdf\"",
        b'filename="=?utf-8?q?=C3=9Cbersicht?=.pdf"',
        b'filename="../../evil.pdf"',
        'filename="Größe.pdf"'.encode(),
    )
    start = b"Content-Type: application/pdf\nContent-Disposition: attachment; "
    document = load(multipart("mixed", b"\nx", *(start + name + b"\n\n%PDF" for name in names)))
    expected = ["Übersicht.pdf", "a very long name.pdf", "Übersicht (2).pdf", "evil.pdf", "Größe.pdf"]
    assert list(parts(document)) == expected


def test_files_without_a_name_get_one_by_their_type() -> None:
    document = load(multipart("mixed", b"\nx", b"Content-Type: application/pdf\n\n%PDF",
                              b"Content-Type: text/csv; name=table\n\na,b", b"Content-Type: x/y\n\nz"))  # fmt: skip
    assert list(parts(document)) == ["attachment.pdf", "table.csv", "attachment.bin"]


def test_files_written_between_the_lines_as_before_mime_are_parts() -> None:
    lines = binascii.b2a_uu(b"the lease")
    page = load(b"From: a@x.org\n\nbefore\nbegin 644 lease.txt\n" + lines + b"`\nend\nafter")
    assert parts(page) == {"lease.txt": b"the lease"}
    assert page.pages[0].text.endswith("before\n\nafter")


def test_a_signed_mail_is_read_through_its_envelope() -> None:
    entity = b"Content-Type: text/plain\n\nThe signed text."
    octets = b"\x04" + bytes([len(entity)]) + entity
    body = base64.encodebytes(made.signed(octets))
    head = b"From: a@x.org\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    page = load(head + b"Content-Transfer-Encoding: base64\n\n" + body).pages[0]
    assert page.text.endswith("The signed text.")
    assert page.status is Status.READ


def test_signatures_and_what_is_for_programs_alone_are_no_parts() -> None:
    document = load(multipart("signed", b"\ntext", b"Content-Type: application/pgp-signature; name=s.asc\n\n-----"))
    assert document.parts == ()
    assert document.pages[0].text.endswith("text")


LETTER = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
SEALED = multipart("encrypted; protocol=application/pgp-encrypted", b"Content-Type: application/pgp-encrypted\n\nV",
                   b"Content-Type: application/octet-stream\n\n" + LETTER)  # fmt: skip


@pytest.mark.parametrize("data", [SEALED, b"From: a@x.org\n\n" + LETTER])
def test_encrypted_text_is_never_shown_as_text(data: bytes) -> None:
    page = load(data).pages[0]
    assert page.status is Status.LOCKED
    assert page.reason == "The mail is encrypted (PGP); only its headers were read."
    assert page.text.startswith("From: a@")
    assert "\n" not in page.text


def test_text_beside_an_encrypted_part_is_read() -> None:
    page = load(b"From: a@x.org\n\nHello Bo,\n" + LETTER + b"\nAnn").pages[0]
    assert page.text.endswith("Hello Bo,\n\nAnn")
    assert page.status is Status.DAMAGED
    assert page.reason == "A part of the mail is encrypted (PGP) and was not read."


def test_formatted_text_that_is_broken_is_said() -> None:
    html = b"Content-Type: text/html\n\n" + b"<div>" * 3000 + b"deep"
    page = load(multipart("mixed", *[html] * 20, b"Content-Type: text/plain\n\nafter")).pages[0]
    assert page.status is Status.DAMAGED
    assert page.reason == "The formatted text of the mail is broken and could not be read."
    assert page.text.endswith("after")


def test_a_mail_of_parts_nested_without_end_is_refused() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000))
    with pytest.raises(DamagedFile):
        loader.load(Source(b"From: a@x.org\n" + nested + b"\ntext", ".eml"))


def test_a_mail_that_ends_too_soon_says_so() -> None:
    whole = multipart("mixed", b"\ntext", b"Content-Type: application/pdf; name=a.pdf\n\n%PDF")
    page = load(whole.removesuffix(b"--b--\n")).pages[0]
    assert page.reason == "The mail ends without the line that closes it; perhaps its end is missing."
    assert page.status is Status.READ
    assert load(whole).pages[0].reason == ""


def test_what_apple_mail_writes_around_a_message_is_left_out() -> None:
    message = b"From: a@x.org\nSubject: S\n\nbody\n"
    document = MailLoader().load(Source(b"%d      \n%s<?xml version" % (len(message), message), ".emlx"))
    assert document.pages[0].text == "From: a@x.org\nSubject: S\n\nbody"


def test_a_message_is_known_by_its_headers_and_a_note_is_not_taken_for_one() -> None:
    mail = b"Received: by x\nFrom: a@x.org\nSubject: S\nMIME-Version: 1.0\n\nbody"
    assert loader.choose(mail, ".txt").kind == "mail"
    assert loader.choose(mail, ".msg").kind == "mail"
    assert loader.choose(b"From: Ann\nTo: Bo\nSubject: lunch\n\nNote to self", ".txt").kind == "text"
    assert loader.choose(b"Received: by x\nno header\nFrom: a@x.org\n", ".txt").kind == "text"


@pytest.mark.shared
def test_the_hard_mails_are_read(shared: Path) -> None:
    folder = shared / "data" / "hard_files"
    expected = {
        "MimeKit/epilogue.txt": "Don't you mean",
        "flanker/delayed-broken.eml": "Final-Recipient",
        "flanker/enclosed-bad-encoding.eml": "Александр Клижентас",
        "james-mime4j/multi-nested2.msg": "Isn't it cool?",
        "mail/error_emails__bad_date_header2.eml": "59:10 -0500",
        "mail/error_emails__content_transfer_encoding_qp_with_space.eml": "need of a good RX site",
        "mail/error_emails__invalid_subject_characters.eml": "Formação FrenetikPolis",
        "unstructured/test-invalid-date.eml": "INVALID-DATE-FORMAT",
    }
    for name, words in expected.items():
        path = folder / name
        document = loader.load(Source(path.read_bytes(), path.suffix))
        assert document.kind == "mail", name
        assert words in document.pages[0].text, name


def test_a_mail_says_who_and_when() -> None:
    sent = {"From": "Ann <ann@example.org>", "To": "bo@example.org, Cy <cy@example.org>", "Cc": '"Ek, Di" <di@x.org>'}
    found = load(made.mail("Body", Date="Wed, 31 Jan 2024 23:30:00 -0800", **sent))
    assert found.date == "2024-01-31"
    assert found.people == ("Ann <ann@example.org>", "bo@example.org", "Cy <cy@example.org>", "Ek, Di <di@x.org>")
    assert load(made.mail("Body", Subject="S", Date="soon")).date == ""
