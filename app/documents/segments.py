"""What the segments, fields and codes of HL7 version 2 are called, and how each type of field reads.

Data from the standard's tables; knows no file and no parser.
"""

from __future__ import annotations

from enum import Enum

from app.documents.clinical import joined, moment

EVENTS = {
    "ADT": "Patient record", "ADT^A01": "Admission", "ADT^A02": "Transfer", "ADT^A03": "Discharge",
    "ADT^A04": "Registration", "ADT^A05": "Planned admission", "ADT^A08": "Change of patient record",
    "ADT^A11": "Cancelled admission", "ADT^A13": "Cancelled discharge", "ADT^A40": "Merging of patient records",
    "ORU": "Results", "ORM": "Order", "OML": "Laboratory order", "OMG": "Order", "ORR": "Reply to an order",
    "RDE": "Prescription", "RDS": "Dispensing", "RAS": "Administration of a medicine", "OMP": "Prescription",
    "MDM": "Document", "SIU": "Appointment", "SIU^S12": "New appointment", "SIU^S15": "Cancelled appointment",
    "VXU": "Vaccination record", "DFT": "Charges", "BAR": "Billing account", "REF": "Referral", "RRI": "Referral",
    "ACK": "Acknowledgement", "QRY": "Query", "PPR": "Problems", "MFN": "Master file",
}  # fmt: skip

SEGMENTS = {
    "MSH": "Message", "FHS": "File", "BHS": "Batch", "FTS": "End of file", "BTS": "End of batch", "EVN": "Event",
    "PID": "Patient", "PD1": "Patient, more", "NK1": "Next of kin", "PV1": "Visit", "PV2": "Visit, more",
    "ORC": "Order", "OBR": "Examination", "OBX": "Result", "NTE": "Note", "AL1": "Allergy", "IAM": "Allergy",
    "DG1": "Diagnosis", "PR1": "Procedure", "DRG": "Diagnosis group", "RXE": "Prescription", "RXO": "Medicine ordered",
    "RXA": "Medicine given", "RXD": "Medicine dispensed", "RXG": "Medicine to be given", "RXC": "Ingredient",
    "RXR": "Route", "TQ1": "Timing", "SPM": "Specimen", "IN1": "Insurance", "IN2": "Insurance, more",
    "IN3": "Insurance, more", "GT1": "Guarantor", "ACC": "Accident", "TXA": "Document", "SCH": "Appointment",
    "AIS": "Service", "AIP": "Person booked", "AIL": "Place booked", "AIG": "Resource booked", "MRG": "Merged record",
    "PRB": "Problem", "GOL": "Goal", "ROL": "Role", "FT1": "Charge", "MSA": "Acknowledgement", "ERR": "Error",
    "CTI": "Clinical trial", "RF1": "Referral", "PRD": "Provider", "DSP": "Display", "SFT": "Software",
}  # fmt: skip

_FLAGS = {
    "A": "abnormal", "AA": "far outside the range", "H": "high", "HH": "critically high", "L": "low",
    "LL": "critically low", "N": "normal", "U": "going up", "D": "going down", "S": "susceptible", "R": "resistant",
    "I": "intermediate", "POS": "positive", "NEG": "negative", "<": "below what can be measured",
    ">": "above what can be measured", "B": "better", "W": "worse",
}  # fmt: skip
_STATES = {
    "F": "final", "P": "preliminary", "C": "corrected", "X": "no result", "D": "deleted", "I": "pending",
    "R": "not verified", "S": "partial", "W": "wrong, withdrawn", "U": "final, status changed", "O": "ordered",
    "N": "not asked for",
}  # fmt: skip
_SEXES = {"M": "male", "F": "female", "O": "other", "U": "unknown", "A": "ambiguous", "N": "not applicable"}
_CLASSES = {
    "I": "inpatient", "O": "outpatient", "E": "emergency", "P": "before admission", "R": "recurring", "B": "obstetrics",
}  # fmt: skip
_ORDERS = {
    "NW": "new", "CA": "cancel", "DC": "stop", "HD": "hold", "XO": "change", "SC": "status changed",
    "RE": "with results", "OK": "accepted", "CM": "completed", "IP": "in progress", "RP": "replace", "RF": "refill",
    "CR": "cancelled", "DR": "stopped", "UA": "cannot be done", "SN": "number sent",
}  # fmt: skip
_SEVERITIES = {"SV": "severe", "MO": "moderate", "MI": "mild", "U": "unknown severity"}
_ALLERGIES = {
    "DA": "drug", "FA": "food", "MA": "mixed", "EA": "environment", "AA": "animal", "PA": "plant", "LA": "pollen",
}  # fmt: skip
_DIAGNOSES = {"A": "on admission", "W": "working", "F": "final"}


class Type(Enum):
    """How the components of a field read."""

    TEXT = "text"
    ANY = "any"
    NAME = "name"
    STAFF = "staff"
    CODE = "code"
    DATE = "date"
    ADDRESS = "address"
    PHONE = "phone"
    NUMBER = "number"  # of a patient, an order, a visit
    PLACE = "place"
    GROUP = "group"  # an organization
    QUANTITY = "quantity"
    STRUCTURED = "structured"
    UNIT = "unit"
    TIMING = "timing"
    FLAG = "flag"
    STATE = "state"
    SEX = "sex"
    CLASS = "class"
    ORDER = "order"
    SEVERITY = "severity"
    ALLERGY = "allergy"
    DIAGNOSIS = "diagnosis"

    def say(self, components: list[list[str]]) -> str:
        """Return the components (each a list of its parts) in words."""
        first = [parts[0].strip() if parts else "" for parts in components]
        at = dict(enumerate(first, 1))
        table = _TABLES.get(self)
        if table is not None:
            return table.get(at.get(1, ""), at.get(2) or at.get(1, ""))
        return _SAY[self](at, components)


def _text(at: dict[int, str], components: list[list[str]]) -> str:
    return "^".join("&".join(parts) for parts in components) if len(components) > 1 else "&".join(components[0])


def _any(at: dict[int, str], components: list[list[str]]) -> str:
    return " ".join(part.strip() for parts in components for part in parts if part.strip())


def _name(at: dict[int, str], components: list[list[str]]) -> str:
    """XPN: family, given, further, suffix, prefix."""
    return " ".join(name for number in (5, 2, 3, 1, 4) if (name := at.get(number, "").strip(", ")))


def _staff(at: dict[int, str], components: list[list[str]]) -> str:
    """XCN: a number, then a name."""
    full = " ".join(name for number in (6, 3, 4, 2, 5) if (name := at.get(number, "").strip(", ")))
    return full or at.get(1, "")


def _code(at: dict[int, str], components: list[list[str]]) -> str:
    """CE, CWE: code, text, system, then another one's; 9 is the words of whoever wrote it."""
    text = at.get(9) or at.get(2) or at.get(5) or ""
    code = at.get(1) or at.get(4) or ""
    return f"{text} ({code})" if text and code and text != code and len(code) < 20 else text or code


def _date(at: dict[int, str], components: list[list[str]]) -> str:
    return joined((moment(at.get(1, "")), moment(at.get(2, ""))), " to ")


def _address(at: dict[int, str], components: list[list[str]]) -> str:
    return joined(at.get(number, "") for number in (1, 2, 3, 4, 5, 6))


def _phone(at: dict[int, str], components: list[list[str]]) -> str:
    parts = " ".join(at[number] for number in (5, 6, 7) if at.get(number))
    return joined([at.get(1) or at.get(12) or parts, at.get(4, "")])


def _number(at: dict[int, str], components: list[list[str]]) -> str:
    kind = at.get(5, "")
    return f"{at.get(1, '')} ({kind})" if kind and at.get(1) else at.get(1, "")


def _place(at: dict[int, str], components: list[list[str]]) -> str:
    rooms = [("", at.get(1)), ("room ", at.get(2)), ("bed ", at.get(3)), ("", at.get(4))]
    return joined(label + value for label, value in rooms if value)


def _group(at: dict[int, str], components: list[list[str]]) -> str:
    return at.get(1) or at.get(3, "")


def _quantity(at: dict[int, str], components: list[list[str]]) -> str:
    return joined([at.get(1, ""), at.get(2, "")], " ")


def _structured(at: dict[int, str], components: list[list[str]]) -> str:
    """SN: comparator, number, separator, number: ">^100", "^1^:^128", "^10^-^20"."""
    return "".join(at.get(number, "") for number in (1, 2, 3, 4))


def _unit(at: dict[int, str], components: list[list[str]]) -> str:
    return at.get(1) or at.get(2, "")


def _timing(at: dict[int, str], components: list[list[str]]) -> str:
    """TQ: quantity, interval, duration, start, end."""
    said = [_any({}, [parts]) for parts in components[:3]]
    start, end = moment(at.get(4, "")), moment(at.get(5, ""))
    dates = [f"from {start}" if start else "", f"to {end}" if end else ""]
    return joined([*said, *dates, *(at[number] for number in at if number > 5)])


_SAY = {
    Type.TEXT: _text, Type.ANY: _any, Type.NAME: _name, Type.STAFF: _staff, Type.CODE: _code, Type.DATE: _date,
    Type.ADDRESS: _address, Type.PHONE: _phone, Type.NUMBER: _number, Type.PLACE: _place, Type.GROUP: _group,
    Type.QUANTITY: _quantity, Type.STRUCTURED: _structured, Type.UNIT: _unit, Type.TIMING: _timing,
}  # fmt: skip
_TABLES = {
    Type.FLAG: _FLAGS, Type.STATE: _STATES, Type.SEX: _SEXES, Type.CLASS: _CLASSES, Type.ORDER: _ORDERS,
    Type.SEVERITY: _SEVERITIES, Type.ALLERGY: _ALLERGIES, Type.DIAGNOSIS: _DIAGNOSES,
}  # fmt: skip

# The type of an observation's value, by OBX-2.
CODES = {
    "CE": Type.CODE, "CWE": Type.CODE, "CNE": Type.CODE, "CF": Type.CODE, "DT": Type.DATE, "TS": Type.DATE,
    "DTM": Type.DATE, "DR": Type.DATE, "SN": Type.STRUCTURED, "XPN": Type.NAME, "PN": Type.NAME, "XCN": Type.STAFF,
    "CN": Type.STAFF, "XAD": Type.ADDRESS, "AD": Type.ADDRESS, "XTN": Type.PHONE, "TN": Type.PHONE, "CX": Type.NUMBER,
    "CK": Type.NUMBER, "CQ": Type.QUANTITY, "RP": Type.ANY, "XON": Type.GROUP,
}  # fmt: skip

# What is told of each segment, in this order: field → (label, type); other fields come after, by their number.
FIELDS: dict[str, dict[int, tuple[str, Type]]] = {
    "MSH": {3: ("from", Type.GROUP), 4: ("", Type.GROUP), 5: ("to", Type.GROUP), 6: ("", Type.GROUP),
            7: ("sent", Type.DATE), 10: ("number", Type.TEXT)},
    "EVN": {2: ("recorded", Type.DATE), 3: ("planned", Type.DATE), 4: ("reason", Type.CODE), 5: ("by", Type.STAFF),
            6: ("happened", Type.DATE)},
    "PID": {5: ("", Type.NAME), 9: ("also", Type.NAME), 7: ("born", Type.DATE), 8: ("", Type.SEX),
            6: ("mother's maiden name", Type.NAME),
            2: ("number", Type.NUMBER), 3: ("number", Type.NUMBER), 4: ("number", Type.NUMBER),
            10: ("race", Type.CODE), 11: ("address", Type.ADDRESS), 13: ("phone", Type.PHONE),
            14: ("phone at work", Type.PHONE), 15: ("language", Type.CODE), 16: ("marital status", Type.CODE),
            17: ("religion", Type.CODE), 18: ("account", Type.NUMBER), 19: ("insurance number", Type.TEXT),
            22: ("ethnic group", Type.CODE), 23: ("born in", Type.TEXT), 29: ("died", Type.DATE)},
    "NK1": {2: ("", Type.NAME), 3: ("", Type.CODE), 4: ("address", Type.ADDRESS), 5: ("phone", Type.PHONE),
            6: ("phone", Type.PHONE), 7: ("role", Type.CODE)},
    "PD1": {3: ("facility", Type.GROUP), 4: ("doctor", Type.STAFF)},
    "PV1": {2: ("", Type.CLASS), 3: ("", Type.PLACE), 4: ("admission", Type.CODE), 6: ("before", Type.PLACE),
            7: ("attending", Type.STAFF), 8: ("referring", Type.STAFF), 9: ("consulting", Type.STAFF),
            10: ("service", Type.CODE), 14: ("came from", Type.CODE), 17: ("admitting", Type.STAFF),
            19: ("visit", Type.NUMBER), 36: ("discharge", Type.CODE), 44: ("admitted", Type.DATE),
            45: ("discharged", Type.DATE)},
    "PV2": {3: ("reason", Type.CODE), 8: ("expected", Type.DATE), 9: ("expected discharge", Type.DATE),
            12: ("", Type.TEXT)},
    "ORC": {1: ("", Type.ORDER), 2: ("placed as", Type.NUMBER), 3: ("filled as", Type.NUMBER), 5: ("", Type.ORDER),
            7: ("", Type.TIMING), 9: ("on", Type.DATE), 10: ("entered by", Type.STAFF),
            12: ("ordered by", Type.STAFF), 16: ("reason", Type.CODE), 21: ("for", Type.GROUP)},
    "OBR": {4: ("", Type.CODE), 2: ("order", Type.NUMBER), 3: ("laboratory number", Type.NUMBER),
            7: ("taken", Type.DATE), 8: ("until", Type.DATE), 13: ("about the patient", Type.TEXT),
            14: ("received", Type.DATE), 15: ("specimen", Type.CODE), 16: ("ordered by", Type.STAFF),
            22: ("reported", Type.DATE), 25: ("", Type.STATE), 28: ("copy to", Type.STAFF), 31: ("reason", Type.CODE),
            32: ("read by", Type.STAFF), 44: ("procedure", Type.CODE)},
    "AL1": {3: ("", Type.CODE), 2: ("", Type.ALLERGY), 4: ("", Type.SEVERITY), 5: ("reaction", Type.TEXT),
            6: ("since", Type.DATE)},
    "IAM": {3: ("", Type.CODE), 2: ("", Type.ALLERGY), 4: ("", Type.SEVERITY), 5: ("reaction", Type.TEXT),
            11: ("since", Type.DATE)},
    "DG1": {3: ("", Type.CODE), 4: ("", Type.TEXT), 5: ("on", Type.DATE), 6: ("", Type.DIAGNOSIS),
            16: ("by", Type.STAFF)},
    "PR1": {3: ("", Type.CODE), 4: ("", Type.TEXT), 5: ("on", Type.DATE), 11: ("surgeon", Type.STAFF),
            12: ("by", Type.STAFF)},
    "RXO": {1: ("", Type.CODE), 2: ("amount", Type.TEXT), 3: ("to", Type.TEXT), 4: ("", Type.CODE),
            5: ("form", Type.CODE), 6: ("", Type.CODE), 7: ("instructions", Type.CODE),
            11: ("dispense", Type.TEXT), 12: ("", Type.CODE), 13: ("refills", Type.TEXT), 18: ("strength", Type.TEXT),
            19: ("", Type.CODE)},
    "RXE": {2: ("", Type.CODE), 1: ("", Type.TIMING), 3: ("amount", Type.TEXT), 4: ("to", Type.TEXT),
            5: ("", Type.CODE), 6: ("form", Type.CODE), 7: ("instructions", Type.CODE), 10: ("dispense", Type.TEXT),
            11: ("", Type.CODE), 12: ("refills", Type.TEXT), 13: ("ordered by", Type.STAFF),
            15: ("prescription", Type.TEXT), 21: ("", Type.CODE), 23: ("rate", Type.TEXT), 24: ("", Type.CODE),
            25: ("strength", Type.TEXT), 26: ("", Type.CODE)},
    "RXA": {5: ("", Type.CODE), 3: ("", Type.DATE), 4: ("to", Type.DATE), 6: ("amount", Type.TEXT),
            7: ("", Type.CODE), 9: ("", Type.CODE), 10: ("by", Type.STAFF), 15: ("lot", Type.TEXT),
            16: ("expires", Type.DATE), 17: ("maker", Type.CODE), 18: ("not given because", Type.CODE),
            20: ("status", Type.TEXT)},
    "RXD": {2: ("", Type.CODE), 3: ("", Type.DATE), 4: ("amount", Type.TEXT), 5: ("", Type.CODE),
            7: ("prescription", Type.TEXT), 9: ("", Type.TEXT), 15: ("instructions", Type.CODE)},
    "RXG": {4: ("", Type.CODE), 3: ("", Type.TIMING), 5: ("amount", Type.TEXT), 6: ("to", Type.TEXT),
            7: ("", Type.CODE)},
    "RXC": {2: ("", Type.CODE), 3: ("amount", Type.TEXT), 4: ("", Type.CODE)},
    "RXR": {1: ("", Type.CODE), 2: ("at", Type.CODE), 4: ("", Type.CODE)},
    "TQ1": {2: ("", Type.QUANTITY), 3: ("", Type.ANY), 6: ("for", Type.QUANTITY), 7: ("from", Type.DATE),
            8: ("to", Type.DATE), 9: ("priority", Type.CODE), 11: ("", Type.TEXT)},
    "SPM": {4: ("", Type.CODE), 8: ("from", Type.CODE), 17: ("taken", Type.DATE), 18: ("received", Type.DATE)},
    "IN1": {4: ("", Type.GROUP), 2: ("plan", Type.CODE), 36: ("policy", Type.TEXT), 16: ("insured", Type.NAME),
            17: ("", Type.CODE), 12: ("from", Type.DATE), 13: ("to", Type.DATE)},
    "GT1": {3: ("", Type.NAME), 5: ("address", Type.ADDRESS), 6: ("phone", Type.PHONE), 11: ("", Type.CODE)},
    "TXA": {2: ("", Type.CODE), 4: ("", Type.DATE), 9: ("author", Type.STAFF), 12: ("number", Type.NUMBER),
            16: ("file", Type.TEXT), 17: ("status", Type.CODE), 22: ("signed by", Type.STAFF)},
    "MRG": {1: ("number", Type.NUMBER), 7: ("", Type.NAME)},
    "PRB": {3: ("", Type.CODE), 2: ("", Type.DATE), 16: ("since", Type.DATE)},
    "MSA": {1: ("", Type.TEXT), 2: ("of message", Type.TEXT), 3: ("", Type.TEXT)},
    "ACC": {1: ("", Type.DATE), 2: ("", Type.CODE), 3: ("at", Type.TEXT)},
}  # fmt: skip
