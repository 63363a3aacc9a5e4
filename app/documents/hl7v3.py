"""What documents of HL7 version 3 are made of → words: codes, moments, names, persons, organizations, addresses.

Takes elements of a parsed document, and None for one that is not there, of which there is nothing to say: "". Must not
know where in a document they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.documents.clinical import joined, moment, squeezed
from app.documents.xml import name, text_of

UNKNOWN = {
    "NI": "no information", "NA": "not applicable", "UNK": "unknown", "ASKU": "asked but unknown",
    "NAV": "temporarily unavailable", "NASK": "not asked", "MSK": "withheld",
}  # fmt: skip
_MERE = frozenset({"ASSERTION", "CONC"})  # codes that say that something is said


def all_of(element: Any, *names: str) -> list[Any]:
    """Return the children of these names, in their order."""
    return [] if element is None else [child for child in element if name(child) in names]


def first(element: Any, *names: str) -> Any:
    """Return the first child of these names, or None."""
    return next(iter(all_of(element, *names)), None)


def attr(element: Any, attribute: str) -> str:
    """Return an attribute without blanks around it."""
    return "" if element is None or not isinstance(element.tag, str) else (element.get(attribute) or "").strip()


def text_in(element: Any) -> str:
    """Return the text of an element in one line."""
    return "" if element is None else squeezed(text_of(element))


def spaced(element: Any) -> str:
    """Return the text of an element with blanks between the texts of its children."""
    return " ".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element.iterdescendants():
        if isinstance(child.tag, str) and child.text:
            yield child.text
        if child.tail:
            yield child.tail


def between(low: str, high: str) -> str:
    """Return a range of which one bound may be open."""
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"from {low}" if low else f"up to {high}"


def coded(code: Any) -> str:
    """Return what a code stands for as it is displayed, the bare code, or why there is none."""
    if code is None:
        return ""
    said = attr(code, "displayName") or text_in(first(code, "originalText"))
    bare = attr(code, "code") if attr(code, "code") not in _MERE else ""
    return said or bare or UNKNOWN.get(attr(code, "nullFlavor"), "")


def when(time: Any) -> str:
    """Return a point or a stretch of time."""
    if time is None:
        return ""
    if attr(time, "value"):
        return moment(attr(time, "value"))
    low, high = (moment(attr(first(time, bound), "value")) for bound in ("low", "high"))
    if low or high:
        return between(low, high)
    period = first(time, "period")
    return f"every {attr(period, 'value')} {attr(period, 'unit')}" if attr(period, "value") else ""


def name_in(element: Any) -> str:
    """Return a name whose parts are elements of their own."""
    if element is None or attr(element, "nullFlavor"):
        return ""
    return squeezed(spaced(element))


def person(role: Any) -> str:
    """Return a person with the organization and the place they act for."""
    if role is None:
        return ""
    holders = all_of(role, "assignedPerson", "associatedPerson", "informationRecipient", "relatedPerson",
                     "guardianPerson")  # fmt: skip
    names = [name_in(each) for holder in holders for each in all_of(holder, "name")]
    device = first(role, "assignedAuthoringDevice")
    made_by = [text_in(first(device, "softwareName")), text_in(first(device, "manufacturerModelName"))]
    groups = all_of(role, "representedOrganization", "scopingOrganization", "receivedOrganization",
                    "guardianOrganization")  # fmt: skip
    return joined([*names, *made_by, *map(organization, groups), *map(address, all_of(role, "addr")), *telecom(role)])


def own_names(role: Any) -> list[str]:
    """Return the names of a person alone."""
    holders = all_of(role, "assignedPerson", "informationRecipient")
    return [name_in(each) for holder in holders for each in all_of(holder, "name")]


def organization(element: Any) -> str:
    """Return its names, addresses and numbers."""
    parts = [*map(name_in, all_of(element, "name")), *map(address, all_of(element, "addr")), *telecom(element)]
    return joined(parts)


def address(element: Any) -> str:
    """Return an address without the time in which it is used."""
    if element is None or attr(element, "nullFlavor"):
        return ""
    lines = [text_in(child) for child in element if name(child) != "useablePeriod"] or [text_in(element)]
    return joined(lines)


def telecom(element: Any) -> list[str]:
    """Return telephone numbers and mail addresses."""
    values = (attr(each, "value") for each in all_of(element, "telecom"))
    return [value.removeprefix("tel:").removeprefix("mailto:") for value in values]
