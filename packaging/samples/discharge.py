"""A hospital's discharge summary as a Word file: headings, a medication table, header and footer."""

# ruff: noqa: E501, ISC004 (the text of a document stands as it reads)

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from samples import archive

FILE = "Discharge summary T Amaral.docx"

DETAILS = [
    ("Patient", "Teresa Amaral"), ("Date of birth", "14 May 1957 (68 years)"),
    ("Hospital number", "SBH 0044918"), ("Address", "7 Orchard Steps, Carrow Bridge, CB4 0ZZ"),
    ("Admitted", "3 February 2026, by ambulance"), ("Discharged", "9 February 2026, to own home"),
    ("Ward and consultant", "Curlew Ward, Dr Imogen Sayle (general medicine)"),
    ("Family doctor", "Dr Pradeep Nair, Weir Lane Surgery, 01632 960133"),
]

MEDICINES = [
    ("Medicine", "Dose and route", "How often", "Status", "Comment"),
    ("Apixaban", "5 mg by mouth", "Twice a day", "New", "Long term, for atrial fibrillation. Do not stop "
     "without advice"),
    ("Bisoprolol", "2.5 mg by mouth", "Once a day, morning", "New", "Aim for a resting rate below 90; hold if "
     "below 50"),
    ("Doxycycline", "100 mg by mouth", "Once a day", "New", "Last dose on 13 February 2026; take upright with a "
     "full glass of water"),
    ("Furosemide", "40 mg by mouth", "Once a day, morning", "Changed", "Was 20 mg. Review with weight chart"),
    ("Ramipril", "5 mg by mouth", "Once a day", "Unchanged", ""),
    ("Atorvastatin", "20 mg by mouth", "Once a day, night", "Unchanged", ""),
    ("Salbutamol inhaler", "100 micrograms, 2 puffs", "When needed", "Unchanged", "At most four times a day"),
    ("Ibuprofen", "400 mg by mouth", "When needed", "STOPPED", "Bleeding risk with apixaban; worsens kidney "
     "function and heart failure"),
]

RESULTS = [
    ("Test", "3 February", "6 February", "9 February"),
    ("C-reactive protein (mg/L)", "186", "74", "22"),
    ("White cells (10^9/L)", "16.8", "11.2", "8.1"),
    ("Creatinine (micromol/L)", "128", "104", "96"),
    ("Potassium (mmol/L)", "3.4", "3.9", "4.2"),
    ("NT-proBNP (ng/L)", "2,840", "", "1,310"),
]


def make(folder: Path) -> None:
    """Write the summary into `folder`."""
    word = Document()
    word.core_properties.title = "Discharge summary: Teresa Amaral"
    word.core_properties.author = "Curlew Ward"
    _page(word)
    word.add_heading("Discharge summary", level=0)
    _grid(word, [("Item", "Entry"), *DETAILS], (4.5, 12.5))
    _text(word)
    packed = io.BytesIO()
    word.save(packed)
    archive.write_fixed(folder / FILE, packed.getvalue())


def _page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(10.5)
    head = section.header.paragraphs[0]
    head.text = "St Brannock's Hospital, Carrow Bridge    |    In confidence: contains personal health data"
    head.runs[0].font.size = Pt(9)
    head.runs[0].font.color.rgb = RGBColor(0x44, 0x55, 0x66)
    foot = section.footer.paragraphs[0]
    foot.text = "Ward telephone 01632 960120. Specimen: the patient, the staff and the places are invented."
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.runs[0].font.size = Pt(8)


def _text(word: Word) -> None:
    word.add_heading("Diagnoses", level=1)
    for line in (
        "Community-acquired pneumonia, right lower lobe (CURB-65 score 2)",
        "New atrial fibrillation with fast ventricular response; CHA2DS2-VASc score 4",
        "Decompensated heart failure with preserved ejection fraction (58 per cent)",
        "Acute kidney injury stage 1, recovering",
        "Background: hypertension, mild asthma, osteoarthritis of the right knee",
    ):
        word.add_paragraph(line, style="List Number")
    word.add_heading("Allergies and intolerances", level=1)
    allergy = word.add_paragraph()
    allergy.add_run("PENICILLIN: anaphylaxis in 1998").bold = True
    allergy.add_run(" (swelling of the face and collapse ten minutes after amoxicillin). Codeine: nausea. No "
                    "known allergy to latex or contrast medium.")
    word.add_heading("Course in hospital", level=1)
    word.add_paragraph(
        "Ms Amaral came with three days of fever, cough with brown sputum and breathlessness. On arrival the "
        "temperature was 38.9 degrees, the pulse 138 and irregular, the blood pressure 104/62, and the oxygen "
        "saturation 89 per cent on air. The chest film showed consolidation of the right lower lobe with a small "
        "effusion. The ECG showed atrial fibrillation.")
    word.add_paragraph(
        "Because of the penicillin allergy she was given doxycycline, 200 mg on the first day and 100 mg once a day "
        "from then on. Oxygen was needed until 6 February. The rate was controlled with bisoprolol, 1.25 mg at first "
        "and 2.5 mg from 5 February. Apixaban was begun on 4 February after discussion of benefit and risk; the "
        "HAS-BLED score was 1. She does not meet the criteria for a reduced dose: she is under 80, weighs 74 kg, and "
        "her creatinine is below 133 micromol/L.")
    word.add_paragraph(
        "Furosemide was given into a vein for three days, with a loss of 4.1 kg. The weight at discharge is 74.2 kg.")
    word.add_heading("Medicines at discharge", level=1)
    _grid(word, MEDICINES, (2.8, 3.2, 3.0, 2.2, 5.8))
    word.add_heading("Results", level=1)
    _grid(word, RESULTS, (6.5, 3.5, 3.5, 3.5))
    word.add_paragraph()
    word.add_paragraph("Echocardiogram of 6 February: ejection fraction 58 per cent, left atrium moderately enlarged, "
                       "no relevant valve disease. Blood cultures: no growth after five days.")
    _plan(word)


def _plan(word: Word) -> None:
    word.add_heading("Plan and follow-up", level=1)
    word.add_heading("For the family doctor", level=2)
    for line in (
        "Kidney function and potassium within one week, by 16 February 2026, and again after four weeks.",
        "Repeat chest film after six weeks (about 23 March 2026), because she smoked until 2011.",
        "Please review the need for furosemide 40 mg when the weight is stable below 74 kg.",
        "No non-steroidal anti-inflammatory drugs. Paracetamol up to 1 g four times a day for the knee.",
    ):
        word.add_paragraph(line, style="List Bullet")
    word.add_heading("Arranged by the hospital", level=2)
    for line in (
        "Arrhythmia clinic, Dr Sayle, on Thursday 19 March 2026 at 10.40, for a decision on cardioversion.",
        "Heart failure nurse, telephone call on 13 February 2026, 01632 960126.",
    ):
        word.add_paragraph(line, style="List Bullet")
    word.add_heading("What the patient was told", level=2)
    word.add_paragraph(
        "Weigh yourself every morning and call the nurse if you gain more than 2 kg in three days. If you miss a dose of "
        "apixaban, take it as soon as you remember on the same day and then go on as usual; do not take two doses "
        "together. Come back at once for black stools, a head injury, chest pain or new weakness of the face or an arm.")
    word.add_paragraph("Completed by Dr Anselm Okoro, foundation doctor, 9 February 2026, 11.25. Checked by "
                       "S. Whitlow, ward pharmacist.")


def _grid(word: Word, rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]) -> None:
    table = word.add_table(rows=len(rows), cols=len(rows[0]))
    table.style = "Light Grid Accent 1"
    table.autofit = False
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text, width in zip(line.cells, row, widths, strict=True):
            cell.width = Cm(width)
            cell.text = text
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9.5)
