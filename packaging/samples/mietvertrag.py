"""A German tenancy agreement for a flat, as PDF."""

# ruff: noqa: E501 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Spacer, Table, TableStyle

from samples import paper

FILE = "Mietvertrag Lindenstrasse 8.pdf"

TEXT = """\
zwischen **Frau Annegret Möhrle**, Gänsweg 14, 01234 Grünbach, Telefon (0)30 23125 017, als Vermieterin
und **Herrn Jörg Süßkind** und **Frau Aylin Süßkind**, bisher Hölderlinplatz 3, 01234 Grünbach, als Mietern (im Folgenden gemeinsam „der Mieter“)
wird folgender Mietvertrag über Wohnraum geschlossen.
## § 1 Mietsache
1.1 Vermietet wird die Wohnung im zweiten Obergeschoss links des Hauses Lindenstraße 8 in 01234 Grünbach, bestehend aus drei Zimmern, Küche, Bad mit Dusche, Flur und Balkon, mit einer Wohnfläche von 84,5 m².
1.2 Mitvermietet sind der Kellerraum Nr. 6 und der Fahrradstellplatz im Hof. Die Einbauküche (Herd, Kühlschrank, Spülmaschine) gehört der Vermieterin und wird zur Nutzung überlassen.
1.3 Der Mieter erhält bei der Übergabe drei Haustürschlüssel, drei Wohnungsschlüssel, einen Kellerschlüssel und einen Briefkastenschlüssel. Den Verlust eines Schlüssels hat er unverzüglich anzuzeigen.
## § 2 Mietzeit und Kündigung
2.1 Das Mietverhältnis beginnt am 1. April 2026 und läuft auf unbestimmte Zeit.
2.2 Beide Parteien verzichten für die Dauer von zwei Jahren ab Mietbeginn auf das Recht zur ordentlichen Kündigung. Eine Kündigung ist erstmals zum 31. März 2028 zulässig.
2.3 Danach kann der Mieter das Mietverhältnis spätestens am dritten Werktag eines Kalendermonats zum Ablauf des übernächsten Monats kündigen; die Kündigungsfrist beträgt also drei Monate. Für die Vermieterin verlängert sich die Frist nach fünf und nach acht Jahren um jeweils drei Monate.
2.4 Die Kündigung bedarf der Schriftform. Das Recht zur fristlosen Kündigung aus wichtigem Grund bleibt unberührt.
2.5 Setzt der Mieter den Gebrauch der Mietsache nach Ablauf der Mietzeit fort, so gilt das Mietverhältnis nicht als verlängert.
## § 3 Miete und Nebenkosten
3.1 Die monatliche Miete setzt sich wie folgt zusammen:
| Bestandteil | Betrag im Monat |
| Grundmiete (Kaltmiete) | 1.180,00 € |
| Vorauszahlung auf die Betriebskosten | 165,00 € |
| Vorauszahlung auf Heizung und Warmwasser | 95,00 € |
| Gesamtmiete | 1.440,00 € |
3.2 Die Miete ist monatlich im Voraus, spätestens bis zum dritten Werktag, auf das Konto der Vermieterin zu überweisen. Maßgeblich ist die Rechtzeitigkeit der Überweisung, nicht der Gutschrift.
3.3 Über die Vorauszahlungen wird jährlich abgerechnet. Die Abrechnung ist dem Mieter spätestens zwölf Monate nach Ende des Abrechnungszeitraums mitzuteilen; nach Ablauf dieser Frist sind Nachforderungen ausgeschlossen.
3.4 Die Betriebskosten werden nach Wohnfläche umgelegt, die Kosten für Wasser und Müllabfuhr nach Personenzahl, die Heizkosten zu 70 Prozent nach Verbrauch und zu 30 Prozent nach Wohnfläche.
## § 4 Staffelmiete
4.1 Die Grundmiete erhöht sich am 1. April 2028 auf 1.215,00 € und am 1. April 2030 auf 1.250,00 €. Während dieser Zeit sind Erhöhungen bis zur ortsüblichen Vergleichsmiete und wegen Modernisierung ausgeschlossen.
## § 5 Kaution
5.1 Der Mieter leistet eine Sicherheit von 3.540,00 €, das sind drei Grundmieten. Er darf sie in drei gleichen monatlichen Raten zahlen; die erste Rate ist zu Beginn des Mietverhältnisses fällig.
5.2 Die Vermieterin legt die Kaution getrennt von ihrem Vermögen zum üblichen Zinssatz an. Die Zinsen stehen dem Mieter zu.
5.3 Über die Kaution ist innerhalb von sechs Monaten nach Rückgabe der Wohnung abzurechnen. Für eine noch ausstehende Betriebskostenabrechnung darf ein angemessener Teil, höchstens 300,00 €, länger einbehalten werden.
## § 6 Kleinreparaturen und Instandhaltung
6.1 Der Mieter trägt die Kosten kleiner Instandhaltungen an Gegenständen, die seinem häufigen Zugriff unterliegen (Wasserhähne, Schalter, Fenster- und Türverschlüsse, Rollladengurte), bis zu 110,00 € im Einzelfall und höchstens 6 Prozent der Jahresgrundmiete im Kalenderjahr.
6.2 Alle übrigen Instandhaltungen obliegen der Vermieterin. Mängel hat der Mieter unverzüglich in Textform anzuzeigen. In Notfällen (Rohrbruch, Ausfall der Heizung im Winter) erreicht er den Hausmeister, Herrn Käßmann, unter (0)30 23125 044.
6.3 Die Gastherme wird einmal im Jahr im Auftrag der Vermieterin gewartet; der Mieter gewährt dafür Zutritt.
## § 7 Schönheitsreparaturen
7.1 Die Wohnung wird frisch gestrichen übergeben. Der Mieter führt Schönheitsreparaturen (Streichen der Wände, Decken und Heizkörper) aus, soweit die Räume durch seinen Gebrauch abgenutzt sind. Starre Fristen gelten nicht.
7.2 Bei Auszug sind kräftige Farben durch helle, deckende Farbtöne zu ersetzen.
## § 8 Gebrauch der Wohnung
8.1 Die Haltung eines Hundes oder einer Katze bedarf der Zustimmung der Vermieterin, die nur aus wichtigem Grund versagt werden darf. Kleintiere wie Hamster, Vögel und Zierfische sind ohne Zustimmung erlaubt. Für den vorhandenen Kater „Möhrchen“ ist die Zustimmung erteilt.
8.2 Eine Untervermietung der ganzen Wohnung ist ausgeschlossen; ein Zimmer darf mit vorheriger Erlaubnis untervermietet werden.
8.3 Wäsche darf in der Wohnung nur getrocknet werden, wenn ausreichend gelüftet wird. Auf dem Balkon ist das Grillen mit Holzkohle untersagt; mit Elektrogrill ist es bis 21 Uhr gestattet.
8.4 Bauliche Veränderungen, auch das Anbringen einer Satellitenschüssel oder einer Wallbox, bedürfen der Erlaubnis. Barrierefreie Umbauten kann der Mieter nach den gesetzlichen Vorschriften verlangen.
## § 9 Hausordnung
9.1 Ruhezeiten sind täglich von 13 bis 15 Uhr und von 22 bis 6 Uhr. Musizieren ist höchstens zwei Stunden am Tag erlaubt.
9.2 Das Treppenhaus reinigen die Mietparteien eines Geschosses wöchentlich im Wechsel. Den Winterdienst übernimmt eine Firma.
9.3 Mülltonnen werden dienstags geleert; Sperrmüll ist selbst anzumelden. Flure und Fluchtwege sind freizuhalten, Kinderwagen dürfen unter der Treppe stehen.
## § 10 Betreten der Wohnung
10.1 Die Vermieterin darf die Wohnung nach Ankündigung von mindestens drei Tagen werktags zwischen 9 und 18 Uhr betreten, wenn ein sachlicher Grund besteht, etwa um Mängel festzustellen oder die Wohnung Kaufinteressenten zu zeigen.
## § 11 Rückgabe
11.1 Die Wohnung ist geräumt und besenrein mit allen Schlüsseln zurückzugeben. Über den Zustand wird ein Protokoll geführt, das beide Seiten unterschreiben.
11.2 Der Mieter haftet nicht für Abnutzung durch vertragsgemäßen Gebrauch. Bohrlöcher in üblicher Zahl sind fachgerecht zu verschließen.
## § 12 Schlussbestimmungen
12.1 Mehrere Mieter haften als Gesamtschuldner und bevollmächtigen sich gegenseitig zur Entgegennahme von Erklärungen.
12.2 Änderungen bedürfen der Textform. Ist eine Bestimmung unwirksam, so bleibt der übrige Vertrag wirksam.
12.3 Anlagen: Übergabeprotokoll vom 27. März 2026, Energieausweis (98 kWh je m² und Jahr), Hausordnung, Aufstellung der Betriebskosten.
"""


def make(folder: Path) -> None:
    """Write the agreement into `folder`."""
    styles = paper.styles("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", size=10, leading=14)
    line = "......................................................"
    signatures = Table(
        [["Grünbach, den 2. März 2026", "Grünbach, den 2. März 2026"], [line, line],
         ["Annegret Möhrle, Vermieterin", "Jörg Süßkind, Aylin Süßkind, Mieter"]],
        colWidths=[82 * mm, 82 * mm], rowHeights=[22, 40, 18])
    signatures.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), "Helvetica", 10),
                                    ("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]))
    story: list[object] = [Paragraph("Mietvertrag über Wohnraum", styles["title"]),
                           *paper.legal(TEXT, styles), Spacer(1, 8 * mm), signatures, Spacer(1, 8 * mm),
                           Paragraph("Muster. Alle Personen und Orte in diesem Vertrag sind erfunden.",
                                     styles["small"])]
    paper.build(folder / FILE, story, title="Mietvertrag Lindenstraße 8", author="Annegret Möhrle",
                header=_running, margins=(23 * mm, 23 * mm, 26 * mm, 24 * mm))


def _running(canvas: Canvas, page: int) -> None:
    width, height = A4
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(23 * mm, height - 15 * mm, "Mietvertrag Lindenstraße 8, 2. OG links")
    canvas.drawRightString(width - 23 * mm, height - 15 * mm, "Möhrle / Süßkind")
    canvas.setLineWidth(0.4)
    canvas.line(23 * mm, height - 17 * mm, width - 23 * mm, height - 17 * mm)
    canvas.drawCentredString(width / 2, 13 * mm, f"Seite {page}")
    canvas.drawRightString(width - 23 * mm, 13 * mm, "Kürzel: ........ / ........")
