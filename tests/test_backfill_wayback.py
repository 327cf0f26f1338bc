"""Backfill from web archives: several forms of the index, redirected and foreign captures."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

import pytest

from tests import past
from tests.site import Request, Site
from tests.support import item, rss
from tests.test_backfill import make_program, stored_titles

ENTRIES = 12


@pytest.fixture
def archive() -> Iterator[Site]:
    with Site() as archive:
        yield archive


Row = tuple[str, str, str]
Form = Callable[[list[Row], str], str]


def table(rows: list[Row], key: str) -> str:
    """Return JSON with another column order and a quoted key, as the Wayback Machine does."""
    header = ["urlkey", "original", "timestamp", "digest"]
    listed = [["cn)/feed", original, stamp, digest] for stamp, original, digest in rows]
    more: list[list[str]] = [[], [quote(key, safe="")]] if key else []
    return json.dumps([header, *listed, *more])


def lines(rows: list[Row], key: str) -> str:
    listed = "\n".join(" ".join(row) for row in rows)
    return f"{listed}\n\n{quote(key, safe='')}\n" if key else f"{listed}\n"


def all_fields(rows: list[Row], key: str) -> str:
    listed = (f"cn)/feed {t} {url} text/xml 200 {digest} 512" for t, url, digest in rows)
    return "\n".join(listed) + (f"\n\n{key}" if key else "")


def objects(rows: list[Row], key: str) -> str:
    return "\n".join(
        json.dumps({"urlkey": "cn)/feed", "timestamp": t, "url": url, "digest": digest})
        for t, url, digest in rows
    )


def index(rows: list[Row], form: Form, *, at_once: int = 3) -> Callable[[Request], str]:
    """Answer `at_once` rows at a time; a key that is quoted twice starts at the beginning."""

    def answer(request: Request) -> str:
        query = parse_qs(urlsplit(request.path).query)
        if query["url"][0] != rows[0][1]:
            return "[]"
        if form is objects:
            return objects(rows, "")
        key = query.get("resumeKey", ["cn)/feed 0!"])[0]
        start = int(key.partition(" ")[2].rstrip("!") or 0)
        more = start + at_once < len(rows)
        return form(rows[start : start + at_once], f"cn)/feed {start + at_once}!" if more else "")

    return answer


def settings_of(archive: Site, more: str = "") -> str:
    return (
        f'[wayback]\nindex = "{archive.url("/cdx")}"\ndelay = "0s"\n{more}'
        f'capture = "{archive.url("/web/{timestamp}id_/{url}")}"\n'
    )


@pytest.mark.parametrize("form", [table, lines, all_fields, objects])
def test_all_forms_of_the_index_are_read_to_the_end(
    tmp_path: Path, site: Site, archive: Site, form: Form
) -> None:
    feed = site.url("/feed")
    rows = [(f"202002{day + 1:02}120000", feed, f"DIGEST{day}") for day in range(ENTRIES)]
    for number, (stamp, url, _) in enumerate(rows):
        archive.set(f"/web/{stamp}id_/{url}", past.channel([number], site))
    archive.set("/cdx", index(rows, form))
    program = make_program(tmp_path, "", settings_of(archive), feed)
    program.good("backfill", "1", "--source", "wayback")
    assert stored_titles(program) == past.titles(range(ENTRIES))
    assert len(archive.requests_to("/cdx")) == (1 if form is objects else 4)


def test_a_few_captures_after_the_window_are_read(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed = site.url("/feed")
    rows = [(f"2020{month:02}01000000", feed, f"DIGEST{month}") for month in range(4, 13)]
    for month, (stamp, url, _) in enumerate(rows, 4):
        archive.set(f"/web/{stamp}id_/{url}", past.channel([60, 61, 62, 63 + month], site))
    archive.set(f"/web/{rows[0][0]}id_/{feed}", "<html>稍后再试</html>")
    archive.set("/cdx", index(rows, table))
    program = make_program(tmp_path, "", settings_of(archive), feed)
    window = ["--since", "2020-03-01", "--until", "2020-03-03"]
    result = program.run("backfill", "1", "--source", "wayback", *window)
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(60, 63))
    assert len([r for r in archive.requests if r.path.startswith("/web/")]) == 6


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<html>稍后再试</html>", "is a page instead of a list"),
        ('{"a":1}\n[1]', "is no list of captures"),
        ("[" * 200_000, "is no JSON"),
    ],
)
def test_an_invalid_index_is_reported(
    tmp_path: Path, site: Site, archive: Site, body: str, message: str
) -> None:
    archive.set("/cdx", body, content_type="text/html")
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    result = program.run("backfill", "1", "--source", "wayback")
    assert (result.code, message in result.out) == (1, True), result


def test_captures_with_invalid_addresses_are_skipped(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed = site.url("/feed")
    rows = [("20200201000000", feed, "A"), ("20200202000000", "http://[bad/feed", "B")]
    archive.set("/cdx", index(rows, table))
    archive.set(f"/web/20200201000000id_/{feed}", past.channel([1], site))
    program = make_program(tmp_path, "", settings_of(archive), feed)
    result = program.run("backfill", "1", "--source", "wayback")
    assert result.code == 0, result
    assert len(archive.requests) == 2
    assert stored_titles(program) == past.titles([1])


def atom(link: str, title: str) -> str:
    """Return an Atom document with one entry and a self link only."""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title><id>urn:f</id>'
        f'<link rel="self" href="{urljoin(link, "/atom.xml")}"/><entry><id>{link}</id>'
        f'<title>{title}</title><link href="{link}"/><updated>2020-02-01T00:00:00Z</updated>'
        "<content>…</content></entry></feed>"
    )


def without_link(link: str, title: str) -> str:
    whole = rss(item("x", title=title, link=link, guid=link), title="Feed", link="")
    return whole.replace("<link></link>", "")


def test_captures_of_another_feed_are_skipped(tmp_path: Path, site: Site, archive: Site) -> None:
    """Captures belong to the feed if they link to its site or to the site of its entries."""
    feed, home = site.url("/feed"), "http://www.home.example/"
    present = rss(past.dated_item(1, link=f"{home}1.html"), title="江海", link=site.url("/"))
    site.set("/feed", present)
    captures = {
        "A": atom("http://pills.example/1", "卖药"),
        "B": without_link("http://pills.example/2", "卖药"),
        "C": atom(f"{home}2.html", past.title_of(2)),
        "D": without_link(f"{home}3.html", past.title_of(3)),
        "E": without_link(site.url("/4.html"), past.title_of(4)),
        "F": rss(past.dated_item(5, link=f"{home}5.html"), title="Feed", link=home),
    }
    rows = [(f"2020020{n}000000", feed, digest) for n, digest in enumerate(captures, 1)]
    for stamp, url, digest in rows:
        archive.set(f"/web/{stamp}id_/{url}", captures[digest])
    archive.set("/cdx", index(rows, table, at_once=9))
    program = make_program(tmp_path, "", settings_of(archive), feed)
    program.good("poll")
    result = program.run("backfill", "1", "--source", "wayback")
    assert result.code == 0, result
    assert result.out.count("it is of another feed") == 2
    assert stored_titles(program) == past.titles(range(1, 6))


def test_the_first_capture_sets_the_site_of_a_feed_that_was_never_polled(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed, home = site.url("/feed"), "http://www.home.example/"
    captures = {
        "A": without_link("http://pills.example/1", "卖药"),
        "B": without_link(f"{home}2.html", past.title_of(2)),
    }
    rows = [(f"2020020{n}000000", feed, digest) for n, digest in enumerate(captures, 1)]
    for stamp, url, digest in rows:
        archive.set(f"/web/{stamp}id_/{url}", captures[digest])
    archive.set("/cdx", index(rows, table))
    program = make_program(tmp_path, "", settings_of(archive, 'order = "newest"\n'), feed)
    assert program.run("backfill", "1", "--source", "wayback").code == 0
    assert stored_titles(program) == past.titles([2])


def test_a_redirected_capture_has_the_time_of_its_target(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed = site.url("/feed")
    archive.set("/cdx", index([("20210301000000", feed, "A")], table))
    archive.redirect(f"/web/20210301000000id_/{feed}", f"/web/20190301000000id_/{feed}")
    undated = rss(item(1, pubDate="", link=site.url("/1.html")), link=site.url("/"))
    archive.set(f"/web/20190301000000id_/{feed}", undated)
    program = make_program(tmp_path, "", settings_of(archive), feed)
    assert program.run("backfill", "1", "--source", "wayback").code == 0
    (entry,) = json.loads(program.good("entries", "list", "--json"))
    assert entry["published_at"] == "2019-03-01T00:00:00+00:00"


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_captures_are_read_in_the_configured_order(
    tmp_path: Path, site: Site, archive: Site, order: str
) -> None:
    past.with_captures(archive, site, ENTRIES)
    program = make_program(
        tmp_path, "", settings_of(archive, f'order = "{order}"\n'), site.url("/feed")
    )
    assert program.run("backfill", "1", "--source", "wayback").code == 0
    stamps = [r.path.split("/")[2] for r in archive.requests if r.path.startswith("/web/")]
    assert len(stamps) == ENTRIES - past.PER_PAGE + 3
    assert stamps == sorted(stamps, reverse=order == "newest")
    assert stored_titles(program) == past.titles(range(ENTRIES))


def test_captures_of_article_pages_are_read_if_configured(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed, link = site.url("/feed"), {n: site.url(f"/{n}.html") for n in range(4)}
    link[2] = site.url("/?p=2")

    def answer(request: Request) -> str:
        query = parse_qs(urlsplit(unquote(request.path)).query)
        if query.get("matchType") == ["prefix"]:
            assert query["url"] == [site.url("/")]
            pages = [*link.values(), *map(site.url, ("/about.html", "/", "/?ver=2"))]
            return lines([("20200301000000", url, f"P{n}") for n, url in enumerate(pages)], "")
        return lines([("20200201000000", feed, "A")], "")

    archive.set("/cdx", answer)
    archive.set(f"/web/20200201000000id_/{feed}", past.channel([3], site))
    for number, url in link.items():
        body = past.page(number)
        archive.set(f"/web/20200301000000id_/{url}", body, content_type="text/html")
    about = past.page(9).replace("article:published_time", "nothing")
    archive.set(
        f"/web/20200301000000id_/{site.url('/about.html')}", about, content_type="text/html"
    )
    program = make_program(tmp_path, "", settings_of(archive, "pages = true\n"), feed)
    result = program.run("backfill", "1", "--source", "wayback")
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(4))
    assert not archive.requests_to(f"/web/20200301000000id_/{link[3]}")  # the feed had this entry
    again = json.loads(program.run("backfill", "1", "--source", "wayback", "--json").out)
    assert [line["new"] for line in again["lines"]] == [0]


def pywb_double(rows: list[Row]) -> Callable[[Request], str]:
    """Return an index like pywb 2.10: lines lack the fields that pywb does not have."""

    def answer(request: Request) -> str:
        query = parse_qs(urlsplit(request.path).query)
        known = [
            {"urlkey": "cn)/feed", "timestamp": stamp, "url": url, "digest": digest}
            for stamp, url, digest in rows
            if url.startswith(query["url"][0])
        ]
        fields = query["fl"][0].split(",")
        listed = [{name: row[name] for name in fields if name in row} for row in known]
        return "".join(
            json.dumps(row) + "\n" for row in listed[: int(query.get("limit", [9999])[0])]
        )

    return answer


def test_an_index_with_other_field_names_is_requested_again_with_them(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    feed = site.url("/feed")
    rows = [(f"202002{day + 1:02}120000", feed, f"DIGEST{day}") for day in range(3)]
    rows.append(("20200301000000", site.url("/feed/9.html"), "P"))
    for number, (stamp, url, _) in enumerate(rows[:3]):
        archive.set(f"/web/{stamp}id_/{url}", past.channel([number], site))
    archive.set("/cdx", pywb_double(rows[:3]))
    program = make_program(tmp_path, "", settings_of(archive), feed)
    result = program.run("backfill", "1", "--source", "wayback")
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(3))


@pytest.mark.parametrize("source", ["auto", "wayback"])
def test_an_index_without_usable_captures_is_an_error(
    tmp_path: Path, site: Site, archive: Site, source: str
) -> None:
    past.with_archives(site, ENTRIES)
    archive.set("/cdx", '{"timestamp": "20200201000000", "digest": "A"}\n' * 2)
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    result = program.run("backfill", "1", "--source", source)
    message = "none of its 2 captures has an address"
    assert (result.code, message in result.out) == (1, True), result


def test_an_index_with_too_many_parts_is_an_error(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    row = ["20200201000000", site.url("/feed"), "A"]
    part = [["timestamp", "original", "digest"], row, [], ["again"]]
    archive.set("/cdx", json.dumps(part))
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    result = program.run("backfill", "1", "--source", "wayback")
    message = "more than 1,000 parts; shorten the period with --since"
    assert (result.code, message in result.out) == (1, True), result


def test_an_index_without_captures_is_complete(tmp_path: Path, site: Site, archive: Site) -> None:
    archive.set("/cdx", "")
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    assert program.run("backfill", "1", "--source", "wayback").code == 0


@pytest.mark.long
@pytest.mark.timeout(900)
def test_captures_of_a_real_pywb_are_read(tmp_path: Path) -> None:
    from tests.pywb import pywb

    link = "https://news.example.cn/"
    feeds = [
        past.warc_record(f"{link}feed", rss(past.dated_item(n)), "text/xml", "200 OK")
        for n in range(3)
    ]
    records = [one.replace(b"2021-05-01", b"2021-05-0%d" % n) for n, one in enumerate(feeds, 1)]
    records.append(past.warc_record(f"{link}7.html", past.page(7), "text/html", "200 OK"))
    gone = past.warc_record(f"{link}feed", "没有了", "text/html", "404 Gone")
    records.append(gone.replace(b"2021-05-01", b"2021-04-01"))
    (tmp_path / "kept.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    (tmp_path / "archive").mkdir()
    with pywb(tmp_path / "archive", tmp_path / "kept.warc.gz") as address:
        settings = (
            f'[wayback]\nindex = "{address}/cdx"\ndelay = "0s"\npages = true\n'
            f'capture = "{address}/{{timestamp}}id_/{{url}}"\n'
        )
        program = make_program(tmp_path, "", settings, f"{link}feed")
        result = program.run("backfill", "1", "--source", "wayback")
    assert result.code == 0, result
    assert stored_titles(program) == past.titles([0, 1, 2, 7])


@pytest.mark.parametrize(("source", "code"), [("auto", 0), ("wayback", 1)])
def test_an_unreachable_archive_is_named_and_other_sources_complete(
    tmp_path: Path, site: Site, archive: Site, source: str, code: int
) -> None:
    titles = past.with_archives(site, ENTRIES)
    settings = settings_of(archive)
    archive.close()
    program = make_program(tmp_path, "", settings, site.url("/feed"))
    at_once = replace(program, retries_at_once=True)
    result = at_once.run("backfill", "1", "--source", source)
    assert (result.code, "no answer: " in result.out) == (code, True), result
    if source == "auto":
        assert "wayback cannot be reached, so it is left out" in result.out
        assert "is complete; 1 document skipped" in result.out
        assert stored_titles(program) == titles


@pytest.mark.parametrize("status", [403, 451, 502])
def test_an_archive_that_refuses_requests_is_left_out(
    tmp_path: Path, site: Site, archive: Site, status: int
) -> None:
    titles = past.with_archives(site, ENTRIES)
    archive.set("/cdx", status=status)
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    result = replace(program, retries_at_once=True).run("backfill", "1")
    assert (result.code, f"the server answered {status}" in result.out) == (0, True), result
    assert stored_titles(program) == titles


def test_a_rate_limited_archive_leaves_the_run_incomplete(
    tmp_path: Path, site: Site, archive: Site
) -> None:
    past.with_archives(site, ENTRIES)
    archive.set("/cdx", status=429, headers={"Retry-After": "7200"})
    program = make_program(tmp_path, "", settings_of(archive), site.url("/feed"))
    result = program.run("backfill", "1")
    assert (result.code, "is not complete" in result.out) == (1, True), result
