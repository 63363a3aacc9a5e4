"""Units and currencies: which words mean the same one, and how one is worked out in another."""

from __future__ import annotations

from decimal import Decimal

# A base and how many of it each form is: two amounts are the same where they are as much of the same base.
_TABLE: tuple[tuple[str, str, str], ...] = (
    ("s", "1", "second seconds sec secs sekunde sekunden"),
    ("s", "60", "minute minutes min mins minuten"),
    ("s", "3600", "hour hours h hr hrs stunde stunden"),
    ("ms", "1", "ms millisecond milliseconds"),
    ("day", "1", "day days tag tage tagen d"),
    ("day", "7", "week weeks wk wks woche wochen"),
    ("day", "14", "fortnight fortnights"),
    ("month", "1", "month months mo mos monat monate monaten"),
    ("month", "12", "year years yr yrs jahr jahre jahren"),
    ("month", "120", "decade decades"),
    ("month", "1200", "century centuries"),
    ("quarter", "1", "quarter quarters"),
    ("%", "1", "% percent pct prozent percentage"),
    ("%", "0.1", "‰"),
    ("bp", "1", "bps"),
    ("mg", "0.000001", "ng nanogram nanograms"),
    ("mg", "0.001", "µg μg mcg ug microgram micrograms"),
    ("mg", "1", "mg mgs milligram milligrams milligramm"),
    ("mg", "1000", "g gm gms gram grams gramm"),
    ("mg", "1000000", "kg kgs kilo kilos kilogram kilograms kilogramm"),
    ("mg", "1000000000", "tonne tonnes"),
    ("ton", "1", "ton tons"),
    ("oz", "1", "oz ounce ounces"),
    ("lb", "1", "lb lbs pound pounds"),
    ("ml", "0.001", "µl μl ul microliter microliters microlitre microlitres"),
    ("ml", "1", "ml mls cc millilitre millilitres milliliter milliliters"),
    ("ml", "10", "cl"),
    ("ml", "100", "dl deciliter deciliters"),
    ("ml", "1000", "l litre litres liter liters"),
    ("gallon", "1", "gallon gallons gal"),
    ("pint", "1", "pint pints"),
    ("cup", "1", "cup cups"),
    ("mm", "0.000001", "nm nanometer nanometers nanometre nanometres"),
    ("mm", "0.001", "µm μm um micron microns micrometer micrometers"),
    ("mm", "1", "mm millimetre millimetres millimeter millimeters"),
    ("mm", "10", "cm centimetre centimetres centimeter centimeters zentimeter"),
    ("mm", "1000", "m metre metres meter meters"),
    ("mm", "1000000", "km kms kilometre kilometres kilometer kilometers"),
    ("inch", "1", "inch inches"),
    ("inch", "12", "foot feet ft"),
    ("inch", "36", "yard yards yd yds"),
    ("mile", "1", "mile miles mi"),
    ("m2", "1", "m2 sqm"),
    ("m2", "10000", "ha hectare hectares"),
    ("m2", "1000000", "km2"),
    ("acre", "1", "acre acres"),
    ("°C", "1", "°c celsius"),
    ("°F", "1", "°f fahrenheit"),
    ("K", "1", "kelvin"),
    ("°", "1", "° degree degrees"),
    ("mmol", "0.000001", "nmol"),
    ("mmol", "0.001", "µmol μmol umol"),
    ("mmol", "1", "mmol mmols millimole millimoles"),
    ("mmol", "1000", "mol mole moles"),
    ("meq", "1", "meq"),
    ("iu", "1", "iu"),
    ("unit", "1", "unit units"),
    ("tablet", "1", "tablet tablets tab tabs"),
    ("capsule", "1", "capsule capsules"),
    ("drop", "1", "drop drops"),
    ("puff", "1", "puff puffs"),
    ("dose", "1", "dose doses"),
    ("mmhg", "1", "mmhg"),
    ("bpm", "1", "bpm"),
    ("pa", "1", "pa pascal pascals"),
    ("pa", "1000", "kpa"),
    ("pa", "1000000", "mpa"),
    ("bar", "1", "bar bars"),
    ("atm", "1", "atm atmosphere atmospheres"),
    ("psi", "1", "psi"),
    ("j", "1", "joule joules"),
    ("j", "1000", "kj"),
    ("kcal", "1", "kcal calorie calories"),
    ("w", "1", "watt watts w"),
    ("w", "1000", "kw kilowatt kilowatts"),
    ("w", "1000000", "mw megawatt megawatts"),
    ("hp", "1", "hp horsepower"),
    ("kwh", "1", "kwh"),
    ("v", "1", "volt volts"),
    ("hz", "1", "hz hertz"),
    ("hz", "1000", "khz"),
    ("hz", "1000000", "mhz"),
    ("hz", "1000000000", "ghz"),
    ("byte", "1", "byte bytes"),
    ("byte", "1000", "kb kilobyte kilobytes"),
    ("byte", "1000000", "mb megabyte megabytes"),
    ("byte", "1000000000", "gb gigabyte gigabytes"),
    ("byte", "1000000000000", "tb terabyte terabytes"),
    ("mph", "1", "mph"),
    ("$", "1", "$ us$ usd dollar dollars"),
    ("$", "0.01", "cent cents ¢"),
    ("€", "1", "€ eur euro euros"),
    ("£", "1", "£ gbp sterling"),
    ("¥", "1", "¥ jpy yen rmb yuan cny"),
    ("₹", "1", "₹ inr rupee rupees"),
    ("chf", "1", "chf franken francs franc"),
)
UNITS: dict[str, tuple[str, Decimal]] = {}
for _base, _factor, _forms in _TABLE:
    for _form in _forms.split():
        UNITS.setdefault(_form, (_base, Decimal(_factor)))
CURRENCIES = frozenset("$ € £ ¥ ₹ chf".split())
CURRENCY_FORMS = frozenset(
    form for form, (base, _) in UNITS.items() if base in CURRENCIES and form not in ("cent", "cents")
)
# A weight, a volume or a count by another is a unit of its own: mg/kg, mmol/l.
DIVIDED = frozenset("mg ml mmol iu meq unit mm2 byte kcal".split())
DIVISORS = frozenset("mg ml mm m2 mmol min".split())
DURATIONS = frozenset("s day month quarter".split())
# Days that are not all days. What is not named here says nothing else of a time: "thirty consecutive days".
KINDS_OF_DAYS = frozenset("business working trading banking".split())
SKIPPED = frozenset("consecutive calendar full additional further successive whole complete".split())
SAME_WORD = (frozenset(("lb", "£")),)  # a pound is a weight or money


def same(one: str, other: str) -> bool:
    return one == other or frozenset((one, other)) in SAME_WORD
