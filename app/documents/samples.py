"""Small documents of each format, made in memory, by which a reader loads all that its parsers need."""

from __future__ import annotations

import io

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R/G 8 0 R>>>>>>endobj
4 0 obj<</Length 61>>stream
BT /F 12 Tf 20 100 Td (Hello there) Tj /G 9 Tf (again) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</First 7 0 R/Last 7 0 R/Count 1>>endobj
7 0 obj<</Title(Hello)/Parent 6 0 R/Dest[3 0 R/Fit]>>endobj
8 0 obj<</Type/Font/Subtype/TrueType/BaseFont/Unknown>>endobj
9 0 obj<</Title(Greeting)>>endobj
trailer<</Root 1 0 R/Info 9 0 R/Size 10>>
%%EOF
"""
_HTML = b"<html><head><title>T</title></head><body><h1>T</h1><p>p</p><table><tr><td>c</td></tr></table></body></html>"
_PLAIN_MAIL = b"From: A <a@example.org>\nSubject: =?utf-8?q?S?=\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nBody\n"
_HTML_MAIL = (
    b'From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    b'--b\nContent-Type: text/html; charset="latin-1"\nContent-Transfer-Encoding: quoted-printable\n\n<p>caf=E9</p>\n'
    b'--b\nContent-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
)


def samples() -> list[tuple[str, bytes]]:
    """Return (suffix, file) of each format."""
    return [
        (".pdf", _PDF),
        (".docx", _word()),
        (".txt", "Übergröße und Maß für die Straße, Änderung übermorgen".encode("cp1252")),
        (".txt", "これは日本語の文章です。".encode("shift-jis")),
        (".md", b"# Hello\n\nthere\n"),
        (".html", _HTML),
        (".html", b'<meta charset="utf-8"><p>' + "ä".encode()),
        (".eml", _PLAIN_MAIL),
        (".eml", _HTML_MAIL),
        (".xlsx", _sheet()),
        (".csv", b"a;b\n1;2\n"),
    ]


def _word() -> bytes:
    import docx

    word = docx.Document()
    word.add_heading("Hello", 1)
    word.sections[0].header.paragraphs[0].text = "there"
    word.sections[0].footer.paragraphs[0].text = "again"
    word.add_table(1, 1).rows[0].cells[0].text = "cell"
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _sheet() -> bytes:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["day", "hours"], [datetime.date(2024, 1, 1), 1.5]):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
