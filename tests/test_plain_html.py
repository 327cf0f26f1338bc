"""The short cut for plain HTML gives the result of the full cleaner, or declines."""

from __future__ import annotations

from html.entities import name2codepoint
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading.html import cleaning, text
from ingest.reading.html.tree import parse_fragment
from ingest.reading.shortcuts import plain_html
from tests import fragments

_BASE = "https://news.example.cn/a/1.html"


def _assert_same(written: str, short: plain_html.Plain, base_url: str | None = _BASE) -> None:
    html = cleaning.clean(written, base_url=base_url)
    assert (short.html, short.shown) == (html, text.shown_by(html))
    pictures = parse_fragment(written).iter("img")
    assert short.pictures == [dict(one.attrib) for one in pictures]


def _mostly(usual: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*usual * 8, *odd])


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = _mostly(["p", "span", "a", "img", "div", *fragments.NAMES], fragments.ODD_NAMES)
    attribute = _mostly(fragments.ATTRIBUTES, fragments.ODD_ATTRIBUTES)
    return st.builds(
        fragments.element, names, st.lists(attribute, max_size=4, unique=True), content
    )


_FRAGMENTS = st.recursive(
    _mostly(fragments.TEXTS, fragments.ODD_TEXTS),
    lambda inner: st.lists(_element(inner) | inner, max_size=4).map("".join),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(_FRAGMENTS, st.sampled_from([_BASE, None]))
def test_the_short_cut_gives_the_result_of_the_full_cleaner(
    written: str, base_url: str | None
) -> None:
    if (short := plain_html.read(written, base_url)) is not None:
        _assert_same(written, short, base_url)


def _compare(seed: int, count: int) -> None:
    random, plain = Random(seed), 0
    for _ in range(count):
        written = fragments.mostly_plain(random)
        base_url = _BASE if random.random() < 0.8 else None
        if (short := plain_html.read(written, base_url)) is not None:
            _assert_same(written, short, base_url)
            plain += 1
    assert plain > count / 3


def test_thousands_of_fragments_give_the_result_of_the_full_cleaner() -> None:
    _compare(seed=0, count=5_000)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_million_fragments_give_the_result_of_the_full_cleaner(seed: int) -> None:
    _compare(seed, count=500_000)


_PARTS_OF_ADDRESSES = st.sampled_from(
    "a.example a b-c . .. - _ 1 1.2.3.400 127.0.0.1 [::1] 0x1 xn-- xn--zzzz xn--fiqs8s.cn ab--c | %"
    " ^ : :80 :0 :99999 @ 中 A / ? # \\ %7c &amp;amp;".split()
)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(_PARTS_OF_ADDRESSES, min_size=1, max_size=5).map("".join))
def test_addresses_are_kept_as_by_the_full_cleaner(rest: str) -> None:
    for element in ('<a href="{}">甲</a>', '<img src="{}">'):
        written = element.format(f"https://{rest}")
        if (short := plain_html.read(written, _BASE)) is not None:
            _assert_same(written, short)


@pytest.mark.parametrize("name", sorted(name2codepoint))
def test_named_characters_are_decoded_as_by_the_full_cleaner(name: str) -> None:
    written = f"<p>甲&{name};乙</p>"
    if (short := plain_html.read(written, _BASE)) is not None:
        _assert_same(written, short)


@pytest.mark.parametrize("outer", sorted(plain_html._HOLDS))
def test_the_short_cut_accepts_every_element_in_its_listed_parents(outer: str) -> None:
    """Each inner element stands between texts and beside each other element of its parent."""
    for inner in sorted(plain_html._HOLDS[outer]):
        for other in sorted(plain_html._HOLDS[outer]):
            content = f" 甲\n{_whole(inner)}乙{_whole(other)}\n丙 "
            written = content if outer == plain_html._TOP else f"<{outer}>{content}</{outer}>"
            written = f"<ul>{written}</ul>" if outer == "li" else written
            short = plain_html.read(written, _BASE)
            assert short is not None, written
            _assert_same(written, short)


def _whole(name: str) -> str:
    if name == "img":
        return '<img src="/1.jpg">'
    return f"<{name}>" if name in {"br", "hr"} else f"<{name}>丁</{name}>"


@pytest.mark.parametrize(
    "written",
    [
        "<p>今天 &ldquo;气温&rdquo; 30 > 20&nbsp;度</p>\n<p>第二段<br/>换行</p>",
        '<img src="https://img.example.cn/1.jpg" referrerpolicy="no-referrer"><br><br>微博',
        '<p style="text-align: center;"><a href="/t/1?a=1&amp;b=2" target="_blank">全文</a></p>',
        '<div class="rich"><h2 id="x">标题</h2><ul>\n<li><p>一</p></li>\n<li>二</li></ul></div>',
        '<figure><img alt="" width="640" src="1.jpg" /><figcaption>图</figcaption></figure>',
        "<ul><li></li>甲</ul><ol><li> </li>乙</ol>",
        "<blockquote><p><strong><em>引</em>文</strong></p></blockquote>",
        '<img src="/1.jpg" style="float:right"/><a\n    href="/people/1/">某人</a>评论:<br/>',
        "<p><code>a</code> 与 <code>b</code></p>",
    ],
)
def test_the_short_cut_accepts_what_most_publishers_write(written: str) -> None:
    short = plain_html.read(written, _BASE)
    assert short is not None
    _assert_same(written, short)


@pytest.mark.parametrize(
    "written",
    [
        "没有标记",
        "<div><code>a</code><code>b</code></div>",
        '<figure><code>a</code> &nbsp;<code id="b">b</code></figure>',
        "<p>甲",
        "甲</p>",
        "<P>甲</P>",
        "<p><p>甲</p></p>",
        "<b><p>甲</p></b>",
        "<p><b>甲</p></b>",
        '<a href="/1"><b><a href="/2">甲</a></b></a>',
        "<ul><p>甲</p></ul>",
        "<li>甲</li>",
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>甲</p>",
        "<p>甲<!-- 乙 --></p>",
        "<a href='/1'>甲</a>",
        '<a href="/1" href="/2">甲</a>',
        '<a href="javascript:alert(1)">甲</a>',
        '<a href="#1">甲</a>',
        '<a href="http://a.example:99999/x">甲</a>',
        '<img src="http://1.2.3.400/x">',
        '<img src="http://xn--zzzz/">',
        "<p>&lang;甲&rang;</p>",
        '<p style="display:none">甲</p>',
        '<img data-original="/1.jpg" src="/loading.gif">',
        '<img srcset="/1.jpg 1x, /2.jpg 2x" src="/1.jpg">',
        "<img>",
        "<p>甲 & 乙</p>",
        "<p>&#0;</p>",
        "<div>" * 60 + "</div>" * 60,
    ],
)
def test_the_short_cut_declines_unusual_html(written: str) -> None:
    assert plain_html.read(written, _BASE) is None
