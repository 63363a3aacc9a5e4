"""RTF → Document by striprtf, which is given a cleaned file: it loses notes and text boxes, and keeps hidden text.

Cleaning goes through the file once, by groups and control words (Word's RTF specification 1.9.1), and knows
nothing of fonts and code pages, which are striprtf's.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from app.documents import imprint
from app.documents.ooxml import LATE, PARTS_ONLY
from app.documents.parts import Parts
from app.documents.source import Source, TextWriter, Why, damaged, unpaged
from app.types import Document, Page, Status

_START = re.compile(rb"\s*\{\s*\\rtf")
_TOKEN = re.compile(
    rb"\\bin(\d{1,9}) ?|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\x00]+"
    rb"|([^\\{}\r\n\x00]+)"
)
_BRACE = re.compile(rb"\\bin(\d{1,9}) ?|\\.|[{}]", re.DOTALL)
_CELL, _ROW, _BEGIN = "\x1f", "\x1e", "\x1d"
# Groups without text, which are left out whole: among them pictures and objects, which can be very long.
_LEFT_OUT = frozenset(
    b"pict objdata themedata colorschememapping datastore fontemb blipuid bkmkstart bkmkend fldinst xmlnstbl rsidtbl"
    b" listtable listoverridetable stylesheet latentstyles generator pgptbl revtbl filetbl colortbl shprslt nonshppict"
    b" atnid atnauthor atndate atnref atrfstart atrfend atnparent atntime panose falt ftnsep ftnsepc ftncn aftnsep"
    b" aftnsepc aftncn userprops docvar xe tc txe wgrffmtfilter passwordhash mmath template".split()
)
_MARGINS = frozenset(b"header headerl headerr headerf".split())
_FOOTERS = frozenset(b"footer footerl footerr footerf".split())
# Groups whose text stands apart from that around them.
_APART = frozenset(b"footnote annotation shptxt dptxbxtext".split()) | _MARGINS | _FOOTERS
# What striprtf would leave out though people see it.
_SHOWN = frozenset(b"pntext pntxta pntxtb shp shpinst shpgrp do result object shppict sp".split())
_CHARSETS = {77: 0, 78: 128, 79: 136, 80: 129, 81: 178, 82: 177, 83: 161, 84: 204, 85: 134, 86: 238, 87: 204, 88: 222,
             89: 238}  # fmt: skip
_MAC = b"10000"
_ALPHABETS = {b"mac": _MAC, b"pc": b"437", b"pca": b"850"}
_TABLES = {b"cell": _CELL.encode(), b"nestcell": _CELL.encode(), b"row": _ROW.encode(), b"nestrow": _ROW.encode(),
           b"trowd": _BEGIN.encode()}  # fmt: skip
_CODE_PAGES = { b"10001": b"932", b"10002": b"950", b"10003": b"949", b"10004": b"1256",
               b"10005": b"1255", b"10006": b"1253", b"10007": b"1251", b"10008": b"936", b"10029": b"1250",
               b"10081": b"1254", b"65001": b"65001", b"0": b"1252", b"1": b"1252"}  # fmt: skip
_BLANKS = bytes.maketrans(b"\x1d\x1e\x1f", b"   ")
_DEEP = 10_000
_PICTURE = 40_000
_MARKS = ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"))
_INFO = re.compile(rb"\{\\info\b")
_NAME = re.compile(rb"\{\\title ([^{}]*)\}")
_WRITERS = tuple(re.compile(rb"\{\\%s ([^{}]*)\}" % name) for name in (b"author", b"operator"))
_SAVED = tuple(
    re.compile(rb"\{\\%s\\yr(\d{4})(?:\\mo(\d{1,2}))?(?:\\dy(\d{1,2}))?" % name) for name in (b"revtim", b"creatim")
)
_INFO_ROOM = 65536  # bytes in which what a file says of itself is looked for


class RtfLoader:
    """Reads RTF files; they know no pages until they are printed."""

    kind = "rtf"
    suffixes = frozenset({".rtf"})
    paged = False

    def samples(self) -> list[bytes]:
        return [rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}}\f0 Hello \u8364? \'e4{\footnote n}\par}"]

    def claims(self, data: bytes) -> bool:
        return _START.match(data[:64]) is not None

    def load(self, source: Source) -> Document:
        start = _START.search(source.data[:4096])
        if start is None:
            raise damaged(Why.NOT_OF_ITS_KIND)
        cleaning = _Cleaning(source)
        cleaning.all(source.data[start.start() :])
        head = cleaning.head
        writer = TextWriter()
        for text in dict.fromkeys(_lines(head, group) for group in cleaning.headers):
            _write(writer, text)
        _write(writer, _lines(head, cleaning.text))
        for name, groups in (("Footnote", cleaning.notes), ("Comment", cleaning.comments)):
            for number, group in enumerate(groups, 1):
                text = " ".join(_lines(head, group).split())
                if text:
                    writer.line(f"{name} {number}: {text}")
        for group in cleaning.boxes:
            _write(writer, _lines(head, group))
        for text in dict.fromkeys(_lines(head, group) for group in cleaning.footers):
            _write(writer, text)
        parts = Parts()
        for picture in cleaning.pictures if not writer.text.strip() else [
            each for each in cleaning.pictures if len(each) > _PICTURE
        ]:
            parts.add("picture" + next(suffix for mark, suffix in _MARKS if picture.startswith(mark)), picture)
        name, made = _about(head, source.data)
        inside = PARTS_ONLY if parts and not writer.text.strip() else ""
        page = unpaged(self.kind, name, writer.text, reason=f"{inside} {parts.reason}".strip()).pages[0]
        if cleaning.late:
            page = Page(None, page.text, Status.TIMED_OUT, LATE)
        return Document(self.kind, name, (page,), parts.all, *made)


def _about(head: bytes, data: bytes) -> tuple[str, imprint.Imprint]:
    """Return the title that a file gives itself, when it was last saved and by whom."""
    start = _INFO.search(data[:_INFO_ROOM])
    if start is None:
        return "", imprint.NONE
    info = data[start.start() : start.start() + _INFO_ROOM]

    def said(pattern: re.Pattern[bytes]) -> str:
        found = pattern.search(info)
        return " ".join(_lines(head, found[1]).split()) if found else ""

    dates = (found for pattern in _SAVED if (found := pattern.search(info)))
    days = (b"-".join(part.zfill(2) for part in found.groups() if part).decode() for found in dates)
    return said(_NAME)[:300], imprint.of(days, map(said, _WRITERS))


class _Cleaning:
    """One RTF file on its way into what striprtf reads well."""

    def __init__(self, source: Source) -> None:
        self.late = False
        self.headers: list[bytes] = []
        self.footers: list[bytes] = []
        self.notes: list[bytes] = []
        self.comments: list[bytes] = []
        self.boxes: list[bytes] = []
        self.pictures: list[bytes] = []
        self.text = b""
        self.head = b""
        self._source = source
        self._out: list[bytes] = []
        self._fonts: list[bytes] = []
        self._page = b"1252"
        # A group: whether its text is hidden, and what it is to be put into when it ends, with what was before.
        self._groups: list[tuple[bool, tuple[list[bytes], list[bytes]] | None]] = []
        self._is_hidden = False
        self._into: tuple[list[bytes], list[bytes]] | None = None

    def all(self, data: bytes) -> None:
        at, count = 0, 0
        while at < len(data):
            match = _TOKEN.match(data, at)
            if match is None:  # a single backslash at the end
                break
            at = match.end()
            count += 1
            if count % 20_000 == 0 and self._source.late:
                self.late = True
                break
            binary, word, number, code, sign, brace, text = match.groups()
            if binary is not None:
                at += int(binary)
            elif word is not None:
                at = self._word(data, at, word, number)
            elif brace == b"{":
                at = self._open(data, at)
            elif brace == b"}":
                if not self._close():
                    break
            elif not self._is_hidden:
                self._plain(code, sign, text)
        while self._groups:
            self._close()
        self.text = b"".join(self._out)
        fonts, first = b"".join(self._fonts[:2000]), b""
        if self._page == _MAC:  # known to striprtf as a font's alphabet only
            fonts, first = b"{\\f99999\\fcharset77 A;}" + fonts, b"\\f99999 "
        page = b"1252" if first else self._page
        self.head = b"\\ansi\\ansicpg" + page + b"{\\fonttbl" + fonts + b"}\\uc1 " + first

    def _plain(self, code: bytes | None, sign: bytes | None, text: bytes | None) -> None:
        if code is not None:
            self._out.append(b"\\'" + code)
        elif text is not None:
            # As escapes, so that a font's code page holds for them, too.
            self._out.append(re.sub(rb"[\x80-\xff]", lambda byte: b"\\'%02x" % byte[0][0], text)
                             .translate(_BLANKS))  # fmt: skip
        elif sign in (b"\r", b"\n"):
            self._out.append(b"\\par ")
        elif sign is not None and sign in b"{}\\~_":
            self._out.append(b"\\" + sign)

    def _open(self, data: bytes, at: int) -> int:
        """Begin a group; return where to go on: behind it, where nothing in it is text."""
        if len(self._groups) > _DEEP:
            raise damaged(Why.NESTED_TOO_DEEP)
        name = re.compile(rb"\s*(\\\*)?\s*\\([a-zA-Z]{1,32})(-?\d+)?").match(data, at)
        word = name[2] if name else b""
        if word == b"fonttbl":
            end = _end(data, at)
            self._font_table(data[at:end])
            return end
        if word == b"pict":
            end = _end(data, at)
            self._picture(data[at:end])
            return end
        if word in _LEFT_OUT or (name and name[1] and word not in _APART | _SHOWN):
            return _end(data, at)
        self._groups.append((self._is_hidden, self._into))
        if word in _APART and name:
            self._into = self._home(data, at, word), self._out
            self._out = []
            return name.end() + (data[name.end() : name.end() + 1] == b" ")
        self._into = None
        self._out.append(b"{")
        return name.end(1) if name and name[1] else at

    def _home(self, data: bytes, at: int, word: bytes) -> list[bytes]:
        if word == b"footnote":
            return self.notes
        if word == b"annotation":
            return self.comments
        return self.headers if word in _MARGINS else self.footers if word in _FOOTERS else self.boxes

    def _close(self) -> bool:
        """End a group; False where that was the whole file."""
        if not self._groups:
            return False
        if self._into is None:
            self._out.append(b"}")
        else:
            home, before = self._into
            home.append(b"".join(self._out))
            self._out = before
        self._is_hidden, self._into = self._groups.pop()
        return bool(self._groups)

    def _word(self, data: bytes, at: int, word: bytes, number: bytes | None) -> int:
        if word in (b"v", b"deleted"):
            self._is_hidden = number != b"0"
        elif word == b"plain":
            self._is_hidden = False
        elif word in _ALPHABETS or word == b"ansicpg":
            self._page = _ALPHABETS.get(word) or _CODE_PAGES.get(number or b"0", number or b"0")
        elif self._is_hidden and word not in (b"par", b"row", b"cell", b"u", b"uc", b"f"):
            pass
        elif word in _TABLES:
            self._out.append(_TABLES[word])
        elif word == b"u":
            return self._unicode(data, at, number)
        elif word == b"uc":
            self._skip = min(max(int(number or b"1"), 0), 20)
        elif word in _SHOWN or word in _LEFT_OUT or word == b"rtf":
            pass
        else:
            self._out.append(b"\\" + word + (number or b"") + b" ")
        return at

    _skip = 1

    def _unicode(self, data: bytes, at: int, number: bytes | None) -> int:
        """Write a character by its number, and go past what stands for it in programs that do not know it."""
        if not self._is_hidden and number is not None:
            value = int(number)
            value += 0x10000 if value < 0 else 0
            if 0 < value < 0x110000:
                self._out.append(b"\\u%d ?" % value)
        for _ in range(self._skip):
            match = re.compile(rb"\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[^\\{}]").match(data, at)
            if match is None:
                break
            at = match.end()
        return at

    def _font_table(self, data: bytes) -> None:
        """Keep each font's number and the alphabet it is for."""
        for match in re.finditer(rb"\\f(\d{1,6})(?=[^\d])([^;]{0,500}?)\\fcharset(\d{1,3})", data):
            if b"\\f" in re.sub(rb"\\f(nil|roman|swiss|modern|script|decor|tech|bidi|prq\d)", b"", match[2]):
                continue
            charset = _CHARSETS.get(int(match[3]), int(match[3]))
            self._fonts.append(b"{\\f%s\\fcharset%d A;}" % (match[1], charset))

    def _picture(self, data: bytes) -> None:
        if b"\\pngblip" not in data[:2000] and b"\\jpegblip" not in data[:2000]:
            return
        found = re.search(rb"(?<![\da-zA-Z])([0-9a-fA-F\s]{200,})\}?$", data)
        try:
            picture = binascii.a2b_hex(re.sub(rb"\s+", b"", found[1])) if found else b""
        except binascii.Error:
            return
        if picture.startswith(tuple(mark for mark, _ in _MARKS)):
            self.pictures.append(picture)


def _end(data: bytes, at: int) -> int:
    """Return where the group whose inside begins at `at` ends, behind its brace."""
    depth = 1
    while match := _BRACE.search(data, at):
        at = match.end()
        if match[1]:
            at += int(match[1])
        else:
            depth += {b"{": 1, b"}": -1}.get(match[0], 0)
        if depth == 0:
            return at
    return len(data)


def _lines(head: bytes, group: bytes) -> str:
    """Return the text of a cleaned group, each row of a table in a line."""
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text("{\\rtf1" + (head + group).decode("latin-1") + "}", errors="replace")  # type: ignore[no-untyped-call]
    # Characters beyond the first 65,536 are written in two halves.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "\n".join(_rows(text.replace("\xad", "").replace("\ufeff", "")))


def _rows(text: str) -> Iterator[str]:
    """Yield lines; paragraphs inside a cell do not part its row."""
    *rows, rest = text.split(_ROW)
    for row in rows:
        # A row begins where it says so, in files that do not say it at the start of a line.
        before, sign, inside = row.partition(_BEGIN)
        if not sign:
            before, _, inside = row.rpartition("\n") if _CELL not in row else _split(row)
        yield from before.removesuffix("\n").split("\n") if before else ()
        cells = [" ".join(cell.replace(_BEGIN, " ").split()) for cell in inside.split(_CELL)]
        line = " | ".join(cells[:-1] if not cells[-1] else cells)
        if line.strip(" |"):
            yield line
    yield from rest.replace(_BEGIN, "").replace(_CELL, " | ").split("\n")


def _split(row: str) -> tuple[str, str, str]:
    """Part what stands before a row, which ends with the line before its first cell's last one."""
    before, sign, after = row.partition(_CELL)
    lines, _, first = before.rpartition("\n")
    return lines, "\n", first + sign + after


def _write(writer: TextWriter, text: str) -> None:
    for line in text.split("\n"):
        if line.strip():
            writer.line(line.strip())
        else:
            writer.gap()
