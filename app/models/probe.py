"""What embedding backends are compared by: texts of the length of real passages, and when two backends agree.

Known to the desk, which measures, and to the engines. Imports nothing.
"""

from __future__ import annotations

# Cosine with the reference, float32 in torch, that every text must keep; below it neighbours begin to change.
AGREEMENT = 0.99

# Of the length of real passages, so that what is fast here is fast there.
TEXTS = (
    "The landlord may end this lease by giving three months' notice in writing to the tenant. " * 7,
    "On examination the patient was alert, afebrile and in no distress; blood pressure 128 over 76. " * 6,
    "Either party may assign this agreement to an affiliate with the consent of the other party. " * 5,
    "Q. Where were you on the evening of the fourth of March? A. I was at home with my brother. " * 6,
    "Invoice 2291 is due within thirty days; interest of four per cent is charged after that. " * 4,
    "Metformin 500 mg twice daily, atorvastatin 20 mg at night; allergic to penicillin (rash, 2014). " * 5,
    "§ 12.3(b) Termination. Neither party is liable for loss of profit, except where it acted wilfully. " * 6,
    "What is the notice period?",
)
