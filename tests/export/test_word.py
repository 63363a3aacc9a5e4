"""The Word document, read again: footnotes, what Word needs for them, and nothing that gives anybody away."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from app.export import word
from app.export.origins import Origin
from app.export.paper import Paper, compose
from app.types import Citation, Sentence, Verdict
from tests.export.exchanges import NOTICE, SHA, exchange, hostile, not_found, quoted


def paper(*exchanges: Any) -> Paper:
    return compose(exchanges, lambda _: Origin(sha256=SHA), 1_790_000_100.0, title="Harbour Lane")


@pytest.fixture(scope="module")
def written() -> bytes:
    return word.to_bytes(paper(exchange(), quoted(), not_found()))


def text_of(element: Any) -> str:
    return "".join(node.text or "" for node in element.iter(qn("w:t")))


def test_each_reference_has_its_footnote(written: bytes) -> None:
    document = docx.Document(io.BytesIO(written))
    related = [rel for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FOOTNOTES]
    assert [str(rel.target_part.partname) for rel in related] == ["/word/footnotes.xml"]
    footnotes = {note.get(qn("w:id")): note for note in parse_xml(related[0].target_part.blob)}
    references = [node.get(qn("w:id")) for node in document.element.body.iter(qn("w:footnoteReference"))]
    assert references == [str(number) for number in range(1, 11)]
    assert list(footnotes) == ["-1", "0", *references]
    assert [footnotes[key].get(qn("w:type")) for key in ("-1", "0")] == ["separator", "continuationSeparator"]
    for key in references:
        assert footnotes[key].get(qn("w:type")) is None
        assert len(list(footnotes[key].iter(qn("w:footnoteRef")))) == 1
    said = "Supported: the cited passage says this."
    assert text_of(footnotes["1"]) == f" Lease.pdf, page 4. “{NOTICE}” {said} SHA-256 of the file: {SHA}."


def test_what_word_needs_for_footnotes_is_there(written: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        names = package.namelist()
        types = package.read("[Content_Types].xml").decode()
        settings = etree.fromstring(package.read("word/settings.xml"))
        relations = package.read("word/_rels/document.xml.rels").decode() + package.read("_rels/.rels").decode()
        assert package.testzip() is None
    assert len(names) == len(set(names))
    assert f'PartName="/word/footnotes.xml" ContentType="{CONTENT_TYPE.WML_FOOTNOTES}"' in types
    for name in names:
        assert name.endswith(".rels") or name == "[Content_Types].xml" or f'PartName="/{name}"' in types
    named = settings.find(qn("w:footnotePr"))
    assert [each.get(qn("w:id")) for each in named] == ["-1", "0"]
    assert named.getnext().tag == qn("w:compat")  # where the schema has it
    assert 'TargetMode="External"' not in relations
    styles = {style.style_id: style.name for style in docx.Document(io.BytesIO(written)).styles}
    assert (styles["FootnoteText"], styles["FootnoteReference"]) == ("footnote text", "footnote reference")


def test_every_style_that_is_used_is_there(written: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        trees = [etree.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".xml")]
    made = {node.get(qn("w:styleId")) for tree in trees for node in tree.iter(qn("w:style"))}
    used = {node.get(qn("w:val")) for tree in trees
            for kind in ("w:pStyle", "w:rStyle", "w:basedOn", "w:next") for node in tree.iter(qn(kind))}
    assert used <= made


def test_what_is_written_from_right_to_left_is_set_so() -> None:
    arabic = "يدفع المستأجر مبلغ 1200 دينار شهريا."
    made = quoted()
    hit = replace(made.evidence.hits[0], passage=replace(made.evidence.hits[0].passage, text=arabic, file="/عقد.pdf"))
    said = Sentence(arabic, (Citation("1", 1),), Verdict.SUPPORTED)
    document = docx.Document(io.BytesIO(word.to_bytes(paper(replace(
        made, question="كم يدفع المستأجر؟", evidence=replace(made.evidence, hits=(hit,)),
        answer=replace(made.answer, text=arabic, sentences=(said,)),
    )))))
    turned = [each.text for each in document.paragraphs if each._p.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None]
    assert turned == ["كم يدفع المستأجر؟", f"“{arabic}”"]
    assert [run.font.rtl for each in document.paragraphs if each.text in turned for run in each.runs] == [
        True, True, None
    ]
    [related] = [rel for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FOOTNOTES]
    note = parse_xml(related.target_part.blob)[2]
    assert [text_of(run) for run in note.iter(qn("w:r")) if run.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is not None] == [
        " عقد.pdf, page 4."
    ]


def test_a_chapter_begins_on_the_page_of_its_answer(written: bytes) -> None:
    document = docx.Document(io.BytesIO(written))
    facts = [each for each in document.paragraphs if each.style.name == "Small" and each.text.startswith("Searched")]
    assert len(facts) == 3
    assert all(each.paragraph_format.keep_with_next for each in facts)


def test_verdicts_stand_beside_their_sentences_and_doubt_is_marked(written: bytes) -> None:
    document = docx.Document(io.BytesIO(written))
    paragraph = next(each for each in document.paragraphs if "The notice came" in each.text)
    runs = {run.text: run for run in paragraph.runs}
    mark = "\u00a0[not\u00a0supported]"  # which no line is broken in
    assert paragraph.text.count(mark) == 3
    assert runs[mark].bold
    assert runs["The notice came on 2 May."].underline
    [half] = [run for each in document.paragraphs for run in each.runs if "[partly\u00a0supported]" in run.text]
    assert half.bold
    assert not runs["Good luck!"].underline
    assert [each.text for each in document.paragraphs if each.style.name == "Heading 1"] == ["How much notice?"] * 3


def test_nothing_says_who_made_it_or_where(written: bytes) -> None:
    core = docx.Document(io.BytesIO(written)).core_properties
    assert core.title == "Harbour Lane"
    assert (core.author, core.last_modified_by, core.comments) == ("", "", "")
    assert core.created is not None
    assert core.created.year > 2013  # of the template
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        everything = b"".join(package.read(name) for name in package.namelist())
        assert not [name for name in package.namelist() if "thumbnail" in name or "customXml" in name]
    assert b"/cases" not in everything
    assert b"Macintosh" not in everything


def test_text_of_files_is_text(written: bytes) -> None:
    data = word.to_bytes(paper(hostile()))
    document = docx.Document(io.BytesIO(data))  # it is XML
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body, notes = (etree.fromstring(package.read(f"word/{name}.xml")) for name in ("document", "footnotes"))
    known = {node.tag for name in ("document", "footnotes")
             for node in etree.fromstring(zipfile.ZipFile(io.BytesIO(written)).read(f"word/{name}.xml")).iter()}
    assert {node.tag for node in (*body.iter(), *notes.iter())} <= known
    assert "{INCLUDETEXT" in "".join(each.text for each in document.paragraphs)
    assert "<script>" in text_of(notes)
