"""Documents full of addresses: pictures and links that are remote, on a share, or a file of this computer."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from pathlib import Path

TEMPLATE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
WORD = "gatehouse"  # in every document, so that one question finds them all


def addresses(trap: Path) -> list[str]:
    """Return every kind of address; `trap` is a file that nobody may open."""
    return [
        "http://192.0.2.9/pixel.png", "https://tracker.example/pixel.png?who=reader", "//tracker.example/pixel.png",
        trap.as_uri(), str(trap), f"file://localhost{trap}", "file:///etc/passwd", "\\\\192.0.2.9\\share\\pixel.png",
        "file://192.0.2.9/share/pixel.png", "smb://192.0.2.9/share", "javascript:alert(1)", "mailto:reader@example.com",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er",
    ]


def plant(folder: Path, trap: Path) -> Path:
    """Make a folder of such documents and return it."""
    folder.mkdir()
    trap.parent.mkdir(parents=True, exist_ok=True)
    trap.write_bytes(b"\x89PNG\r\n\x1a\n not for anybody")
    named = addresses(trap)
    html = "".join(
        f'<p>The {WORD} plan <img src="{one}"><a href="{one}">{one}</a></p>'
        f'<link rel="stylesheet" href="{one}"><iframe src="{one}"></iframe><object data="{one}"></object>'
        for one in named
    )
    head = f'<meta http-equiv="refresh" content="0;url={named[0]}"><base href="{named[0]}">'
    (folder / "page.html").write_text(f"<html><head>{head}</head><body>{html}</body></html>", encoding="utf-8")
    (folder / "notes.md").write_text(
        "\n\n".join(f"The {WORD} is drawn here: ![plan]({one}) and [there]({one} \"title\")" for one in named),
        encoding="utf-8",
    )
    rtf = " ".join(f'{{\\field{{\\*\\fldinst{{INCLUDEPICTURE "{one}" \\\\d}}}}}}' for one in named)
    (folder / "letter.txt").write_text(f"{{\\rtf1 The {WORD} {rtf}}}\n" + "\n".join(named), encoding="utf-8")
    (folder / "tags.txt").write_text(
        "\n".join(f'<b>The {WORD}</b> <img src="{one}"/> <a href="{one}">{one}</a>' for one in named), encoding="utf-8"
    )
    _mail(folder / "mail.eml", html)
    _word(folder / "report.docx", named)
    _pdf(folder / "paper.pdf", named)
    return folder


def _mail(path: Path, html: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", f"The {WORD}"
    mail["Disposition-Notification-To"] = "a@example.com"
    mail.set_content(f"The {WORD} by mail.")
    mail.add_alternative(html, subtype="html")
    path.write_bytes(mail.as_bytes())


def _word(path: Path, named: list[str]) -> None:
    """Write a Word file whose pictures, links, template and settings lie elsewhere."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml

    document = docx.Document()
    document.add_paragraph(f"The {WORD} in a Word file.")
    for one in named:
        for kind in (RELATIONSHIP_TYPE.IMAGE, RELATIONSHIP_TYPE.HYPERLINK, TEMPLATE):
            document.part.relate_to(one, kind, is_external=True)
    picture = document.part.relate_to(named[0], RELATIONSHIP_TYPE.IMAGE, is_external=True)
    spaces = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
              'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
              'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"')
    document.element.body.insert(0, parse_xml(
        f'<w:p {spaces}><w:r><w:t>The {WORD} picture</w:t><w:drawing><a:blip r:link="{picture}"/></w:drawing></w:r>'
        f'<w:fldSimple w:instr="INCLUDEPICTURE {named[0]}"><w:r><w:t>field</w:t></w:r></w:fldSimple></w:p>'))
    document.save(str(path))
    with zipfile.ZipFile(path) as made:
        assert b'TargetMode="External"' in made.read("word/_rels/document.xml.rels")


def _pdf(path: Path, named: list[str]) -> None:
    """Write a PDF that wants to open, start and fetch things, by itself and when it is pressed."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(600, 800))
    canvas.drawString(50, 700, f"The {WORD} in a PDF, pressed anywhere: {named[0]}")
    for number, one in enumerate(named):
        canvas.linkURL(one, (0, 60 * number, 600, 60 * number + 60))
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(str(path)))

    def text(value: str) -> TextStringObject:
        return TextStringObject(value)

    def action(kind: str, **entries: object) -> DictionaryObject:
        found = {NameObject("/S"): NameObject(f"/{kind}")}
        found |= {NameObject(f"/{name}"): value for name, value in entries.items()}
        return DictionaryObject(found)

    actions = [
        action("Launch", F=text("/bin/touch")), action("GoToR", F=text("\\\\192.0.2.9\\share\\other.pdf")),
        action("URI", URI=text(named[3])), action("SubmitForm", F=text(named[0])),
        action("JavaScript", JS=text(f"app.launchURL('{named[0]}')")),
    ]
    page = writer.pages[0]
    for number, one in enumerate(actions):
        page[NameObject("/Annots")].append(writer._add_object(DictionaryObject({
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (120 * number, 0, 120 * number + 120, 800))),
            NameObject("/A"): one,
        })))
    writer.root_object[NameObject("/OpenAction")] = actions[0]
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): actions[2]})
    writer.write(str(path))
