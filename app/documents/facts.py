"""The data types of FHIR as words: names, codes, quantities, dates, references; and any element by its name.

Types are told by the shape of their values, since JSON does not name them. Knows no resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.documents.clinical import joined, moment, squeezed, words
from app.documents.source import Why, damaged

_DEEPEST = 60
_LONG = 4000  # characters without a blank: a key or a picture
# What is for programs: who may see it, where its definition lies, its signature; and what is written elsewhere.
_SKIPPED = frozenset(
    "resourceType id meta implicitRules contained fullUrl extension modifierExtension div signature profile versionId"
    " userSelected".split()
)  # fmt: skip
_SKIPPED_TEXTS = frozenset({"data", "system"})  # the base64 of a file; the address that defines a code
_WHAT = (
    "code", "medicationCodeableConcept", "medication", "medicationReference", "vaccineCode", "name", "title", "type",
    "deviceName", "description", "category", "documentType", "valueSet",
)  # fmt: skip
_WHEN = (
    "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime", "performedPeriod",
    "occurrenceDateTime", "occurrencePeriod", "onsetDateTime", "onsetPeriod", "authoredOn", "date", "period",
    "started", "recordedDate", "issued", "created", "dateTime", "sent", "timestamp", "recorded", "birthDate",
    "dateAsserted", "assertedDate", "start", "billablePeriod",
)  # fmt: skip
_CODING = {"system", "version", "code", "display", "userSelected", "id", "extension"}
# Elements whose name ends in the type of their value.
_CHOICE = re.compile(
    r"(value|effective|performed|occurrence|onset|abatement|deceased|multipleBirth|asNeeded|medication|allowed|reported"
    r"|serviced|timing|product|item|location|diagnosis|procedure|born|age|rate|dose|content|due|detail|scheduled"
    r"|defaultValue|collected|fastingStatus|statusReason|substance|module|subject|entity|answer|minimumVolume|time"
    r"|identified|bounds|repeats|chargeItem|source|doNotPerform|target|legallyBinding|topic|author)"
    r"(Quantity|CodeableConcept|CodeableReference|DateTime|Date|Time|Period|Boolean|String|Integer|Integer64|Decimal"
    r"|Range|Ratio|Reference|Coding|Age|Attachment|Duration|Instant|Timing|Money|Identifier|Uri|Url|Canonical|Code"
    r"|Annotation|Address|HumanName|ContactPoint|SampledData|Expression|Markdown|Id|Oid|Uuid|PositiveInt)"
)
_UNNAMED = frozenset({"Code", "Value", "Text"})  # inside an element whose name says enough
_COMPARATORS = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "ad": "about "}


def many(value: Any) -> list[Any]:
    """The value as a list; none for none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def one(value: Any) -> str:
    """The first text of a value, or none."""
    return next((squeezed(each) for each in many(value) if isinstance(each, str)), "")


class Names:
    """What the resources of a file are called, so that a reference to one can say it."""

    def __init__(self, resources: Iterable[dict[str, Any]]) -> None:
        self._known: dict[str, str] = {}
        self._outer: Names | None = None
        for each in resources:
            name = titled(each, None)
            kind, key, url = (one(each.get(field)) for field in ("resourceType", "id", "fullUrl"))
            if name:
                self._known.update({place: name for place in (url, f"{kind}/{key}" if key else "") if place})

    def within(self, resource: dict[str, Any]) -> Names:
        """The same names and those of what a resource contains."""
        inner = Names(())
        inner._outer = self
        for each in many(resource.get("contained")):
            if isinstance(each, dict) and one(each.get("id")):
                inner._known[f"#{one(each.get('id'))}"] = titled(each, None)
        return inner

    def get(self, reference: str) -> str:
        found = self._known.get(reference) or self._known.get("/".join(reference.split("/")[-2:]), "")
        return found or (self._outer.get(reference) if self._outer is not None else "")


def titled(resource: dict[str, Any], names: Names | None) -> str:
    """What a resource is about, in a few words."""
    for key in _WHAT:
        said = [_said(each, names) for each in many(resource.get(key)) if isinstance(each, dict | str)]
        if any(said):
            return next(text for text in said if text)[:200]
    return ""


def dated(resource: dict[str, Any]) -> str:
    """The day that a resource is about."""
    for key in _WHEN:
        value = resource.get(key)
        if isinstance(value, str) and value:
            return moment(value)[:10] if key != "birthDate" else f"born {value}"
        if isinstance(value, dict) and (text := _period(value)):
            return text
    return ""


def fields(value: dict[str, Any], names: Names | None, depth: int = 0) -> Iterator[tuple[int, str, str]]:
    """Yield (depth, name, value) for each fact; one without a value has what belongs to it below."""
    if depth > _DEEPEST:
        raise damaged(Why.NESTED_TOO_DEEP)
    for key, held in [*value.items(), *_extensions(value)]:
        if key in _SKIPPED or key.startswith("_"):
            continue
        narrative = key == "text" and isinstance(held, dict) and "div" in held
        if narrative or (key in _SKIPPED_TEXTS and isinstance(held, str)):
            continue
        choice = _CHOICE.fullmatch(key)
        label = words(choice[1] if choice else key)
        simple = []
        for each in many(held):
            text = _said(each, names)
            if text or not isinstance(each, dict | list):
                simple.append(text)
                continue
            inner = list(fields({"": each} if isinstance(each, list) else each, names, depth + 1))
            if not inner:
                continue
            short = _short(inner)
            if all(at == depth + 1 for at, _, _ in inner) and len(short) < 300:
                yield depth, label, short
            else:
                yield depth, "", f"{label}:"
                yield from inner
        if said := joined(simple, "; "):
            yield depth, label, said


def _short(inner: list[tuple[int, str, str]]) -> str:
    """Facts in one line: "Systolic 107 mmHg, interpretation normal"."""
    plain = [said for _, name, said in inner if name in _UNNAMED]
    rest = [f"{name.lower()} {said}" if name else said for _, name, said in inner if name not in _UNNAMED]
    return ", ".join([" ".join(plain), *rest] if plain else rest)


def _extensions(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Extensions by the last word of their address."""
    for each in [*many(value.get("extension")), *many(value.get("modifierExtension"))]:
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            name = each["url"].rstrip("/").rpartition("/")[2].removeprefix("us-core-").replace("-", " ")
            inner = {key: held for key, held in each.items() if key.startswith("value") or key == "extension"}
            if len(inner) == 1 and "extension" not in inner:
                yield name, next(iter(inner.values()))
            elif inner:
                yield name, inner


def _said(value: Any, names: Names | None) -> str:
    """A value in words, where it is of a type that can be said in a line; else nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return moment(value) if len(value) < _LONG or " " in value else "(data that is no text)"
    if not isinstance(value, dict):
        return ""
    for keys, say in _TYPES:
        if keys & value.keys() and (text := say(value)):
            return text
    return _reference(value, names)


def _text(value: Any) -> str:
    return one(value)


def _concept(value: dict[str, Any]) -> str:
    codings = [each for each in many(value.get("coding")) if isinstance(each, dict)]
    shown = joined(map(_coding, codings), " / ") if not _text(value.get("text")) else ""
    return _text(value.get("text")) or shown


def _coding(value: dict[str, Any]) -> str:
    return _text(value.get("display")) or _text(value.get("code"))


def _quantity(value: dict[str, Any]) -> str:
    if not isinstance(value.get("value"), str):
        return ""
    unit = next((_text(value.get(key)) for key in ("unit", "units", "code", "currency") if _text(value.get(key))), "")
    number = _COMPARATORS.get(_text(value.get("comparator")), "") + _text(value.get("value"))
    return squeezed(f"{number} {unit if unit not in ('1', '{score}') else ''}")


def _range(value: dict[str, Any]) -> str:
    low, high = (_quantity(value[key]) if isinstance(value.get(key), dict) else "" for key in ("low", "high"))
    if not (low or high):
        return ""
    said = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
    return joined([said, _text(value.get("text")), _concept_of(value.get("type"))])


def _ratio(value: dict[str, Any]) -> str:
    above, below = (
        _quantity(value[key]) if isinstance(value.get(key), dict) else "" for key in ("numerator", "denominator")
    )
    return f"{above} per {below}" if below else above


def _period(value: dict[str, Any]) -> str:
    start, end = (moment(_text(value.get(key))) for key in ("start", "end"))
    if set(value) - {"start", "end", "id", "extension"}:
        return ""
    return (f"{start} to {end}" if start != end else start) if start and end else (
        f"since {start}" if start else f"until {end}" if end else "")  # fmt: skip


def _human(value: dict[str, Any]) -> str:
    parts = [*many(value.get("prefix")), *many(value.get("given")), *many(value.get("family")),
             *many(value.get("suffix"))]  # fmt: skip
    full = " ".join(_text(part) for part in parts if _text(part)) or _text(value.get("text"))
    use = _text(value.get("use"))
    return f"{full} ({use})" if full and use in ("maiden", "old", "nickname", "anonymous") else full


def _address(value: dict[str, Any]) -> str:
    lines = [*many(value.get("line")), value.get("district"), value.get("city"), value.get("state"),
             value.get("postalCode"), value.get("country")]  # fmt: skip
    return joined(map(_text, lines)) or _text(value.get("text"))


def _contact(value: dict[str, Any]) -> str:
    kind = _text(value.get("system"))
    if kind not in ("phone", "fax", "email", "pager", "url", "sms", "other") or not _text(value.get("value")):
        return ""
    return joined([f"{kind} {_text(value.get('value'))}", _text(value.get("use"))])


def _identifier(value: dict[str, Any]) -> str:
    if not isinstance(value.get("value"), str) or {"unit", "comparator", "url"} & value.keys():
        return ""
    return squeezed(f"{_concept_of(value.get('type'))} {_text(value.get('value'))}")


def _annotation(value: dict[str, Any]) -> str:
    if not set(value) <= {"text", "time", "authorString", "authorReference", "id", "extension"}:
        return ""
    return joined([_text(value.get("text")), _text(value.get("authorString")), moment(_text(value.get("time")))])


def _attachment(value: dict[str, Any]) -> str:
    place = _text(value.get("url"))
    where = "" if isinstance(value.get("data"), str) else place
    return joined([_text(value.get("title")), _text(value.get("contentType")), where,
                   moment(_text(value.get("creation")))])  # fmt: skip


def _concept_of(value: Any) -> str:
    found = (_concept(each) or _coding(each) for each in many(value) if isinstance(each, dict))
    return joined(found)


def _reference(value: dict[str, Any], names: Names | None) -> str:
    """A reference by what is shown for it, by the name of what it points to, or as it stands."""
    inner = value.get("reference")
    if isinstance(inner, dict):  # CodeableReference
        return _reference(inner, names)
    if set(value) - {"reference", "display", "type", "identifier", "id", "extension"}:
        return ""
    target = _text(inner)
    kind = _text(value.get("type"))
    number = value.get("identifier")
    shown = _text(value.get("display")) or (names.get(target) if names and target else "")
    plain = "" if target.startswith(("urn:uuid:", "#")) else target
    return shown or plain or squeezed(f"{kind} {_identifier(number) if isinstance(number, dict) else ''}")


_TYPES: tuple[tuple[set[str], Callable[[dict[str, Any]], str]], ...] = (
    ({"coding"}, _concept),
    ({"family", "given"}, _human),
    ({"numerator"}, _ratio),
    ({"low", "high"}, _range),
    ({"postalCode", "city", "line"}, _address),
    ({"contentType"}, _attachment),
    ({"value"}, _contact),
    ({"unit", "comparator", "code", "currency"}, _quantity),
    ({"value"}, _identifier),
    ({"value"}, _quantity),
    ({"start", "end"}, _period),
    ({"text"}, _annotation),
    ({"display", "code"}, lambda value: _coding(value) if set(value) <= _CODING else ""),
    ({"concept"}, lambda value: _concept_of(value.get("concept"))),
)
