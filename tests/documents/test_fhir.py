from __future__ import annotations

import json
from typing import Any

import pytest

from app.documents import loader
from app.documents.fhir import FhirLoader
from app.documents.sandbox import ReaderPool
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "1", "active": True, "birthDate": "1974-12-25",
    "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
             {"use": "maiden", "family": "Windsor", "given": ["Peter"]}],
    "telecom": [{"system": "phone", "value": "(03) 5555 6473", "use": "work"}],
    "address": [{"line": ["534 Erewhon St"], "city": "Pleasantville", "postalCode": "3999"}],
    "identifier": [{"type": {"text": "Insurance number"}, "system": "urn:oid:1.2", "value": "12345"}],
    "maritalStatus": {"coding": [{"system": "x", "code": "M", "display": "Married"}]},
}  # fmt: skip
PRESSURE: dict[str, Any] = {
    "resourceType": "Observation", "id": "2", "status": "final", "code": {"text": "Blood pressure"},
    "subject": {"reference": "Patient/1"}, "effectiveDateTime": "2023-04-01T10:30:00+02:00",
    "component": [
        {"code": {"coding": [{"code": "8480-6", "display": "Systolic"}]},
         "valueQuantity": {"value": 107, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 60, "unit": "mmHg"},
         "referenceRange": [{"low": {"value": 60, "unit": "mmHg"}, "high": {"value": 80, "unit": "mmHg"}}]},
    ],
    "note": [{"text": "Arm: left", "time": "2023-04-01"}],
}  # fmt: skip


def bundle(*resources: object, **more: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources], **more}


def load(value: object) -> Document:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return FhirLoader().load(Source(data, ".json"))


def text(value: object) -> str:
    return load(value).pages[0].text


def test_a_bundle_is_its_resources_each_under_a_heading_with_its_day() -> None:
    found = load(bundle(PATIENT, PRESSURE))
    assert found.title == "Patient: Peter James Chalmers, born 1974-12-25"
    assert [heading.text for heading in found.pages[0].headings] == [
        "Patient: Peter James Chalmers, born 1974-12-25", "Observation: Blood pressure, 2023-04-01",
    ]  # fmt: skip
    assert found.pages[0].text.splitlines() == [
        "Patient: Peter James Chalmers, born 1974-12-25", "Active: yes", "Birth date: 1974-12-25",
        "Name: Peter James Chalmers; Peter Windsor (maiden)", "Telecom: phone (03) 5555 6473, work",
        "Address: 534 Erewhon St, Pleasantville, 3999", "Identifier: Insurance number 12345",
        "Marital status: Married", "",
        "Observation: Blood pressure, 2023-04-01", "Status: final", "Code: Blood pressure",
        "Subject: Peter James Chalmers", "Effective: 2023-04-01 10:30 (UTC+02:00)",
        "Component: Systolic 107 mmHg", "Component: Diastolic 60 mmHg, reference range 60 mmHg to 80 mmHg",
        "Note: Arm: left, 2023-04-01",
    ]  # fmt: skip


def test_numbers_stay_as_they_were_written() -> None:
    data = b'{"resourceType": "Observation", "valueQuantity": {"value": 7.10, "comparator": "<", "unit": "mg"}}'
    assert "Value: less than 7.10 mg" in text(data)


def test_the_narrative_is_read_before_the_facts() -> None:
    div = ('<div xmlns="http://www.w3.org/1999/xhtml"><h2>Summary</h2><p>Peter &amp; <b>family</b></p>'
           "<script>x</script></div>")  # fmt: skip
    found = load({"resourceType": "Patient", "text": {"status": "generated", "div": div}, "gender": "male"})
    assert found.pages[0].text == "Patient\n\nSummary\n\nPeter & family\n\nGender: male"
    assert [(heading.level, heading.text) for heading in found.pages[0].headings] == [(1, "Patient"), (3, "Summary")]


def test_sections_of_a_letter_have_their_titles() -> None:
    sections = [{"title": "Allergies", "text": {"div": "<div>None known</div>"},
                 "section": [{"title": "Food", "text": {"div": "<div>Nuts</div>"}}]}]  # fmt: skip
    found = load({"resourceType": "Composition", "title": "Letter", "section": sections})
    assert [heading.text for heading in found.pages[0].headings] == ["Composition: Letter", "Allergies", "Food"]
    assert "None known" in found.pages[0].text


def test_what_is_contained_is_named_and_follows() -> None:
    request = {"resourceType": "MedicationRequest", "medicationReference": {"reference": "#m"},
               "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Amoxicillin 500 mg"}}],
               "dosageInstruction": [{"text": "1 capsule three times a day", "route": {"text": "oral"}}]}  # fmt: skip
    assert text(request).splitlines() == [
        "Medication request: Amoxicillin 500 mg", "Medication: Amoxicillin 500 mg",
        "Dosage instruction: 1 capsule three times a day, route oral", "", "Medication: Amoxicillin 500 mg",
        "Code: Amoxicillin 500 mg",
    ]  # fmt: skip


def test_a_resource_of_an_unknown_kind_is_read_all_the_same() -> None:
    odd = {"deep": {"deeper": [{"word": "kept"}, 5, None, True]}}
    made_up = {"resourceType": "FutureThing", "odd": odd, "n": [[1]]}
    said = text(made_up)
    assert "Future thing" in said
    assert "kept" in said
    assert "5" in said
    assert not set("{}[]'") & set(said)


def test_files_inside_are_parts() -> None:
    reference = {"resourceType": "DocumentReference", "type": {"text": "Discharge letter"}, "content": [
        {"attachment": {"contentType": "application/pdf", "data": "JVBERi0=", "title": "Letter"}},
        {"attachment": {"contentType": "text/plain", "url": "file:///x", "title": "Elsewhere"}}]}  # fmt: skip
    binary = {"resourceType": "Binary", "contentType": "text/rtf", "data": "e1xydGZ9"}
    found = load(bundle(reference, binary))
    assert [(part.name, part.data) for part in found.parts] == [("Letter.pdf", b"%PDF-"), ("Binary.rtf", b"{\\rtf}")]
    assert "JVBERi0" not in found.pages[0].text
    assert "Elsewhere, text/plain, file:///x" in found.pages[0].text


def test_lines_of_json_are_each_a_resource_and_a_broken_one_is_kept() -> None:
    lines = [json.dumps(PATIENT), "", json.dumps(PRESSURE), '{"resourceType": "Obser']
    page = load("\n".join(lines).encode()).pages[0]
    assert len(page.headings) == 2
    assert page.text.endswith('{"resourceType": "Obser')
    assert "breaks the rules of JSON" in page.reason


def test_xml_is_read_like_json() -> None:
    data = b"""<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><entry>
    <fullUrl value="urn:uuid:9"/><resource><Patient><id value="1"/><text><status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml"><p>Seen <i>today</i></p></div></text><name><family value="Chalmers"/>
    <given value="Peter"/><given value="James"/></name></Patient></resource></entry><entry><resource><Observation>
    <code><text value="Weight"/></code><subject><reference value="urn:uuid:9"/></subject>
    <valueQuantity><value value="70.50"/><unit value="kg"/></valueQuantity></Observation></resource></entry></Bundle>"""
    assert text(data).splitlines() == [
        "Patient: Peter James Chalmers", "Seen today", "", "Name: Peter James Chalmers", "", "Observation: Weight",
        "Code: Weight", "Subject: Peter James Chalmers", "Value: 70.50 kg",
    ]  # fmt: skip


def test_it_is_recognised_by_its_content() -> None:
    for data in (json.dumps(PATIENT), json.dumps([PATIENT]), json.dumps(bundle(PATIENT), indent=2), "\ufeff{}"):
        expected = "text" if data == "\ufeff{}" else "fhir"
        assert loader.choose(data.encode(), ".json").kind == expected
    assert loader.choose(b'<Patient xmlns="http://hl7.org/fhir"/>', ".xml").kind == "fhir"
    assert loader.choose(b'{"resourceType": 5, "about": "FHIR"}', ".json").kind == "text"
    assert loader.load(Source(b'{"other": "json"}', ".json")).pages[0].text == '{"other": "json"}'


def test_a_record_of_a_programs_own_around_resources_loses_nothing() -> None:
    said = text({"exported": "today", "data": [PATIENT], "comment": "by hand"})
    assert "Exported: today" in said
    assert "Peter James Chalmers" in said
    assert "Comment: by hand" in said


def test_nesting_without_end_is_refused() -> None:
    deep: Any = {"word": 1}
    for _ in range(200):
        deep = {"x": deep}
    with pytest.raises(DamagedFile, match="nested"):
        loader.load(Source(json.dumps({"resourceType": "X", "x": deep}).encode(), ".json"))
    with pytest.raises(DamagedFile):
        loader.load(Source(b'{"resourceType": "X", "x": ' + b"[" * 100_000, ".fhir"))


def test_a_caged_reader_reads_it() -> None:
    with ReaderPool(1) as pool:
        found = pool.read(json.dumps(bundle(PATIENT, PRESSURE)).encode(), ".json")
        assert found.kind == "fhir"
        assert len(found.pages[0].headings) == 2


def test_a_record_says_of_whom_and_when() -> None:
    report = {"resourceType": "DiagnosticReport", "code": {"text": "Blood"}, "effectiveDateTime": "2024-01-31",
              "performer": [{"display": "Dr. Ann Smith"}, {"reference": "Patient/1"}]}  # fmt: skip
    found = FhirLoader().load(Source(json.dumps(bundle(PATIENT, PRESSURE, report)).encode(), ".json"))
    assert found.date == "2024-01-31"
    assert found.people[0] == "Dr. Ann Smith"
    assert any("Chalmers" in name for name in found.people)
    alone = FhirLoader().load(Source(json.dumps(bundle(PATIENT, PRESSURE)).encode(), ".json"))
    assert alone.date == "2023-04-01"
