"""Query the categories of feeds, and the entries of many feeds together, newest first."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from ingest.store import entry_lists
from ingest.store.conditions import entry_date
from ingest.store.entry_lists import ListedEntry
from ingest.store.listings import Key
from ingest.store.statements import numbers, table_of
from models import Entry, Feed

# Maps paths of categories, such as 财经/股票, to the ids of their feeds and of those below.
Categories: TypeAlias = dict[str, list[int]]
_ENTRY = table_of(Entry)
_READ = 500


def categories(connection: sa.Connection) -> Categories:
    """Return the feeds of each category, ordered by path; a feed has one path of categories."""
    rows = connection.execute(sa.select(Feed.id, Feed.settings["categories"], Feed.categories))
    found: defaultdict[str, list[int]] = defaultdict(list)
    for feed_id, chosen, known in rows:
        path = chosen or known or []
        for length in range(1, len(path) + 1):
            found["/".join(path[:length])].append(feed_id)
    return dict(sorted(found.items()))


def entry_counts(connection: sa.Connection) -> dict[int, int]:
    """Return the number of entries of each feed that has any."""
    query = sa.select(Entry.feed_id, sa.func.count()).group_by(Entry.feed_id)
    return dict(connection.execute(query).all())


def page_of_feeds(
    connection: sa.Connection, feed_ids: Sequence[int], *, after: Key | None, size: int
) -> list[ListedEntry]:
    """Return the next entries of these feeds, after `after`, newest first.

    If there are many feeds, the next entries of the whole archive usually fill the page. Otherwise,
    the next entry of each feed is found by one search in an index: the page can only have entries
    of the `size` feeds whose next entries are the newest. So each page costs about the same,
    whether it is the first one or the last one.
    """
    if len(feed_ids) > size:
        near = _among_next(connection, set(feed_ids), after)[:size]
        if len(near) == size:
            return entry_lists.by_ids(connection, near)
    found: list[tuple[Key, int]] = []
    for key, feed_id in _next_of_each(connection, feed_ids, after, size):
        if len(found) == size and key < found[0][0]:
            break
        for other in _keys(connection, feed_id, after, size):
            heapq.heappush(found, (other, other.id))
            if len(found) > size:
                heapq.heappop(found)
    ids = [number for _, number in sorted(found, reverse=True)]
    return entry_lists.by_ids(connection, ids)


def _among_next(connection: sa.Connection, feed_ids: set[int], after: Key | None) -> list[int]:
    """Read the next `_READ` entries of all feeds; return the ids of those of these feeds."""
    query = _newest(after).with_only_columns(_ENTRY.c.id, _ENTRY.c.feed_id).limit(_READ)
    return [number for number, feed_id in connection.execute(query) if feed_id in feed_ids]


def _next_of_each(
    connection: sa.Connection, feed_ids: Sequence[int], after: Key | None, size: int
) -> list[tuple[Key, int]]:
    """Return the next entry of each feed with the id of the feed, only the newest `size`."""
    feed = numbers(connection, feed_ids)
    first = _newest(after).where(_ENTRY.c.feed_id == feed.c.value).limit(1)
    first = first.with_only_columns(_ENTRY.c.id).correlate(feed)
    firsts = sa.select(first.scalar_subquery().label("id")).select_from(feed).subquery()
    query = sa.select(entry_date, Entry.id, Entry.feed_id).join(firsts, firsts.c.id == Entry.id)
    query = query.order_by(entry_date.desc(), Entry.id.desc()).limit(size)
    return [(Key(row[0], row[1]), row[2]) for row in connection.execute(query)]


def _keys(connection: sa.Connection, feed_id: int, after: Key | None, size: int) -> list[Key]:
    query = _newest(after).where(_ENTRY.c.feed_id == sa.bindparam("feed"))
    rows = connection.execute(query.limit(sa.bindparam("most")), {"feed": feed_id, "most": size})
    return [Key(at, number) for at, number in rows]


def _newest(after: Key | None) -> sa.Select[Any]:
    """Return the query for the dates and ids of entries after `after`, newest first."""
    at, number = _AT, _ENTRY.c.id
    query = sa.select(at, number).order_by(at.desc(), number.desc())
    if after is None:
        return query
    # Without the condition on the date, SQLite would not seek in the index.
    return query.where(at <= after.at, sa.or_(at < after.at, number < after.id))


_AT: sa.ColumnElement[Any] = sa.func.coalesce(
    _ENTRY.c.published_at, _ENTRY.c.first_seen_at, type_=_ENTRY.c.first_seen_at.type
)
