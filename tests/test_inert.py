"""Fields that a theme prints unescaped stay text; test_hexo_themes.py checks it in a browser."""

from __future__ import annotations

import pytest

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.outputs.inert import inert_link, inert_picture, inert_text, without_tags
from ingest.values import Author
from tests.support import make_record


@pytest.mark.parametrize(
    ("written", "inert"),
    [
        ("<svg/onload=alert(1)>", "＜svg/onload=alert(1)>"),
        ("<img src=x onerror=alert(1)", "＜img src=x onerror=alert(1)"),
        ("</title><b>", "＜/title>＜b>"),
        ("<!-- <?php", "＜!-- ＜?php"),
        ("<<b>", "<＜b>"),
        ("at the end <", "at the end ＜"),
        ("a < b, c <= d, <3, <中文>", "a < b, c <= d, <3, <中文>"),
        ("if a<b and c>d", "if a＜b and c>d"),
        ("&lt;b&gt; 100% {{ x }}", "＆lt;b＆gt; 100% {{ x }}"),
        ("&#60 &#x3C; &LT &quot;", "＆#60 ＆#x3C; ＆LT ＆quot;"),
        ("R&D, AT&T; A & B, ?a=1&b=2", "R&D, AT&T; A & B, ?a=1&b=2"),
        ('it\'s a "title"', 'it\'s a "title"'),
        ("f(x)=y 与 'z'", "f(x)=y 与 ＇z＇"),
        ('x" onclick="run()', "x＂ onclick=＂run()"),
        (r"\';run();//", "＼';run();//"),
        ("C:\\Temp\\", "C:\\Temp＼"),
        ("x' style ='y", "x＇ style =＇y"),
        ("x'onclick=y", "x＇onclick=y"),
        ("x' data-a:b=c", "x＇ data-a:b=c"),
    ],
)
def test_text_cannot_open_a_tag_or_end_an_attribute(written: str, inert: str) -> None:
    assert inert_text(written) == inert
    assert inert_text(inert) == inert


def test_only_tags_in_a_guid_are_changed() -> None:
    assert without_tags("<1@list> <a@list>?a='b'&c=d") == "<1@list> ＜a@list>?a='b'&c=d"


@pytest.mark.parametrize(
    ("address", "picture", "link"),
    [
        ("https://i.cn/a.jpg?w=7&x=%27,b", "https://i.cn/a.jpg?w=7&x=%27,b", None),
        ("https://i.cn/图 (1).png", "https://i.cn/图%20%281%29.png", "https://i.cn/图%20(1).png"),
        ("https://i.cn/a$`b", "https://i.cn/a%24%60b", "https://i.cn/a$%60b"),
        ("https://i.cn/a' onerror='b", "https://i.cn/a%27%20onerror=%27b", None),
        ('https://i.cn/"<b>\\`', "https://i.cn/%22%3Cb%3E%5C%60", None),
        ("https://i.cn/?a=1&copy=2&lt;&#39", "https://i.cn/?a=1&copy=2%26lt;%26#39", None),
        ("https://i.cn/a\nb\u3000c\x00", "https://i.cn/a%0Ab%E3%80%80c%00", None),
    ],
)
def test_addresses_cannot_leave_their_quotes(address: str, picture: str, link: str | None) -> None:
    assert inert_picture(address) == picture
    assert inert_link(address) == (link or picture)


def test_every_field_of_a_record_is_inert() -> None:
    attack = "x' onload='1<img src=y onerror=\"2"
    record = make_record(
        title=attack,
        authors=(Author(name=attack),),
        tags=(attack,),
        feed_categories=(attack, f"b{attack}"),
        lead_image=f"https://i.cn/{attack}",
        link=f"https://i.cn/{attack}",
        feed_url=f"https://i.cn/feed/{attack}",
        guid="<img src=x>",
    )
    text = HexoLayout(ArchiveConfig()).render(record).decode()
    front_matter = text.partition("\n---\n")[0]
    assert "<" not in front_matter
    assert front_matter.count("＜") == 6
    assert "onload='" not in front_matter.replace("''", "'")
    assert '"' not in front_matter


def test_a_title_of_control_characters_only_becomes_the_date() -> None:
    text = HexoLayout(ArchiveConfig()).render(make_record(title="\x07\ufeff")).decode()
    assert "title: 'Fri, 28 Jan 2022 13:34:39 GMT'" in text
