"""The date of an article is not mistaken for the dates of other articles on its page."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.reading.dates import SHANGHAI, date_of_address
from ingest.reading.entries.articles import ListedDates, entry_of_page
from ingest.reading.entries.normalize import Context
from ingest.reading.extract.article import extract_article
from ingest.values import Document, NormalEntry
from tests.support import NOON

CASES = tomllib.loads((Path(__file__).parent / "data/page_dates/cases.toml").read_text("utf-8"))
ARTICLE = "".join(
    f"<p>第{n}段说的是渡口的往事：摆渡的人姓周，在这条河上撑了四十年船，直到大桥合龙，才把船卖给了邻村。</p>"
    for n in range(8)
)


def entry_of(html: str, url: str, listed: ListedDates) -> NormalEntry:
    page = Document(url=url, final_url=url, body=b"", content_type=None, fetched_at=NOON)
    article = extract_article(html.replace("ARTICLE", ARTICLE), url=url)
    assert article is not None
    context = Context(document=page, first_seen_at=NOON, zone=SHANGHAI)
    return entry_of_page(article, page, context, listed)[1]


def date_of(entry: NormalEntry) -> str:
    if entry.published_at is None:
        return ""
    at = entry.published_at.strftime("%Y-%m-%dT%H:%M")
    return f"{at} {entry.published_precision} {entry.published_method}"


@pytest.mark.parametrize("case", CASES["page"], ids=lambda case: case["name"])
def test_an_article_has_its_own_date(case: dict[str, str]) -> None:
    article = extract_article(case["html"].replace("ARTICLE", ARTICLE), url=case["url"])
    assert article is not None
    assert (article.published or "") == " ".join(case["shown"].split())
    assert date_of(entry_of(case["html"], case["url"], ListedDates())) == case["date"]


UNDATED = "<h1>渡口</h1><div>ARTICLE</div>"


@pytest.mark.parametrize(
    ("url", "listed", "date"),
    [
        ("/ferry", ListedDates(changed="2024-01-05"), "2024-01-04T16:00 day lastmod"),
        (
            "/ferry",
            ListedDates(published="2024-01-05T09:30:00+08:00", changed="2024-02-01"),
            "2024-01-05T01:30 second news sitemap",
        ),
        (
            "/2024/01/05/ferry",
            ListedDates(changed="2024-02-01T08:00:00Z"),
            "2024-01-04T16:00 day address",
        ),
        ("/ferry", ListedDates(changed="soon"), ""),
    ],
)
def test_an_undated_page_is_dated_by_its_listing_or_address(
    url: str, listed: ListedDates, date: str
) -> None:
    assert date_of(entry_of(UNDATED, f"https://blog.example.org{url}", listed)) == date


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/01/05/ferry/", "2024-01-05 day"),
        ("/2024/1/5/ferry", "2024-01-05 day"),
        ("/blog/2024-01-05-ferry.html", "2024-01-05 day"),
        ("/2024-01-05/doc-imz.shtml", "2024-01-05 day"),
        ("/n1/2024/0105/c1004-4015.html", "2024-01-05 day"),
        ("/2024-01/05/content_25.htm", "2024-01-05 day"),
        ("/202401/05/7.html", "2024-01-05 day"),
        ("/zwgk/202401/t20240105_6925.htm", "2024-01-05 day"),
        ("/art/2024/1/5/art_1_7.html", "2024-01-05 day"),
        ("/a/20240105/7.html", "2024-01-05 day"),
        ("/a/20240105A00123.html", None),
        ("/2024/01/ferry", "2024-01-01 month"),
        ("/202401/ferry.html", "2024-01-01 month"),
        # Article numbers, days that do not exist, and dates at the end of slugs are no dates.
        ("/2024/13/05/ferry", None),
        ("/2023/02/29/ferry", "2023-02-01 month"),
        ("/a/20241399", None),
        ("/p/202401", None),
        ("/posts/report-2023-12-31.html", None),
        ("/2024/olympics", None),
        ("/1024/01/05/ferry", None),
        ("/2031/01/05/ferry", None),
        ("/ferry?date=2024-01-05", None),
    ],
)
def test_the_date_in_an_address_is_found(path: str, day: str | None) -> None:
    found = date_of_address(f"https://a.example.cn{path}", now=NOON, zone=SHANGHAI)
    said = found and f"{found.at.astimezone(SHANGHAI):%Y-%m-%d} {found.precision}"
    assert said == day


def test_a_page_with_thousands_of_dates_takes_linear_time() -> None:
    rows = "".join(
        f"<tr><td>2024-01-05 {n}</td><td><a href=/{n}>x</a></td></tr>" for n in range(9000)
    )
    nested = "<div>" * 150 + "<time datetime=2024-01-05>x</time>" * 300 + "</div>" * 150
    began = time.process_time()
    extract_article(f"<table>{rows}</table>{nested}{ARTICLE}", url="https://a.example.cn/1")
    assert time.process_time() - began < 20


def test_a_missing_address_has_no_date() -> None:
    assert date_of_address(None, now=datetime(2026, 1, 1, tzinfo=UTC), zone=SHANGHAI) is None
