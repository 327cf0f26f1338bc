"""Set up sites with old entries and real faults: gaps, refusals, moved pages, wrong charsets.

Each function sets up a `Site` and returns the titles of all entries that the site offers.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from tests.site import Answer, Request, Respond, Site
from tests.support import item, rss

PER_PAGE = 4


def title_of(number: int) -> str:
    return f"第{number}条新闻"


def titles(numbers: Iterable[int]) -> list[str]:
    return sorted(title_of(number) for number in numbers)


def dated_item(number: int, **more: str) -> str:
    """Return an item of the n-th day of 2020, counted from 0."""
    at = datetime(2020, 1, 1, 8, tzinfo=UTC) + timedelta(days=number)
    return item(number, pubDate=format_datetime(at, usegmt=True), **more)


def channel(numbers: Iterable[int], site: Site, *, extra: str = "", **more: str) -> str:
    """Return a feed of the site with these entries, newest first."""
    items = [dated_item(n, link=site.url(f"/{n}.html"), **more) for n in sorted(numbers)[::-1]]
    document = rss(*items, link=site.url("/"))
    return document.replace("<description>d</description>", f"<description>d</description>{extra}")


def with_pages(site: Site, entries: int, *, page: str = "paged", named: bool = True) -> list[str]:
    """Set up a feed with numbered pages.

    The first request for page 2 gets status 429 and must wait a second. The first request for
    page 3 gets status 503.
    """
    generator = "<generator>https://with_pages.org/?v=6.4</generator>" if named else ""
    refused = {2: [Answer(status=429, headers={"Retry-After": "1"})], 3: [Answer(status=503)]}

    def answer(request: Request) -> Answer | str:
        query = parse_qs(urlsplit(request.path).query)
        number = int(query.get(page, ["1"])[0])
        if refused.get(number):
            return refused[number].pop()
        first = entries - (number - 1) * PER_PAGE
        numbers = range(max(first - PER_PAGE, 0), max(first, 0))
        if not numbers:
            return Answer(status=404, body="<html>没有了</html>", content_type="text/html")
        return channel(numbers, site, extra=generator)

    site.set("/feed", answer)
    return titles(range(entries))


def with_archives(site: Site, entries: int) -> list[str]:
    """Set up a feed with archived documents (RFC 5005 section 4); one document has moved."""
    pages = [range(n, min(n + PER_PAGE, entries)) for n in range(0, entries, PER_PAGE)]
    for number, numbers in enumerate(pages):
        extra = '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>'
        site.set(f"/archive/{number}", channel(numbers, site, extra=extra + prev_archive(number)))
    site.set("/feed", channel(range(entries - 2, entries), site, extra=prev_archive(len(pages))))
    site.redirect("/archive/1", "/moved/1", status=301)
    site.set("/moved/1", channel(pages[1], site, extra=prev_archive(1)))
    return titles(range(entries))


def prev_archive(number: int) -> str:
    atom = 'xmlns:a="http://www.w3.org/2005/Atom"'
    return f'<a:link {atom} rel="prev-archive" href="/archive/{number - 1}"/>' if number else ""


def with_sitemap(site: Site, entries: int) -> list[str]:
    """Set up article pages that are listed in two sitemaps, one of them compressed, and an index.

    The sitemaps also list pages that are not articles: the front page, a list of tags, a page about
    the site. One article is listed at two more addresses: an address that redirects to the article,
    and a page with a canonical link to the article.
    """
    site.set("/feed", channel(range(entries - 2, entries), site))
    site.set("/robots.txt", f"User-agent: *\nDisallow: /private\nSitemap: {site.url('/maps')}\n")
    halves = {"/map-1.xml": range(entries // 2), "/map-2.xml.gz": range(entries // 2, entries)}
    listed = [*halves, "/category-sitemap.xml"]
    maps = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in listed)
    site.set("/maps", f'<sitemapindex xmlns="{_SITEMAPS}">{maps}</sitemapindex>')
    for path, numbers in halves.items():
        more = [site.url("/"), site.url("/private/1.html"), "http://elsewhere.example/1.html"]
        also = [
            site.url(path) for path in ("/tags/桥/", "/about.html", "/amp/3.html", "/old/3.html")
        ]
        urls = [*more, *also, *(site.url(f"/{number}.html") for number in numbers)]
        listed = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        body = f'<urlset xmlns="{_SITEMAPS}">{listed}</urlset>'.encode()
        site.set(path, gzip.compress(body) if path.endswith("gz") else body)
    undated = page(99).replace("article:published_time", "nothing")
    site.set("/about.html", undated, content_type="text/html")
    canonical = f'<head><link rel="canonical" href="{site.url("/3.html")}">'
    site.set("/amp/3.html", page(3).replace("<head>", canonical), content_type="text/html")
    site.redirect("/old/3.html", "/3.html", status=301)
    for number in range(entries):
        site.set(f"/{number}.html", page(number), content_type="text/html")
    return titles(range(entries))


_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def page(number: int) -> str:
    paragraphs = "".join(
        f"<p>这是第{number}条新闻的第{n}段，说的是江海大桥合龙以后两岸往来的事，记者在现场看到车流不断。</p>"
        for n in range(6)
    )
    date = f"2020-01-{number % 28 + 1:02}"
    return (
        f"<html><head><title>{title_of(number)}</title>"
        f'<meta property="og:title" content="{title_of(number)}">'
        f'<meta property="article:published_time" content="{date}T08:00:00+08:00"></head>'
        f"<body><article><h1>{title_of(number)}</h1>{paragraphs}</article></body></html>"
    )


def with_captures(archive: Site, site: Site, entries: int) -> tuple[str, list[str]]:
    """Set up a web archive with a capture of the feed for each day; return settings and titles.

    The index returns its rows in parts. Further captures contain an error page and the feed of
    another owner. One capture is in GBK with a wrong label, one is compressed, and one has no body,
    but the digest of an earlier capture.
    """
    feed = site.url("/feed")
    days = range(entries - PER_PAGE + 1)
    bodies: dict[str, Respond | bytes] = {}
    for day in days:
        text = channel(range(day, day + PER_PAGE), site)
        bodies[_stamp(day)] = text.encode()
    bodies[_stamp(1)] = (
        channel(range(1, 1 + PER_PAGE), site).replace("utf-8", "gb2312", 1).encode("gb18030")
    )
    bodies[_stamp(2)] = gzip.compress(channel(range(2, 2 + PER_PAGE), site).encode())
    other = rss(
        item("x", title="卖药", link="http://pills.example/1"),
        title="药店",
        link="http://pills.example/",
    )
    bodies["20191231000000"] = "<html><title>503</title>稍后再试</html>".encode()
    bodies["20191230000000"] = other.encode()
    rows = [[stamp, feed, f"DIGEST{stamp}"] for stamp in sorted(bodies)]
    rows.append(["20210101000000", feed, f"DIGEST{_stamp(0)}"])  # the digest of day 0
    archive.set("/cdx", lambda request: _index(rows, request))
    for stamp, body in bodies.items():
        archive.set(f"/web/{stamp}id_/{feed}", body, content_type="text/xml; charset=utf-8")
    settings = (
        f'[wayback]\nindex = "{archive.url("/cdx")}"\ndelay = "0s"\n'
        f'capture = "{archive.url("/web/{timestamp}id_/{url}")}"\n'
    )
    return settings, titles(range(entries))


def _stamp(day: int) -> str:
    return f"{datetime(2020, 2, 1, 12, tzinfo=UTC) + timedelta(days=day):%Y%m%d%H%M%S}"


def _index(rows: Sequence[Sequence[str]], request: Request) -> str:
    """Return three rows and a key to continue, as the real index does with showResumeKey."""
    query = parse_qs(urlsplit(request.path).query)
    start = int(query.get("resumeKey", ["0"])[0])
    header = [["timestamp", "original", "digest"]]
    part = [list(row) for row in rows[start : start + 3]]
    more: list[list[str]] = [[], [str(start + 3)]] if start + 3 < len(rows) else []
    return json.dumps([*header, *part, *more])


def warc_record(url: str, text: str, content_type: str, status: str) -> bytes:
    """Return a response as a WARC/1.0 record of May 2021."""
    body = text.encode()
    answer = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2021-05-01T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    ).encode()
    return head + answer + b"\r\n\r\n"
