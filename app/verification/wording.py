"""Words that are compared: which carry meaning, which are forms of one word, which exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app import terms

FUNCTION_WORDS = frozenset(
    """
    a an the this that these those it its they them their he she his her him we us our you your i my me who whom which
    whose what when where how why and or but if then than so as of in on at to for from by with into within about over
    under after before between during is are was were be been being am has have had having do does did done doing will
    would shall should can could may might must there here also such any each all both more most other some same only
    own very no not nor never none neither without cannot unless except until till while whereas because since although
    though however therefore thus hence moreover furthermore additionally upon via per
    ones other others another approximately roughly circa nearly almost around given particular certain respectively
    namely else itself himself herself themselves oneself yourself ourselves just even still quite up out
    according passage passages document text states says stated section clause article e.g i.e etc
    der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als wie von in im am an auf zu zum
    zur für aus bei mit nach über unter vor zwischen ist sind war waren wird werden wurde hat haben hatte es sie er wir
    ihr sich auch noch nur diese dieser dieses sowie bis durch nicht kein keine keinen keiner nie ohne
    """.split()
)
# Words with which a sentence goes on from another; they begin sentences and claim nothing.
CONNECTIVES = frozenset(
    """additionally moreover furthermore however therefore thus hence consequently similarly likewise finally overall
    meanwhile nevertheless nonetheless further accordingly specifically also yes first firstly second secondly third
    thirdly lastly instead indeed conversely""".split()
)
_ENDINGS = frozenset(
    """e s es ed d ing ion ions ation ations ment ments er ers or ors al ally ly ive ively ity ities ance ances ence
    ences ancy ency ant ants ent ents able ible ibly ably ness ful ize izes ized izing ise ises ised ising ization
    isation ic ical ics ous ously y ies ied ying tion tions sion sions ure ures age ism ist ists en ened ening
    abl ibl iv ativ anc enc
    n ns ian ians an ans ese i is th ar ary ory ative ate ates ated ating""".split()
)
_LEAST = 4  # letters that two forms of one word begin with
_IRREGULAR = {
    form: line.split()[0]
    for line in (
        "begin began begun", "write wrote written", "build built", "hold held", "make made making",
        "give gave given giving", "take took taken taking", "lead led", "leave left", "grow grew grown growth",
        "become became becoming", "come came coming", "go went gone goes", "know knew known", "say said",
        "pay paid payment", "sell sold sale sales", "buy bought", "bring brought", "think thought", "teach taught",
        "catch caught", "keep kept", "lose lost losing loss", "meet met", "run ran", "rise rose risen rising",
        "fall fell fallen", "see saw seen", "send sent", "spend spent", "speak spoke spoken speech", "win won",
        "child children", "man men", "woman women", "die died dying death dead", "bear born borne birth",
        "drive drove driven", "eat ate eaten", "find found", "get got gotten", "tell told", "show shown",
        "draw drew drawn", "choose chose chosen choice", "break broke broken", "steal stole stolen", "fight fought",
        "seek sought", "mean meant", "lay laid", "lie lay lain", "wear wore worn", "bind bound", "shoot shot",
        "sing sang sung", "sink sank sunk", "swim swam", "throw threw thrown", "arise arose arisen",
        "forbid forbade forbidden", "foot feet", "tooth teeth", "analysis analyses", "person people",
        "use used uses using usage", "fly flew flown flight", "flee fled fleeing", "withdraw withdrew withdrawn",
        "undergo underwent", "overcome overcame",
    )
    for form in line.split()
}  # fmt: skip
_OPPOSED = (
    "increase rise grow raise gain improve expand | decrease fall decline reduce drop lower lessen diminish worsen",
    "increase expand | limit restrict curb",
    "high higher highest elevate upper | low lower lowest reduce",
    "more greater larger | less fewer smaller",
    "most | least",
    "maximum maximal | minimum minimal",
    "early earlier earliest | late later latest",
    "begin start commence | end terminate expire cease stop",
    "include | exclude",
    "hard difficult | easy simple",
    "inclusive | exclusive",
    "allow permit authorize entitle | prohibit forbid ban prevent",
    "accept approve | reject refuse deny decline",
    "always | never rarely seldom",
    "present presence | absent absence",
    "positive | negative",
    "benign | malignant",
    "acute | chronic",
    "success succeed | failure fail",
    "buy buyer purchaser purchase | sell seller vendor",
    "landlord lessor | tenant lessee",
    "licensor | licensee", "grantor | grantee", "assignor | assignee", "franchisor | franchisee",
    "employer | employee", "mortgagor | mortgagee", "lender | borrower", "creditor | debtor", "trustee | beneficiary",
    "plaintiff claimant | defendant respondent", "principal | agent", "disclosing | receiving",
    "male man boy father son | female woman girl mother daughter",
    "left | right",
    "north northern | south southern", "east eastern | west western", "northeast | southwest", "northwest | southeast",
    "internal | external", "domestic | foreign international", "public | private", "mandatory compulsory | optional",
    "import | export", "income | expense", "profit | loss", "asset | liability", "credit | debit",
    "win victory | lose defeat", "agree | disagree", "common | rare uncommon", "likely | unlikely",
    "systolic | diastolic", "mild | severe", "strong stronger | weak weaker", "fast faster | slow slower",
    "old older | young younger", "long longer | short shorter", "inhibit block suppress | activate stimulate promote",
    "hypertension | hypotension", "hyperglycemia | hypoglycemia", "bacterial | viral", "oral | intravenous",
    "with | without", "majority | minority", "same | different", "first | last", "open | close",
    "daily | weekly | monthly | quarterly | annual annually yearly | hourly", "once | twice",
    "monday | tuesday | wednesday | thursday | friday | saturday | sunday",
)  # fmt: skip
# What says the same wherever it stands in prose, so that a sentence may have one for the other. No terms of art: a
# person is not always an individual, to expire is not to terminate, and what is significant need not be important.
_ALIKE = (
    "begin start commence initiate", "stop cease discontinue halt", "show demonstrate reveal indicate",
    "say state mention report", "use utilize utilise", "help assist aid", "need require necessitate",
    "get obtain receive acquire", "give provide supply furnish", "buy purchase", "happen occur arise",
    "make create produce generate", "build construct erect", "call name term know", "think believe consider regard",
    "estimate think", "find identify detect discover", "study examine investigate", "try attempt endeavor endeavour",
    "allow permit let", "forbid prohibit ban bar", "keep retain", "send transmit", "change alter modify amend",
    "increase rise grow raise climb", "decrease decline reduce lower fall drop diminish lessen shrink",
    "include comprise contain", "live reside dwell", "disease illness", "doctor physician",
    "drug medicine medication medicament", "infant baby newborn", "big large", "bigger larger", "biggest largest",
    "hard difficult", "easy simple", "fast quick quickly rapid rapidly swift swiftly",
    "entire whole complete full total", "part portion segment", "kind type sort form variety", "area region",
    "goal aim objective purpose", "way manner method", "amount quantity", "annual annually yearly",
    "prior previous earlier former preceding", "subsequent later", "agreement contract", "house home",
    "staff employee personnel", "student pupil", "attorney lawyer", "lawsuit suit", "breach violate violation",
    "terminate end", "consent approval permission", "notify inform", "notice notification", "severe intense",
    "kidney renal", "heart cardiac", "lung pulmonary", "liver hepatic", "stomach gastric", "risk chance likelihood",
    "affect influence", "damage harm", "protect safeguard", "choose select pick", "decide determine",
    "situated located", "founded established", "own possess", "defeat beat", "film movie",
    "main primary chief principal", "enough sufficient adequate", "exact precise", "famous renowned",
    "rare uncommon", "lack absence", "wealthy rich", "expensive costly", "cost price expense", "usual normal",
    "elicit induce evoke trigger", "recognize identify", "perform conduct carry", "disappear vanish",
    "return revert", "replace substitute", "remove eliminate", "gather collect", "answer reply respond",
    "appear emerge", "block stop prevent", "spread transmit", "survive live", "output production",
)  # fmt: skip
NEGATIVE_PREFIXES = ("non", "un", "in", "im", "ir", "il", "dis")


@lru_cache(50_000)
def stem(word: str) -> str:
    """Return what the commonest forms of a word have in common.

    The stem of app/terms.py and irregular forms; that of app/retrieval/stems.py joins words that are not related.
    """
    word = word.removesuffix("'s").removesuffix("'")
    return _IRREGULAR.get(word) or terms.stem(word)


def _others(lines: Iterable[Sequence[set[str]]]) -> dict[str, frozenset[str]]:
    """Return for each stem those on the other sides of its lines; a line is a row of sides, each a set of stems."""
    found: dict[str, set[str]] = {}
    for sides in lines:
        for side in sides:
            for word in side:
                found.setdefault(word, set()).update(*(other - side for other in sides if other is not side))
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITES = _others([[set(map(stem, side.split())) for side in line.split("|")] for line in _OPPOSED])
_GROUPS = _others([[{stem(word)} for word in line.split()] for line in _ALIKE])


def alike(root: str) -> frozenset[str]:
    """Return the other stems that say the same as a stem wherever they stand."""
    return _GROUPS.get(root, frozenset())


def opposites(root: str) -> frozenset[str]:
    """Return the stems that say the contrary of a stem, or what excludes it."""
    return _OPPOSITES.get(root, frozenset())


def opposed(one: str, other: str) -> bool:
    """Whether one stem excludes the other: increase and decrease, licensor and licensee, usual and unusual."""
    if other in opposites(one):
        return True
    if one[-3:] == other[-3:]:
        short, long = sorted((one, other), key=len)
        return len(short) >= 4 and long.removesuffix(short) in NEGATIVE_PREFIXES
    # Two sides of a deal: mortgagor and mortgagee.
    return one[:-2] == other[:-2] and {one[-2:], other[-2:]} in ({"or", "ee"}, {"er", "ee"}) and len(one) > 5


def kin(one: str, other: str) -> bool:
    """Whether two stems are forms of one word: assign and assignment, produce and production."""
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    if common < _LEAST or common * 2 < max(len(one), len(other)):
        return False
    for cut in (common, common - 1):  # what they share may hold the first letter of an ending
        if cut >= _LEAST and _is_ending(one[cut:]) and _is_ending(other[cut:]):
            return not opposed(one, other)
    return False


def _is_ending(rest: str) -> bool:
    return not rest or rest in _ENDINGS
