"""The pictures that an entry shows, and the Referers to ask for them."""

from __future__ import annotations

import pytest

from ingest.manners.referers import built_in, referers_for
from ingest.outputs.pictures import LocalPicture, shown_pictures, with_local_pictures

SIZE = 'width="8" height="6"'
A, B, C = (f"https://img.example.cn/{name}.jpg" for name in "abc")
PAGE = "https://news.example.cn/a/1.html"


@pytest.mark.parametrize(
    ("lead", "html", "shown"),
    [
        (None, "<p>正文</p>", []),
        (A, f'<p><img src="{B}"></p>', [A, B]),
        (A, f'<img src="{A}"><img src="{A}">', [A]),
        (None, f'<img src="{A}?a=1&amp;b=2">', [f"{A}?a=1&b=2"]),
        (None, f'<video controls="" poster="{A}" src="https://e.cn/v.mp4"></video>', [A]),
        (None, f'<img src="{A}" srcset="{B} 800w, {C} 2000w">', [C]),
        (None, f'<img src="{A}" srcset="{B} 800w, {C} 5000w">', [B]),
        (None, f'<img src="{A}" srcset="{B} 3000w, {C} 5000w">', [B]),
        (None, f'<img src="{A}" srcset="{A} 1x, {B} 2x, {C} 4x">', [B]),
        (None, f'<img src="{A}" srcset="{B} wide">', [A]),
        (None, f'<picture><source srcset="{B} 1x"><img src="{A}"></picture>', [A]),
        (None, '<img src="data:image/png;base64,AA"><img src="/1.png">', []),
        ("ftp://e.cn/1.png", "", []),
    ],
)  # fmt: skip
def test_the_pictures_of_an_entry(lead: str | None, html: str, shown: list[str]) -> None:
    assert shown_pictures(lead, html, widest=2560) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (f'<img src="{A}" alt="&quot;">', f'<img src="/p/a.jpg" alt="&quot;" {SIZE}>'),
        (f'<img src="{A}" width="100">', '<img src="/p/a.jpg" width="100">'),
        (f'<img src="{A}" srcset="{C} 2x">', f'<img src="/p/a.jpg" {SIZE}>'),
        (f'<img src="{B}" srcset="{A} 2x" sizes="9vw">', f'<img src="/p/a.jpg" {SIZE}>'),
        (f'<img src="{C}">', f'<img src="{C}">'),
        (
            f'<img data-a:alt="x" data-a:src="{C}" src="{A}">',
            f'<img data-a:alt="x" data-a:src="{C}" src="/p/a.jpg" {SIZE}>',
        ),
        (f'<img src="{B}">', '<img src="/p/b.svg">'),
        (f'<video poster="{A}" src="https://e.cn/v">', '<video poster="/p/a.jpg" src="https://e.cn/v">'),
        (
            f'<picture><source srcset="{C} 1x"><img src="{A}"></picture>',
            f'<picture><img src="/p/a.jpg" {SIZE}></picture>',
        ),
        (
            f'<picture><source srcset="{A} 1x"><img src="{C}"></picture>',
            f'<picture><source srcset="{A} 1x"><img src="{C}"></picture>',
        ),
        (f'<video><source src="https://e.cn/v.mp4"></video><img src="{A}">',
         f'<video><source src="https://e.cn/v.mp4"></video><img src="/p/a.jpg" {SIZE}>'),
    ],
)  # fmt: skip
def test_local_pictures_stand_in_place_of_kept_ones(html: str, shown: str) -> None:
    kept = {
        A: LocalPicture(address="/p/a.jpg", width=8, height=6),
        B: LocalPicture(address="/p/b.svg"),
    }
    assert with_local_pictures(html, kept.get) == shown


@pytest.mark.parametrize(
    ("url", "page", "referers"),
    [
        ("https://wx1.sinaimg.cn/large/a.jpg", PAGE, ("https://weibo.com/", PAGE, "")),
        ("https://cdnfile.sspai.com/a.png", None, ("https://sspai.com/", "")),
        ("https://mmbiz.qpic.cn/a/640", PAGE, ("", PAGE)),
        ("https://sns.xhscdn.com/a.jpg", PAGE, ("https://www.xiaohongshu.com/", PAGE, "")),
        ("https://img.example.cn/a.jpg", PAGE, (PAGE, "")),
        ("https://img.example.cn/a.jpg", "https://u:p@e.cn/文#x", ("https://e.cn/%E6%96%87", "")),
        ("https://img.example.cn/a.jpg", "javascript:x", ("",)),
        ("https://notsinaimg.cn/a.jpg", None, ("",)),
        ("https://a.own.example/a.jpg", PAGE, ("https://own.example/", PAGE, "")),
    ],
)
def test_referers_come_from_the_table_then_the_page_then_none(
    url: str, page: str | None, referers: tuple[str, ...]
) -> None:
    own = {"own.example": "https://own.example/"}
    assert referers_for(url, page, own) == referers


def test_the_users_table_comes_before_the_built_in_one() -> None:
    assert referers_for("https://wx1.sinaimg.cn/a.jpg", None, {"sinaimg.cn": ""}) == ("",)
    assert built_in()["sinaimg.cn"] == "https://weibo.com/"


def test_at_most_a_thousand_pictures_of_an_entry_are_listed() -> None:
    html = "".join(f'<img src="{A}?{number}">' for number in range(2000))
    assert len(shown_pictures(None, html, widest=2560)) == 1000
