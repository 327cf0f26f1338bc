"""Compare the search index with a search through the texts themselves."""

from __future__ import annotations

import html
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest.follow.follower import Run
from ingest.follow.search import Search
from ingest.query import Node, QueryError, parse_query
from ingest.reading.terms import Pattern, fold
from ingest.store import due
from ingest.store.search import index
from ingest.store.search.dialects import named_by
from ingest.store.search.expressions import candidates, is_exact
from ingest.store.search.find import search
from models import Entry, SearchDocument
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")


def fill(world: World, site: Site, *items: str) -> None:
    """Poll a feed with these items."""
    site.set("/feed.xml", rss(*items))
    world.add(site.url("/feed.xml"))
    world.poll()


def fill_with(world: World, site: Site, count: int) -> None:
    """Poll a feed with this many items, whose texts `check` replaces."""
    fill(world, site, *map(item, range(count)))


def finish(world: World) -> None:
    """Index all entries that are due."""
    Run(world.database, Search(world.database), now=NOON).finish()


def check(world: World, texts: Sequence[str], words: Sequence[str]) -> None:
    """Index these texts, search for words, and compare the hits with a search in the texts."""
    rows = dict(enumerate(texts, 1))

    def replace_all(connection: sa.Connection) -> None:
        index.clear(connection)
        for number, text in rows.items():
            values = {"title": "", "html": f"<p>{html.escape(text)}</p>"}
            connection.execute(sa.update(Entry).where(Entry.id == number).values(values))

    world.database.transact(replace_all)
    world.database.transact(due.mark_due_for, "search", rows, NOON)
    finish(world)
    folded = {number: fold(text) for number, text in rows.items()}
    for word in words:
        try:
            query = parse_query(f'"{word}"', SHANGHAI)
        except QueryError:
            continue
        pattern = Pattern(fold(word))
        truth = {number for number, text in folded.items() if pattern.is_in(text)}
        answer = world.database.query(search, query, limit=10_000)
        assert {hit.entry_id for hit in answer} == truth, word
        named = world.database.query(_named, query)
        assert named == truth if is_exact(query) else named >= truth, word


def _named(connection: sa.Connection, query: Node) -> set[int]:
    """Return the entries that the index itself finds; a search also reads the newest texts."""
    numbers = named_by(connection, candidates(query))
    entries = sa.select(SearchDocument.entry_id).where(SearchDocument.id.in_(numbers))
    return set(connection.scalars(entries))
