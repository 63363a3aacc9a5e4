"""Clinical documents (HL7 CDA and C-CDA) → Document: who and when, then each section's title and narrative.

The narrative block is what a doctor signed, so it is what is read; where a section has none, the
names in its coded entries stand in for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.documents import imprint
from app.documents.clinical import Report, attach, joined, moment, squeezed, words
from app.documents.imprint import Imprint
from app.documents.narrative import narrative
from app.documents.parts import Parts
from app.documents.source import Source, Why, damaged, unpaged
from app.documents.xml import BROKEN, head, name, parsed, text_of
from app.types import Document

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_STATEMENTS = frozenset(
    "observation act substanceAdministration procedure encounter organizer supply observationMedia regionOfInterest"
    .split()
)  # fmt: skip
_NESTED = frozenset({"entryRelationship", "component"})
_UNKNOWN = {
    "NI": "no information", "NA": "not applicable", "UNK": "unknown", "ASKU": "asked but unknown",
    "NAV": "temporarily unavailable", "NASK": "not asked", "MSK": "withheld",
}  # fmt: skip
_MERE = frozenset({"ASSERTION", "CONC"})  # codes that say that something is said
_MINIMAL = """<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>T</title>
<effectiveTime value="20240102"/><recordTarget><patientRole><id extension="1"/><addr><city>C</city></addr>
<telecom value="tel:1"/><patient><name><given>A</given><family>B</family></name><birthTime value="19700101"/></patient>
</patientRole></recordTarget><component><structuredBody><component><section><title>S</title>
<text><paragraph>P</paragraph><list><item>I</item></list><table><thead><tr><th>H</th></tr></thead><tbody><tr>
<td rowspan="2">C</td></tr></tbody></table></text></section></component><component><section><title>N</title>
<entry><observation><code displayName="O"/><value value="1" unit="mg"/></observation></entry></section></component>
</structuredBody></component></ClinicalDocument>"""
_ATTACHED = """<ClinicalDocument xmlns="urn:hl7-org:v3"><title>T</title><component><nonXMLBody>
<text mediaType="text/plain" representation="B64">SGVsbG8=</text></nonXMLBody></component></ClinicalDocument>"""
_DEEPEST = 40  # statements inside statements
LATE = "Only a part of the file was read, because it took too long."


class CdaLoader:
    """Reads clinical documents: discharge letters, summaries of care, referrals."""

    kind = "cda"
    suffixes = frozenset({".cda", ".ccd", ".ccda"})
    paged = False

    def samples(self) -> list[bytes]:
        return [_MINIMAL.encode(), _ATTACHED.encode()]

    def claims(self, data: bytes) -> bool:
        if b"\x00" not in data[:4] and b"ClinicalDocument" not in data[:65536]:
            return False
        start = head(data)
        return start.startswith("<") and "ClinicalDocument" in start and "urn:hl7-org:v3" in start

    def load(self, source: Source) -> Document:
        root, whole = parsed(source.data)
        if root is None or name(root) != "ClinicalDocument":
            raise damaged(Why.NOT_OF_ITS_KIND)
        reading = _Reading(root, source)
        title = reading.document()
        reasons = ([] if whole else [BROKEN]) + reading.reasons
        page = unpaged(self.kind, title[:300], reading.report.writer.text, reading.report.writer.headings,
                       " ".join(dict.fromkeys(reasons)))  # fmt: skip
        return Document(page.kind, page.title, page.pages, reading.parts.all, *reading.imprint)


class _Reading:
    """One document being read."""

    def __init__(self, root: Any, source: Source) -> None:
        self._root = root
        self._source = source
        self._named: dict[str, Any] | None = None
        self.report = Report()
        self.parts = Parts()
        self.reasons: list[str] = []

    def document(self) -> str:
        """Write everything and return the title."""
        root = self._root
        title = _text(_first(root, "title")) or _code(_first(root, "code")) or "Clinical document"
        self.report.heading(title, 1)
        self._header()
        body = _first(root, "component")
        for each in _all(body, "structuredBody"):
            for component in _all(each, "component"):
                for section in _all(component, "section"):
                    self._section(section, 2)
        for each in _all(body, "nonXMLBody"):
            self._other_body(each)
        return title

    @property
    def imprint(self) -> Imprint:
        """The day of the document; its authors, its patient, and who else is named in its head."""
        root = self._root
        roles = [_first(each, "assignedAuthor") for each in _all(root, "author")]
        authors = [name for role in roles for name in _own_names(role)]
        roles = []
        patients = [_first(_first(each, "patientRole"), "patient") for each in _all(root, "recordTarget")]
        for element, role in (("legalAuthenticator", "assignedEntity"), ("authenticator", "assignedEntity"),
                              ("informationRecipient", "intendedRecipient")):  # fmt: skip
            roles += [_first(each, role) for each in _all(root, element)]
        others = [name for role in roles for name in _own_names(role)]
        named = [_name(each) for patient in patients for each in _all(patient, "name")]
        return imprint.of([_get(_first(root, "effectiveTime"), "value")], [*authors, *named, *others])

    # The header.

    def _header(self) -> None:
        root, fact = self._root, self.report.fact
        fact("Document", _code(_first(root, "code")))
        fact("Date", _when(_first(root, "effectiveTime")))
        for target in _all(root, "recordTarget"):
            self._patient(_first(target, "patientRole"))
        for author in _all(root, "author"):
            fact("Author", joined([_person(_first(author, "assignedAuthor")), _when(_first(author, "time"))]))
        for role, inner in (("legalAuthenticator", "assignedEntity"), ("authenticator", "assignedEntity")):
            for each in _all(root, role):
                signed = joined([_person(_first(each, inner)), _when(_first(each, "time"))])
                fact("Signed by" if role == "legalAuthenticator" else "Confirmed by", signed)
        for each in _all(root, "custodian"):
            holder = _first(_first(each, "assignedCustodian"), "representedCustodianOrganization")
            fact("Kept by", _organization(holder))
        for each in _all(root, "informationRecipient"):
            fact("Sent to", _person(_first(each, "intendedRecipient")))
        for role, label in (("informant", "Information from"), ("dataEnterer", "Entered by")):
            for each in _all(root, role):
                fact(label, _person(_first(each, "assignedEntity", "relatedEntity")))
        for each in _all(root, "participant"):
            role = _first(each, "associatedEntity")
            kind = _code(_first(role, "code")) or words(_get(role, "classCode").lower())
            fact("Contact", joined([_person(role), kind]))
        for each in _all(root, "documentationOf"):
            self._service(_first(each, "serviceEvent"))
        for each in _all(root, "componentOf"):
            self._encounter(_first(each, "encompassingEncounter"))

    def _patient(self, role: Any) -> None:
        fact = self.report.fact
        patient = _first(role, "patient")
        fact("Patient", joined(_name(each) for each in _all(patient, "name")))
        fact("Born", _when(_first(patient, "birthTime")))
        for element, label in (
            ("administrativeGenderCode", "Gender"), ("maritalStatusCode", "Marital status"), ("raceCode", "Race"),
            ("ethnicGroupCode", "Ethnic group"), ("religiousAffiliationCode", "Religion"),
        ):  # fmt: skip
            fact(label, joined(_code(each) for each in _all(patient, element)))
        languages = [_get(_first(each, "languageCode"), "code") for each in _all(patient, "languageCommunication")]
        fact("Language", joined(languages))
        fact("Died", _when(_first(patient, "deceasedTime")))
        fact("Numbers", joined(_get(each, "extension") for each in _all(role, "id")))
        fact("Address", joined([_address(each) for each in _all(role, "addr")], "; "))
        fact("Contact", joined(_telecom(role)))
        for guardian in _all(patient, "guardian"):
            fact("Guardian", joined([_person(guardian), _code(_first(guardian, "code"))]))
        fact("Provider", _organization(_first(role, "providerOrganization")))

    def _service(self, event: Any) -> None:
        self.report.fact("Service", joined([_code(_first(event, "code")), _when(_first(event, "effectiveTime"))]))
        for performer in _all(event, "performer"):
            role = _code(_first(performer, "functionCode")) or "Performer"
            self.report.fact(role[:1].upper() + role[1:], _person(_first(performer, "assignedEntity")))

    def _encounter(self, encounter: Any) -> None:
        fact = self.report.fact
        fact("Encounter", joined([_code(_first(encounter, "code")), _when(_first(encounter, "effectiveTime"))]))
        place = _first(_first(encounter, "location"), "healthCareFacility")
        where = joined([_text(_first(_first(place, "location"), "name")), _code(_first(place, "code"))])
        fact("Place", joined([where, _organization(_first(place, "serviceProviderOrganization"))]))
        fact("Discharge", _code(_first(encounter, "dischargeDispositionCode")))
        fact("Responsible", _person(_first(_first(encounter, "responsibleParty"), "assignedEntity")))

    # The body.

    def _section(self, section: Any, level: int) -> None:
        if self._source.late:
            self.reasons.append(LATE)
            return
        title = _text(_first(section, "title")) or _code(_first(section, "code")) or "Section"
        self.report.heading(title, level)
        text = _first(section, "text")
        lines = narrative(text) if text is not None else []
        for line in lines:
            self.report.writer.line(line)
        for entry in _all(section, "entry"):
            self._entry(entry, speak=not any(lines))
        if not any(lines) and not _all(section, "entry") and (null := _get(section, "nullFlavor")):
            self.report.fact("", _UNKNOWN.get(null, null).capitalize())
        for component in _all(section, "component"):
            for inner in _all(component, "section"):
                self._section(inner, level + 1 if level < 9 else 9)

    def _entry(self, entry: Any, *, speak: bool, depth: int = 0) -> None:
        """Write the statements of an entry where they must speak for a missing narrative; take out what is attached."""
        if depth > _DEEPEST:
            raise damaged(Why.NESTED_TOO_DEEP)
        for statement in (child for child in entry if name(child) in _STATEMENTS):
            if name(statement) == "observationMedia":
                self._attach(_first(statement, "value"), _code(_first(statement, "code")) or "picture")
                continue
            said = speak and bool(line := self._statement(statement)) and _get(statement, "negationInd") != "true"
            if speak and line:
                self.report.fact("" if said else "Not", line, depth)
            for child in statement:
                if name(child) in _NESTED:
                    self._entry(child, speak=speak, depth=depth + 1)

    def _statement(self, statement: Any) -> str:
        """One clinical statement in a line: what, its value, when, how sure."""
        product = next((each for each in statement.iter() if name(each) in ("manufacturedMaterial", "playingEntity")
                        and _of(each, statement)), None)  # fmt: skip
        what = joined([self._named_code(_first(statement, "code")), self._named_code(_first(product, "code")),
                       _text(_first(product, "name"))])  # fmt: skip
        values = joined(self._value(each) for each in _all(statement, "value"))
        said = f"{what}: {values}" if what and values else what or values
        details = [
            _labelled("dose", self._value(_first(statement, "doseQuantity"))),
            _labelled("rate", self._value(_first(statement, "rateQuantity"))),
            _labelled("quantity", self._value(_first(statement, "quantity"))),
            self._named_code(_first(statement, "routeCode")),
            joined(self._named_code(each) for each in _all(statement, "targetSiteCode")),
            _labelled("interpretation", joined(_code(each) for each in _all(statement, "interpretationCode"))),
            _labelled("reference", joined(self._range(each) for each in _all(statement, "referenceRange"))),
            joined(_when(each) for each in _all(statement, "effectiveTime")),
            _get(_first(statement, "statusCode"), "code"),
            self._original(_first(statement, "text")) if not what else "",
        ]
        return joined([said, *details]) if said or any(details[:-2]) else ""

    def _range(self, reference: Any) -> str:
        inner = _first(reference, "observationRange")
        return joined([self._original(_first(inner, "text")), self._value(_first(inner, "value"))])

    def _value(self, value: Any) -> str:
        if value is None:
            return ""
        bounds = [self._value(_first(value, bound)) for bound in ("low", "high")]
        if any(bounds):
            return _between(*bounds)
        if _get(value, "value") and _get(value, _XSI_TYPE).rpartition(":")[2] in ("TS", "IVL_TS"):
            return moment(_get(value, "value"))
        plain = joined([_get(value, "value"), _unit(value)], " ")
        return plain or self._named_code(value) or squeezed(_words(value))

    def _named_code(self, code: Any) -> str:
        """The name of a code: as its writer put it in the narrative, as displayed, or the bare code."""
        if code is None:
            return ""
        translated = next((_get(each, "displayName") for each in _all(code, "translation")), "")
        return _get(code, "displayName") or self._original(_first(code, "originalText")) or translated or _code(code)

    def _original(self, text: Any) -> str:
        """Words that stand here or in the narrative that is pointed to."""
        if text is None:
            return ""
        target = _get(_first(text, "reference"), "value").removeprefix("#")
        if target:
            if self._named is None:
                self._named = {_get(each, "ID"): each for each in self._root.iter() if _get(each, "ID")}
            found = self._named.get(target)
            if found is not None:
                return squeezed(_words(found))
        return _text(text)

    def _other_body(self, body: Any) -> None:
        """A body that is no XML: text as it stands, or a file in base64."""
        text = _first(body, "text")
        if text is None:
            return
        if _get(text, "representation") == "B64":
            self._attach(text, "document")
            return
        target = _get(_first(text, "reference"), "value")
        if target:
            self.report.fact("The document itself is in another file", target)
        self.report.writer.gap()
        for line in text_of(text).splitlines():
            self.report.writer.line(line.rstrip())

    def _attach(self, value: Any, label: str) -> None:
        if value is None or not (value.text or "").strip():
            return
        if _get(value, "compression"):
            self.reasons.append("A file inside this one is compressed in a way that Carrel does not read.")
            return
        self.reasons.extend(attach(self.report, self.parts, label, _get(value, "mediaType"), text_of(value)))


def _of(inner: Any, statement: Any) -> bool:
    """Whether no other statement stands between the two."""
    parent = inner.getparent()
    while parent is not statement:
        if parent is None or name(parent) in _STATEMENTS:
            return False
        parent = parent.getparent()
    return True


def _all(element: Any, *names: str) -> list[Any]:
    return [] if element is None else [child for child in element if name(child) in names]


def _first(element: Any, *names: str) -> Any:
    return next(iter(_all(element, *names)), None)


def _get(element: Any, attribute: str) -> str:
    return "" if element is None or not isinstance(element.tag, str) else (element.get(attribute) or "").strip()


def _text(element: Any) -> str:
    return "" if element is None else squeezed(text_of(element))


def _words(element: Any) -> str:
    """The text of an element with blanks between the texts of its children."""
    return " ".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element.iterdescendants():
        if isinstance(child.tag, str) and child.text:
            yield child.text
        if child.tail:
            yield child.tail


def _labelled(label: str, value: str) -> str:
    return f"{label} {value}" if value else ""


def _unit(value: Any) -> str:
    return _get(value, "unit") if _get(value, "unit") != "1" else ""


def _between(low: str, high: str) -> str:
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"from {low}" if low else f"up to {high}"


def _code(code: Any) -> str:
    if code is None:
        return ""
    said = _get(code, "displayName") or _text(_first(code, "originalText"))
    bare = _get(code, "code") if _get(code, "code") not in _MERE else ""
    return said or bare or _UNKNOWN.get(_get(code, "nullFlavor"), "")


def _when(time: Any) -> str:
    """A point or a stretch of time."""
    if time is None:
        return ""
    if _get(time, "value"):
        return moment(_get(time, "value"))
    low, high = (moment(_get(_first(time, bound), "value")) for bound in ("low", "high"))
    if low or high:
        return _between(low, high)
    period = _first(time, "period")
    return f"every {_get(period, 'value')} {_get(period, 'unit')}" if _get(period, "value") else ""


def _name(element: Any) -> str:
    if element is None or _get(element, "nullFlavor"):
        return ""
    return squeezed(_words(element))


def _person(role: Any) -> str:
    """A person with the organization and the place they act for."""
    if role is None:
        return ""
    holders = _all(role, "assignedPerson", "associatedPerson", "informationRecipient", "relatedPerson",
                   "guardianPerson")  # fmt: skip
    names = [_name(each) for holder in holders for each in _all(holder, "name")]
    device = _first(role, "assignedAuthoringDevice")
    made_by = [_text(_first(device, "softwareName")), _text(_first(device, "manufacturerModelName"))]
    groups = _all(role, "representedOrganization", "scopingOrganization", "receivedOrganization",
                  "guardianOrganization")  # fmt: skip
    return joined([*names, *made_by, *map(_organization, groups), *map(_address, _all(role, "addr")), *_telecom(role)])


def _own_names(role: Any) -> list[str]:
    """The names of a person alone."""
    holders = _all(role, "assignedPerson", "informationRecipient")
    return [_name(each) for holder in holders for each in _all(holder, "name")]


def _organization(element: Any) -> str:
    parts = [*map(_name, _all(element, "name")), *map(_address, _all(element, "addr")), *_telecom(element)]
    return joined(parts)


def _address(element: Any) -> str:
    if element is None or _get(element, "nullFlavor"):
        return ""
    lines = [_text(child) for child in element if name(child) != "useablePeriod"] or [_text(element)]
    return joined(lines)


def _telecom(element: Any) -> list[str]:
    values = (_get(each, "value") for each in _all(element, "telecom"))
    return [value.removeprefix("tel:").removeprefix("mailto:") for value in values]
