"""Meeting notes in plain text."""

from __future__ import annotations

from pathlib import Path

FILE = "Meeting notes 2026-01-12.txt"

TEXT = """\
MEETING NOTES                                              Marchetti & Dace, Solicitors
Matter:   Hollin & Finch / Ashgrove Estates (2026-014)
Date:     Monday 12 January 2026, 14.00 to 15.10, conference room
Present:  Oriel Dace (OD), Bram Okafor (BO, trainee), Josiah Finch (JF), Miriam Hollin (MH)
Notes:    BO

1. Where things stand
JF went through the e-mails. First notice of the leak: Monday 24 November 2025, 19.48, to the agent's
repairs address, as clause 37.2 requires. Tarpaulin laid on Friday 28 November. So the 48 hours of
clause 17.3 ended on Wednesday 26 November at 19.48. OD: the agent's letter of 9 December admits the delay
in so many words. Keep the original; the copy on file is only a scan.

2. Roof lights
OD: clause 17.4 is clear for renewal. The fight will be about whether repair is enough. Therefore the
surveyor's question must be put well: not "can the flashing be repaired" but "are the roof lights, taken as
a whole, capable of being kept in good repair for the rest of the Term". BO drafts the joint letter of
instruction to Mr Lunt by Thursday 15 January.

3. Deduction from the rent
£612.00 deducted from the January rent under 17.6. OD: cap is £4,000 a year, so no difficulty, but the cost
must be vouched. JF brings Brandt Roofing's receipted invoice. MH asked whether the landlord could re-enter.
OD: no; 33.1 needs Rent more than 21 days late, and a lawful deduction is not late Rent. Still, if Ashgrove
disputes it, pay under protest before 22 January.

4. The offer of £1,250
Not to be accepted: it is in full settlement. Loss claimed is £3,914.60. OD thinks 32.2 carries the claim for
the stock; the wages of £300 are the weakest item. Realistic range between £3,300 and £3,900. Counter-offer
of £3,600 plus renewal of all three roof lights; JF agrees. OD writes by 14 January.

5. Break clause
MH wants to know how late they can decide about leaving. OD: notice must be RECEIVED by 24 September 2027 at
the latest, six months before the Break date of 24 March 2028. Recorded post counts as received on the
second Working Day after posting. Diary entry for 1 September 2027 made.

6. Guarantee
MH's liability is limited to £29,400. She was not told about the short January payment within 30 days;
does not matter while nothing is owed.

ACTIONS
  OD   counter-offer to Garside & Mott                          14 January
  BO   draft joint instruction to the surveyor                  15 January
  JF   receipted invoice, photographs of the paper store        16 January
  MH   look for the photographs of the schedule of condition    16 January
Next meeting: after the surveyor's report, not before 26 January.

(Specimen. Every person, firm and place in these notes is invented.)
"""


def make(folder: Path) -> None:
    """Write the notes into `folder`."""
    (folder / FILE).write_bytes(TEXT.encode("utf-8"))
