"""Clinical documents (HL7 CDA and C-CDA) → Document: who and when, then each section's title and narrative.

The narrative block is what a doctor signed, so it is what is read; where a section has none, the
names in its coded entries stand in for it.
"""

from __future__ import annotations

from typing import Any

from app.documents import imprint
from app.documents.clinical import Report, attach, joined, moment, squeezed, words
from app.documents.hl7v3 import (
    UNKNOWN,
    address,
    all_of,
    attr,
    between,
    coded,
    first,
    name_in,
    organization,
    own_names,
    person,
    spaced,
    telecom,
    text_in,
    when,
)
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
        title = text_in(first(root, "title")) or coded(first(root, "code")) or "Clinical document"
        self.report.heading(title, 1)
        self._header()
        body = first(root, "component")
        for each in all_of(body, "structuredBody"):
            for component in all_of(each, "component"):
                for section in all_of(component, "section"):
                    self._section(section, 2)
        for each in all_of(body, "nonXMLBody"):
            self._other_body(each)
        return title

    @property
    def imprint(self) -> Imprint:
        """The day of the document; its authors, its patient, and who else is named in its head."""
        root = self._root
        roles = [first(each, "assignedAuthor") for each in all_of(root, "author")]
        authors = [name for role in roles for name in own_names(role)]
        roles = []
        patients = [first(first(each, "patientRole"), "patient") for each in all_of(root, "recordTarget")]
        for element, role in (("legalAuthenticator", "assignedEntity"), ("authenticator", "assignedEntity"),
                              ("informationRecipient", "intendedRecipient")):  # fmt: skip
            roles += [first(each, role) for each in all_of(root, element)]
        others = [name for role in roles for name in own_names(role)]
        named = [name_in(each) for patient in patients for each in all_of(patient, "name")]
        return imprint.of([attr(first(root, "effectiveTime"), "value")], [*authors, *named, *others])

    # The header.

    def _header(self) -> None:
        root, fact = self._root, self.report.fact
        fact("Document", coded(first(root, "code")))
        fact("Date", when(first(root, "effectiveTime")))
        for target in all_of(root, "recordTarget"):
            self._patient(first(target, "patientRole"))
        for author in all_of(root, "author"):
            fact("Author", joined([person(first(author, "assignedAuthor")), when(first(author, "time"))]))
        for role, inner in (("legalAuthenticator", "assignedEntity"), ("authenticator", "assignedEntity")):
            for each in all_of(root, role):
                signed = joined([person(first(each, inner)), when(first(each, "time"))])
                fact("Signed by" if role == "legalAuthenticator" else "Confirmed by", signed)
        for each in all_of(root, "custodian"):
            holder = first(first(each, "assignedCustodian"), "representedCustodianOrganization")
            fact("Kept by", organization(holder))
        for each in all_of(root, "informationRecipient"):
            fact("Sent to", person(first(each, "intendedRecipient")))
        for role, label in (("informant", "Information from"), ("dataEnterer", "Entered by")):
            for each in all_of(root, role):
                fact(label, person(first(each, "assignedEntity", "relatedEntity")))
        for each in all_of(root, "participant"):
            role = first(each, "associatedEntity")
            kind = coded(first(role, "code")) or words(attr(role, "classCode").lower())
            fact("Contact", joined([person(role), kind]))
        for each in all_of(root, "documentationOf"):
            self._service(first(each, "serviceEvent"))
        for each in all_of(root, "componentOf"):
            self._encounter(first(each, "encompassingEncounter"))

    def _patient(self, role: Any) -> None:
        fact = self.report.fact
        patient = first(role, "patient")
        fact("Patient", joined(name_in(each) for each in all_of(patient, "name")))
        fact("Born", when(first(patient, "birthTime")))
        for element, label in (
            ("administrativeGenderCode", "Gender"), ("maritalStatusCode", "Marital status"), ("raceCode", "Race"),
            ("ethnicGroupCode", "Ethnic group"), ("religiousAffiliationCode", "Religion"),
        ):  # fmt: skip
            fact(label, joined(coded(each) for each in all_of(patient, element)))
        languages = [attr(first(each, "languageCode"), "code") for each in all_of(patient, "languageCommunication")]
        fact("Language", joined(languages))
        fact("Died", when(first(patient, "deceasedTime")))
        fact("Numbers", joined(attr(each, "extension") for each in all_of(role, "id")))
        fact("Address", joined([address(each) for each in all_of(role, "addr")], "; "))
        fact("Contact", joined(telecom(role)))
        for guardian in all_of(patient, "guardian"):
            fact("Guardian", joined([person(guardian), coded(first(guardian, "code"))]))
        fact("Provider", organization(first(role, "providerOrganization")))

    def _service(self, event: Any) -> None:
        self.report.fact("Service", joined([coded(first(event, "code")), when(first(event, "effectiveTime"))]))
        for performer in all_of(event, "performer"):
            role = coded(first(performer, "functionCode")) or "Performer"
            self.report.fact(role[:1].upper() + role[1:], person(first(performer, "assignedEntity")))

    def _encounter(self, encounter: Any) -> None:
        fact = self.report.fact
        fact("Encounter", joined([coded(first(encounter, "code")), when(first(encounter, "effectiveTime"))]))
        place = first(first(encounter, "location"), "healthCareFacility")
        where = joined([text_in(first(first(place, "location"), "name")), coded(first(place, "code"))])
        fact("Place", joined([where, organization(first(place, "serviceProviderOrganization"))]))
        fact("Discharge", coded(first(encounter, "dischargeDispositionCode")))
        fact("Responsible", person(first(first(encounter, "responsibleParty"), "assignedEntity")))

    # The body.

    def _section(self, section: Any, level: int) -> None:
        if self._source.late:
            self.reasons.append(LATE)
            return
        title = text_in(first(section, "title")) or coded(first(section, "code")) or "Section"
        self.report.heading(title, level)
        text = first(section, "text")
        lines = narrative(text) if text is not None else []
        for line in lines:
            self.report.writer.line(line)
        for entry in all_of(section, "entry"):
            self._entry(entry, speak=not any(lines))
        if not any(lines) and not all_of(section, "entry") and (null := attr(section, "nullFlavor")):
            self.report.fact("", UNKNOWN.get(null, null).capitalize())
        for component in all_of(section, "component"):
            for inner in all_of(component, "section"):
                self._section(inner, level + 1 if level < 9 else 9)

    def _entry(self, entry: Any, *, speak: bool, depth: int = 0) -> None:
        """Write the statements of an entry where they must speak for a missing narrative; take out what is attached."""
        if depth > _DEEPEST:
            raise damaged(Why.NESTED_TOO_DEEP)
        for statement in (child for child in entry if name(child) in _STATEMENTS):
            if name(statement) == "observationMedia":
                self._attach(first(statement, "value"), coded(first(statement, "code")) or "picture")
                continue
            said = speak and bool(line := self._statement(statement)) and attr(statement, "negationInd") != "true"
            if speak and line:
                self.report.fact("" if said else "Not", line, depth)
            for child in statement:
                if name(child) in _NESTED:
                    self._entry(child, speak=speak, depth=depth + 1)

    def _statement(self, statement: Any) -> str:
        """One clinical statement in a line: what, its value, when, how sure."""
        product = next((each for each in statement.iter() if name(each) in ("manufacturedMaterial", "playingEntity")
                        and _of(each, statement)), None)  # fmt: skip
        what = joined([self._named_code(first(statement, "code")), self._named_code(first(product, "code")),
                       text_in(first(product, "name"))])  # fmt: skip
        values = joined(self._value(each) for each in all_of(statement, "value"))
        said = f"{what}: {values}" if what and values else what or values
        details = [
            _labelled("dose", self._value(first(statement, "doseQuantity"))),
            _labelled("rate", self._value(first(statement, "rateQuantity"))),
            _labelled("quantity", self._value(first(statement, "quantity"))),
            self._named_code(first(statement, "routeCode")),
            joined(self._named_code(each) for each in all_of(statement, "targetSiteCode")),
            _labelled("interpretation", joined(coded(each) for each in all_of(statement, "interpretationCode"))),
            _labelled("reference", joined(self._range(each) for each in all_of(statement, "referenceRange"))),
            joined(when(each) for each in all_of(statement, "effectiveTime")),
            attr(first(statement, "statusCode"), "code"),
            self._original(first(statement, "text")) if not what else "",
        ]
        return joined([said, *details]) if said or any(details[:-2]) else ""

    def _range(self, reference: Any) -> str:
        inner = first(reference, "observationRange")
        return joined([self._original(first(inner, "text")), self._value(first(inner, "value"))])

    def _value(self, value: Any) -> str:
        if value is None:
            return ""
        bounds = [self._value(first(value, bound)) for bound in ("low", "high")]
        if any(bounds):
            return between(*bounds)
        if attr(value, "value") and attr(value, _XSI_TYPE).rpartition(":")[2] in ("TS", "IVL_TS"):
            return moment(attr(value, "value"))
        plain = joined([attr(value, "value"), _unit(value)], " ")
        return plain or self._named_code(value) or squeezed(spaced(value))

    def _named_code(self, code: Any) -> str:
        """The name of a code: as its writer put it in the narrative, as displayed, or the bare code."""
        if code is None:
            return ""
        translated = next((attr(each, "displayName") for each in all_of(code, "translation")), "")
        return attr(code, "displayName") or self._original(first(code, "originalText")) or translated or coded(code)

    def _original(self, text: Any) -> str:
        """Words that stand here or in the narrative that is pointed to."""
        if text is None:
            return ""
        target = attr(first(text, "reference"), "value").removeprefix("#")
        if target:
            if self._named is None:
                self._named = {attr(each, "ID"): each for each in self._root.iter() if attr(each, "ID")}
            found = self._named.get(target)
            if found is not None:
                return squeezed(spaced(found))
        return text_in(text)

    def _other_body(self, body: Any) -> None:
        """A body that is no XML: text as it stands, or a file in base64."""
        text = first(body, "text")
        if text is None:
            return
        if attr(text, "representation") == "B64":
            self._attach(text, "document")
            return
        target = attr(first(text, "reference"), "value")
        if target:
            self.report.fact("The document itself is in another file", target)
        self.report.writer.gap()
        for line in text_of(text).splitlines():
            self.report.writer.line(line.rstrip())

    def _attach(self, value: Any, label: str) -> None:
        if value is None or not (value.text or "").strip():
            return
        if attr(value, "compression"):
            self.reasons.append("A file inside this one is compressed in a way that Carrel does not read.")
            return
        self.reasons.extend(attach(self.report, self.parts, label, attr(value, "mediaType"), text_of(value)))


def _of(inner: Any, statement: Any) -> bool:
    """Whether no other statement stands between the two."""
    parent = inner.getparent()
    while parent is not statement:
        if parent is None or name(parent) in _STATEMENTS:
            return False
        parent = parent.getparent()
    return True


def _labelled(label: str, value: str) -> str:
    return f"{label} {value}" if value else ""


def _unit(value: Any) -> str:
    return attr(value, "unit") if attr(value, "unit") != "1" else ""
