"""A commercial lease of twelve pages; its clauses stand in lease_clauses.py and lease_schedules.py."""

# ruff: noqa: ISC004 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import NextPageTemplate, PageBreak, Paragraph, Spacer, Table, TableStyle

from samples import lease_clauses, lease_schedules, paper

FILE = "Lease Unit 3 The Old Ropewalk.pdf"
TITLE = "Lease of Unit 3, The Old Ropewalk"

PARTICULARS = [
    ("Date of this lease", "24 March 2025"),
    ("Landlord", "ASHGROVE ESTATES LIMITED, whose registered office is at 2 Corn Exchange, Carrow Bridge, "
                 "CB1 0ZZ"),
    ("Tenant", "HOLLIN &amp; FINCH BOOKBINDERS LIMITED, whose registered office is at 9 Saddler's Row, "
               "Carrow Bridge, CB2 0ZZ"),
    ("Guarantor", "MIRIAM HOLLIN of 31 Weir Lane, Carrow Bridge, CB3 0ZZ"),
    ("Building", "The Old Ropewalk, 14 Tanner's Wharf, Carrow Bridge, CB1 0ZX"),
    ("Premises", "Unit 3 on the ground floor and mezzanine of the Building, shown edged red on the plan, "
                 "with a net internal area of 212 square metres"),
    ("Term", "Five years from and including 25 March 2025, ending on 24 March 2030"),
    ("Rent", "£2,450 (two thousand four hundred and fifty pounds) per month, exclusive of value added tax, "
             "subject to review under clause 8"),
    ("Rent commencement date", "25 June 2025"),
    ("Payment day", "The first working day of each month"),
    ("Deposit", "£7,350, being three months' Rent"),
    ("Review date", "25 March 2028"),
    ("Break date", "24 March 2028"),
    ("Permitted use", "Bookbinding workshop and paper conservation studio with ancillary retail sales, "
                      "within class E(g) of the planning classes"),
    ("Service charge share", "11.4 per cent of the Service Costs"),
    ("Parking", "Two spaces, numbered 7 and 8, in the yard"),
]


def make(folder: Path) -> None:
    """Write the lease into `folder`."""
    styles = paper.styles("Times-Roman", "Times-Bold", "Times-Italic", size=10.8, leading=15)
    story = [*_cover(styles), NextPageTemplate("inner"), PageBreak(), *_contents(styles), PageBreak(),
             *_particulars(styles), PageBreak()]
    story += paper.legal(lease_clauses.TEXT, styles)
    story += paper.legal(lease_schedules.TEXT, styles)
    story += _signatures(styles)
    paper.build(folder / FILE, story, title=TITLE, author="Pell & Garrowby LLP", header=_running,
                margins=(24 * mm, 24 * mm, 26 * mm, 24 * mm), first=_plain)


def _plain(canvas: Canvas, page: int) -> None:
    width, height = A4
    canvas.setLineWidth(1.2)
    canvas.rect(18 * mm, 18 * mm, width - 36 * mm, height - 36 * mm)
    canvas.setLineWidth(0.4)
    canvas.rect(19.5 * mm, 19.5 * mm, width - 39 * mm, height - 39 * mm)


def _running(canvas: Canvas, page: int) -> None:
    width, height = A4
    canvas.setFont("Times-Italic", 9)
    canvas.drawString(24 * mm, height - 16 * mm, "Lease: Unit 3, The Old Ropewalk")
    canvas.drawRightString(width - 24 * mm, height - 16 * mm, "Ashgrove Estates / Hollin & Finch")
    canvas.setLineWidth(0.4)
    canvas.line(24 * mm, height - 18 * mm, width - 24 * mm, height - 18 * mm)
    canvas.setFont("Times-Roman", 9)
    canvas.drawString(24 * mm, 13 * mm, "PG/3307/11  Engrossment")
    canvas.drawRightString(width - 24 * mm, 13 * mm, f"Page {page} of 12")


def _cover(styles: paper.Styles) -> list[object]:
    lines = [
        ("DATED 24 March 2025", 24), ("ASHGROVE ESTATES LIMITED", 6), ("(Landlord)", 10), ("and", 10),
        ("HOLLIN &amp; FINCH BOOKBINDERS LIMITED", 6), ("(Tenant)", 10), ("and", 10),
        ("MIRIAM HOLLIN", 6), ("(Guarantor)", 34),
    ]
    story: list[object] = [Spacer(1, 24 * mm)]
    for text, space in lines:
        story += [Paragraph(text, styles["centre"]), Spacer(1, space)]
    story += [
        Paragraph("LEASE", styles["display"]), Spacer(1, 8 * mm),
        Paragraph("of Unit 3, The Old Ropewalk<br/>14 Tanner's Wharf, Carrow Bridge", styles["centre"]),
        Spacer(1, 22 * mm),
        Paragraph("Pell &amp; Garrowby LLP<br/>Solicitors<br/>5 Assize Street, Carrow Bridge, CB1 0ZY<br/>"
                  "Telephone 01632 960118<br/>Reference PG/3307/11", styles["centre"]),
        Spacer(1, 8 * mm),
        Paragraph("Specimen. Every person, firm and place named in this document is invented.",
                  styles["centre_small"]),
    ]
    return story


def _contents(styles: paper.Styles) -> list[object]:
    names = [line[3:] for line in lease_clauses.TEXT.splitlines() if line.startswith("## ")]
    schedules = [line[2:] for line in lease_schedules.TEXT.splitlines() if line.startswith("# ")]
    half = (len(names) + len(schedules) + 1) // 2
    entries = names + schedules
    columns = [[Paragraph(text, styles["body_left"]) for text in part]
               for part in (entries[:half], entries[half:])]
    table = Table([columns], colWidths=[81 * mm, 81 * mm])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return [Paragraph("CONTENTS", styles["part"]), Spacer(1, 4 * mm), table]


def _particulars(styles: paper.Styles) -> list[object]:
    rows = [[Paragraph(f"<b>{name}</b>", styles["body_left"]), Paragraph(text, styles["body_left"])]
            for name, text in PARTICULARS]
    table = Table(rows, colWidths=[46 * mm, 116 * mm])
    table.setStyle(TableStyle([
        ("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]))
    return [Paragraph("PARTICULARS", styles["part"]), Spacer(1, 2 * mm),
            Paragraph("These particulars form part of this lease. Words that begin with a capital letter "
                      "have the meaning given here or in clause 1.", styles["body"]), Spacer(1, 3 * mm), table]


def _signatures(styles: paper.Styles) -> list[object]:
    line = "................................................"
    rows = [
        ["Executed as a deed by ASHGROVE ESTATES LIMITED\nacting by a director in the presence of a witness",
         f"{line}\nDirector: Alastair Renn\n\n{line}\nWitness"],
        ["Executed as a deed by HOLLIN & FINCH\nBOOKBINDERS LIMITED acting by a director\n"
         "in the presence of a witness", f"{line}\nDirector: Josiah Finch\n\n{line}\nWitness"],
        ["Signed as a deed by MIRIAM HOLLIN\nin the presence of a witness",
         f"{line}\nMiriam Hollin\n\n{line}\nWitness"],
    ]
    table = Table(rows, colWidths=[84 * mm, 78 * mm])
    table.setStyle(TableStyle([
        ("FONT", (0, 0), (-1, -1), "Times-Roman", 10), ("LEADING", (0, 0), (-1, -1), 13),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 14),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]))
    return [Spacer(1, 6 * mm), Paragraph("EXECUTION", styles["part"]), table]
