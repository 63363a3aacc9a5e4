from __future__ import annotations

import base64

import pytest

from app.documents import loader
from app.documents.cda import CdaLoader
from app.documents.sandbox import ReaderPool
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document, Status

HEADER = """
<code code="18842-5" displayName="Discharge summary"/><title>Discharge Letter</title>
<effectiveTime value="20230405101500+0200"/>
<recordTarget><patientRole><id root="2.16" extension="998991"/>
 <addr use="HP"><streetAddressLine>17 Daws Rd.</streetAddressLine><city>Beaverton</city></addr>
 <telecom value="tel:+1(555)555-2003"/>
 <patient><name><given>Eve</given> <family>Betterhalf</family></name>
 <administrativeGenderCode code="F" displayName="Female"/><birthTime value="19750501"/></patient>
 </patientRole></recordTarget>
<author><time value="20230405"/><assignedAuthor><assignedPerson><name><prefix>Dr.</prefix><given>Henry</given>
 <family>Seven</family></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><name>Good Health Clinic</name>
 </representedCustodianOrganization></assignedCustodian></custodian>
<componentOf><encompassingEncounter><effectiveTime><low value="20230401"/><high value="20230405"/></effectiveTime>
 <dischargeDispositionCode code="01" displayName="Home"/></encompassingEncounter></componentOf>
"""


def document(body: str, header: str = HEADER) -> bytes:
    return (f'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{header}<component>{body}</component>'
            "</ClinicalDocument>").encode()  # fmt: skip


def section(inner: str, title: str = "Section") -> str:
    return f"<structuredBody><component><section><title>{title}</title>{inner}</section></component></structuredBody>"


def load(data: bytes) -> Document:
    return CdaLoader().load(Source(data, ".xml"))


def text(inner: str) -> str:
    """What comes out of a section, without the header."""
    return load(document(section(inner), "<title>T</title>")).pages[0].text.removeprefix("T\n\nSection\n")


def test_the_header_says_who_and_when() -> None:
    found = load(document(section("<text>Fine.</text>")))
    assert found.title == "Discharge Letter"
    assert found.pages[0].text.split("\n\nSection")[0].splitlines() == [
        "Discharge Letter", "Document: Discharge summary", "Date: 2023-04-05 10:15 (UTC+02:00)",
        "Patient: Eve Betterhalf", "Born: 1975-05-01", "Gender: Female", "Numbers: 998991",
        "Address: 17 Daws Rd., Beaverton", "Contact: +1(555)555-2003", "Author: Dr. Henry Seven, 2023-04-05",
        "Kept by: Good Health Clinic", "Encounter: 2023-04-01 to 2023-04-05",
        "Discharge: Home",
    ]  # fmt: skip


def test_sections_are_headings_at_their_depth() -> None:
    inner = "<text>outer</text><component><section><title>Inner</title><text>deep</text></section></component>"
    page = load(document(section(inner, "Outer"))).pages[0]
    assert [(heading.level, heading.text) for heading in page.headings] == [
        (1, "Discharge Letter"), (2, "Outer"), (3, "Inner"),
    ]  # fmt: skip
    assert all(page.text[heading.start :].startswith(heading.text) for heading in page.headings)


def test_the_narrative_keeps_paragraphs_and_lists() -> None:
    inner = """<text>Before <content styleCode="Bold">bold</content>.<paragraph>One<br/>two</paragraph>
    <list listType="ordered"><caption>Plan</caption><item>Rest</item><item>Drink</item></list>
    <list><item>a</item></list></text>"""
    assert text(inner) == "Before bold.\n\nOne\ntwo\n\nPlan\n1. Rest\n2. Drink\n\n- a"


def test_a_row_of_a_table_carries_its_header() -> None:
    inner = """<text><table><caption>Drugs</caption><thead><tr><th>Medicine</th><th>Dose</th></tr></thead><tbody>
    <tr><td ID="m1">Aspirin</td><td>81 mg<br/>daily</td></tr><tr><td>Ibuprofen</td><td/></tr></tbody></table></text>"""
    assert text(inner) == (
        "Drugs\nMedicine | Dose\nMedicine: Aspirin | Dose: 81 mg; daily\nIbuprofen"
    )


def test_cells_that_span_rows_stand_in_each_of_them() -> None:
    inner = """<text><table><thead><tr><th rowspan="2">Day</th><th colspan="2">Pressure</th></tr>
    <tr><th>high</th><th>low</th></tr></thead><tbody><tr><td rowspan="2">Monday</td><td>140</td><td>90</td></tr>
    <tr><td>130</td><td>85</td></tr></tbody></table></text>"""
    assert text(inner).splitlines()[1:] == [
        "Day: Monday | Pressure high: 140 | Pressure low: 90", "Day: Monday | Pressure high: 130 | Pressure low: 85",
    ]  # fmt: skip


def test_spans_without_end_are_bounded() -> None:
    assert text('<text><table><tr><td colspan="99999" rowspan="99999999999">x</td></tr></table></text>') == "x"


def test_coded_entries_speak_where_there_is_no_narrative() -> None:
    inner = """<entry><organizer><code displayName="Vital signs"/><component><observation>
    <code displayName="Body weight"/><effectiveTime value="20230401"/><statusCode code="completed"/>
    <value xsi:type="PQ" value="86" unit="kg"/></observation></component></organizer></entry>
    <entry><substanceAdministration><effectiveTime><low value="20230101"/></effectiveTime>
    <routeCode displayName="oral"/><doseQuantity value="1" unit="{tablet}"/><consumable><manufacturedProduct>
    <manufacturedMaterial><code displayName="Metformin 500 MG"/></manufacturedMaterial></manufacturedProduct>
    </consumable></substanceAdministration></entry>
    <entry><observation negationInd="true"><code displayName="Allergy"/></observation></entry>"""
    assert text(inner) == (
        "Vital signs\n  Body weight: 86 kg, 2023-04-01, completed\n"
        "Metformin 500 MG, dose 1 {tablet}, oral, from 2023-01-01\nNot: Allergy"
    )


def test_entries_do_not_repeat_the_narrative() -> None:
    entry = '<entry><observation><code displayName="Coded"/></observation></entry>'
    assert text(f"<text>Written</text>{entry}") == "Written"


def test_a_section_without_information_says_so() -> None:
    body = section("").replace("<section>", '<section nullFlavor="NI">')
    assert load(document(body)).pages[0].text.endswith("Section\nNo information")


def test_a_body_that_is_a_file_is_a_part() -> None:
    data = base64.encodebytes(b"%PDF-1.4 whatever").decode()
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{data}</text></nonXMLBody>'
    found = load(document(body))
    assert [(part.name, part.data) for part in found.parts] == [("document.pdf", b"%PDF-1.4 whatever")]
    assert "Attached: document.pdf" in found.pages[0].text


def test_a_body_that_is_text_is_read_as_it_stands() -> None:
    body = '<nonXMLBody><text mediaType="text/plain">First line\n  second</text></nonXMLBody>'
    assert load(document(body)).pages[0].text.endswith("First line\n  second")


def test_a_part_that_is_damaged_is_told() -> None:
    body = '<nonXMLBody><text mediaType="application/pdf" representation="B64">%%%</text></nonXMLBody>'
    found = load(document(body))
    assert found.parts == ()
    assert "damaged" in found.pages[0].reason


def test_a_file_that_is_cut_short_gives_what_it_has_and_says_so() -> None:
    data = document(section("<text><paragraph>Kept words</paragraph><paragraph>more</paragraph></text>"))
    page = load(data[: data.index(b"more")]).pages[0]
    assert "Kept words" in page.text
    assert "breaks the rules" in page.reason


def test_it_is_recognised_by_its_content_whatever_its_name_and_encoding() -> None:
    data = document(section("<text>x</text>"))
    wide = data.decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16")
    for each in (data, b"\xef\xbb\xbf" + data, b"\n " + data, wide):
        assert loader.choose(each, ".xml").kind == "cda"
    prefixed = data.replace(b"<ClinicalDocument xmlns=", b"<n1:ClinicalDocument xmlns:n1=")
    assert loader.choose(prefixed, ".txt").kind == "cda"
    assert loader.choose(b"<a>about ClinicalDocument</a>", ".xml").kind == "xml"
    assert load(wide).title == "Discharge Letter"


def declared(entities: str) -> Document:
    data = document(section("<text>Start &x; end</text>"))
    return load(data.replace(b"<ClinicalDocument", f"<!DOCTYPE a [{entities}]><ClinicalDocument".encode(), 1))


def test_entities_are_neither_resolved_nor_fetched() -> None:
    for entities in ('<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "resolved">'):
        assert declared(entities).pages[0].text.endswith("Start &x; end")


def test_a_bomb_of_entities_ends_the_reading_there_and_says_so() -> None:
    bomb = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 20))
    page = declared(f'<!ENTITY a0 "ha"> {bomb} <!ENTITY x "&a19;">').pages[0]
    assert "breaks the rules" in page.reason
    assert len(page.text) < 1000


def test_what_is_no_clinical_document_is_damaged() -> None:
    with pytest.raises(DamagedFile):
        load(b"<other/>")


def test_a_caged_reader_reads_it() -> None:
    body = '<nonXMLBody><text mediaType="text/plain" representation="B64">SGVsbG8=</text></nonXMLBody>'
    with ReaderPool(1) as pool:
        found = pool.read(document(section("<text><table><tr><td>a</td></tr></table></text>")), ".xml")
        assert (found.kind, found.status) == ("cda", Status.READ)
        assert pool.read(document(body), ".xml").parts[0].data == b"Hello"


def test_a_letter_names_its_author_then_its_patient() -> None:
    found = load(document(section("<text>Fine.</text>")))
    assert (found.date, found.people) == ("2023-04-05", ("Dr. Henry Seven", "Eve Betterhalf"))
