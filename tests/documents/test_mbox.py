from __future__ import annotations

import pytest

from app.documents import loader
from app.documents.mbox import MailboxLoader
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status

BETWEEN = b"From ann@example.org Mon Jan  1 10:00:00 2024\n"


def load(data: bytes, deadline: float = float("inf")) -> Document:
    return MailboxLoader().load(Source(data, ".mbox", deadline=deadline))


def message(subject: str, body: bytes = b"text") -> bytes:
    head = f"From: Ann <ann@example.org>\nSubject: {subject}\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n\n"
    return head.encode() + body + b"\n"


def mailbox(*messages: bytes, between: bytes = BETWEEN) -> bytes:
    return b"\n".join(between + each for each in messages)


def test_each_message_is_a_part_and_the_page_lists_them() -> None:
    document = load(mailbox(message("One"), message("Two"), message("One")))
    assert [part.name for part in document.parts] == ["One.eml", "Two.eml", "One (2).eml"]
    assert document.parts[1].data == message("Two")
    assert document.pages[0].text == "Mailbox with 3 mails:\n" + "\n".join(
        f"Mon, 1 Jan 2024 10:00:00 +0100 | Ann <ann@example.org> | {subject}" for subject in ("One", "Two", "One")
    )


def test_marked_lines_are_given_back_as_they_were() -> None:
    body = b"first\n>From here on\n>>From quoted\n> From kept"
    assert load(mailbox(message("S", body))).parts[0].data.endswith(b"first\nFrom here on\n>From quoted\n> From kept\n")


def test_text_that_begins_like_a_new_message_is_not_one() -> None:
    body = b"Dear Bo,\n\nFrom the beginning I said so.\nFrom: nobody\n\nFrom now on, too."
    assert len(load(mailbox(message("One", body), message("Two"))).parts) == 2


@pytest.mark.parametrize("between", [
    b"From - Mon Jan 01 10:00:00 2024\n",
    b"From 1234567890@xxx Mon Jan 01 10:00:00 +0000 2024\n",
    b"From MAILER-DAEMON\n",
    b"From ann@example.org Mon Jan  1 10:00:00 2024\r\n",
])  # fmt: skip
def test_the_line_between_messages_has_many_forms(between: bytes) -> None:
    document = load(mailbox(message("One"), message("Two"), between=between))
    assert [part.name for part in document.parts] == ["One.eml", "Two.eml"]


def test_messages_without_a_blank_line_between_them_are_told_apart_by_the_time() -> None:
    data = BETWEEN + message("One") + BETWEEN + message("Two")
    assert [part.data for part in load(data).parts] == [message("One").removesuffix(b"\n"), message("Two")]


def test_a_mailbox_is_known_without_a_suffix() -> None:
    sent = b"Received: by x\nMIME-Version: 1.0\nMessage-ID: <1>\n"
    for suffix in ("", ".mbox", ".txt"):
        assert loader.choose(mailbox(sent + message("One"), sent + message("Two")), suffix).kind == "mbox"
    assert loader.choose(mailbox(sent + message("One")), ".eml").kind == "mail"
    assert loader.choose(mailbox(message("One")), ".mbox").kind == "mbox"
    assert loader.choose(b"From Berlin with love\nDear Ann,\n", ".txt").kind == "text"
    with pytest.raises(DamagedFile):
        load(b"no mailbox")


def test_mails_that_were_deleted_are_left_out_and_said() -> None:
    gone = b"X-Mozilla-Status: 0009\n" + message("Gone")
    document = load(mailbox(message("One"), gone, b"X-Mozilla-Status: 0001\n" + message("Two")))
    assert [part.name for part in document.parts] == ["One.eml", "Two.eml"]
    assert "Gone" not in document.pages[0].text
    assert document.pages[0].text.startswith("Mailbox with 2 mails:")
    assert document.pages[0].reason.startswith("1 mail that was deleted in the mail program")


def test_more_messages_than_may_come_are_listed_and_said() -> None:
    document = load(mailbox(*(b"Subject: %d\n\nx\n" % number for number in range(10_005))))
    assert len(document.parts) == 10_000
    assert document.pages[0].text.startswith("Mailbox with 10,005 mails:")
    assert document.pages[0].text.endswith("\n10004")
    assert document.pages[0].reason.startswith("5 files in it were left out")


def test_what_comes_after_the_time_is_over_is_said() -> None:
    page = load(mailbox(message("One")), deadline=0).pages[0]
    assert page.status is Status.TIMED_OUT
    assert "time for one file" in page.reason
