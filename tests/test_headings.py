"""A record shows its title once: a heading of the page that repeats the title is removed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.reading.entries.articles import without_title
from ingest.reading.entries.normalize import Context, name_of, without_program
from ingest.values import Document, ParsedFeed

_TITLE = "【独家】老旧小区加装电梯：居民怎么看"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>老旧小区加装电梯：居民怎么看</h1><p>甲</p>", "<p>甲</p>"),
        (
            "<div><h2 id='a'>老旧小区 加装电梯，居民怎么看</h2>\n<p>甲</p></div>",
            "<div><p>甲</p></div>",
        ),
        (
            "<div>民生 2024-05-20</div><h1><a href='/'>老旧小区加装电梯：居民怎么看</a></h1>甲",
            "<div>民生 2024-05-20</div>甲",
        ),
    ],
)
def test_a_first_heading_that_repeats_the_title_is_removed(html: str, expected: str) -> None:
    assert without_title(html, _TITLE) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<h1>居民怎么看</h1><p>甲</p>",
        "<h2>缘起</h2><h1>老旧小区加装电梯：居民怎么看</h1>",
        f"<p>{'甲' * 200}</p><h2>老旧小区加装电梯：居民怎么看</h2>",
        "<p>老旧小区加装电梯：居民怎么看</p>",
        "<h1></h1><p>甲</p>",
        "<h1>老旧小区加装电梯：居民怎么看",
        "",
    ],
)
def test_any_other_heading_stays(html: str) -> None:
    assert without_title(html, _TITLE) == html


def test_a_page_without_a_title_keeps_its_heading() -> None:
    assert without_title("<h1>!</h1>甲", "？") == "<h1>!</h1>甲"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("知乎热榜 - RSSHub", "知乎热榜"),
        ("知乎热榜 – Powered by RSSHub", "知乎热榜"),
        ("知乎热榜_rsshub", "知乎热榜"),
        ("RSSHub", "RSSHub"),
        ("RSSHub 新路由", "RSSHub 新路由"),
        ("我爱RSSHub", "我爱RSSHub"),
    ],
)
def test_the_name_of_the_generator_is_removed_from_a_feed_title(name: str, expected: str) -> None:
    assert without_program(name) == expected


def test_a_title_set_by_the_user_keeps_the_name_of_the_generator() -> None:
    at = datetime(2024, 5, 20, tzinfo=UTC)
    document = Document(url="https://a.cn/", final_url="https://a.cn/", body=b"", fetched_at=at)
    feed = ParsedFeed(format="rss20", title="知乎热榜 - RSSHub")
    context = Context(document=document, first_seen_at=at, zone=UTC)
    assert name_of(feed, context) == "知乎热榜"
    named = Context(document=document, first_seen_at=at, zone=UTC, feed_title="榜 - RSSHub")
    assert name_of(feed, named) == "榜 - RSSHub"
