from __future__ import annotations

import base64

import pytest

from app.documents import loader
from app.documents.hl7v2 import Hl7Loader
from app.documents.sandbox import ReaderPool
from app.documents.source import Source
from app.errors import DamagedFile
from app.types import Document

HEAD = "MSH|^~\\&|GHH LAB|ELAB-3|GHH OE|BLDG4|200202150930||ORU^R01|CNTRL-3456|P|2.4"
PATIENT = "PID|||555-44-4444^^^H^MR||EVERYWOMAN^EVE^E^^DR.||19620320|F|||153 FERN DR.^^STATESVILLE^OH^35292||(206)335"


def load(*segments: str, end: str = "\r") -> Document:
    return Hl7Loader().load(Source((end.join(segments) + end).encode(), ".hl7"))


def lines(*segments: str) -> list[str]:
    """The lines after the heading and the message's own."""
    return load(HEAD, *segments).pages[0].text.splitlines()[2:]


def test_a_message_is_a_heading_and_says_what_it_is_of_whom_and_when() -> None:
    found = load(HEAD, PATIENT)
    assert found.title == "Results (ORU^R01): DR. EVE E EVERYWOMAN, 2002-02-15 09:30"
    assert found.pages[0].text.splitlines() == [
        found.title,
        "Message: from GHH LAB, ELAB-3, to GHH OE, BLDG4, sent 2002-02-15 09:30, number CNTRL-3456",
        ("Patient: DR. EVE E EVERYWOMAN, born 1962-03-20, female, number 555-44-4444 (MR), "
         "address 153 FERN DR., STATESVILLE, OH, 35292, phone (206)335"),
    ]


def test_a_result_says_value_unit_range_flag_and_state() -> None:
    assert lines(
        "OBR|1|845439|1045813|15545^GLUCOSE|||200202150730|||||||||PRIM^PRIMARY^PAT",
        "OBX|1|NM|1554-5^Glucose||182|mg/dl|70-105|H|||F|||200202150800",
        "OBX|2|SN|X^Titre||>^1^:^128",
        "OBX|3|CE|ORG^Organism||112283007^Escherichia coli^SCT~2^Other^L||||||P",
        "NTE|1||Called to ward",
    ) == [
        ("Examination: GLUCOSE (15545), order 845439, laboratory number 1045813, taken 2002-02-15 07:30, "
         "ordered by PAT PRIMARY"),
        "Glucose (1554-5): 182 mg/dl, reference 70-105, high, final, 2002-02-15 08:00",
        "Titre (X): >1:128",
        "Organism (ORG): Escherichia coli (112283007); Other (2), preliminary",
        "  Note: Called to ward",
    ]


def test_a_report_in_pieces_has_its_name_once() -> None:
    assert lines(
        "OBX|1|TX|R^Report||First line.", "OBX|2|TX|R^Report||Second line.",
        "OBX|3|FT|I^Impression||A\\.br\\B\\.sp2\\C",
    ) == ["Report (R): First line.", "  Second line.", "Impression (I):", "  A", "  B", "  C"]  # fmt: skip


def test_escapes_stand_for_their_characters() -> None:
    assert lines("NTE|1||a \\F\\ b \\S\\ c \\T\\ d \\R\\ e \\E\\ f \\X41\\ \\H\\bold\\N\\") == [
        "  Note: a | b ^ c & d ~ e \\ f A bold"
    ]
    for odd in ("\\.brx\\", "\\Xé1\\", "\\C2842\\", "\\\\", "C:\\"):
        assert lines(f"NTE|1||broken {odd} escape") == [f"  Note: broken {odd} escape"]


def test_segments_have_plain_names_and_fields_without_one_are_kept() -> None:
    assert lines(
        "PV1|1|I|W^12^3|||||0148^ADDISON,^JAMES",
        "AL1|1|DA|741^OXYCODONE|SV|HYPOTENSION",
        "DG1|1||M19^OSTEOARTHROSIS||20230102|A",
        "ORC|NW|A100^EPIC|||||1^BID^D7^20230101^20230108||20230101120000",
        "RXE|1^BID|54^Amoxicillin|500||mg|CAP^Capsule",
        "ZXX|1|of our^own",
    ) == [
        "Visit: inpatient, W, room 12, bed 3, referring JAMES ADDISON",
        "Allergy: OXYCODONE (741), drug, severe, reaction HYPOTENSION",
        "Diagnosis: OSTEOARTHROSIS (M19), on 2023-01-02, on admission",
        "Order: new, placed as A100, 1, BID, D7, from 2023-01-01, to 2023-01-08, on 2023-01-01 12:00",
        "Prescription: Amoxicillin (54), 1, BID, amount 500, mg, form Capsule (CAP)",
        "ZXX: of our own",
    ]


def test_a_document_inside_a_result_is_a_part() -> None:
    data = base64.b64encode(b"%PDF-1.4 whatever").decode()
    pdf, rtf = f"OBX|1|ED|L^Lab report||LAB^application^pdf^Base64^{data}", f"OBX|2|ED|L^x||^^rtf^Base64^{data}"
    found = load(HEAD, pdf, rtf)
    assert [(part.name, part.data) for part in found.parts] == [
        ("Lab report (L).pdf", b"%PDF-1.4 whatever"), ("x (L).rtf", b"%PDF-1.4 whatever"),
    ]  # fmt: skip
    assert "Attached: Lab report (L).pdf" in found.pages[0].text


def test_several_messages_framed_or_in_a_batch_are_each_a_heading() -> None:
    one, two = f"{HEAD}\r{PATIENT}", HEAD.replace("200202150930", "20240101")
    framed = f"\x0b{one}\x1c\r\x0b{two}\x1c\r"
    batch = f"FHS|^~\\&|A\rBHS|^~\\&|B\r{one}\r{two}\rBTS|2\rFTS|1\r"
    for text, kinds in ((framed, 2), (batch, 4), (framed.replace("\r", "\r\n"), 2), (batch.replace("\r", "\n"), 4)):
        found = Hl7Loader().load(Source(text.encode(), ".hl7"))
        headings = [heading.text for heading in found.pages[0].headings]
        assert len(headings) == kinds
        assert headings[-1] == "Results (ORU^R01), 2024-01-01"


def test_a_line_that_begins_no_segment_goes_on_the_one_before() -> None:
    assert lines("NTE|1||first line\nsecond line") == ["  Note: first line second line"]


def test_the_encoding_is_the_one_declared_or_found() -> None:
    for declared, encoding in (("8859/1", "cp1252"), ("UNICODE UTF-8", "utf-8"), ("", "cp1252"), ("ASCII", "utf-8")):
        head = HEAD + "||||||" + declared
        data = f"{head}\rNTE|1||Größe übermäßig\r".encode(encoding)
        assert "Größe übermäßig" in Hl7Loader().load(Source(data, ".hl7")).pages[0].text


def test_it_is_recognised_by_its_content() -> None:
    assert loader.choose(HEAD.encode(), ".txt").kind == "hl7"
    assert loader.choose(b"\x0b" + HEAD.encode(), ".dat").kind == "hl7"
    assert loader.choose(b"MSH| is a segment of HL7", ".txt").kind == "text"
    with pytest.raises(DamagedFile):
        load("not a message")


def test_separators_of_its_own_are_kept_to() -> None:
    assert Hl7Loader().load(Source(b"MSH#*~\\&#LAB\rPID###1##A*B\r", ".hl7")).pages[0].text.endswith(
        "Patient: B A, number 1"
    )


def test_a_caged_reader_reads_it() -> None:
    with ReaderPool(1) as pool:
        found = pool.read(f"{HEAD}\rOBX|1|ED|L^R||^^PDF^Base64^JVBERg==\r".encode(), ".hl7")
        assert found.kind == "hl7"
        assert found.parts[0].name == "R (L).pdf"


def test_a_message_names_its_patient_and_its_day() -> None:
    found = load(HEAD, PATIENT, "OBR|1|||15545^GLUCOSE|||200202150730|||||||||555-55-5555^PRIMARY^PATRICIA P^^^^MD")
    assert found.date == "2002-02-15"
    assert len(found.people) == 2
    assert "EVERYWOMAN" in found.people[0]
    assert "PRIMARY" in found.people[1]
