"""FHIR resources and bundles (JSON, NDJSON, XML) → Document: each resource a heading, its narrative and its facts.

What a resource means is not known here, only how the data types of FHIR read; so every kind of
resource, also one of a later version, comes out as text. facts.py writes the values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from app.documents import imprint
from app.documents.clinical import Report, attach, joined, words
from app.documents.facts import Names, dated, fields, many, one, titled
from app.documents.html import written
from app.documents.imprint import Imprint
from app.documents.parts import Parts
from app.documents.source import Source, Why, damaged, unpaged
from app.documents.text import decoded
from app.documents.xml import head, name, parsed
from app.types import Document

_JSON = re.compile(r'[\[{][^\x00]*?"resourceType"\s*:\s*"[A-Z]', re.DOTALL)
_NAMESPACE = "http://hl7.org/fhir"
_XML = re.compile(r"""<(?:\w+:)?[A-Z]\w+\b[^>]*\bxmlns(?::\w+)?\s*=\s*["']http://hl7\.org/fhir["']""")
_DEEPEST = 60
_REPORTS = frozenset("Composition DiagnosticReport DocumentReference".split())
_PERSONS = frozenset("Patient Practitioner PractitionerRole RelatedPerson Person Organization".split())
BROKEN = "A part of the file breaks the rules of JSON; it is here as it stands."
LATE = "Only a part of the file was read, because it took too long."
_SAMPLE = """{"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient",
"id": "1", "name": [{"family": "B", "given": ["A"]}], "birthDate": "1970-01-01", "text": {"status": "generated",
"div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><table><tr><td>A</td></tr></table></div>"}}},
{"resource": {"resourceType": "Observation", "code": {"text": "Weight"}, "subject": {"reference": "Patient/1"},
"valueQuantity": {"value": 70.5, "unit": "kg"}, "effectiveDateTime": "2024-01-02T10:00:00Z"}},
{"resource": {"resourceType": "Binary", "contentType": "text/plain", "data": "SGVsbG8="}}]}"""
_SAMPLE_XML = """<Patient xmlns="http://hl7.org/fhir"><id value="1"/><text><div xmlns="http://www.w3.org/1999/xhtml">
<p>A B</p></div></text><name><family value="B"/><given value="A"/></name><birthDate value="1970-01-01"/></Patient>"""


class FhirLoader:
    """Reads health records as programs of clinics exchange them."""

    kind = "fhir"
    suffixes = frozenset({".fhir"})
    paged = False

    def samples(self) -> list[bytes]:
        lines = '{"resourceType": "Patient"}\n{"resourceType": "Patient", "name": [{"text": "A"}]}\n'
        return [_SAMPLE.encode(), _SAMPLE_XML.encode(), lines.encode()]

    def claims(self, data: bytes) -> bool:
        start = head(data)
        if start.startswith("<"):
            return _NAMESPACE in start and _XML.search(start) is not None
        return start[:1] in "{[" and bool(start) and _JSON.match(start) is not None

    def load(self, source: Source) -> Document:
        reading = _Reading(source)
        reading.resources(list(_resources(source, reading.reasons)))
        page = unpaged(self.kind, reading.title[:300], reading.report.writer.text, reading.report.writer.headings,
                       " ".join(dict.fromkeys(reading.reasons))[:500])  # fmt: skip
        return Document(page.kind, page.title, page.pages, reading.parts.all, *reading.imprint)


def _resources(source: Source, reasons: list[str]) -> Iterator[Any]:
    """Yield the resources of a file; a stretch that cannot be parsed as a string."""
    if head(source.data).startswith("<"):
        root, _ = parsed(source.data)
        if root is None:
            raise damaged(Why.PARSER_FAILED)
        yield from _inner(_from_xml(root, 0))
        return
    text = decoded(source.data).lstrip("\ufeff")
    whole = _parsed(text)
    if whole is not None:
        found = list(_inner(whole))
        if not found:
            raise damaged(Why.NOT_OF_ITS_KIND)
        yield from found
        return
    for line in text.splitlines():  # NDJSON, one resource a line; also a file that is cut short
        value = _parsed(line)
        if value is not None:
            yield from _inner(value) if isinstance(value, dict | list) else [line]
        elif line.strip():
            reasons.append(BROKEN)
            yield line


def _parsed(text: str) -> Any:
    """The value in a JSON text, numbers as they were written; None where it is none."""
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except ValueError:
        return None


def _inner(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Take bundles and lists apart; what is no resource is a record of a program's own, and kept whole."""
    if depth > _DEEPEST:
        raise damaged(Why.NESTED_TOO_DEEP)
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield {key: held for key, held in value.items() if key not in ("entry", "link")}
        for entry in many(value.get("entry")):
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                found = dict(entry["resource"])
                found.setdefault("fullUrl", one(entry.get("fullUrl")))
                yield from _inner(found, depth + 1)
    elif isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for held in value:
            yield from _inner(held, depth + 1)


def _from_xml(element: Any, depth: int) -> Any:
    """The same tree as FHIR's JSON has; what is there once stands alone where JSON might have a list."""
    if depth > _DEEPEST:
        raise damaged(Why.NESTED_TOO_DEEP)
    if name(element) == "div" and "xhtml" in element.tag:
        from lxml import etree

        return etree.tostring(element, encoding="unicode", with_tail=False)
    found: dict[str, Any] = {"resourceType": name(element)} if name(element)[:1].isupper() else {}
    for key in ("id", "url"):
        if element.get(key):
            found[key] = element.get(key)
    for child in element:
        key = name(child)
        if not key:
            continue
        value = _from_xml(child, depth + 1)
        if key in ("resource", "contained") and isinstance(value, dict) and len(value) == 1:
            value = next(iter(value.values()))  # the element of the resource's own name
        if key in found:
            found[key] = [*many(found[key]), value]
        else:
            found[key] = value
    if "value" in element.attrib:
        if not found:
            return element.get("value")
        found.setdefault("value", element.get("value"))
    return found


class _Reading:
    """One file being read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.report = Report()
        self.parts = Parts()
        self.reasons: list[str] = []
        self.title = ""
        self._days: tuple[list[str], list[str]] = [], []  # of reports and letters, and of all else
        self._people: tuple[list[str], list[str]] = [], []  # who wrote these, and patients

    def resources(self, found: list[Any]) -> None:
        names = Names(each for each in found if isinstance(each, dict))
        for count, each in enumerate(found):
            if count % 100 == 99 and self._source.late:
                self.reasons.append(LATE)
                return
            if isinstance(each, str):
                self.report.writer.line(each)
            else:
                self._resource(each, names, 1)

    @property
    def imprint(self) -> Imprint:
        """The day of the first report in the file, or else of the first record; authors, then patients."""
        return imprint.of((day for days in self._days for day in days), (who for each in self._people for who in each))

    def _imprint(self, resource: dict[str, Any], kind: str, about: str, names: Names) -> None:
        if kind in _PERSONS:
            self._people[1].extend([about] if kind == "Patient" else [])
            return
        self._days[kind not in _REPORTS].append(dated(resource))
        if kind in _REPORTS:
            writers = (each for key in ("author", "performer") for each in many(resource.get(key)))
            for writer in (each for each in writers if isinstance(each, dict)):
                target = one(writer.get("reference"))
                self._people[0].append(one(writer.get("display")) or (names.get(target) if target else ""))

    def _resource(self, resource: dict[str, Any], names: Names, level: int) -> None:
        kind = one(resource.get("resourceType")) or "Record"
        bundle = kind == "Bundle"
        if bundle and not set(resource) - {"resourceType", "type", "id", "meta", "total", "fullUrl", "signature"}:
            return  # a mere wrapper of resources
        inner = names.within(resource)
        about = titled(resource, inner)
        self._imprint(resource, kind, about, inner)
        label = words(kind)
        heading = joined([f"{label}: {about}" if about else label, dated(resource)])
        self.title = self.title or heading
        self.report.heading(heading, level)
        self._narrative(resource, level)
        self._attachments(resource, about or label, 0)
        for depth, key, value in fields(resource, inner):
            self.report.fact(key, value, depth)
        for held in many(resource.get("contained")):
            if isinstance(held, dict) and level < 9:
                self._resource(held, inner, level + 1)

    def _narrative(self, resource: dict[str, Any], level: int) -> None:
        markup = resource["text"].get("div") if isinstance(resource.get("text"), dict) else None
        for part in [markup, *_section_texts(resource)]:
            if isinstance(part, str) and "<" in part:
                _, writer = written(part)
                self.report.inner(writer.text, writer.headings, level)
                self.report.writer.gap()

    def _attachments(self, value: Any, label: str, depth: int) -> None:
        """Take out each file that is carried in base64, wherever it stands."""
        if depth > _DEEPEST:
            raise damaged(Why.NESTED_TOO_DEEP)
        if isinstance(value, list):
            for held in value:
                self._attachments(held, label, depth + 1)
        elif isinstance(value, dict):
            data, kind = value.get("data"), value.get("contentType")
            content = value.get("content") if value.get("resourceType") == "Binary" else None  # before R4
            data = data if isinstance(data, str) else content
            if isinstance(data, str) and isinstance(kind, str):
                called = value.get("title")
                self.reasons.extend(
                    attach(self.report, self.parts, called if isinstance(called, str) else label, kind, data)
                )
            for key, held in value.items():
                if key not in ("contained", "resourceType") and isinstance(held, dict | list):
                    self._attachments(held, label, depth + 1)


def _section_texts(resource: dict[str, Any]) -> Iterator[Any]:
    """The narratives of the sections of a Composition, each under its title."""
    if resource.get("resourceType") != "Composition":
        return
    waiting = many(resource.get("section"))[::-1]
    while waiting:
        section = waiting.pop()
        if not isinstance(section, dict):
            continue
        text = section.get("text")
        markup = text.get("div") if isinstance(text, dict) else None
        title = section.get("title")
        if isinstance(markup, str):
            yield (f"<h2>{_escaped(title)}</h2>" if isinstance(title, str) else "") + markup
        waiting.extend(many(section.get("section"))[::-1])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
