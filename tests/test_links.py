from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import links
from ingest.reading.links import canonical_link, earlier_form, exact_link, names_a_site
from ingest.urls import absolute_link

BASE = "https://news.example.cn/list/"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://A.example.cn:80/a/../b", "https://a.example.cn/b"),
        ("https://a.example.cn/b?utm_source=rss&id=7", "https://a.example.cn/b?id=7"),
        (
            "https://a.example.cn/b?spm=1.2.3&from=timeline&isappinstalled=0",
            "https://a.example.cn/b",
        ),
        ("https://a.example.cn/b?id=7&PHPSESSID=a1b2&_=1700000000", "https://a.example.cn/b?id=7"),
        ("https://a.example.cn/b#wechat_redirect", "https://a.example.cn/b"),
        ("https://a.example.cn/新闻", "https://a.example.cn/%E6%96%B0%E9%97%BB"),
        ("https://a.example.cn/b/index.html", "https://a.example.cn/b/"),
        ("https://a.example.cn/b/INDEX.php", "https://a.example.cn/b/"),
        ("https://a.example.cn/b/default.aspx?utm_source=rss", "https://a.example.cn/b/"),
        ("https://a.example.cn/index.php/archives/7/", "https://a.example.cn/archives/7/"),
        ("https://a.example.cn/b?id=7&cat=3", "https://a.example.cn/b?cat=3&id=7"),
        ("https://a.example.cn/b?名=七&cat=3", "https://a.example.cn/b?cat=3&%E5%90%8D=%e4%b8%83"),
        ("https://a.example.cn/b#comments", "https://a.example.cn/b"),
        ("https://a.example.cn/b#respond", "https://a.example.cn/b"),
        ("https://a.example.cn/b#more-12", "https://a.example.cn/b"),
        (
            "https://a.example.cn/b.jsp;jsessionid=0A1B.node1?id=7",
            "https://a.example.cn/b.jsp?id=7",
        ),
        ("https://a.example.cn/(S(lit3py55t21z5v55vlm25s55))/b", "https://a.example.cn/b"),
        ("https://a.example.cn/b/amp", "https://a.example.cn/b"),
        ("https://a.example.cn/b/amp/", "https://a.example.cn/b/"),
        ("https://a.example.cn/b.amp.html", "https://a.example.cn/b.html"),
        ("https://a.example.cn/b?amp=1&id=7", "https://a.example.cn/b?id=7"),
        ("https://a.example.cn/b?amp", "https://a.example.cn/b"),
        ("https://a.example.cn/b?outputType=amp", "https://a.example.cn/b"),
        ("https://amp.a.example.cn/b", "https://a.example.cn/b"),
        ("https://a-example-cn.cdn.ampproject.org/c/s/a.example.cn/b", "https://a.example.cn/b"),
        (
            "https://a-example-cn.cdn.ampproject.org/v/s/www.a.example.cn/b/amp?id=7&amp_js_v=0.1",
            "https://a.example.cn/b?id=7",
        ),
        ("https://www.google.com/amp/s/a.example.cn/b", "https://a.example.cn/b"),
        ("https://a-example-cn.mipcdn.com/c/s/a.example.cn/b", "https://a.example.cn/b"),
    ],
)
def test_links_to_one_article_have_one_canonical_form(one: str, other: str) -> None:
    assert canonical_link(one) == canonical_link(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://mp.weixin.qq.com/s?__biz=A==&mid=1",
            "https://mp.weixin.qq.com/s?__biz=A==&mid=2",
        ),
        ("https://a.example.cn/log#v1", "https://a.example.cn/log#v2"),
        ("https://a.example.cn/b?id=1", "https://a.example.cn/b?id=2"),
        ("https://a.example.cn/b?id=1&id=2", "https://a.example.cn/b?id=2&id=1"),
        ("https://a.example.cn/b#comment-1", "https://a.example.cn/b#comment-2"),
        ("https://a.example.cn/index.php?id=7", "https://a.example.cn/?id=8"),
        ("https://a.example.cn/amp", "https://a.example.cn/"),
        ("https://a.example.cn/b/example", "https://a.example.cn/b/ex"),
        ("https://a.example.cn/b?amp=7", "https://a.example.cn/b?amp=8"),
        ("https://a.cdn.ampproject.org/c/s/a.cn/b", "https://a.cdn.ampproject.org/c/s/a.cn/c"),
    ],
)
def test_links_to_two_articles_stay_different(one: str, other: str) -> None:
    assert canonical_link(one) != canonical_link(other)


@pytest.mark.parametrize(
    ("link", "earlier"),
    [
        ("https://a.example.cn/b.html?id=7&from=timeline", None),
        ("https://a.example.cn/b?b=1&a=2", "https://a.example.cn/b?b=1&a=2"),
        ("https://www.a.example.cn/b/index.html?_=1", "https://a.example.cn/b/index.html"),
        ("https://a.example.cn/新?b=1&a=2", "https://a.example.cn/%E6%96%B0?b=1&a=2"),
        ("https://a.example.cn/b#comments", "https://a.example.cn/b#comments"),
    ],
)
def test_earlier_form_returns_the_form_that_earlier_versions_stored(
    link: str, earlier: str | None
) -> None:
    assert earlier_form(link) == earlier


@pytest.mark.parametrize(
    ("link", "exact"),
    [
        ("https://a.example.cn/b?from=1", "https://a.example.cn/b?from=1"),
        ("https://a.example.cn/b?scene=2&id=7&utm_source=x", "https://a.example.cn/b?id=7&scene=2"),
        ("https://a.example.cn/b?id=7&utm_source=x", None),
        ("https://a.example.cn/b", None),
        ("https://[a/?from=1", None),
    ],
)
def test_exact_link_keeps_parameters_that_may_name_an_article(link: str, exact: str | None) -> None:
    assert exact_link(link) == exact


@pytest.mark.parametrize(
    ("address", "others"),
    [
        ("https://a.example.cn/1", {"/1", "/1/", "/1.html"}),
        ("https://a.example.cn/1/", {"/1", "/1/", "/1.html"}),
        ("https://a.example.cn/b/1.html", {"/b/1", "/b/1/", "/b/1.html"}),
        ("https://a.example.cn/b/1.htm", {"/b/1", "/b/1/", "/b/1.html", "/b/1.htm"}),
        ("https://a.example.cn/?p=1", {"/?p=1"}),
        ("https://a.example.cn/", {"/"}),
        ("https://a.example.cn", {""}),
    ],
)
def test_nearby_returns_addresses_with_other_endings(address: str, others: set[str]) -> None:
    assert links.nearby(address) == {f"https://a.example.cn{other}" for other in others}


@pytest.mark.parametrize("piece", [";jsessionid=", "/amp", "/(S(", "index.", "a=1&"])
def test_hostile_links_take_linear_time(piece: str) -> None:
    began = time.process_time()
    canonical_link(f"https://a.example.cn/b?{piece * (4000 // len(piece))}")
    canonical_link(f"https://a.example.cn/b{piece * (4000 // len(piece))}")
    assert time.process_time() - began < 10


def test_the_canonical_form_of_none_is_none() -> None:
    assert canonical_link(None) is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (None, True),
        ("https://a.example.cn/", True),
        ("https://a.example.cn", True),
        ("https://a.example.cn/?", True),
        ("HTTPS://a.example.cn", True),
        ("https://a.example.cn/#", True),
        ("https://a.example.cn?", True),
        ("https://a.example.cn/#/p/1", False),
        ("https://a.example.cn/?p=1", False),
        ("https://a.example.cn//", False),
        ("https://a.example.cn/a", False),
    ],
)
def test_a_link_to_a_front_page_names_a_site(link: str | None, expected: bool) -> None:
    assert names_a_site(link) is expected


_HOSTS = st.sampled_from(
    "a.cn amp.a.cn www.a.cn m.a.com.cn m.cn www.cn xn--a.cn a.cn:80 a.cn:443 a.cn:8080 a.cn:080"
    " a.cn:99999 1.2.3.4 1.2.3.4:1200 01.2.3.4 999.2.3.4 1.2.3".split()
)
_NAMES = st.text("aZ1-_~.", min_size=1, max_size=4)
_PATHS = st.lists(_NAMES | st.sampled_from(["amp", "index.html", "c", "s"]), max_size=3).map(
    lambda names: "".join(f"/{name}" for name in names)
)
_PAIRS = st.tuples(st.sampled_from(["amp", "id", "from", "utm_a", "SPM", "a.b"]), _NAMES)
_BASE = "https://b.cn/c/d?e"
_QUERIES = st.lists(_PAIRS.map("=".join), max_size=3).map("&".join)


@given(
    st.sampled_from(["http", "https"]),
    _HOSTS,
    _PATHS,
    st.sampled_from(["", "/"]),
    _QUERIES,
)
def test_the_short_cut_for_plain_links_gives_the_same_result(
    scheme: str, host: str, path: str, end: str, query: str
) -> None:
    link = f"{scheme}://{host}{path}{end}{query and '?'}{query}"
    assert canonical_link(link) == links._canonical_link(link)
    not_plain = absolute_link(link.replace("http", "HTTP", 1), _BASE)
    assert absolute_link(link, _BASE) == (not_plain and not_plain.replace("HTTP", "http", 1))
