"""A clinic's guideline in Markdown."""

# ruff: noqa: E501 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

FILE = "Guideline anticoagulation in atrial fibrillation.md"

TEXT = """\
---
title: Oral anticoagulation in atrial fibrillation
owner: Weir Lane Surgery, clinical lead Dr Pradeep Nair
version: 4.2
approved: 2025-10-06
review: 2027-10-06
---

# Oral anticoagulation in atrial fibrillation

> **Specimen.** The surgery and its staff are invented. Not for clinical use.

This is the surgery's own short version. It covers adults with non-valvular atrial fibrillation. It does not cover
mechanical heart valves, moderate or severe mitral stenosis, pregnancy, or cancer-related thrombosis: ask the
arrhythmia clinic.

## 1. Whom to treat

1. Work out the **CHA2DS2-VASc** score at diagnosis and once a year.
2. Offer an anticoagulant at a score of **2 or more**; consider it for men with a score of 1.
3. Work out **ORBIT** for bleeding. A high score is a reason to correct what can be corrected (blood pressure above
   160, alcohol, non-steroidal drugs), *not* a reason to withhold treatment.
4. Aspirin alone is not an alternative.

## 2. Which drug and which dose

| Drug | Usual dose | Reduced dose | When to reduce |
|---|---|---|---|
| Apixaban | 5 mg twice a day | 2.5 mg twice a day | Two of: age 80 or over, weight 60 kg or less, creatinine 133 micromol/L or more; or clearance 15 to 29 mL/min |
| Rivaroxaban | 20 mg once a day with food | 15 mg once a day with food | Clearance 15 to 49 mL/min |
| Edoxaban | 60 mg once a day | 30 mg once a day | Clearance 15 to 50 mL/min, weight 60 kg or less, or certain interacting drugs |
| Warfarin | By INR | - | Target 2.5 (range 2.0 to 3.0) |

Use the **Cockcroft-Gault** clearance with actual weight for dosing, not the estimated GFR of the laboratory form.
First choice in this surgery is apixaban.

## 3. Before the first prescription

- Full blood count, kidney and liver function, clotting, weight, blood pressure.
- Check for interactions: carbamazepine, phenytoin, rifampicin, St John's wort, clarithromycin, azole antifungals.
- Give the yellow alert card and explain missed doses.

## 4. Monitoring

| Clearance | Kidney function and blood count |
|---|---|
| Above 60 mL/min | every 12 months |
| 30 to 60 mL/min | every 6 months |
| Below 30 mL/min | every 3 months |

Add an extra check in people over 75 or frail (every 4 months), and after any illness that may have hurt the kidneys.

### 4.1 A falling haemoglobin

A fall of 20 g/L or more, or a new iron deficiency, in a person on an anticoagulant:

1. Do **not** stop the anticoagulant by yourself if the person is stable.
2. Faecal immunochemical test within 7 days; urgent referral if it is 10 micrograms per gram or more.
3. Start iron after the test: ferrous fumarate 210 mg once a day.
4. Same-day hospital assessment for haemoglobin below 80 g/L, black stools, or signs of shock.

## 5. Around procedures

Stop apixaban 24 hours before a procedure with low bleeding risk and 48 hours before one with high risk; add a day
when clearance is below 50 mL/min. No bridging with heparin. Restart 24 or 48 to 72 hours afterwards.

Dental extraction of up to three teeth: do not stop; miss the morning dose only if the dentist asks.

## 6. Bleeding

- Minor: local measures, delay the next dose.
- Major: call 999, note the time of the last dose, send the alert card with the patient.

## 7. Contacts

Arrhythmia clinic, St Brannock's Hospital: 01632 960126, <arrhythmia@st-brannocks.example>.
"""


def make(folder: Path) -> None:
    """Write the guideline into `folder`."""
    (folder / FILE).write_bytes(TEXT.encode("utf-8"))
