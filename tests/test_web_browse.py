"""Browse the archive by category and by date, page by page, each page as quick as the first."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from lxml import html
from sqlalchemy import event

from ingest.store import categories, entry_lists
from ingest.store.listings import Key, Selection
from models import Entry, Feed
from tests import made_entries
from tests.pages import Pages, pages_of
from tests.world import World

PATHS = [["财经", "股票"], ["财经", "债券"], ["科技"], []]
ENTRIES = 700


def make(world: World) -> None:
    """Make 100 feeds with seven entries each; a few entries have the same date."""
    world.database.transact(made_entries.fill, range(ENTRIES))

    def arrange(connection: sa.Connection) -> None:
        for number in range(1, 101):
            settings = {"categories": PATHS[number % 4]} if PATHS[number % 4] else {}
            of_feed = sa.update(Feed).where(Feed.id == number)
            connection.execute(of_feed.values(settings=settings))
        at = datetime(2016, 1, 2, tzinfo=UTC)
        same = sa.update(Entry).where(Entry.id.between(290, 310))
        connection.execute(same.values(published_at=at))

    world.database.transact(arrange)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    make(world)
    with pages_of(world) as served:
        yield served


def test_pages_of_many_feeds_have_each_entry_once_newest_first(world: World) -> None:
    make(world)
    feeds = [number for number in range(1, 101) if number % 4 in {0, 1}]
    found: list[Key] = []
    after: Key | None = None
    while rows := world.database.view(categories.page_of_feeds, feeds, after=after, size=30):
        found += [row.key for row in rows]
        after = found[-1]
    query = sa.select(Entry.published_at, Entry.id).where(Entry.feed_id.in_(feeds))
    every = world.database.view(lambda connection: connection.execute(query).all())
    assert found == sorted((Key(*row) for row in every), reverse=True)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/c", 200, "科技 25 175 财经 50 350 财经/债券 25 175 财经/股票 25 175"),
        ("/c/" + quote("财经/股票"), 200, "25 feeds"),
        ("/c/" + quote("财经"), 200, "50 feeds"),
        ("/c/" + quote("体育"), 404, "there is no such page"),
        ("/c/" + quote("科技") + "?after=x", 400, "is not the place of an entry"),
        ("/d", 200, "2016-01"),
        ("/d/2016-01", 200, "Entries by date"),
        ("/d/2016-13", 404, "there is no such page"),
        ("/d/1000-01", 200, "1000-01"),
        ("/d/2999-12", 200, "2999-12"),
    ],
)
def test_an_address_shows_its_page(pages: Pages, path: str, status: int, text: str) -> None:
    page = pages.get(path)
    cells = " ".join(" ".join(html.fromstring(page.source).itertext()).split())
    assert (page.status, text in cells) == (status, True)


def test_a_category_follows_page_by_page(pages: Pages) -> None:
    seen: list[str] = []
    path: str | None = "/c/" + quote("财经")
    while path:
        page = pages.get(path)
        seen += [link for link in page.links() if link.startswith("/e/")]
        path = next(iter(page.links("next")), None)
    assert len(seen) == len(set(seen)) == 350


def test_a_category_says_what_is_in_its_feeds(pages: Pages) -> None:
    """They choose by the name alone, so they may have entries of other categories."""
    source = pages.get("/c/" + quote("财经/股票")).source
    assert f'href="/atom.xml?category={quote("股票")}" title="Atom: all entries with the' in source


def test_a_month_links_the_days_that_have_entries(pages: Pages) -> None:
    days = [link for link in pages.get("/d/2016-01").links() if link.startswith("/entries?until")]
    assert days == [f"/entries?until=2016-01-0{day}" for day in (1, 2, 3)]


@pytest.mark.parametrize("selection", [Selection(), Selection(feed_id=7)])
def test_lists_are_read_from_an_index(world: World, selection: Selection) -> None:
    make(world)
    after = Key(datetime(2016, 1, 2, tzinfo=UTC), 300)
    check_plans(world, lambda c: entry_lists.page(c, selection, after=after, size=50))


def test_categories_are_read_from_an_index(world: World) -> None:
    make(world)
    after = Key(datetime(2016, 1, 2, tzinfo=UTC) + timedelta(hours=1), 300)
    check_plans(world, lambda c: categories.page_of_feeds(c, [1, 2, 3], after=after, size=50))


def check_plans(world: World, query: object) -> None:
    """Explain each statement of a query: none may read all entries, or sort them."""
    plans = [plan for plan in world.database.query(_plans, query) if plan]
    assert plans
    for plan in plans:
        assert not re.search(r"SCAN entry(?! USING)|Seq Scan on entry", plan), plan
        assert not re.search(r"TEMP B-TREE|^Sort", plan) or re.search("VIRTUAL|unnest", plan), plan


def _plans(connection: sa.Connection, query: object) -> list[str]:
    is_sqlite = connection.dialect.name == "sqlite"
    statements: list[tuple[str, object]] = []

    def note(_c: object, _u: object, text: str, values: object, *_more: object) -> None:
        statements.append((text, values))

    event.listen(connection, "before_cursor_execute", note)
    query(connection)  # type: ignore[operator]
    event.remove(connection, "before_cursor_execute", note)
    if not is_sqlite:  # with few rows, reading all of them would be quicker
        connection.exec_driver_sql("SET enable_seqscan = off")
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    rows = [connection.exec_driver_sql(explain + t, v).all() for t, v in statements]  # type: ignore[arg-type]
    return ["\n".join(map(str, itertools.chain.from_iterable(one))) for one in rows]
