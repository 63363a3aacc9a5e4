"""A Word document with real footnotes, by python-docx.

Owns what that library has no face for, the footnotes: their part, their separators, the settings that name these, and
the two styles. The document says nothing of who made it or where. Text is put in as text: no field, no link, no markup
of a passage can come of it.
"""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_UNDERLINE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.text.run import Run

from app.export.paper import Chapter, Line, Note, Paper

_TEXT, _REFERENCE = "FootnoteText", "FootnoteReference"  # ids of styles, as Word names them
_INK, _MUTED = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x5B, 0x66, 0x70)
_BAD, _WARN = RGBColor(0xB0, 0x1E, 0x1E), RGBColor(0x8A, 0x5A, 0x00)
# What the library's template brings along that is of no use here: a picture of an empty page, the name of another
# program, an older copy of the styles, lists.
_LITTER = ("/docProps/thumbnail", "/docProps/app.xml", "/customXml/", "/word/stylesWithEffects", "/word/numbering")
_PAGE = 1000  # characters, of which nothing more need be on the same page as what follows
_STYLES = ("Title", "Heading 1", "Heading 2", "Header", "Footer")  # that are used, of the 160 of the template
# Word tells the line above footnotes from the footnotes by these two, and names them in its settings.
_FOOTNOTES = f"""<w:footnotes {nsdecls("w", "r")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>
<w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0" w:line="240"
 w:lineRule="auto"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
</w:footnotes>"""
_SETTINGS = f"""<w:footnotePr {nsdecls("w")}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>"""


def to_bytes(paper: Paper) -> bytes:
    """Return the export as the bytes of a DOCX file."""
    return _Writer(paper).to_bytes()


class _Writer:
    """One document."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._document: Any = docx.Document()
        self._notes: Any = parse_xml(_FOOTNOTES)
        _clear(self._document)
        _describe(self._document, paper.title)
        _style(self._document)
        _page(self._document, paper.exported)

    def to_bytes(self) -> bytes:
        paper, document = self._paper, self._document
        document.add_paragraph(paper.title, style="Title")
        for chapter in paper.chapters:
            self._chapter(chapter)
        document.add_heading("About this export", 2)
        for sentence in paper.about:
            document.add_paragraph(sentence, style="Small")
        self._attach()
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    def _chapter(self, chapter: Chapter) -> None:
        document = self._document
        _turn(document.add_heading(chapter.question, 1), chapter.question)
        for name, told in chapter.facts:
            fact = document.add_paragraph(style="Small")
            fact.paragraph_format.keep_with_next = len(told) < _PAGE  # with what they are told of
            fact.add_run(f"{name}: ").bold = True
            fact.add_run(told)
        for number, remark in enumerate(chapter.remarks):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            if number == 0:
                paragraph.paragraph_format.space_before = Pt(10)
            paragraph.add_run(remark).bold = True
        for part in chapter.parts:
            document.add_heading(part.caption, 2)
            for lines in part.paragraphs:
                paragraph = document.add_paragraph()
                _turn(paragraph, lines[0].text)
                for number, line in enumerate(lines):
                    if number:
                        paragraph.add_run(" ")
                    self._line(paragraph, line)

    def _line(self, paragraph: Any, line: Line) -> None:
        words = _directed(paragraph.add_run(line.text))
        if line.doubtful:
            words.font.underline = WD_UNDERLINE.DOTTED
        for number, note in enumerate(line.notes):
            if number:
                paragraph.add_run(",", style="footnote reference")
            reference = OxmlElement("w:footnoteReference")
            reference.set(qn("w:id"), str(note.number))
            paragraph.add_run(style="footnote reference")._r.append(reference)  # noqa: SLF001 (no other way to it)
            self._note(note)
        if line.label:
            mark = paragraph.add_run(f" [{line.label}]".replace(" ", "\u00a0"))
            mark.font.size = Pt(9)
            mark.font.color.rgb = _BAD if line.doubtful else _WARN if line.partly else _MUTED
            if line.doubtful or line.partly:
                mark.bold = True

    def _note(self, note: Note) -> None:
        footnote, paragraph = OxmlElement("w:footnote"), OxmlElement("w:p")
        footnote.set(qn("w:id"), str(note.number))
        paragraph.style = _TEXT
        own = paragraph.add_r()
        own.style = _REFERENCE
        own.append(OxmlElement("w:footnoteRef"))
        if note.place:
            _run(paragraph, f" {note.place}.").bold = True
        if note.quote:
            _run(paragraph, f" “{note.quote}”")
        _run(paragraph, f" {' '.join(note.said)}").font.color.rgb = _MUTED
        footnote.append(paragraph)
        self._notes.append(footnote)

    def _attach(self) -> None:
        """Put the footnotes beside the text, and name their separators in the settings, where Word wants them."""
        part = self._document.part
        name = PackURI("/word/footnotes.xml")
        part.relate_to(XmlPart(name, CONTENT_TYPE.WML_FOOTNOTES, self._notes, part.package),
                       RELATIONSHIP_TYPE.FOOTNOTES)
        self._document.settings.element.find(qn("w:compat")).addprevious(parse_xml(_SETTINGS))


def _run(paragraph: Any, text: str) -> Any:
    inner = paragraph.add_r()
    inner.text = text
    return _directed(Run(inner, None))  # type: ignore[arg-type]  # only needed to look styles up


def _directed(run: Any) -> Any:
    """Return a run that is set from right to left where its text is: Word does not see that by itself."""
    if _from_right(run.text):
        run.font.rtl = True
    return run


def _turn(paragraph: Any, text: str) -> None:
    """Set a new paragraph that `text` begins from right to left where that is."""
    if _from_right(text):
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001 (no other way to it)
        for run in paragraph.runs:
            _directed(run)


def _from_right(text: str) -> bool:
    """Say whether the first letter of a text is of a script that is written from right to left."""
    return next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L") != "L"


def _clear(document: Any) -> None:
    package = document.part.package
    for owner in (package, document.part):
        for key, relation in list(owner.rels.items()):
            if not relation.is_external and relation.target_part.partname.startswith(_LITTER):
                del owner.rels[key]
    for element in document.settings.element.findall(qn("w:savePreviewPicture")):
        document.settings.element.remove(element)


def _describe(document: Any, title: str) -> None:
    """Say of the document what it is called and when it was made, and nothing of who made it."""
    core = document.core_properties
    core.title = title[:255]  # the most that the library takes
    core.author = core.last_modified_by = core.comments = ""
    core.created = core.modified = datetime.now(UTC).replace(tzinfo=None)


def _style(document: Any) -> None:
    styles = document.styles
    for style in list(styles):  # the library goes through all of them for each paragraph
        if not style.element.default and style.name not in _STYLES:
            style.delete()
    for name, size, before, after, colour in (
        ("Normal", 11, 0, 8, _INK), ("Title", 20, 0, 6, _INK), ("Heading 1", 15, 22, 6, _INK),
        ("Heading 2", 11.5, 12, 4, _MUTED),
    ):  # fmt: skip
        style = styles[name]
        _font(style, size, colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        for unwanted in style.element.xpath("./w:pPr/w:pBdr | ./w:link"):  # the line below; a style that went
            unwanted.getparent().remove(unwanted)
    styles["Normal"].paragraph_format.line_spacing = 1.25
    small = styles.add_style("Small", WD_STYLE_TYPE.PARAGRAPH)
    note = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    for style, size in ((small, 9), (note, 9)):
        style.base_style = styles["Normal"]
        _font(style, size, _MUTED if style is small else _INK)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(3), 1.1
    note.element.styleId = _TEXT
    reference = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
    reference.element.styleId = _REFERENCE
    reference.font.superscript = True


def _font(style: Any, size: float, colour: RGBColor) -> None:
    style.font.size, style.font.color.rgb = Pt(size), colour
    style.font.name = "Calibri"
    # The template names the fonts of its theme, which would go before.
    for name in [key for key in style.element.rPr.rFonts.attrib if key.lower().endswith("theme")]:
        del style.element.rPr.rFonts.attrib[name]


def _page(document: Any, exported: str) -> None:
    """A4, with a line above that says what this is, and the number of the page below."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(24)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.style, foot.style = document.styles["Small"], document.styles["Small"]
    head.add_run(exported)
    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        foot.add_run(words)
        foot._p.append(parse_xml(  # noqa: SLF001 (the library has no fields)
            f'<w:fldSimple {nsdecls("w")} w:instr=" {field} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        ))
