"""A solicitor's time entries as a workbook: one sheet of entries, one of totals."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from samples import archive

FILE = "Time entries January 2026.xlsx"
RATES = {"O. Dace": 285, "B. Okafor": 140, "L. Marchetti": 310}
LEASE, COLD, ESTATE = "2026-014 Hollin & Finch", "2025-207 Varga", "2025-188 Estate of Penrose"

ENTRIES = [  # day of January 2026, matter, person, what was done, hours
    (5, ESTATE, "L. Marchetti", "Reviewing accounts of the executors; note on the legacy to the museum", 1.8),
    (6, LEASE, "O. Dace", "First telephone call with Mr Finch; conflict check", 0.4),
    (6, LEASE, "B. Okafor", "Opening the file; engagement letter", 0.7),
    (7, COLD, "L. Marchetti", "Reading the transcript of the deposition of Mr Varga, pages 1 to 60", 2.2),
    (8, LEASE, "O. Dace", "Reading lease and schedule of condition; note on clauses 17 and 32", 2.6),
    (8, COLD, "B. Okafor", "Chronology of maintenance of the dock plate", 3.1),
    (9, LEASE, "B. Okafor", "Sorting e-mails; table of notices and dates", 1.9),
    (9, ESTATE, "L. Marchetti", "Telephone call with the museum", 0.3),
    (12, LEASE, "O. Dace", "Meeting with Mr Finch and Ms Hollin", 1.2),
    (12, LEASE, "B. Okafor", "Attending the meeting; writing the notes", 2.0),
    (13, COLD, "L. Marchetti", "Reading transcript, pages 61 to 142; list of follow-up questions", 3.4),
    (14, LEASE, "O. Dace", "Counter-offer to Garside & Mott", 1.1),
    (15, LEASE, "B. Okafor", "Draft of the joint instruction to the surveyor", 1.6),
    (15, LEASE, "O. Dace", "Correcting the draft", 0.3),
    (16, ESTATE, "B. Okafor", "Draft of the final distribution account", 2.7),
    (19, LEASE, "O. Dace", "Telephone call with Ms Garside about access and scaffold", 0.5),
    (20, COLD, "L. Marchetti", "Conference with the safety engineer", 1.5),
    (21, LEASE, "B. Okafor", "Attending the surveyor's inspection at The Old Ropewalk", 2.8),
    (22, LEASE, "O. Dace", "Advice on payment of £612.00 under protest", 0.6),
    (23, ESTATE, "L. Marchetti", "Signing of the distribution account by the executors", 0.9),
    (26, LEASE, "O. Dace", "Reading the surveyor's report; letter to the client", 1.4),
    (27, COLD, "B. Okafor", "Exhibits for the second deposition; index", 2.4),
    (28, LEASE, "O. Dace", "Meeting on settlement; draft terms", 1.9),
    (29, LEASE, "O. Dace", "Negotiation with Ms Garside; settlement at £3,550 and renewal", 1.3),
    (30, LEASE, "B. Okafor", "Engrossing the settlement agreement", 1.0),
]


def make(folder: Path) -> None:
    """Write the workbook into `folder`."""
    book = Workbook()
    book.properties.creator = "Marchetti & Dace"
    book.properties.title = "Time entries January 2026"
    entries = book.active
    assert entries is not None
    entries.title = "Entries"
    _entries(entries)
    _totals(book.create_sheet("Totals"))
    packed = io.BytesIO()
    book.save(packed)
    archive.write_fixed(folder / FILE, packed.getvalue())


def _entries(sheet: Worksheet) -> None:
    sheet.append(["Date", "Matter", "Person", "Activity", "Hours", "Rate (GBP)", "Amount (GBP)"])
    for day, matter, person, activity, hours in ENTRIES:
        rate = RATES[person]
        sheet.append([date(2026, 1, day), matter, person, activity, hours, rate, round(hours * rate, 2)])
    for column, width in zip("ABCDEFG", (12, 27, 14, 68, 8, 11, 14), strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=2):
        row[0].number_format = "yyyy-mm-dd"
        row[4].number_format = "0.0"
        row[6].number_format = "#,##0.00"
        row[3].alignment = Alignment(wrap_text=True, vertical="top")
    _head(sheet)


def _totals(sheet: Worksheet) -> None:
    sheet.append(["Matter", "Hours", "Amount (GBP)"])
    for matter in (LEASE, COLD, ESTATE):
        own = [(hours, RATES[person]) for _, which, person, _, hours in ENTRIES if which == matter]
        sheet.append([matter, round(sum(hours for hours, _ in own), 1),
                      round(sum(hours * rate for hours, rate in own), 2)])
    sheet.append(["All matters", round(sum(entry[4] for entry in ENTRIES), 1),
                  round(sum(entry[4] * RATES[entry[2]] for entry in ENTRIES), 2)])
    sheet.append([])
    sheet.append(["Specimen. Every person, firm and place in this workbook is invented."])
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["C"].width = 14
    _head(sheet)


def _head(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE3EA")
    sheet.freeze_panes = "A2"
