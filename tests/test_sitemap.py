"""Sitemaps in the forms that sites use, and where they are found."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import Unreadable
from ingest.reading.lists.sitemap import read_sitemap, sitemaps_of_robots
from tests import past
from tests.program import Program
from tests.site import Site
from tests.support import item, rss
from tests.test_backfill import make_program, stored_titles

AT = "https://news.example.cn/maps/sitemap.xml"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def listed(body: bytes) -> list[tuple[str, bool]]:
    found = read_sitemap(body, url=AT, now=datetime(2024, 1, 1, tzinfo=UTC))
    return [(one.url.removeprefix("https://news.example.cn"), one.is_list) for one in found]


def urls(*locations: str, name: str = "urlset") -> str:
    inner = "".join(f"<url><loc>{one}</loc></url>" for one in locations)
    return f'<{name} xmlns="{NAMESPACE}">{inner}</{name}>'


ONE = [("/1.html", False)]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (urls("https://news.example.cn/1.html").encode(), ONE),
        (b"\xef\xbb\xbf\r\n" + urls("https://news.example.cn/1.html").encode(), ONE),
        (f'<?xml version="1.0" encoding="UTF-16"?>{urls("/1.html")}'.encode("utf-16"), ONE),
        (f'<?xml version="1.0" encoding="gbk"?>{urls("/桥")}'.encode("gbk"), [("/桥", False)]),
        (urls("/1.html").encode(), ONE),
        (urls("../1.html").encode(), ONE),
        (urls("//news.example.cn/1.html").encode(), ONE),
        (urls("news.example.cn/1.html").encode(), ONE),
        (urls("www.example.cn/1.html").encode(), [("https://www.example.cn/1.html", False)]),
        (urls("blog.example.cn").encode(), [("https://blog.example.cn", False)]),
        (urls("page.html").encode(), [("/maps/page.html", False)]),
        (urls("<![CDATA[ https://news.example.cn/1.html ]]>").encode(), ONE),
        (f"<urlset>{urls('/1.html')}</urlset>".encode(), ONE),
        (f"<wrapper>{urls('/1.html')}</wrapper>".encode(), ONE),
        (urls("/1.html").replace("<urlset", "<urlset><sitemap><loc>/a.xml</loc></sitemap><urlset")
         .replace("</urlset>", "</urlset></urlset>").encode(), [("/a.xml", True), *ONE]),
        (b"https://news.example.cn/1.html\r\n", ONE),
        ("https://news.example.cn/1.html\n".encode("utf-16"), ONE),
        (rss(item(1, link="https://news.example.cn/1.html")).encode(), ONE),
        (urls("http://[bad/").encode(), [("http://[bad/", False)]),
    ],
)  # fmt: skip
def test_the_addresses_and_dates_of_a_sitemap_are_read(
    body: bytes, wanted: list[tuple[str, bool]]
) -> None:
    assert listed(body) == wanted


@pytest.mark.parametrize("body", [b"", b"<html><body>404</body></html>", b"plain", b"<x/>", b"<"])
def test_other_documents_are_not_sitemaps(body: bytes) -> None:
    with pytest.raises(Unreadable):
        listed(body)


@pytest.mark.parametrize(
    "robots",
    [
        b"Sitemap: https://news.example.cn/a.xml",
        b"\xef\xbb\xbfSitemap: /a.xml\r\nUser-agent: *\r\n",
        b"User-agent: *\rDisallow:\rSITEMAP : /a.xml # all\r",
        "Sitemap: /a.xml\n".encode("utf-16"),
    ],
)
def test_the_sitemaps_named_in_robots_txt_are_read(robots: bytes) -> None:
    url = "https://news.example.cn/robots.txt"
    assert sitemaps_of_robots(robots, url) == ["https://news.example.cn/a.xml"]


def a_site(site: Site, *, home: str = "/") -> str:
    """Add an empty feed and one article to a site; return the address of the article."""
    site.set(f"{home}feed", rss(link=site.url(home)))
    site.set(f"{home}1.html", past.page(1), content_type="text/html")
    return site.url(f"{home}1.html")


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-index.xml",
        "/sitemap.xml.gz",
        "/sitemap.txt",
        "/wp-sitemap.xml",
        "/sitemapindex.xml",
    ],
)
def test_a_sitemap_is_found_at_a_usual_address(tmp_path: Path, site: Site, path: str) -> None:
    address = a_site(site)
    body = f"{address}\n".encode() if path.endswith("txt") else urls(address).encode()
    site.set(path, gzip.compress(body) if path.endswith("gz") else body)
    site.set("/sitemap.xml", status=403)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert (result.code, stored_titles(program)) == (0, past.titles([1])), result


@pytest.mark.parametrize("status", [404, 410, 403, 200])
def test_the_usual_addresses_are_tried_if_those_in_robots_txt_are_gone(
    tmp_path: Path, site: Site, status: int
) -> None:
    address = a_site(site)
    site.set("/robots.txt", f"Sitemap: {site.url('/old.xml')}\n")
    site.set("/old.xml", "<html><body>首页</body></html>", status=status)
    site.set("/sitemap.xml", urls(address))
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert (result.code, stored_titles(program)) == (0, past.titles([1])), result


@pytest.mark.parametrize("is_in_robots", [True, False])
def test_a_site_in_a_folder_has_its_own_sitemap(
    tmp_path: Path, site: Site, is_in_robots: bool
) -> None:
    address = a_site(site, home="/blog/")
    site.set("/other.html", past.page(2), content_type="text/html")
    site.set("/sitemap.xml", urls(site.url("/other.html")))
    site.set("/blog/sitemap.xml", urls(address))
    if is_in_robots:
        names = "".join(
            f"Sitemap: {site.url(path)}\n" for path in ("/sitemap.xml", "/blog/sitemap.xml")
        )
        site.set("/robots.txt", names)
    program = make_program(tmp_path, "", "", site.url("/blog/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert (result.code, stored_titles(program)) == (0, past.titles([1])), result


def program_with(tmp_path: Path, site: Site, **lists: str) -> Program:
    a_site(site)
    for name, body in lists.items():
        site.set(f"/{name}.xml", body)
    return make_program(tmp_path, "", "", site.url("/feed"))


def test_a_sitemap_without_any_wanted_address_is_a_failure(tmp_path: Path, site: Site) -> None:
    elsewhere = urls("https://moved.example.org/1.html", site.url("/tags/桥/"))
    program = program_with(tmp_path, site, sitemap=elsewhere)
    for _ in range(2):
        result = program.run("backfill", "1", "--source", "sitemap")
        assert result.code == 1, result
        said = "it lists nothing that is wanted, of 2 addresses, on other sites: moved.example.org"
        assert said in result.out
    assert program.run("backfill", "--resume").code == 1


def test_a_list_without_wanted_addresses_beside_others_is_skipped(
    tmp_path: Path, site: Site
) -> None:
    index = "".join(
        f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/home.xml", "/posts.xml")
    )
    lists = {"home": urls(site.url("/")), "posts": urls(site.url("/1.html"))}
    program = program_with(tmp_path, site, sitemap=f"<sitemapindex>{index}</sitemapindex>", **lists)
    result = program.run("backfill", "1", "--source", "sitemap")
    assert (result.code, stored_titles(program)) == (0, past.titles([1])), result
    assert "home.xml: passed over: it lists nothing that is wanted, of 1 addresses" in result.out


def test_articles_older_than_the_window_are_no_failure(tmp_path: Path, site: Site) -> None:
    old = urls(site.url("/1.html")).replace("</loc>", "</loc><lastmod>2019-01-01</lastmod>")
    program = program_with(tmp_path, site, sitemap=old)
    result = program.run("backfill", "1", "--source", "sitemap", "--since", "2020-01-01")
    assert (result.code, "nothing from the time that is wanted" in result.out) == (0, True)
