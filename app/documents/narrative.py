"""The narrative block of a clinical document → lines: paragraphs, lists, and tables whose rows carry their header.

Knows the elements of that block and nothing of the document around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.documents.clinical import squeezed
from app.documents.xml import entity, name

_BLOCKS = frozenset("paragraph list item table caption thead tbody tfoot tr td th text br".split())
_COLUMNS = 100
_SPAN = 100


def narrative(text: Any) -> list[str]:
    """The lines of a narrative block; an empty line parts what stands apart."""
    return _Block().read(text)


class _Block:
    """Goes through a block in its order; recursion only for tables inside tables."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._marks: list[str] = []  # of the lists around: a dash, or the number of the last item

    def read(self, text: Any) -> list[str]:
        from lxml import etree

        steps = etree.iterwalk(text, events=("start", "end"))
        for event, node in steps:
            if event == "end":
                self._end(name(node))
                if node is not text:
                    self._line.append(node.tail or "")
            elif name(node) == "table" and node is not text:
                self._flush()
                self._part()
                self._lines.extend(_table(node))
                steps.skip_subtree()
            else:
                self._start(node, name(node))
        self._flush()
        return self._lines

    def _start(self, node: Any, tag: str) -> None:
        if not tag:
            self._line.append(entity(node))
            return
        if tag in _BLOCKS:
            self._flush()
        if tag in ("paragraph", "list") and not self._marks:
            self._part()
        if tag == "list":
            self._marks.append("0" if node.get("listType") == "ordered" else "-")
        elif tag == "item":
            self._line.append(self._mark())
        self._line.append(node.text or "")

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag == "list" and self._marks:
            self._marks.pop()

    def _mark(self) -> str:
        if not self._marks or self._marks[-1] == "-":
            return "- "
        self._marks[-1] = str(int(self._marks[-1]) + 1)
        return f"{self._marks[-1]}. "

    def _part(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _flush(self) -> None:
        words = squeezed("".join(self._line))
        self._line.clear()
        if words and words != "-":
            self._lines.append(words)


def _table(table: Any) -> Iterator[str]:
    for child in table:
        if name(child) == "caption" and (caption := squeezed(_inside(child))):
            yield caption
    heads, rows = _grids(table)
    if not heads and len(rows) > 1 and rows[0][1]:
        heads, rows = rows[:1], rows[1:]
    header = _header([cells for cells, _ in heads])
    if any(header):
        yield " | ".join(cell for cell in header if cell)
    for cells, _ in rows:
        if len([cell for cell in cells if cell]) < 2 and not (len(header) == 1 and cells):
            line = " | ".join(dict.fromkeys(cell for cell in cells if cell))
        else:
            names = header + [""] * (len(cells) - len(header))
            line = " | ".join(
                f"{label}: {cell}" if label else cell for label, cell in zip(names, cells, strict=False) if cell
            )
        if line:
            yield line


def _header(heads: list[list[str]]) -> list[str]:
    """The names of the columns; of two rows of heads, both."""
    width = max(map(len, heads), default=0)
    columns = [[row[at] for row in heads if at < len(row) and row[at]] for at in range(width)]
    return [" ".join(dict.fromkeys(column)) for column in columns]


def _grids(table: Any) -> tuple[list[tuple[list[str], bool]], list[tuple[list[str], bool]]]:
    """The rows of the head and of the body, each with whether all its cells are heads; spans are filled in."""
    heads: list[tuple[list[str], bool]] = []
    rows: list[tuple[list[str], bool]] = []
    for part in [table, *(child for child in table if name(child) in ("thead", "tbody", "tfoot"))]:
        held: dict[int, tuple[int, str]] = {}  # column → rows that it still fills, text
        for row in part:
            if name(row) != "tr":
                continue
            cells = [cell for cell in row if name(cell) in ("td", "th")]
            all_heads = bool(cells) and all(name(cell) == "th" for cell in cells)
            found = (_cells(cells, held, head=name(part) == "thead" or all_heads), all_heads)
            (heads if name(part) == "thead" else rows).append(found)
    return heads, rows


def _cells(cells: list[Any], held: dict[int, tuple[int, str]], *, head: bool) -> list[str]:
    """The texts of a row by column; a cell that spans rows stands in each, one that spans columns in the first,
    or as a head in each.
    """
    texts: list[str] = []
    later: dict[int, tuple[int, str]] = {}

    def fill() -> None:
        while len(texts) in held:
            left, text = held.pop(len(texts))
            if left > 1:
                later[len(texts)] = (left - 1, text)
            texts.append(text)

    for cell in cells[:_COLUMNS]:
        fill()
        text = squeezed(_inside(cell))
        across, down = _span(cell.get("colspan")), _span(cell.get("rowspan"))
        for number in range(across if len(texts) + across <= _COLUMNS else 1):
            shown = text if head or number == 0 else ""
            if down > 1:
                later[len(texts)] = (down - 1, shown)
            texts.append(shown)
    fill()
    held.update(later)
    return texts


def _span(value: str | None) -> int:
    return min(max(int(value), 1), _SPAN) if value and value.isascii() and value.isdigit() and len(value) < 6 else 1


def _inside(cell: Any) -> str:
    """The words of a cell on one line, what stands in blocks of its own parted by semicolons."""
    return "; ".join(line.removeprefix("- ") for line in narrative(cell) if line)
