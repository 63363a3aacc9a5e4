"""The sample documents: made the same way every time, the ones that are committed, and worth asking about."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pypdf
import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"
QUESTIONS = tomllib.loads((SAMPLES.parent / "questions.toml").read_text("utf-8"))["question"]


def make(folder: Path) -> dict[str, bytes]:
    subprocess.run([sys.executable, ROOT / "packaging" / "make_samples.py", folder], check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make(tmp_path_factory.mktemp("samples"))


def texts(name: str, content: bytes) -> list[str]:
    """Text of each page, white space folded, read without the program's own loaders."""
    if name.endswith(".pdf"):
        found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    elif name.endswith((".docx", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(part).decode() for part in archive.namelist() if part.endswith(".xml")]
        found = [re.sub(r"<[^>]+>", " ", "\n".join(parts))]
    elif name.endswith(".eml"):
        body = message_from_bytes(content, policy=policy.default).get_body()
        assert body is not None
        found = [body.get_content()]
    elif name.endswith(".html"):
        found = [re.sub(r"<[^>]+>", "", content.decode())]
    else:
        found = [content.decode()]
    return [" ".join(text.split()) for text in found]


def test_made_twice_gives_the_same_bytes(made: dict[str, bytes], tmp_path: Path) -> None:
    assert make(tmp_path) == made


def test_committed_files_are_the_ones_the_script_makes(made: dict[str, bytes]) -> None:
    committed = {path.name: path.read_bytes() for path in SAMPLES.iterdir() if path.suffix != ".toml"}
    assert committed.keys() == made.keys()
    for name, content in made.items():  # other versions of zlib or libjpeg pack the same text differently
        assert texts(name, committed[name]) == texts(name, content), name


def test_they_are_small_and_as_many_as_promised(made: dict[str, bytes]) -> None:
    assert len(made) >= 10
    assert sum(len(content) for content in made.values()) < 2_000_000


def test_lease_has_twelve_pages_and_forty_clauses(made: dict[str, bytes]) -> None:
    pages = texts("lease.pdf", made["Lease Unit 3 The Old Ropewalk.pdf"])
    assert len(pages) == 12
    assert all(f"Page {number} of 12" in page for number, page in enumerate(pages[1:], 2))
    whole = " ".join(pages[3:])
    assert [number for number in range(1, 41) if f"{number}.1 " not in whole] == []


def test_the_scan_has_no_text_and_a_picture(made: dict[str, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made["Letter from the managing agent 2025-12-09 (scan).pdf"]))
    assert [page.extract_text().strip() for page in reader.pages] == [""]
    assert len(reader.pages[0].images) == 1


def test_the_thread_quotes_and_attaches(made: dict[str, bytes]) -> None:
    message = message_from_bytes(made["Re Water on the mezzanine.eml"], policy=policy.default)
    body = message.get_body()
    assert body is not None
    assert "\n>>>> Water is coming in" in body.get_content().replace("\r\n", "\n")
    assert [part.get_filename() for part in message.iter_attachments()] == ["loss list.csv"]


def test_the_mietvertrag_has_real_umlauts(made: dict[str, bytes]) -> None:
    whole = " ".join(texts("m.pdf", made["Mietvertrag Lindenstrasse 8.pdf"]))
    assert "Kündigungsfrist beträgt also drei Monate" in whole
    assert "Süßkind" in whole


@pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry["question"][:40])
def test_each_question_has_its_answer_where_it_says(entry: dict[str, object], made: dict[str, bytes]) -> None:
    name, phrase = str(entry["file"]), str(entry["phrase"])
    pages = texts(name, made[name])
    page = entry.get("page")
    assert (page is not None) == name.endswith(".pdf")
    assert phrase in (pages[page - 1] if isinstance(page, int) else pages[0])


def test_the_demonstration_shows_a_clause_a_dose_and_german() -> None:
    shown = [entry["file"] for entry in QUESTIONS if entry.get("demo")]
    assert len(QUESTIONS) >= 10
    assert [name.split()[0] for name in shown] == ["Lease", "Discharge", "Mietvertrag"]


def test_only_reserved_domains_and_telephone_numbers(made: dict[str, bytes]) -> None:
    for name, content in made.items():
        if name.endswith((".docx", ".xlsx")):
            continue  # their XML names schemas of real hosts
        for text in texts(name, content):
            assert not re.search(r"\b[\w-]+\.(com|org|net|de|co\.uk)\b", text), name
            for number in re.findall(r"\b0\d{4} ?\d{6}\b", text):
                assert re.match(r"01632 ?960|07700 ?900", number), f"{name}: {number}"
