"""A laboratory report as PDF: tables of results with units, reference ranges and flags."""

# ruff: noqa: E501, ISC004 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, Spacer, Table, TableStyle

from samples import paper

FILE = "Laboratory report T Amaral 2026-03-16.pdf"

GROUPS = [
    ("Haematology", [
        ("Haemoglobin", "108", "g/L", "120 - 150", "L"),
        ("Haematocrit", "0.33", "L/L", "0.36 - 0.46", "L"),
        ("Mean cell volume", "76", "fL", "80 - 100", "L"),
        ("White cells", "7.2", "10^9/L", "4.0 - 11.0", ""),
        ("Platelets", "342", "10^9/L", "150 - 400", ""),
    ]),
    ("Iron studies", [
        ("Ferritin", "9", "microg/L", "15 - 300", "L"),
        ("Transferrin saturation", "8", "%", "16 - 45", "L"),
    ]),
    ("Renal profile", [
        ("Sodium", "139", "mmol/L", "133 - 146", ""),
        ("Potassium", "4.6", "mmol/L", "3.5 - 5.3", ""),
        ("Urea", "7.9", "mmol/L", "2.5 - 7.8", "H"),
        ("Creatinine", "98", "micromol/L", "45 - 84", "H"),
        ("Estimated GFR", "52", "mL/min/1.73 m2", "> 60", "L"),
    ]),
    ("Liver profile", [
        ("Bilirubin", "9", "micromol/L", "0 - 21", ""),
        ("Alanine aminotransferase", "24", "U/L", "0 - 35", ""),
        ("Alkaline phosphatase", "88", "U/L", "30 - 130", ""),
        ("Albumin", "38", "g/L", "35 - 50", ""),
    ]),
    ("Other", [
        ("C-reactive protein", "4", "mg/L", "0 - 5", ""),
        ("NT-proBNP", "612", "ng/L", "< 400", "H"),
        ("Thyroid stimulating hormone", "2.31", "mU/L", "0.27 - 4.20", ""),
        ("HbA1c", "41", "mmol/mol", "20 - 41", ""),
    ]),
]

COMMENTS = [
    "Haemoglobin has fallen from 131 g/L (9 February 2026) to 108 g/L. With a low ferritin and a low mean cell volume "
    "the pattern is that of iron deficiency anaemia.",
    "The patient takes apixaban. A new iron deficiency on an anticoagulant should be taken as blood loss from the gut "
    "until shown otherwise; a faecal immunochemical test is suggested before iron is begun.",
    "Estimated GFR of 52 is stable compared with 54 on 16 February 2026. The Cockcroft-Gault clearance calculated with "
    "74 kg is 57 mL/min.",
    "Dr Nair was telephoned with the haemoglobin at 15.52 on 16 March 2026 (call taken by reception, read back).",
]


def make(folder: Path) -> None:
    """Write the report into `folder`."""
    styles = paper.styles("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", size=9.5, leading=12.5)
    details = Table([
        ["Patient", "AMARAL, Teresa", "Laboratory number", "CBL-26-031877"],
        ["Date of birth", "14 May 1957   F", "Sample taken", "16 March 2026, 08.15"],
        ["Hospital number", "SBH 0044918", "Received", "16 March 2026, 10.02"],
        ["Requested by", "Dr P. Nair, Weir Lane Surgery", "Reported", "16 March 2026, 15.47"],
        ["Sample", "Venous blood, EDTA and serum", "Clinical details", "AF on apixaban; tired"],
    ], colWidths=[29 * mm, 56 * mm, 34 * mm, 51 * mm])
    details.setStyle(TableStyle([
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9), ("FONT", (0, 0), (0, -1), "Helvetica-Bold", 9),
        ("FONT", (2, 0), (2, -1), "Helvetica-Bold", 9), ("BOX", (0, 0), (-1, -1), 0.6, colors.black),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]))
    story: list[object] = [details, Spacer(1, 5 * mm), _results()]
    story += [PageBreak(), Paragraph("Comments", styles["part"])]
    story += [Paragraph(text, styles["body"]) for text in COMMENTS]
    story += [
        Spacer(1, 4 * mm), Paragraph("Previous results", styles["part"]),
        paper.table([["Test", "9 Feb 2026", "16 Feb 2026", "16 Mar 2026"], ["Haemoglobin (g/L)", "131", "126", "108"],
                     ["Creatinine (micromol/L)", "96", "95", "98"], ["Potassium (mmol/L)", "4.2", "4.4", "4.6"],
                     ["NT-proBNP (ng/L)", "1,310", "", "612"]], styles, [60 * mm, 36 * mm, 36 * mm, 36 * mm]),
        Spacer(1, 8 * mm),
        Paragraph("Authorised by Dr Henrike Vos, consultant clinical biochemist. H: above, L: below the reference range. "
                  "Reference ranges are those for adult women.", styles["body"]),
        Paragraph("Specimen. The patient, the staff and the laboratory are invented; not for clinical use.",
                  styles["small"]),
    ]
    paper.build(folder / FILE, story, title="Laboratory report CBL-26-031877", author="Carrow Bridge Laboratory",
                header=_running, margins=(20 * mm, 20 * mm, 34 * mm, 20 * mm))


def _results() -> Table:
    rows: list[list[str]] = [["Test", "Result", "", "Unit", "Reference range"]]
    commands: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9.5), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9.5),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black), ("ALIGN", (1, 0), (1, -1), "RIGHT"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
    ]
    for group, tests in GROUPS:
        commands += [("FONT", (0, len(rows)), (0, len(rows)), "Helvetica-Bold", 9.5),
                     ("BACKGROUND", (0, len(rows)), (-1, len(rows)), colors.HexColor("#E8EEF2"))]
        rows.append([group, "", "", "", ""])
        for name, result, unit, usual, flag in tests:
            if flag:
                commands.append(("FONT", (1, len(rows)), (2, len(rows)), "Helvetica-Bold", 9.5))
            rows.append([name, result, flag, unit, usual])
    table = Table(rows, colWidths=[64 * mm, 24 * mm, 10 * mm, 36 * mm, 36 * mm], repeatRows=1)
    table.setStyle(TableStyle(commands))
    return table


def _running(canvas: Canvas, page: int) -> None:
    width, height = A4
    canvas.setFillColor(colors.HexColor("#1F4E5F"))
    canvas.rect(0, height - 22 * mm, width, 22 * mm, stroke=0, fill=1)
    canvas.setFillColor(colors.white)
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(20 * mm, height - 12 * mm, "Carrow Bridge Laboratory")
    canvas.setFont("Helvetica", 9)
    canvas.drawString(20 * mm, height - 17.5 * mm, "Blood sciences, 1 Infirmary Road, telephone 01632 960105")
    canvas.drawRightString(width - 20 * mm, height - 12 * mm, "FINAL REPORT")
    canvas.setFillColor(colors.black)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(20 * mm, height - 28 * mm, "AMARAL, Teresa   14 May 1957   SBH 0044918   CBL-26-031877")
    canvas.drawRightString(width - 20 * mm, 11 * mm, f"Page {page} of 2")
