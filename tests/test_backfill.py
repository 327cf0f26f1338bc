"""`guidang backfill` on the command line: sites with old entries, and files."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import random
import re
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

import psutil
import pytest

from tests import past
from tests.program import Program, new_program
from tests.rsshub_double import Route, RsshubDouble
from tests.site import Answer, Site
from tests.support import item, rss

ENTRIES = 18


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return make_program(tmp_path)


def make_program(folder: Path, database_url: str = "", settings: str = "", *feeds: str) -> Program:
    program = new_program(folder, database_url, feeds)
    config = folder / "config.toml"
    config.write_text(f"{settings}\n{config.read_text()}")
    return program


def stored_titles(program: Program) -> list[str]:
    return sorted(one["title"] for one in json.loads(program.good("entries", "list", "--json")))


def passes_checks(program: Program) -> bool:
    return program.run("archive", "--check").code == program.run("db", "check").code == 0


Past = Callable[[Site, Site, int], tuple[str, list[str]]]
PASTS: dict[str, Past] = {
    "rfc5005": lambda site, _, entries: ("", past.with_archives(site, entries)),
    "paged": lambda site, _, entries: ("", past.with_pages(site, entries)),
    "sitemap": lambda site, _, entries: ("", past.with_sitemap(site, entries)),
    "wayback": lambda site, archive, entries: past.with_captures(archive, site, entries),
}


@pytest.fixture(params=PASTS)
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_source_adds_all_old_entries_once(
    tmp_path: Path, database_url: str, site: Site, source: str
) -> None:
    with Site() as archive:
        settings, titles = PASTS[source](site, archive, ENTRIES)
        program = make_program(tmp_path, database_url, settings, site.url("/feed"))
        result = program.run("backfill", "1", "--source", source, "--json")
        assert result.code == 0, result
        assert stored_titles(program) == titles
        before = len(site.requests)
        report = json.loads(result.out)
        assert report["is_complete"]
        assert sum(line["new"] for line in report["lines"]) == len(titles)
        assert report["lines"][0]["reaches_back_to"].startswith("2020-01-01")

        again = program.run("backfill", "1", "--source", source, "--json")
        assert again.code == 0
        lines = json.loads(again.out)["lines"]
        assert all(line["new"] == line["earlier"] == line["edited"] == 0 for line in lines)
        assert stored_titles(program) == titles
        if source == "sitemap":  # articles with known addresses are not requested again
            paths_of_second_run = {request.path for request in site.requests[before:]}
            assert not paths_of_second_run & {f"/{n}.html" for n in range(ENTRIES) if n != 3}
    assert passes_checks(program)


@pytest.mark.parametrize(
    ("kills", "entries"),
    [(2, ENTRIES), pytest.param(50, 400, marks=[pytest.mark.long, pytest.mark.timeout(600)])],
)
def test_a_killed_backfill_continues_where_it_stopped(
    tmp_path: Path, database_url: str, site: Site, source: str, kills: int, entries: int
) -> None:
    chance = random.Random(source)
    with Site() as archive:
        settings, titles = PASTS[source](site, archive, entries)
        program = make_program(tmp_path, database_url, settings, site.url("/feed"))
        program.good("status")
        slow = replace(program, env={"GUIDANG_FETCH__HOST_DELAY": "0.5s"})
        for _ in range(kills):
            process = slow.start("backfill", "1", "--source", source)
            time.sleep(chance.uniform(0.1, 1.1))
            assert process.poll() is None, "the backfill ended before it was killed"
            process.kill()
        result = program.run("backfill", "1", "--source", source, timeout=120)
        assert result.code == 0, result
        assert stored_titles(program) == titles
        requested = [r.path for r in (*site.requests, *archive.requests) if is_document(r.path)]
        # Only the document that was being read when the process was killed is requested again.
        assert len(requested) <= len(set(requested)) + kills
    assert passes_checks(program)


def is_document(path: str) -> bool:
    return path.endswith(".html") or path.startswith(("/archive/", "/web/"))


def test_the_parameter_of_numbered_pages_is_found_by_trying(tmp_path: Path, site: Site) -> None:
    titles = past.with_pages(site, 10, page="page", named=False)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    assert program.run("backfill", "1", "--source", "paged").code == 0
    assert stored_titles(program) == titles


def test_numbered_pages_end_at_a_page_without_new_entries(tmp_path: Path, site: Site) -> None:
    site.set("/feed", past.channel(range(3), site))  # the answer for every page
    program = make_program(tmp_path, "", "", site.url("/feed"))
    assert program.run("backfill", "1", "--source", "paged").code == 0
    assert stored_titles(program) == past.titles(range(3))
    assert len(site.requests) == 4  # the feed, and three kinds of page numbers


@pytest.mark.parametrize(
    ("generator", "way"),
    [
        ("Typecho 1.2.1", "/feed/page/{}/"),
        ("Typecho 1.2.1", "/feed/?page={}"),
        ("Z-BlogPHP 1.7.3", "/feed/?page={}"),
        ("Discuz! Board", "/feed/?page={}"),
        ("https://wordpress.org/?v=6.4", "/feed/?paged={}"),
        ("", "/feed/page/{}/"),
        ("", "/feed/?page={}"),
    ],
)
def test_the_numbered_pages_of_each_engine_are_found(
    tmp_path: Path, site: Site, generator: str, way: str
) -> None:
    """A wrong kind of page number gives the front page, a refusal, or the first page again."""
    extra = f"<generator>{generator}</generator>" if generator else ""
    site.set("/feed/", past.channel(range(8, 10), site, extra=extra))
    site.set("/feed/?paged=2", "<html>首页</html>", content_type="text/html")
    site.set("/feed/page/2/", status=403)
    for page, first in enumerate((6, 4, 2, 0), 2):
        site.set(way.format(page), past.channel(range(first, first + 2), site, extra=extra))
    site.set(way.format(4), status=404)  # a gap
    site.set(way.format(6), past.channel([], site))
    program = make_program(tmp_path, "", "", site.url("/feed/"))
    result = program.run("backfill", "1", "--source", "paged")
    assert stored_titles(program) == past.titles([0, 1, *range(4, 10)]), result
    assert not site.requests_to(way.format(7))


def test_missing_documents_are_named_and_retried(tmp_path: Path, site: Site) -> None:
    titles = past.with_archives(site, 10)
    site.set("/archive/0", status=410)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "rfc5005")
    assert result.code == 1
    assert f"missing: {site.url('/archive/0')}: the server answered 410" in result.out
    assert stored_titles(program) == past.titles(range(4, 10))
    site.set("/archive/0", past.channel(range(4), site))
    before = len(site.requests)
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == titles
    assert [request.path for request in site.requests[before:]] == ["/archive/0"]
    assert "nothing to continue" in program.good("backfill", "--resume")


@pytest.mark.parametrize(
    "bad", ["http://[bad/1.html", "http://xn--/", "http://a:99999/", "ftp://a/"]
)
def test_an_invalid_link_is_reported_as_missing(tmp_path: Path, site: Site, bad: str) -> None:
    link = past.prev_archive(1).replace("/archive/0", bad)
    site.set("/feed", past.channel(range(2), site, extra=link))
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "rfc5005")
    assert result.code == 1, result
    assert f"missing: {bad}: cannot be read: it is no address" in result.out
    assert stored_titles(program) == past.titles(range(2))


def test_invalid_addresses_in_a_sitemap_are_reported_as_missing(tmp_path: Path, site: Site) -> None:
    titles = past.with_sitemap(site, 4)
    host = site.url("").removeprefix("http://")
    listed = ["http://[bad/1.html", f"http://{host}9999/2.html", site.url("/3.html")]
    urls = "".join(f"<url><loc>{url}</loc></url>" for url in listed)
    site.set("/map-1.xml", f"<urlset>{urls}<url><loc>{site.url('/0.html')}</loc></url></urlset>")
    site.set("/sitemap.xml", f"<urlset>{urls}</urlset>")
    robots = f"Sitemap: http://[worse\nSitemap: /maps\nSitemap: {site.url('/maps')}\n"
    site.set("/robots.txt", robots)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert result.code == 1, result
    for bad in ("http://[worse", *listed[:2]):
        assert f"missing: {bad}: cannot be read: it is no address" in result.out
    assert stored_titles(program) == [titles[0], *titles[2:]]
    assert len(site.requests_to("/maps")) == 1

    site.set("/robots.txt", "Sitemap: http://[worse\n")
    assert program.run("backfill", "--restart").code == 1
    assert len(site.requests_to("/sitemap.xml")) == 1


def test_article_pages_that_differ_only_in_the_query_are_read(tmp_path: Path, site: Site) -> None:
    site.set("/feed", past.channel([1], site))
    pages = ["/?p=2", "/?thread-3.htm", "/?p=4&utm_source=map", "/index.php?id=5"]
    others = ["/?cat=6", "/?paged=7", "/?author=8", "/?utm_source=map", "/"]
    listed = "".join(f"<url><loc>{escape(site.url(path))}</loc></url>" for path in pages + others)
    site.set("/sitemap.xml", f"<urlset>{listed}</urlset>")
    for number, path in enumerate(pages + others, 2):
        site.set(path, past.page(number), content_type="text/html")
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(2, 6))
    assert not {request.path for request in site.requests} & set(others)


@pytest.mark.parametrize("link", ["http://[bad/", "/"])
def test_a_feed_with_an_invalid_link_uses_the_site_of_its_own_address(
    tmp_path: Path, site: Site, link: str
) -> None:
    titles = past.with_sitemap(site, 4)
    site.set("/feed", rss(past.dated_item(3, link=site.url("/3.html")), link=link))
    program = make_program(tmp_path, "", "", site.url("/feed"))
    program.good("poll")
    result = program.run("backfill", "1", "--source", "sitemap")
    assert result.code == 0, result
    assert set(stored_titles(program)) == set(titles)


def test_an_undated_page_gets_the_date_of_its_address_or_sitemap(
    tmp_path: Path, site: Site
) -> None:
    """The <lastmod> of a page about the site is no publication date."""
    news = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    dated = "<news:news><news:publication_date>{}</news:publication_date></news:news>".format
    says = {
        "/1.html": "<lastmod>2020-01-09</lastmod>",
        "/2.html": dated("2020-01-07T08:00:00+08:00"),
        "/3.html": dated("neulich"),
        "/2020/01/04/bridge/": "<lastmod>2020-02-08T08:00:00+08:00</lastmod>",
        "/about.html": "<lastmod>2020-01-10</lastmod>",
    }
    urls = (f"<url><loc>{site.url(path)}</loc>{more}</url>" for path, more in says.items())
    site.set("/sitemap.xml", f"<urlset {news}>{''.join(urls)}</urlset>")
    for number, path in enumerate(says):
        undated = past.page(number).replace("article:published_time", "nothing")
        site.set(path, undated, content_type="text/html")
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert result.code == 0, result
    assert result.out.count("nothing says when it was published") == 2
    with sqlite3.connect(tmp_path / "guidang.db") as database:
        dates = "SELECT title, substr(published_at, 1, 16), published_method FROM entry"
        expected = {
            (past.title_of(0), "2020-01-08 16:00", "lastmod"),
            (past.title_of(1), "2020-01-07 00:00", "news sitemap"),
            (past.title_of(3), "2020-01-03 16:00", "address"),
        }
        assert set(database.execute(dates)) == expected
        # The date of another post on the page, as earlier versions read it.
        wrong = "UPDATE entry SET published_at = '2020-03-01 00:00:00', published_method = 'year'"
        database.execute(f"{wrong}, published_raw = '江海大桥' WHERE published_method = 'address'")
    assert "1 " in program.good("replay")
    with sqlite3.connect(tmp_path / "guidang.db") as database:
        assert set(database.execute(dates)) == expected


def test_a_server_that_sends_retry_after_gets_no_requests_until_then(
    tmp_path: Path, site: Site
) -> None:
    titles = past.with_archives(site, 12)
    site.set("/archive/1", status=429, headers={"Retry-After": "3600"})
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "rfc5005")
    assert (result.code, "asks to wait 1:00:00" in result.out) == (1, True), result
    assert "1 document to read, 0 missing" in result.out
    site.set("/archive/1", past.channel(range(4, 8), site, extra=past.prev_archive(1)))
    site.clear()
    assert program.run("backfill", "--resume").code == 1
    program.good("poll")  # the server's Retry-After counts for polls as well
    assert site.requests == []
    assert stored_titles(program) == past.titles(range(8, 12))
    with sqlite3.connect(tmp_path / "guidang.db") as database:
        database.execute("DELETE FROM host_pause")  # an hour later
    database.close()
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == titles


def test_retry_after_also_stops_requests_for_lists(tmp_path: Path, site: Site) -> None:
    with Site() as archive:
        settings, _ = past.with_captures(archive, site, 8)
        archive.set("/cdx", status=429, headers={"Retry-After": "3600"})
        past.with_sitemap(site, 8)
        site.set("/robots.txt", status=429, headers={"Retry-After": "3600"})
        program = make_program(tmp_path, "", settings, site.url("/feed"))
        for source in ("wayback", "sitemap"):
            for _ in range(2):
                result = program.run("backfill", "1", "--source", source)
                assert (result.code, "wait" in result.out) == (1, True), result
        program.good("poll")
        assert len(archive.requests) == len(site.requests) == 1
    assert stored_titles(program) == []


def test_requests_stop_when_a_server_resets_all_connections(tmp_path: Path, site: Site) -> None:
    titles = past.with_sitemap(site, ENTRIES)
    for number in range(ENTRIES):
        site.set(f"/{number}.html", reset=True)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = replace(program, retries_at_once=True).run("backfill", "1", "--source", "sitemap")
    assert result.code == 1
    assert len({r.path for r in site.requests if re.fullmatch(r"/\d+\.html", r.path)}) < 6
    for number in range(ENTRIES):
        site.set(f"/{number}.html", past.page(number), content_type="text/html")
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == titles


def test_max_documents_stops_a_run_that_resume_continues(tmp_path: Path, site: Site) -> None:
    titles = past.with_archives(site, 12)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "rfc5005", "--max-documents", "2")
    assert result.code == 1
    assert "continue with: guidang backfill --resume" in result.out
    assert len(site.requests) == 2
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == titles
    assert json.loads(program.good("backfill", "list", "--json"))[0]["state"] == "complete"


def test_max_documents_counts_for_all_feeds_together(tmp_path: Path, site: Site) -> None:
    for number in range(6):
        site.set(f"/{number}", past.channel(range(1), site))
    program = make_program(tmp_path, "", "", *(site.url(f"/{number}") for number in range(6)))
    names = [str(number) for number in range(1, 7)]
    program.run("backfill", *names, "--source", "rfc5005", "--max-documents", "2")
    assert len(site.requests) == 2


def test_a_resumed_run_keeps_its_settings(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, 12)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    program.run("backfill", "1", "--source", "rfc5005", "--max-documents", "2")
    site.clear()
    (planned,) = json.loads(program.good("backfill", "--resume", "--dry-run", "--json"))
    assert (planned["address"], site.requests) == (site.url("/archive/1"), [])
    refused = program.run("backfill", "--resume", "--since", "2020-01-01")
    assert (refused.code, "keeps its own" in refused.err) == (2, True)


def test_a_second_run_reads_new_documents_despite_missing_ones(tmp_path: Path, site: Site) -> None:
    past.with_sitemap(site, 4)
    site.set("/1.html", status=500)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    command = ["backfill", "1", "--source", "sitemap"]
    assert replace(program, retries_at_once=True).run(*command).code == 1
    titles = past.with_sitemap(site, 5)
    site.set("/1.html", status=410)
    site.clear()
    assert program.run(*command).code == 1
    assert stored_titles(program) == sorted(set(titles) - set(past.titles([1])))
    requested = {request.path for request in site.requests}
    assert {path for path in requested if re.fullmatch(r"/\d+\.html", path)} == {
        "/1.html",
        "/4.html",
    }


def test_a_removed_feed_does_not_stop_others_from_resuming(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, 12)
    site.set("/other", past.channel(range(1), site))
    program = make_program(tmp_path, "", "", site.url("/feed"))
    program.good("feeds", "add", site.url("/other"))
    program.run("backfill", "1", "2", "--source", "rfc5005", "--max-documents", "1")
    program.good("feeds", "remove", "2", "--yes")
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == past.titles(range(12))


def test_pages_are_missing_if_robots_txt_cannot_be_read(tmp_path: Path, site: Site) -> None:
    titles = past.with_sitemap(site, 4)
    rules = f"User-agent: *\nDisallow: /private\nSitemap: {site.url('/maps')}"
    site.script("/robots.txt", Answer(body=rules), Answer(status=500))
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.run("backfill", "1", "--source", "sitemap")
    assert (result.code, "its robots.txt cannot be fetched" in result.out) == (1, True), result
    assert stored_titles(program) == []
    site.set("/robots.txt", rules)
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == titles


def test_restart_reads_all_documents_again(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, 12)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    program.run("backfill", "1", "--source", "rfc5005", "--max-documents", "2")
    site.clear()
    assert program.run("backfill", "--restart").code == 0
    assert len(site.requests) == 5  # the feed, three archived pages, and a redirect


def test_since_and_until_limit_the_entries(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, ENTRIES)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    window = ["--since", "2020-01-06", "--until", "2020-01-09"]
    assert program.run("backfill", "1", "--source", "rfc5005", *window).code == 0
    assert stored_titles(program) == past.titles(range(5, 9))


def test_a_dry_run_stores_nothing(tmp_path: Path, site: Site) -> None:
    with Site() as archive:
        settings, _ = past.with_captures(archive, site, 8)
        program = make_program(tmp_path, "", settings, site.url("/feed"))
        output = program.good("backfill", "1", "--source", "wayback", "--dry-run")
        assert output.count("wayback: http") == 7
        assert all(request.path.startswith("/cdx") for request in archive.requests)
    assert stored_titles(program) == []
    assert json.loads(program.good("backfill", "list", "--json")) == []


def test_all_sources_of_a_feed_are_read_in_turn(tmp_path: Path, site: Site) -> None:
    with Site() as archive:
        settings, _ = past.with_captures(archive, site, 8)
        titles = past.with_archives(site, ENTRIES)
        program = make_program(tmp_path, "", settings, site.url("/feed"))
        result = program.run("backfill", "1", "--json")
        assert result.code == 0, result
        sources = [line["source"] for line in json.loads(result.out)["lines"]]
        assert sources == ["rfc5005", "paged", "wayback"]
    assert stored_titles(program) == titles


def test_an_rsshub_route_is_asked_for_more_entries(tmp_path: Path) -> None:
    with RsshubDouble() as hub:
        items = [
            {"title": past.title_of(n), "link": f"https://a.example.cn/{n}"} for n in range(30)
        ]
        hub.routes["/news"] = Route(items=items)
        settings = f'[rsshub]\ninstances = ["{hub.address}"]'
        program = make_program(tmp_path, "", settings, "rsshub://news")
        result = program.run("backfill", "1")
        assert result.code == 0, result
        assert any("limit=500" in request.path for request in hub.site.requests)
    at_once = replace(program, retries_at_once=True)
    at_once.run("backfill", "1")  # the instance is gone, the entries stay
    assert stored_titles(program) == past.titles(range(30))


def test_the_numbered_pages_of_an_rsshub_route_are_read(tmp_path: Path) -> None:
    def items(numbers: range) -> list[dict[str, str]]:
        return [{"title": past.title_of(n), "link": f"https://a.example.cn/{n}"} for n in numbers]

    with RsshubDouble() as hub:
        hub.routes["/news"] = Route(items=items(range(10)), pattern="/news/:page?")
        for page in (2, 3):
            shown = items(range(10 * (page - 1), 10 * page))
            hub.routes[f"/news/{page}"] = Route(items=shown, pattern="/news/:page?")
        hub.routes["/news/4"] = Route(items=items(range(20, 30)), pattern="/news/:page?")
        settings = f'[rsshub]\ninstances = ["{hub.address}"]'
        program = make_program(tmp_path, "", settings, "rsshub://news")
        program.good("poll")
        result = program.run("backfill", "1", "--source", "rsshub")
        assert result.code == 0, result
        requested = [request.path.partition("?")[0] for request in hub.site.requests]
    assert stored_titles(program) == past.titles(range(30))
    assert "/news/5" not in requested


def test_an_older_text_becomes_an_earlier_revision(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    with Site() as archive:
        settings, _ = past.with_captures(archive, site, 4)
        site.set("/feed", past.channel(range(4), site, description="今天的说法。"))
        program = make_program(tmp_path, database_url, settings, site.url("/feed"))
        program.good("poll")
        before = json.loads(program.good("entries", "show", "1", "--json"))
        assert program.run("backfill", "1", "--source", "wayback").code == 0
        after = json.loads(program.good("entries", "show", "1", "--json"))
    assert "今天的说法" in after["html"]
    assert after["first_seen_at"] == before["first_seen_at"]
    assert [r["version"] for r in after["revisions"]] == [1]
    assert "的正文" in after["revisions"][0]["html"]
    assert after["revisions"][0]["seen_at"].startswith("2020")


def write_files(folder: Path, form: str) -> None:
    """Write documents of two feeds: plain, as gzip files, or in an archive."""
    folder.mkdir()
    link = {"a": "https://a.example.cn/", "b": "https://b.example.cn/"}
    documents = {
        f"{feed}-{part}.xml": rss(
            *(past.dated_item(n, link=f"{link[feed]}{n}") for n in range(part * 3, part * 3 + 5)),
            title=f"{feed}报",
            link=link[feed],
        ).encode()
        for feed in link
        for part in range(4)
    }
    outlines = "".join(f'<outline text="{f}报" xmlUrl="{link[f]}feed"/>' for f in link)
    (folder / "feeds.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    match form:
        case "plain":
            for name, body in documents.items():
                (folder / name).write_bytes(body)
        case "gz":
            for name, body in documents.items():
                (folder / f"{name}.gz").write_bytes(gzip.compress(body))
        case "zip":
            with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, body in documents.items():
                    archive.writestr(f"old/{name}", body)
        case "tar.gz":
            with tarfile.open(folder / "all.tar.gz", "w:gz") as tar:
                for name, body in documents.items():
                    member = tarfile.TarInfo(f"old/{name}")
                    member.size = len(body)
                    tar.addfile(member, io.BytesIO(body))


@pytest.mark.parametrize("form", ["plain", "gz", "zip", "tar.gz"])
def test_files_are_assigned_to_their_feeds(tmp_path: Path, program: Program, form: str) -> None:
    folder = tmp_path / "old"
    write_files(folder, form)
    result = program.run("backfill", "--from", str(folder), "--json")
    assert result.code == 0, result
    assert stored_titles(program) == sorted(past.titles(range(14)) * 2)
    assert passes_checks(program)


def test_files_are_assigned_to_the_feed_option(tmp_path: Path) -> None:
    program = make_program(tmp_path, "", "", "https://c.example.cn/feed")
    write_files(tmp_path / "old", "plain")
    for file in (tmp_path / "old").glob("b-*"):
        file.unlink()
    (tmp_path / "old" / "note.txt").write_text("kein Feed")
    (tmp_path / "old" / "broken.xml.gz").write_bytes(gzip.compress(b"<rss>")[:-9])
    arguments = ["backfill", "--from", str(tmp_path / "old"), "--feed", "1"]
    result = program.run(*arguments)
    assert result.code == 1
    assert "broken.xml.gz: cannot be read" in result.out
    assert "passed over: " in result.out
    assert stored_titles(program) == past.titles(range(14))


def test_feeds_and_pages_in_a_warc_file_are_read(tmp_path: Path) -> None:
    feed = "https://news.example.cn/feed"
    answers = [
        (feed, rss(past.dated_item(1)), "application/rss+xml", "200 OK"),
        (feed, rss(past.dated_item(2)), "text/xml", "200 OK"),
        (feed, "<html>出错了</html>", "text/html", "503 Busy"),
        ("https://news.example.cn/3.html", past.page(3), "text/html", "200 OK"),
        ("https://news.example.cn/", past.page(4), "text/html", "200 OK"),
        ("https://other.example.org/5.html", past.page(5), "text/html", "200 OK"),
        ("https://news.example.cn/logo.png", "PNG", "image/png", "200 OK"),
    ]
    file = tmp_path / "crawl.warc.gz"
    file.write_bytes(b"".join(gzip.compress(past.warc_record(*answer)) for answer in answers))
    program = make_program(tmp_path, "", "", feed)
    result = program.run("backfill", "--from", str(file))
    assert result.code == 0, result
    assert stored_titles(program) == past.titles([1, 2, 3])


RECORDS = Path(__file__).parent / "data" / "backfill" / "records"


def test_records_of_old_archives_are_read(tmp_path: Path, program: Program) -> None:
    result = program.run("backfill", "--from", str(RECORDS))
    assert result.code == 0, result
    entries = {one["title"]: one for one in json.loads(program.good("entries", "list", "--json"))}
    wanted = json.loads((RECORDS.parent / "records.json").read_text("utf-8"))
    shown = {
        title: {name: entries[title][name] for name in facts} for title, facts in wanted.items()
    }
    assert shown == wanted
    assert set(entries) == set(wanted)
    assert passes_checks(program)


def test_a_live_entry_and_its_old_record_become_one_entry(tmp_path: Path, site: Site) -> None:
    link = site.url("/1.html")
    site.set("/feed", rss(past.dated_item(1, link=link), link=site.url("/")))
    old = tmp_path / "old"
    old.mkdir()
    front = f"title: '{past.title_of(1)}'\ndate: 2020-01-02 08:00:00\nsource_url: '{link}'"
    (old / "one.md").write_text(f"---\n{front}\n---\n\n第1条新闻的正文，**旧的**。\n", "utf-8")
    program = make_program(tmp_path, "", "", site.url("/feed"))
    assert program.run("backfill", "--from", str(old), "--feed", "1").code == 0
    program.good("poll")
    assert stored_titles(program) == [past.title_of(1)]
    shown = json.loads(program.good("entries", "show", "1", "--json"))
    assert "<strong>旧的</strong>" in shown["revisions"][0]["html"]


def test_backfill_works_beside_a_running_daemon(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    from tests.running import running

    titles = past.with_archives(site, ENTRIES)
    with running(tmp_path, site.url("/feed"), database_url=database_url) as daemon:
        result = daemon.program.run("backfill", "1", "--source", "rfc5005")
        assert result.code == 0, result
        assert daemon.stop() == 0
        assert stored_titles(daemon.program) == titles
        assert passes_checks(daemon.program)


def test_a_second_backfill_is_refused(tmp_path: Path, database_url: str, site: Site) -> None:
    site.set("/feed", rss(item(1)), delay=60)
    program = make_program(tmp_path, database_url, "", site.url("/feed"))
    first = program.start("backfill", "1", "--source", "rfc5005")
    end = time.monotonic() + 30
    while not site.requests and time.monotonic() < end:
        time.sleep(0.1)
    second = program.run("backfill", "1", "--source", "rfc5005")
    first.kill()
    assert (second.code, "another backfill works with" in second.err) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ([], "name feeds, or files with --from"),
        (["1", "--source", "waybak"], "--source waybak"),
        (["1", "--since", "yesterday"], "write a date as YYYY-MM-DD"),
        (["1", "--since", "2021-01-02", "--until", "2021-01-01"], "--since is later"),
        (["--from", "nowhere"], "no such file or folder"),
        (["nobody"], "nobody"),
    ],
)
def test_wrong_arguments_are_explained(tmp_path: Path, arguments: list[str], output: str) -> None:
    program = make_program(tmp_path, "", "", "https://a.example.cn/feed")
    result = program.run("backfill", *arguments)
    assert (result.code, output in result.err) == (2, True), result


def test_a_terminal_shows_the_progress(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, 12)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    result = program.on_terminal("backfill", "1", "--source", "rfc5005")
    assert result.code == 0, result
    assert "4/4" in result.out
    assert re.search(r"\d\d?\.\d/(?:s|min)", result.out)  # the rate
    assert re.search(r"\d:\d\d:\d\d", result.out)  # the time left
    assert "back to" in result.out


def test_without_a_terminal_the_output_is_plain_lines(tmp_path: Path, site: Site) -> None:
    past.with_archives(site, 12)
    program = make_program(tmp_path, "", "", site.url("/feed"))
    output = program.good("backfill", "1", "--source", "rfc5005")
    assert output.count("✓ ") == 4
    assert "\x1b" not in output
    assert "2020-01-01" in output.splitlines()[-2]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_fifty_thousand_entries_of_one_file_are_read_in_bounded_memory(tmp_path: Path) -> None:
    file, text = tmp_path / "big.xml", "江海大桥今天上午合龙。" * 20
    with file.open("w", encoding="utf-8") as stream:
        head, tail = rss("\n").split("\n\n")
        stream.write(head)
        for number in range(50_000):
            stream.write(item(number, description=f"第{number}条。{text}"))
        stream.write(tail)
    program = make_program(tmp_path, "", "", "https://news.example.cn/feed")
    arguments = ["backfill", "--from", str(file), "--feed", "1"]
    process = program.start_new_process(tmp_path / "log", *arguments)
    largest = 0
    while process.poll() is None:
        largest = max(largest, memory_of(process.pid))
        time.sleep(0.5)
    assert process.returncode == 0
    assert "stored: 50,000 entries" in program.good("status")
    assert largest < 500_000_000


def memory_of(pid: int) -> int:
    """Return the memory of a process and its children in bytes; shared pages count once."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_full_info().pss
    return total
