"""Follow-ups: what leans on an earlier question gets its words, what stands alone is left as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.followups import NAMES, WORDS, understand
from app.types import Answer, AnswerStatus, Evidence, Exchange, Searched, Sentence, Verdict


def asked(question: str, answer: str = "", *, looked_for: str = "", verdict: Verdict = Verdict.SUPPORTED) -> Exchange:
    sentences = (Sentence(answer, (), verdict),) if answer else ()
    return Exchange(
        "1" * 32, None, 0.0, question, looked_for or question, Evidence(question, (), Searched(1, 1, 0)),
        Answer(AnswerStatus.ANSWERED, answer, sentences), (), "",
    )


NOTICE = "What is the notice period in the lease of Harbour Lane 4?"
DOSE = "Which anticoagulant was prescribed to Mrs Abara at discharge?"
KUENDIGUNG = "Welche Kündigungsfrist gilt für den Mietvertrag Kellerraum?"
BAIL = "Quel est le délai de préavis du bail de la rue des Lilas ?"
BEFUND = "Was ergab die Sonographie der Schilddrüse von Herrn Brandt?"

LEANING = [
    (NOTICE, "And for how long?"), (NOTICE, "What about the tenant?"), (NOTICE, "Why?"), (NOTICE, "Since when?"),
    (NOTICE, "In writing?"), (NOTICE, "When does it end?"), (NOTICE, "Can the landlord shorten it?"),
    (NOTICE, "How much is that in days?"), (NOTICE, "Does the same apply to subtenants?"),
    (NOTICE, "Who signed it?"), (NOTICE, "And the deposit?"), (NOTICE, "Where is that written?"),
    (NOTICE, "Must they give reasons?"), (NOTICE, "What happens otherwise?"), (NOTICE, "For the landlord, too?"),
    (NOTICE, "What is its purpose?"), (NOTICE, "Under what conditions?"), (NOTICE, "But only to the quarter?"),
    (NOTICE, "Is this clause valid?"), (NOTICE, "By whom?"), (NOTICE, "Please explain that."),
    (DOSE, "At what dose?"), (DOSE, "How often does she take it?"), (DOSE, "And before admission?"),
    (DOSE, "Is she allergic to it?"), (DOSE, "What were its side effects?"), (DOSE, "Until when?"),
    (DOSE, "Who decided that?"), (DOSE, "Was it stopped before surgery?"), (DOSE, "What about aspirin?"),
    (KUENDIGUNG, "Und wie lange?"), (KUENDIGUNG, "Warum?"), (KUENDIGUNG, "Was ist mit dem Vermieter?"),
    (KUENDIGUNG, "Gilt das auch für Untermieter?"), (KUENDIGUNG, "Wann endet er?"), (KUENDIGUNG, "Ab wann?"),
    (KUENDIGUNG, "Wer hat ihn unterschrieben?"), (KUENDIGUNG, "Und die Kaution?"), (KUENDIGUNG, "Wo steht das?"),
    (BEFUND, "Wann wurde sie durchgeführt?"), (BEFUND, "Und im Vorjahr?"), (BEFUND, "Was folgt daraus?"),
    (BEFUND, "Wie groß war er?"), (BEFUND, "Wer hat diese Untersuchung veranlasst?"),
    (BAIL, "Et combien de temps ?"), (BAIL, "Et pour le locataire ?"), (BAIL, "Pourquoi ?"), (BAIL, "Depuis quand ?"),
    (BAIL, "Qu'en est-il du dépôt ?"), (BAIL, "Par qui ?"), (BAIL, "Jusqu'à quand ?"),
]  # fmt: skip
STANDING = [
    (NOTICE, "How much is the monthly rent of Unit 3?"), (NOTICE, "What is Anaplasmosis?"),
    (NOTICE, "Who is Miriam Okafor?"), (NOTICE, "When the roof leaks, who repairs it?"),
    (NOTICE, "Is it possible to sublet the premises to a third party?"), (NOTICE, "notice period garage"),
    (NOTICE, "Does the company publish its accounts every year?"), (NOTICE, "\"break clause\" NOT garage"),
    (NOTICE, "If the tenant does not pay the rent, can the landlord recover it?"),
    (NOTICE, "And what is the maximum insured sum under the fire insurance policy?"),
    (NOTICE, "Which law governs the Hosting Agreement between Alpha and Beta?"),
    (DOSE, "Was hypertension diagnosed before the operation in March 2019?"),
    (DOSE, "What did the echocardiogram of 3 May show?"), (DOSE, "creatinine clearance"),
    (DOSE, "Is there a family history of diabetes?"), (DOSE, "Which allergies are recorded in the discharge letter?"),
    (KUENDIGUNG, "Wie hoch ist die Miete für die Wohnung im Erdgeschoss?"),
    (KUENDIGUNG, "Gibt es eine Hausordnung für den Garten?"), (KUENDIGUNG, "Wer ist Miriam Okafor?"),
    (KUENDIGUNG, "Können Sie mir die Betriebskosten des Jahres 2023 nennen?"),
    (BEFUND, "Welche Medikamente nimmt Frau Keller seit der Entlassung?"),
    (BEFUND, "Wie hoch war der HbA1c im Labor vom 12.03.2024?"),
    (BAIL, "Le locataire peut-il sous-louer l'appartement ?"), (BAIL, "Quel est le montant du loyer mensuel ?"),
    (BAIL, "Pour quelle somme le dépôt de garantie est-il prévu ?"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "question"), LEANING)
def test_what_leans_gets_the_words_of_before(before: str, question: str) -> None:
    found = understand(question, [asked(before)])
    assert found.leans
    assert found.looked_for.startswith(question)
    telling = {NOTICE: "notice period lease Harbour Lane 4", DOSE: "anticoagulant Abara discharge",
               KUENDIGUNG: "Kündigungsfrist Mietvertrag", BEFUND: "Sonographie Schilddrüse Brandt",
               BAIL: "préavis bail Lilas"}[before]
    assert all(word in found.looked_for for word in telling.split())


@pytest.mark.parametrize(("before", "question"), STANDING)
def test_what_stands_alone_is_left_as_it_is(before: str, question: str) -> None:
    found = understand(question, [asked(before, "The notary Aurelia Vantongeren.")])
    assert (found.looked_for, found.leans) == (question, False)


def test_the_first_question_leans_on_nothing() -> None:
    assert understand("Why?", []).looked_for == "Why?"


def test_the_topic_goes_on_through_several_follow_ups() -> None:
    first = asked(NOTICE)
    second = asked("And for how long?", looked_for=understand("And for how long?", [first]).looked_for)
    third = understand("Why?", [first, second])
    assert all(word in third.looked_for for word in ("notice", "Harbour", "Lane"))


def test_a_pronoun_gets_the_names_of_an_answer_that_is_supported() -> None:
    held = asked("Who holds the deposit?", "It is held by the notary Aurelia Vantongeren of Port Ellery.")
    assert "Aurelia Vantongeren Port Ellery" in understand("Where does she work?", [held]).looked_for
    assert "Vantongeren" not in understand("And for how long?", [held]).looked_for
    doubtful = asked("Who holds it?", "The notary Aurelia Vantongeren.", verdict=Verdict.NOT_SUPPORTED)
    assert "Vantongeren" not in understand("Where does she work?", [doubtful]).looked_for


def test_no_word_is_added_twice_and_no_more_than_there_is_room_for() -> None:
    words, names = (f"word{number} Harbour" for number in range(100)), (f"The Name{number}" for number in range(40))
    long = asked(" ".join(words), " ".join(names))
    found = understand("When does it end?", [long]).looked_for.split()
    assert len(found) <= 4 + WORDS + NAMES
    assert found.count("Harbour") == 1


def test_what_earlier_questions_demanded_is_not_demanded_again() -> None:
    before = asked('"break clause" NOT garage file:lease AND rent*')
    found = understand("Why?", [before]).looked_for
    assert "NOT" not in found
    assert '"' not in found
    assert "file:" not in found
    assert "*" not in found
    assert "break" in found


@pytest.mark.parametrize("question", ["", " ", "?", "\ud800", "it " * 20_000, "(" * 5_000, "und " * 9_000 + "das?"])
def test_strange_questions_are_looked_for_as_they_are(question: str) -> None:
    found = understand(question, [asked(NOTICE), replace(asked(question or "x"), looked_for=question)])
    assert found.looked_for.startswith(question.strip())
