from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.documents.pdf import PdfLoader
from app.documents.pdf_usable import is_usable
from app.documents.source import Source
from app.types import Status

ENGLISH = (
    "The tenant shall pay the rent on the first day of each month. Notice of termination is given in writing, three "
    "months ahead of its date. Repairs of the roof and of the outer walls are borne by the landlord, all others by "
    "whoever caused the damage. Subletting needs consent, which may not be withheld without good reason. "
)
POLISH = (
    "Najemca zobowiązany jest płacić czynsz z góry do dziesiątego dnia każdego miesiąca. Wypowiedzenie umowy wymaga "
    "formy pisemnej pod rygorem nieważności. Naprawy dachu oraz ścian zewnętrznych obciążają wynajmującego, natomiast "
    "drobne naprawy wykonuje najemca na własny koszt, chyba że strony postanowią inaczej. "
)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "12,345 67,890", ENGLISH, ENGLISH.upper(), POLISH, "Договор аренды жилого помещения",
        "本契約は賃貸人と賃借人との間で締結された。", "שכר הדירה ישולם בראשון לכל חודש",
        "\uf0b7 item one\n\uf0b7 item two",
        "α-Amylase and β-blockers, π and Δt", "Iljada Đorđević, Ștefan Țepeș, Nguyễn Văn Ơn",
    ],
)  # fmt: skip
def test_text_is_text(text: str) -> None:
    assert is_usable(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd a b",
        "\ue012\ue013\ue014 \ue015\ue016\ue017 \ue018 text",
        "\x01\x02\x03 \x04\x05\x06\x07 \x0e\x0fé",
        "(cid:12)(cid:7)(cid:33)(cid:4) (cid:9)(cid:88)",
        "ʮ׆ɹƯ̅Ǡ ōŎqN̉ɘĖׇǠ Я8ŹUN ÉƹWŽUƏl ƛȭʀƏÔ ƪƫȉÃ wשɐŽ ƣϷǋȾ",
        "".join(chr(ord(letter) - 29) if letter > "@" else letter for letter in ENGLISH),
    ],
)  # fmt: skip
def test_signs_are_not(text: str) -> None:
    assert not is_usable(text)


def test_letters_in_each_others_places_are_mostly_seen_through() -> None:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    dice = random.Random(7)
    seen = 0
    for _ in range(40):
        shuffled = "".join(dice.sample(alphabet, len(alphabet)))
        seen += not is_usable(ENGLISH.lower().translate(str.maketrans(alphabet, shuffled)))
    assert seen >= 24


@pytest.mark.shared
@pytest.mark.parametrize("name", ["kgrag_clinical_trial_pdfs"])
def test_no_good_page_is_called_unreadable(shared: Path, name: str) -> None:
    for file in sorted((shared / "data" / name / "docs").iterdir())[:6]:
        for page in PdfLoader().load(Source(file.read_bytes(), ".pdf")).pages:
            assert page.status is not Status.PICTURE or is_usable(page.text)
