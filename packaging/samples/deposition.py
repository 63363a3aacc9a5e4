"""Excerpt of a deposition transcript, set as court reporters do: 25 numbered lines a page."""

# ruff: noqa: ISC004 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

FILE = "Deposition of Emil Varga (excerpt).pdf"
LINES = 25
WIDTH = 58  # characters of a line

# "Q" and "A" are question and answer, "M" a speaker named in the text, "" continues flush left.
TALK = [
    ("", "EMIL VARGA, having been duly sworn, was examined and testified further as follows:"),
    ("", "EXAMINATION (resumed)"),
    ("", "BY MS. MARCHETTI:"),
    ("Q", "Mr. Varga, we are back on the record. You understand that you are still under oath?"),
    ("A", "I do."),
    ("Q", "Before the break you told us that you began your shift at Northgate Cold Storage on March 4, 2024. "
          "At what time was that?"),
    ("A", "At ten minutes to six in the morning. The shift is from six to two."),
    ("Q", "Which dock were you assigned to?"),
    ("A", "Dock 7. It was always 7 or 9, but that day 9 was closed."),
    ("Q", "Who closed dock 9?"),
    ("A", "Mr. Teller, the shift supervisor. He put the chain up the Friday before, because the leveler would "
          "not come down."),
    ("Q", "When you say the leveler, do you mean the dock plate, the steel plate between the floor and the truck?"),
    ("A", "Yes. We call it the leveler. The plate and the arm that lifts it."),
    ("Q", "Had you noticed anything about the plate at dock 7 before March 4?"),
    ("A", "It dropped. Not every time. You would drive on to it with a load and it would go down about two "
          "inches, with a bang, and come back."),
    ("Q", "When did you first notice that?"),
    ("A", "After New Year's. I would say the second week of January."),
    ("Q", "Did you tell anyone?"),
    ("A", "I told Mr. Teller. And I wrote it in the book."),
    ("Q", "What book is that?"),
    ("A", "The defect book. It is a green binder that hangs by the time clock. You write the date, the dock and "
          "what is wrong, and maintenance signs when it is done."),
    ("Q", "How many times did you write in the defect book about dock 7?"),
    ("A", "Three times. January 12, January 29 and February 20."),
    ("M", "MR. HALVORSEN: Objection, foundation. The book speaks for itself."),
    ("M", "MS. MARCHETTI: The book has not been produced, counsel. You may answer."),
    ("A", "Three times. I remember because the third time I wrote it in capitals."),
    ("Q", "Did maintenance sign any of the three entries?"),
    ("A", "The first one. Someone signed it on January 15 and wrote \"greased\". The other two were open the last "
          "time I saw them."),
    ("Q", "When was the last time you saw them?"),
    ("A", "On Friday, March 1."),
    ("Q", "Let us come to the accident. What were you driving?"),
    ("A", "A stand-up reach truck, number 14."),
    ("Q", "What was the load?"),
    ("A", "One pallet of frozen peas. The ticket said 1,960 pounds."),
    ("Q", "What is the rated capacity of truck 14?"),
    ("A", "Three thousand pounds. It is on the plate, the data plate I mean."),
    ("Q", "So you were not overloaded."),
    ("A", "No, ma'am."),
    ("Q", "How fast were you going?"),
    ("A", "Walking speed. The truck is governed to three miles an hour when the mast is up, and there is a speed "
          "bump before the dock."),
    ("Q", "Tell us what happened, in your own words."),
    ("A", "It was about 9:40. I drove on to the plate, the front wheels were over the lip, and the plate dropped. "
          "It did not come back that time. The truck tipped forward, the load went into the trailer and I was "
          "thrown against the overhead guard. My left wrist was between the guard and the mast."),
    ("Q", "Were you wearing a harness?"),
    ("A", "There is no harness on a stand-up. You are meant to step off. I had no time to."),
    ("Q", "Who came to you first?"),
    ("A", "Rosa Lindqvist. She was picking in aisle 3. She hit the red button and called 911 on her own phone."),
    ("Q", "Did Mr. Teller come?"),
    ("A", "After five minutes or so. He said, and I heard this, \"I told them that plate was next.\""),
    ("M", "MR. HALVORSEN: Move to strike as hearsay."),
    ("M", "MS. MARCHETTI: Statement of a party's agent within the scope of his employment. Go on, Mr. Varga. Did "
          "he say what he meant by \"next\"?"),
    ("A", "Not then. In the hospital he told me that the plate at 9 had been looked at on Friday and that the man "
          "from the lift company had said 7 was the same model and had the same cracked pin."),
    ("Q", "The man from the lift company said that on Friday, March 1?"),
    ("A", "That is what Mr. Teller told me. Friday, March 1."),
    ("Q", "And dock 7 was kept open on Monday, March 4."),
    ("A", "It was the only one left for the reefers."),
    ("Q", "What injuries did you have?"),
    ("A", "The left wrist was broken in two places. They put in a plate and seven screws. And four ribs."),
    ("Q", "How long were you out of work?"),
    ("A", "Nineteen weeks. I went back on light duty on July 15, 2024."),
    ("Q", "Can you use the hand as before?"),
    ("A", "No. I have about sixty percent of the grip. I can not hold a chisel. I used to carve, decoys mostly."),
    ("M", "MS. MARCHETTI: Let us mark this as Exhibit 11."),
    ("", "(Exhibit 11 was marked for identification.)"),
    ("Q", "I show you what has been marked as Exhibit 11. What is it?"),
    ("A", "A picture that I took with my phone on February 20, 2024. It is the pin of the leveler at dock 7. You "
          "can see the crack, there, where the paint is broken."),
    ("Q", "Did you show this picture to anyone before the accident?"),
    ("A", "I sent it to Mr. Teller the same day, with the text, \"Please look at this before someone gets hurt.\""),
    ("Q", "Did he answer?"),
    ("A", "He sent a thumbs up."),
    ("M", "MS. MARCHETTI: I have no further questions on this. Off the record at 11:52."),
    ("", "(Recess taken.)"),
]


def make(folder: Path) -> None:
    """Write the transcript into `folder`; the excerpt begins at page 61 of the transcript."""
    canvas = Canvas(str(folder / FILE), pagesize=letter, invariant=1)
    canvas.setTitle("Deposition of Emil Varga, volume I, pages 61 to 65")
    canvas.setAuthor("Kestrel Court Reporting")
    lines = [line for kind, text in TALK for line in _set(kind, text)]
    for number, start in enumerate(range(0, len(lines), LINES)):
        _page(canvas, 61 + number, lines[start:start + LINES])
        canvas.showPage()
    canvas.save()


def _set(kind: str, text: str) -> list[str]:
    """Break one utterance: the first line is indented with its letter, the following run flush left."""
    rest = {"Q": "     Q    ", "A": "     A    ", "M": "          ", "": ""}[kind] + text
    lines: list[str] = []
    while len(rest) > WIDTH:
        cut = rest.rfind(" ", 12, WIDTH + 1)
        lines.append(rest[:cut])
        rest = rest[cut + 1:]
    return [*lines, rest]


def _page(canvas: Canvas, number: int, lines: list[str]) -> None:
    width, height = letter
    canvas.setFont("Courier", 9)
    canvas.drawCentredString(width / 2, height - 0.6 * inch,
                             "Superior Court, County of Larkspur, No. 24-CV-01187: Varga v. Northgate Cold Storage")
    canvas.setFont("Courier", 11)
    canvas.drawRightString(width - 1.0 * inch, height - 0.95 * inch, str(number))
    top = height - 1.35 * inch
    for index in range(LINES):
        y = top - index * 0.345 * inch
        canvas.drawRightString(1.35 * inch, y, str(index + 1))
        if index < len(lines):
            canvas.drawString(1.75 * inch, y, lines[index])
    for x in (1.5, 1.54):
        canvas.line(x * inch, 0.7 * inch, x * inch, height - 0.8 * inch)
    canvas.line(width - 0.8 * inch, 0.7 * inch, width - 0.8 * inch, height - 0.8 * inch)
    canvas.setFont("Courier", 8)
    canvas.drawCentredString(width / 2, 0.45 * inch,
                             "Kestrel Court Reporting  555-0142        Specimen: all names are invented")
