"""Characters of languages in the order of their frequency, and the encodings that they were written in; data alone."""

from __future__ import annotations

# Letters beyond ASCII, the most frequent first, and frequent words that are plain ASCII.
LATIN: dict[str, tuple[str, str]] = {
    "English": ("’“”–é—‘£ï", "the of and to in is that for it with as was on be by are this not have from or an you"),
    "German": ("äüöß–„“é§", "der die das und in den von zu mit ist im des auf nicht ein eine als auch wird werden bei"),
    "French": ("éàèêçôûîùâïœ’«»ë", "de la le et les des en un une du que est pour qui dans sur pas au par ne se ce"),
    "Spanish": ("óáíéñú¿¡ü«»", "de la que el en y los se del las un por con una para es no su al lo como"),
    "Italian": ("èàùòéì’«»", "di e il la che in un per del non una le si con dei da sono al come della"),
    "Portuguese": ("ãçáéíóêõâúàôü«»", "de a o que e do da em um para com uma os no se na por mais as dos"),
    "Dutch": ("ëéïèöü’", "de het een van en in is dat op te met voor niet zijn aan er om ook als bij"),
    "Danish": ("åøæéöä", "og i at det er en til af som for med den ikke har de kan der et skal eller"),
    "Swedish": ("äåöé", "och att det som en av den med till inte har om de ett kan ska var eller vid"),
    "Finnish": ("äöåš", "ja on ei se joka oli olla kuin mutta niin sen ole tai voi mukaan"),
    "Icelandic": ("íáðéóúþöýæ", "og er sem en til um var ekki af fyrir hann eru"),
    "Catalan": ("óàéèíòçúïü·’«»", "de la el que i en a les del un per els amb una no es al"),
    "Gaelic": ("àòìùèéí", "a an na air agus e do tha am ann nan le gu"),
    "Estonian": ("äõüöšž", "ja on ei et see ta kui oma ka mis aga oli"),
    "Albanian": ("ëç", "dhe i e me nga u do nuk si por ka"),
    "Polish": ("ąłęśżóćńź„”", "w i na z do nie jest o przez dla po od za to oraz jako lub ma"),
    "Czech": ("íáéěřýčžšůúňťóď„“", "a v na se je o s z do pro k od po za ve to nebo by jako"),
    "Slovak": ("áíčéýžľúťšňôďäóĺŕ„“", "a v na sa je o s z do pre k od po za vo to alebo ako"),
    "Hungarian": ("áéöóőüíúű„”", "a az hogy nem egy van meg de csak ha kell vagy is lehet mint"),
    "Croatian": ("šžčćđ„“”", "i u na je se da za su od s o ne ili iz kao po koji"),
    "Romanian": ("ăîşţâșț„”", "de a cu nu la o din pe un se care pentru este mai fi"),
    "Turkish": ("ıüşöğçİâî", "ve bir bu da ile de olarak daha olan gibi ya her ne var veya"),
    "Vietnamese": ("đưôơâêàáăíúóéìòùè\u0323\u0301\u0300\u0309\u0303ýã", "trong cho khi theo hai sau ra nay"),
    "Latvian": ("āīšēņļūģķčž", "un ir no par uz ar ka kas nav vai lai pie"),
    "Lithuanian": ("ėįšžųūčąę„“", "ir yra kad su tai buvo iš kaip jo dar bet ar"),
}

# Languages of other alphabets: all of their letters.
OTHERS = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё«»–—№",
    "Ukrainian": "оанітирвеслкудмпязьгбйчхцїюєшжщфґ«»–—’№",
    "Bulgarian": "аоиетнрсвлкдпмузяъгбчйщжцхюшфь„“–—№",
    "Serbian": "оаиенрстувдкјмплзгбчшжћцхњљџфђ„“–",
    "Belarusian": "аінеоркстлўдзпуыямвйгбчхьцёжшэфю«»–—’",
    "Kazakh": "аеытндірлоскмұбпғқүжөшйзгуңияәхһвчюцфщэ«»–—",
    "Greek": "αοιετσνηυρπκμλςωδγχθφβόίέάήώύξζψϊΐ«»–—·’",
    "Hebrew": "יוהלאמרתבשנםעחדקפכגצטסןזךףץ־״׳",
    "Arabic": "اليمنترودبعةهسفكأقحجشىصخإطذءضزغثئظؤآ،؟؛ًٌٍَُِّْـ",
    "Persian": "اینردمهتوبسشکگلخزفقعپجحچآئطصضغژثظذ،؟؛ء\u200cيك",
    "Thai": "าน่รอกเง้ยมัลวีิดทสตะุ์ปบคหืูแำจไชพขใโผธถณึศซ็ญษฟภฐฏฮฉ",
}

_HANS = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同"
    "现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最"
    "重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各"
    "入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五"
    "基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
)
_HANT = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同"
    "現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最"
    "重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各"
    "入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五"
    "基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運"
)
_JAPANESE = frozenset(
    "あいうえおかきくけこがぎぐげごさしすせそざじずぜぞたちつてとだぢづでどなにぬねのはひふへほばびぶべぼぱぴぷぺぽまみむめもやゆよらりるれろわをんっゃゅょ"
    "アイウエオカキクケコガギグゲゴサシスセソザジズゼゾタチツテトダヂヅデドナニヌネノハヒフヘホバビブベボパピプペポマミムメモヤユヨラリルレロワヲンッャュョァィェォー"
    "日本人大年会国中出者行分時事同自社発地方新場員立開手力問代明動京目通言理体田主題意不作用度強公持野以思家世多正安院心界教文元重近考画海売知道"
    "集別物使品計死特私始朝運終台広住無真有料建空急止送切転研足究楽起着店病質待試族銀早映親験英医仕去味写字答夜音注帰歌悪図室週旅契約書定条項当"
)
_KOREAN = frozenset(
    "이다는에을의가지고로하은사를서도리기자한대시인나정어만해아라그보들일수있장과부전여제구것조주상신으공원동국소방선화성경스없관개계안세용비중우연당"
    "미되생교민모업무학문적실심회결면식발위단합각물내명재산년때말같게더와니며러데번분통입저행표권법약치건진강금음후요체및터르습않할될된까려야네오히속"
)
MARKS = frozenset("、。，．「」『』（）：；！？・　…—“”‘’《》〈〉【】〔〕％～－")

# Languages of thousands of characters: the most frequent ones, and a standard that lists the rest by frequency.
IDEOGRAPHS: dict[str, tuple[frozenset[str], str]] = {
    "simplified Chinese": (_HANS, "gb2312"),
    "traditional Chinese": (_HANT, "big5"),
    "Japanese": (_JAPANESE, "euc_jp"),
    "Korean": (_KOREAN, "euc_kr"),
}
# First bytes of the characters that a standard lists first.
LEVELS = {"gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "euc_jp": (0xB0, 0xCF), "euc_kr": (0xB0, 0xC8)}

_WEST = ("English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Danish", "Swedish", "Finnish",
         "Icelandic", "Catalan", "Gaelic", "Albanian")  # fmt: skip
_CENTRE = ("Polish", "Czech", "Slovak", "Hungarian", "Croatian", "Romanian", "German", "Albanian")
_BALTIC = ("Latvian", "Lithuanian", "Estonian")
_CYRILLIC = ("Russian", "Ukrainian", "Bulgarian", "Serbian", "Belarusian")

# Encoding, how much less likely it is from the start, languages. Where two read the same, the first is taken.
ENCODINGS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("cp1252", 0.0, (*_WEST, "Estonian")),
    ("iso8859-15", -3.0, (*_WEST, "Estonian")),
    ("cp1250", -0.5, _CENTRE),
    ("iso8859-2", -1.0, _CENTRE),
    ("iso8859-16", -4.0, ("Romanian",)),
    ("cp1251", 0.0, _CYRILLIC),
    ("koi8-r", -1.0, ("Russian",)),
    ("koi8-u", -1.5, ("Ukrainian",)),
    ("iso8859-5", -2.0, _CYRILLIC),
    ("cp866", -2.0, ("Russian", "Ukrainian", "Bulgarian", "Belarusian")),
    ("mac_cyrillic", -3.0, _CYRILLIC),
    ("cp855", -4.0, ("Russian", "Bulgarian", "Serbian")),
    ("kz1048", -3.0, ("Kazakh",)),
    ("cp1253", -0.5, ("Greek",)),
    ("iso8859-7", -1.0, ("Greek",)),
    ("cp737", -3.0, ("Greek",)),
    ("cp1254", -0.5, ("Turkish",)),
    ("iso8859-9", -1.0, ("Turkish",)),
    ("cp857", -4.0, ("Turkish",)),
    ("cp1255", -0.5, ("Hebrew",)),
    ("iso8859-8", -1.0, ("Hebrew",)),
    ("cp862", -4.0, ("Hebrew",)),
    ("cp1256", -0.5, ("Arabic", "Persian")),
    ("iso8859-6", -1.5, ("Arabic",)),
    ("cp1257", -0.5, _BALTIC),
    ("iso8859-13", -1.0, _BALTIC),
    ("iso8859-4", -3.0, _BALTIC),
    ("cp775", -4.0, _BALTIC),
    ("cp1258", -1.0, ("Vietnamese",)),
    ("mac_greek", -4.0, ("Greek",)),
    ("mac_turkish", -5.0, ("Turkish",)),
    ("cp874", -0.5, ("Thai",)),
    ("mac_roman", -3.0, _WEST),
    ("cp850", -3.0, _WEST),
    ("cp437", -4.0, _WEST),
    ("cp852", -3.0, _CENTRE),
    ("mac_latin2", -5.0, _CENTRE),
    ("cp932", -1.0, ("Japanese",)),
    ("euc_jp", -1.0, ("Japanese",)),
    ("gb18030", -1.0, ("simplified Chinese",)),
    ("big5", -1.0, ("traditional Chinese",)),
    ("big5hkscs", -4.0, ("traditional Chinese",)),
    ("cp949", -1.0, ("Korean",)),
    ("johab", -4.0, ("Korean",)),
)
