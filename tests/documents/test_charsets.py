from __future__ import annotations

import random
import unicodedata

import pytest

from app.documents import charsets
from app.documents.text import decoded, decoding
from app.errors import UnsupportedFile

TEXTS = {
    "German": "Die Änderung der Größe übersteigt das Maß. Für Österreich gilt dasselbe, außer für Ärzte.",
    "French": "La société à responsabilité limitée a été créée en février ; l’associé s’y engage où qu’il soit.",
    "Danish": "Køberen skal betale prisen senest på forfaldsdagen, når æblerne er blevet leveret til døren.",
    "Polish": "Umowa została zawarta na czas określony i może być rozwiązana przez każdą ze stron.",
    "Hungarian": "A szerződő felek közös megegyezéssel módosíthatják a fenti időpontot, ha az szükséges.",
    "Russian": "Настоящий договор вступает в силу с момента подписания и действует до конца года.",
    "Greek": "Η παρούσα σύμβαση τίθεται σε ισχύ από την ημέρα της υπογραφής της και λήγει το έτος.",
    "Hebrew": "הסכם זה נכנס לתוקף ביום חתימתו ויסתיים בסוף השנה הקרובה.",
    "Arabic": "يدخل هذا العقد حيز التنفيذ من تاريخ توقيعه وينتهي في نهاية العام.",
    "Turkish": "Bu sözleşme imzalandığı gün yürürlüğe girer ve yıl sonunda sona erer, aksi kararlaştırılmadıkça.",
    "Vietnamese": "Hợp đồng này có hiệu lực kể từ ngày ký và hết hạn sau một năm theo thỏa thuận của hai bên.",
    "Thai": "สัญญานี้มีผลบังคับใช้ตั้งแต่วันที่ลงนามและสิ้นสุดเมื่อครบหนึ่งปี",
    "Japanese": "契約書は二通作成し、甲乙各一通を保有する。賃料は毎月末日までに支払う。",
    "simplified Chinese": "本合同自双方签字之日起生效，有效期为一年，期满后自动终止。",
    "traditional Chinese": "本合約自雙方簽字之日起生效，有效期為一年，期滿後自動終止。",
    "Korean": "이 계약은 서명한 날부터 효력이 발생하며 일년 후에 종료됩니다.",
}
PAIRS = [
    *(("German", name) for name in ("cp1252", "iso8859-15", "mac_roman", "cp850")),
    *(("French", name) for name in ("cp1252", "mac_roman")),
    *(("Danish", name) for name in ("cp1252", "cp850", "mac_roman")),
    *(("Polish", name) for name in ("cp1250", "iso8859-2", "cp852")),
    *(("Hungarian", name) for name in ("cp1250", "iso8859-2", "cp852")),
    *(("Russian", name) for name in ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic")),
    *(("Greek", name) for name in ("cp1253", "iso8859-7")),
    *(("Hebrew", name) for name in ("cp1255", "iso8859-8")),
    *(("Arabic", name) for name in ("cp1256", "iso8859-6")),
    *(("Turkish", name) for name in ("cp1254", "iso8859-9")),
    ("Thai", "cp874"),
    ("Greek", "mac_greek"),
    *(("Japanese", name) for name in ("cp932", "euc_jp", "iso2022_jp")),
    *(("simplified Chinese", name) for name in ("gb2312", "gb18030", "hz")),
    ("traditional Chinese", "big5"),
    *(("Korean", name) for name in ("euc_kr", "johab", "iso2022_kr")),
]


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_sentence_is_decoded_to_the_same_characters(language: str, encoding: str) -> None:
    data = TEXTS[language].encode(encoding, "ignore")
    assert decoding(data) == (data.decode(encoding), True)


def test_letters_with_tones_of_their_own_are_found() -> None:
    text = unicodedata.normalize("NFD", TEXTS["Vietnamese"])
    pairs = {"ă": "a\u0306", "ê": "e\u0302", "ô": "o\u0302", "â": "a\u0302", "ư": "u\u031b", "ơ": "o\u031b"}
    for whole, apart in pairs.items():
        text = text.replace(apart, whole).replace(apart[0] + "\u0323" + apart[1], whole + "\u0323")
    data = text.encode("cp1258")
    assert decoding(data) == (data.decode("cp1258"), True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", TEXTS)
def test_units_of_two_and_four_bytes_need_no_mark(language: str, encoding: str) -> None:
    assert decoded(TEXTS[language].encode(encoding)) == TEXTS[language]


def test_a_few_letters_far_behind_much_plain_text_decide() -> None:
    text = "All of this is plain.\n" * 5000 + "Nur hier steht, daß es für Müller gilt.\n"
    assert decoded(text.encode("cp1252")) == text


def test_utf_8_with_a_few_broken_bytes_stays_utf_8() -> None:
    data = (TEXTS["Russian"] * 5).encode()
    broken = data[:60] + b"\xff" + data[60:]
    assert decoded(broken).startswith(TEXTS["Russian"][:20])
    assert decoded(broken).count("\ufffd") == 1


def test_what_reads_like_no_language_is_said_to_be_uncertain() -> None:
    data = random.Random(1).randbytes(4000).translate(None, bytes(range(0x80)))
    assert decoding(data)[1] is False


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(500), b"\x00\x01\x02\x03" * 500, b"MZ\x90\x00\x03" * 100],
)
def test_bytes_that_are_no_text_are_unsupported(data: bytes) -> None:
    with pytest.raises(UnsupportedFile):
        decoded(data)


def test_wide_text_is_not_seen_in_plain_text_with_stray_zeros() -> None:
    assert charsets.wide(b"plain text with a zero\x00 in it, and nothing else that is odd") == ""
    assert charsets.wide(b"") == ""
    assert charsets.wide(b"a") == ""
