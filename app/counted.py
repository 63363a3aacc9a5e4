"""Numbers with what they count, as they are told."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 page" or "12,000 pages"; `many` is for what does not end in "s" then."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
