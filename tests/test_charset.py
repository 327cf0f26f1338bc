"""Decoding bytes to the intended text, also with wrong charset labels."""

from __future__ import annotations

import codecs
import time
from itertools import product
from pathlib import Path

import pytest

from ingest.reading.documents.charset import decode
from ingest.reading.xml.xml_text import repair

DATA = Path(__file__).parent / "data" / "charset"
SENTENCES = [
    (encoding, sentence)
    for line in (DATA / "sentences.txt").read_text("utf-8").splitlines()
    for encodings, sentence in [line.split("\t")]
    for encoding in encodings.split()
]
LABELS = [None, "utf-8", "gb2312", "big5", "iso-8859-1", "gb_2312_80x", "utf-16"]


@pytest.mark.parametrize(("encoding", "sentence"), SENTENCES)
def test_a_sentence_is_decoded_without_any_label(encoding: str, sentence: str) -> None:
    assert decode(sentence.encode(encoding)).text == sentence


@pytest.mark.parametrize(("encoding", "sentence"), SENTENCES)
def test_wrong_labels_do_not_change_the_result(encoding: str, sentence: str) -> None:
    for served, declared in product(LABELS, repeat=2):
        declaration = f' encoding="{declared}"' if declared else ""
        text = f'<?xml version="1.0"{declaration}?>\n<rss><title>{sentence}</title></rss>'
        content_type = f"text/xml; charset={served}" if served else "text/xml"
        assert decode(text.encode(encoding), content_type).text == text, (served, declared)


def test_surrogate_pairs_in_cesu8_become_emoji() -> None:
    decoded = decode("雨停了\ud83c\udf89".encode("utf-8", "surrogatepass"))  # CESU-8
    assert (decoded.text, decoded.encoding_used) == ("雨停了🎉", "utf-8")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_utf16_utf32_and_byte_order_marks_are_read(mark: bytes, encoding: str) -> None:
    text = '<?xml version="1.0" encoding="gbk"?><title>雨停了</title>'
    decoded = decode(mark + text.encode(encoding), "text/xml; charset=gbk")
    assert (decoded.text, decoded.encoding_used) == (text, encoding)


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("euc-kr", "cp949", "오늘 서울에는 비가 내립니다"),
        ("EUC-JP", "euc_jp", "今日は雨が降っています。散歩は明日にしましょう"),
        ("Shift_JIS", "cp932", "今日は雨が降っています。散歩は明日にしましょう"),
        ("windows-1251", "cp1251", "Сегодня в городе идёт дождь, рынок закрыт"),
        ("KOI8-R", "koi8-r", "Сегодня в городе дождь, рынок закрыт"),
        ("windows-1252", "cp1252", "Le café d’en face a fermé à midi"),
        ("iso-8859-15", "iso8859-15", "Le cœur coûte 3 € de plus qu'hier"),
        (None, "cp1252", "naïve café — déjà vu"),
    ],
)
def test_other_encodings_are_read_as_declared(label: str | None, encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding), f"text/html; charset={label}" if label else None)
    assert (decoded.text, decoded.encoding_used) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
@pytest.mark.parametrize("damage", [b"\xff", b"\xe4", b"\x80\xfe"])
def test_a_damaged_character_replaces_only_itself(encoding: str, damage: bytes) -> None:
    sentence = "天黑了，天又亮了，一年三百六十五日都有新的故事。"
    body = f"<title>{sentence}</title><p>".encode(encoding) + damage
    decoded = decode(body + f"</p><title>{sentence}</title>".encode(encoding))
    assert decoded.text.count(sentence) == 2
    assert decoded.encoding_used == encoding


def test_a_stray_byte_long_before_the_text_replaces_only_itself() -> None:
    body = b"<rss><title>caf\xe9</title>" + b"a" * 9000 + ("临溪下了一夜的雨。" * 300).encode()
    decoded = decode(body)
    assert (decoded.encoding_used, decoded.replacement_count) == ("utf-8", 1)
    assert decoded.text.endswith("下了一夜的雨。")


@pytest.mark.parametrize("items", [4, 5, 10, 15, 100])
@pytest.mark.parametrize("encoding", ["gbk", "big5"])
def test_a_piece_in_another_encoding_garbles_only_itself(encoding: str, items: int) -> None:
    """For example, a site whose database holds texts in two encodings."""
    item = "<item><title>第{}條新聞</title><description>輪渡照常開行。</description></item>"
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
    others = "".join(map(item.format, range(items)))
    body = head.encode() + item.format("某").encode(encoding) + others.encode()
    decoded = decode(body)
    assert decoded.encoding_used == "utf-8"
    assert decoded.text.endswith(others)


def test_a_body_truncated_within_a_character_keeps_the_rest() -> None:
    decoded = decode("今天下雨，明天放晴，后天再说吧".encode()[:-1])
    assert decoded.text == "今天下雨，明天放晴，后天再说\ufffd"
    assert decoded.replacement_count == 1


def test_replacement_characters_of_the_publisher_are_not_counted() -> None:
    assert decode("别人已经弄丢了\ufffd一个字".encode()).replacement_count == 0


def test_the_euro_sign_of_windows_gbk_is_read() -> None:
    body = "<title>门票只要".encode("gbk") + b"\x80" + "十五，学生半价</title>".encode("gbk")
    assert decode(body, "text/xml; charset=gbk").text == "<title>门票只要€十五，学生半价</title>"


@pytest.mark.parametrize(
    ("head", "content_type", "declared"),
    [
        ('<?xml version="1.0" encoding="GB2312"?>', None, "gb18030"),
        ('<html><meta charset="gbk">', None, "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=big5">', None, "big5hkscs"),
        ('<?xml version="1.0" encoding="utf-8"?>', "text/xml; charset=GBK", "gb18030"),
        ("<rss>", None, None),
        ('<?xml version="1.0" encoding="nonsense"?>', None, "nonsense"),
        ('<?xml version="1.0" encoding="rot13"?>', None, "rot13"),
    ],
)
def test_the_declared_encoding_is_returned(
    head: str, content_type: str | None, declared: str | None
) -> None:
    assert decode(f"{head}雨停了".encode(), content_type).encoding_declared == declared


@pytest.mark.parametrize("body", [b"", b"\0", b"\xff", b"\xfe\xff\xd8", bytes(range(256)) * 4])
def test_decode_never_raises(body: bytes) -> None:
    assert isinstance(decode(body, "text/xml; charset=base64").text, str)


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("&#55356;&#57225;好", "🎉好"),
        ("&#xD83C;&#xDF89;好", "🎉好"),
        ("&amp;#55356;&amp;#57225;好", "🎉好"),
        ("&#20013;&#55356;&#57225;&#25991;", "&#20013;🎉&#25991;"),
        ("&#55356;好&#57225;", "好"),
        ("&#55356;&#55356;&#57225;", "🎉"),
        ("&#0;&#11;&#x1f;&#xFFFE;&#x110000;&#99999999999;", ""),
        (f"&#{'9' * 5000};", ""),
        ("&#38;&#x26;&amp;#38;", "&#38;&#x26;&amp;#38;"),
        ("a\x00b\x08c\ufffe\tD\n", "abc\tD\n"),
        ("\ufeff \n\x00<rss>", "<rss>"),
        ("半个\ud83c字", "半个字"),
        ("R&D # 3", "R&D # 3"),
    ],
)
def test_repair_removes_characters_that_parsers_reject(broken: str, repaired: str) -> None:
    assert repair(broken) == repaired


@pytest.mark.parametrize(
    "unit", [b"\xd6", b"\x81\xff", "中".encode(), b"~{", b"<meta ", b"&#1", b"&#55356;", b"\xff"]
)
def test_decoding_hostile_bytes_takes_linear_time(unit: bytes) -> None:
    started = time.process_time()
    repair(decode(b"<" + unit * (1_000_000 // len(unit))).text)
    assert time.process_time() - started < 10
