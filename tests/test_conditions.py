"""The fields of a query choose the same entries on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.query import parse_query
from ingest.store.conditions import condition
from models import Entry
from tests.site import Site
from tests.support import rss
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEWS = """
<item><guid>1</guid><title>头条</title><link>https://news.example.org/1?a=//b.example.net/</link>
<author>editor@example.org (張三)</author><category>Tech</category><category>科技 100%</category>
<pubDate>Thu, 27 Jan 2022 16:30:00 GMT</pubDate>
<description>&lt;p&gt;正文很长。&lt;/p&gt;&lt;img src="https://news.example.org/a.jpg" width="800"
 height="600"&gt;</description></item>
<item><guid>2</guid><title>次条</title><link>https://example.org:8443</link>
<pubDate>Fri, 28 Jan 2022 15:59:59 GMT</pubDate><description>第二条的正文。</description></item>
"""
BLOG = """
<item><guid>3</guid><title>Hello world</title><description>This is a text in English, which
 has no link, and which is long enough to tell the language that it was written in.
</description><pubDate>Fri, 28 Jan 2022 16:00:00 GMT</pubDate></item>
"""

CASES: list[tuple[str, set[str]]] = [
    ("feed:1", {"头条", "次条"}),
    ("feed:新聞网", {"头条", "次条"}),
    ("feed:news", {"头条", "次条"}),
    ("feed:blog.xml OR on:2022-01-28", {"头条", "次条", "Hello world"}),
    ("category:tech", {"头条"}),
    ("category:媒體", {"头条", "次条"}),
    ("category:随笔", {"Hello world"}),
    ('category:"科技 100%"', {"头条"}),
    ("category:科技", set()),
    ("author:张三", {"头条"}),
    ("author:张三丰", set()),
    ("category:ＴＥＣＨ", {"头条"}),
    ("author:張", {"头条"}),
    ("author:李四", {"Hello world"}),
    ("author:%", set()),
    ("lang:zh", {"头条", "次条"}),
    ("lang:en", {"Hello world"}),
    ("-lang:EN", {"头条", "次条"}),
    ("site:example.org", {"头条", "次条"}),
    ("site:news.example.org", {"头条"}),
    ("site:example.net", set()),
    ("site:_xample.org", set()),
    ("-site:example.org", {"Hello world"}),
    ("on:2022-01-28", {"头条", "次条"}),
    ("on:2022-01-29", {"Hello world"}),
    ("before:2022-01-28", set()),
    ("after:2022-01-29", {"Hello world"}),
    ("after:2022-01-28 before:2022-01-29", {"头条", "次条"}),
    ("on:2022-01 -feed:2", {"头条", "次条"}),
    ("has:image", {"头条"}),
    ("-has:image feed:1", {"次条"}),
    ("has:revision", {"次条"}),
    ("has:duplicate", set()),
    ("-has:duplicate lang:en", {"Hello world"}),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A news feed and a blog; the second entry of the news was edited."""
    root: Path = tmp_path_factory.mktemp("conditions")
    if request.param == "sqlite":
        url = f"sqlite:///{root}/guidang.db"
    else:
        url = request.getfixturevalue("postgres").create()
    world = World(root, url)
    with Site() as site:
        site.set("/news.xml", rss(NEWS.replace("次条", "旧题"), title="新闻网"))
        site.set("/blog.xml", rss(BLOG, title="Blog"))
        world.add(site.url("/news.xml"), categories=["媒体", "新闻网"])
        world.add(site.url("/blog.xml"), author="李四", categories=["随笔"])
        world.poll()
        site.set("/news.xml", rss(NEWS, title="新闻网"))
        world.poll()
    yield world
    world.database.dispose()


def found(world: World, query: str) -> set[str]:
    node = parse_query(query, SHANGHAI)

    def titles(connection: sa.Connection) -> set[str]:
        return set(connection.scalars(sa.select(Entry.title).where(condition(connection, node))))

    return world.database.query(titles)


@pytest.mark.parametrize(("query", "titles"), CASES, ids=[query for query, _ in CASES])
def test_a_field_selects_the_same_entries_on_both_databases(
    filled: World, query: str, titles: set[str]
) -> None:
    assert found(filled, query) == titles


@pytest.mark.parametrize("query", ["feed:nowhere", f"feed:{'9' * 30}"])
def test_a_feed_that_does_not_exist_is_an_error(filled: World, query: str) -> None:
    with pytest.raises(UsageError, match="no feed is called"):
        found(filled, query)


def test_words_need_the_index(filled: World) -> None:
    with pytest.raises(UsageError, match="only fields"):
        found(filled, "头条")
