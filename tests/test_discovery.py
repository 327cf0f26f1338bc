"""Finding the feed of a page: which addresses are tried, in which order, and which is added."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.reading.lists.feed_links import feed_links
from ingest.values import Document
from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss

PAGE = "https://news.example.cn/2024/a.html"
RSS = 'type="application/rss+xml"'


def links_of(body: str, *, named: bool = True) -> list[str]:
    page = Document(
        url=PAGE, final_url=PAGE, body=body.encode(), fetched_at=datetime(2024, 1, 1, tzinfo=UTC)
    )
    links = [link for link in feed_links(page) if not link.refusal]
    return [link.url for link in links if link.is_named or not named]


# The HTML of a page, and the feed addresses in the order in which they are tried.
@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (f'<link rel="alternate" {RSS} href="/feed">', ["/feed"]),
        ('<link rel="alternate" href="/feed.xml">', ["/feed.xml"]),
        ('<link rel="alternate" href="/en/" hreflang="en">', []),
        ('<link rel="alternate" media="handheld" href="/m/">', []),
        ('<link rel="feed" href="/news.php">', ["/news.php"]),
        ('<link rel="ALTERNATE feed" type="text/html" href="/x">', []),
        ('<link rel="alternate" type="application/x-rss+xml" href="/x">', ["/x"]),
        ('<link rel="alternate" type="RSS" href="/x">', ["/x"]),
        ('<link rel="alternate" type="application/json+oembed" href="/x">', []),
        (f'<link rel="alternate" {RSS} href="feed://news.example.cn/x">', ["http://n/x"]),
        (f'<link rel="alternate" {RSS} href="feed:https://news.example.cn/x">', ["/x"]),
        (f'<link rel="alternate" {RSS} href="">', []),
        (f'<link rel="alternate" {RSS} href="http://[bad/">', []),
        (f'<base href="https://news.example.cn/b/"><link rel=alternate {RSS} href=f>', ["/b/f"]),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">', []),
        ('<link rel="alternate" type="application/xml" href="/sitemap.xml">', []),
        # The main feed comes first, in any order of the links.
        (
            (
                f'<link rel="alternate" {RSS} href="/comments/feed/">'
                f'<link rel="alternate" {RSS} title="Kommentar-Feed" href="/k/feed/">'
                f'<link rel="alternate" {RSS} href="/category/a/feed/">'
                '<link rel="alternate" type="text/xml" href="/odd">'
                f'<link rel="alternate" {RSS} href="/feed/">'
            ),
            ["/feed/", "/category/a/feed/", "/odd", "/comments/feed/", "/k/feed/"],
        ),
        (
            (
                f'<html lang="zh-CN"><link rel="alternate" {RSS} hreflang="en" href="/feed-en.xml">'
                f'<link rel="alternate" {RSS} href="/en/feed.xml">'
                f'<link rel="alternate" {RSS} href="/feed.xml">'
            ),
            ["/feed.xml", "/feed-en.xml", "/en/feed.xml"],
        ),
        ('<link rel="alternate" href="/syndication" title="RSS">', ["/syndication"]),
        ('<link rel="alternate" type="text/html" href="/x/rss.php">', ["/x/rss.php"]),
        ('<link rel="alternate" type="text/plain" href="/x.rss">', ["/x.rss"]),
        (
            (
                f'<link rel="alternate" {RSS} title="X » خلاصة التعليقات" href="/a">'
                f'<link rel="alternate" {RSS} title="X » Ροή Σχολίων" href="/b">'
                f'<link rel="alternate" {RSS} title="X » Dòng bình luận" href="/c">'
                f'<link rel="alternate" {RSS} title="X" href="/d">'
            ),
            ["/d", "/a", "/b", "/c"],
        ),
        (
            (
                "<title>江海评论</title>"
                f'<link rel="alternate" {RSS} title="江海评论 » 评论 Feed" href="/a">'
                f'<link rel="alternate" {RSS} title="江海评论" href="/b">'
            ),
            ["/b", "/a"],
        ),
        (
            (
                f'<link rel=alternate {RSS} href="/?cat=3&feed=rss2">'
                f'<link rel=alternate {RSS} href="/?feed=rss2">'
            ),
            ["/?feed=rss2", "/?cat=3&feed=rss2"],
        ),
        # Links in the text with the address or the name of a feed.
        ('<a href="/atom.xml">a</a>', ["/atom.xml"]),
        ('<a href="/blog/index.xml"><img alt=rss></a>', ["/blog/index.xml"]),
        ('<a href="/?feed=rss2">x</a>', ["/?feed=rss2"]),
        ('<a href="FEED:https://news.example.cn/g">x</a>', ["/g"]),
        ('<a href="/x"><i class="fa fa-rss"></i></a>', ["/x"]),
        ('<a href="/x"><img alt="订阅"></a><a href="/y" aria-label="RSS"></a>', ["/x", "/y"]),
        ('<a href="/subscribe.php?id=1">RSS 订阅</a>', ["/subscribe.php?id=1"]),
        ('<a href="https://other.example.org/about">our feed</a>', []),
        ('<a href="/news/feeding-birds">x</a><a href="/a.html#rss">y</a>', []),
        (
            f'<a href="/rss">RSS</a><link rel="alternate" {RSS} href="/feed">',
            ["/feed", "/rss"],
        ),
    ],
)
def test_feed_links_of_a_page_are_found_in_order(body: str, paths: list[str]) -> None:
    wanted = [
        path.replace("//n/", "//news.example.cn/") if "://" in path else f"{PAGE[:23]}{path}"
        for path in paths
    ]
    assert links_of(body) == wanted


def test_the_usual_addresses_come_before_feeds_of_comments() -> None:
    found = links_of(f'<link rel="alternate" {RSS} href="/comments/feed/">', named=False)
    assert found[0] == "https://news.example.cn/feed"
    assert "https://news.example.cn/2024/index.xml" in found
    assert found[-1] == "https://news.example.cn/comments/feed/"


def test_usual_addresses_are_also_tried_below_the_page() -> None:
    page = Document(
        url=(url := "https://news.example.cn/blog"),
        final_url=url,
        body=b"<p>x</p>",
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert f"{url}/atom.xml" in [link.url for link in feed_links(page)]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return new_program(tmp_path)


def add_page(program: Program, site: Site, head: str) -> tuple[str, str]:
    """Run `feeds add` for a page; return the output and the path of the added feed."""
    site.set("/", f"<!doctype html><html><head>{head}</head>", content_type="text/html")
    output = program.good("feeds", "add", site.url("/"))
    line = next(line for line in output.splitlines() if line.startswith("added"))
    return output, line.partition(site.url("/"))[2]


def test_links_that_are_no_feeds_are_skipped_and_named(program: Program, site: Site) -> None:
    site.set("/wp-json/wp/v2/pages/2", '{"id": 2}', content_type="application/json")
    site.set("/empty.xml", rss())
    site.set("/feed", rss(item(1)))
    head = "".join(
        f'<link rel="alternate" {RSS} href="{path}">'
        for path in ("", "/gone.xml", "/empty.xml", "/wp-json/wp/v2/pages/2", "/feed")
    )
    output, path = add_page(program, site, head)
    assert path == "feed"
    assert f"it names {site.url('/feed')}" in output
    for skipped in ("/gone.xml: the server answered 404", "/empty.xml: it is a feed without"):
        assert f"passed over: {site.url('')}{skipped}" in output
    assert f"passed over: {site.url('/wp-json/wp/v2/pages/2')}: not a feed" in output


def test_a_feed_at_a_usual_address_is_found(program: Program, site: Site) -> None:
    site.set("/index.xml", rss(item(1)))
    output, path = add_page(program, site, "")
    assert (path, "at a usual address" in output) == ("index.xml", True)


def test_the_only_feed_is_added_even_if_it_is_empty(program: Program, site: Site) -> None:
    site.set("/empty.xml", rss())
    assert (
        add_page(program, site, f'<link rel="alternate" {RSS} href="/empty.xml">')[1] == "empty.xml"
    )


def test_a_feed_titled_comments_is_the_last_choice(program: Program, site: Site) -> None:
    site.set("/a.xml", rss(item(1), title="Comments on: 江海大桥"))
    site.set("/b.xml", rss(item(2)))
    head = "".join(f'<link rel="alternate" {RSS} href="/{name}.xml">' for name in "ab")
    assert add_page(program, site, head)[1] == "b.xml"


def test_a_feed_in_a_link_header_is_found(program: Program, site: Site) -> None:
    site.set("/f", rss(item(1)))
    links = '</a.css>; rel=preload, </f>; rel="alternate"; type="application/rss+xml"; title="a, b"'
    site.set("/", "<html><p>首页", content_type="text/html", headers={"Link": links})
    assert f"it names {site.url('/f')}\n" in program.good("feeds", "add", site.url("/"))


@pytest.mark.parametrize("content", ["0; url=/blog/", "0;URL='/blog/'", "3, url = /blog/"])
def test_a_meta_refresh_is_followed(program: Program, site: Site, content: str) -> None:
    site.set("/blog/", f'<link rel="alternate" {RSS} href="f">', content_type="text/html")
    site.set("/blog/f", rss(item(1)))
    assert (
        add_page(program, site, f'<meta http-equiv="Refresh" content="{content}">')[1] == "blog/f"
    )


def test_only_some_of_many_other_feeds_are_named(program: Program, site: Site) -> None:
    for number in range(9):
        site.set(f"/{number}.xml", rss(item(number)))
    head = "".join(f'<link rel="alternate" {RSS} href="/{number}.xml">' for number in range(9))
    output, path = add_page(program, site, head)
    assert (path, output.count("it names another"), "and 3 more" in output) == ("0.xml", 5, True)


def test_feed_scheme_addresses_are_accepted(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed").replace("http://", "feed://"))
    assert "already on the list" in program.good("feeds", "add", f"feed:{site.url('/feed')}")


def test_the_error_for_a_page_without_feeds_names_what_was_tried(
    program: Program, site: Site
) -> None:
    head = f'<link rel="alternate" {RSS} href="/gone.xml">'
    site.set("/", f"<!doctype html><head>{head}", content_type="text/html")
    result = program.run("feeds", "add", site.url("/"))
    assert (result.code, "passed over: " in result.err) == (2, True)
    assert "/gone.xml: the server answered 404" in result.err


def test_links_that_cannot_be_feeds_are_named_and_not_requested(
    program: Program, site: Site
) -> None:
    site.set("/feed/", rss(item(1)))
    head = (
        f'<link rel="alternate" {RSS} href="">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">'
        f'<link rel="alternate" {RSS} href="/feed/">'
    )
    output, path = add_page(program, site, head)
    assert path == "feed/"
    assert "/wp-json/wp/v2/posts/1: what is at such an address is no feed" in output
    assert "the link has no address of its own" in output
    assert len(site.requests) == 2
