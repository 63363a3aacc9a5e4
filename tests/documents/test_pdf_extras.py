from __future__ import annotations

import io
from typing import Any

from app.documents.pdf import PdfLoader, characters, opened
from app.documents.render import picture
from app.documents.source import Source
from app.types import Document, Status
from tests.documents import made


def load(data: bytes) -> Document:
    return PdfLoader().load(Source(data, ".pdf"))


def form(canvas: Any) -> None:
    made.lines("Questionnaire")(canvas)
    fields = canvas.acroForm
    fields.textfield(name="patient", tooltip="Name of the patient", value="Ann Example", x=72, y=600)
    fields.textfield(name="empty", value="", x=72, y=560)
    fields.checkbox(name="smoker", checked=True, x=72, y=520)
    fields.checkbox(name="diabetic", checked=False, x=72, y=500)
    fields.choice(name="ward", value="B", options=["A", "B"], x=72, y=460, width=80, height=20)


def commented(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import Text
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    note = Text(rect=(50, 550, 200, 650), text="Check the date.\rIt is wrong.")
    note[NameObject("/T")] = TextStringObject("Dr. Bob")
    writer.add_annotation(0, note)
    writer.add_annotation(0, Text(rect=(50, 450, 200, 500), text="Nobody signed this"))
    return written(writer)


def with_files(data: bytes, *files: tuple[str, bytes]) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for name, content in files:
        writer.add_attachment(name, content)
    return written(writer)


def written(writer: Any) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_what_is_filled_in_stands_under_the_text() -> None:
    page = load(made.pdf(form)).pages[0]
    assert page.status is Status.READ
    assert page.text.split("\n") == [
        "Questionnaire", "", "Name of the patient: Ann Example", "smoker: yes", "ward: B",
    ]  # fmt: skip


def test_comments_stand_under_the_text_with_their_writer() -> None:
    data = commented(made.pdf(made.lines("A contract")))
    page = load(data).pages[0]
    assert page.text == "A contract\n\nComment by Dr. Bob: Check the date.\nIt is wrong.\nComment: Nobody signed this"
    with opened(data) as pdf:
        text, indexes = characters(pdf[0])
    assert page.text.startswith(text)
    assert len(text) == len(indexes)
    start = page.text.index("Nobody")
    assert picture(data, (), 1, 300, start, start + 6).marks == ()


def test_embedded_files_are_parts() -> None:
    data = with_files(made.pdf(made.lines("See the files")), ("a.txt", b"alpha"), ("../../b.txt", b"beta"))
    document = load(data)
    assert sorted((part.name, part.data) for part in document.parts) == [("a.txt", b"alpha"), ("b.txt", b"beta")]
    assert document.pages[0].text == "See the files"


def test_a_document_without_any_of_it_has_no_parts() -> None:
    assert load(made.pdf(made.lines("x"))).parts == ()
