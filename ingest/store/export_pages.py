"""Select and order the entries of an export. Ids are read page by page.

Entries are ordered by date, then by key, then by feed. None of these depends on the database, so
two databases with the same entries give the same order.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from ingest.config import parse_duration
from ingest.query import And, Node
from ingest.store.conditions import condition
from ingest.store.search.expressions import has_words
from ingest.store.search.recheck import meeting
from ingest.store.statements import table_of
from models import Entry, Feed

if TYPE_CHECKING:
    from ingest.database import Database

_IN_ONE_PAGE = 20_000
_READ_AT_ONCE = 200  # texts in one query
_ENTRY, _FEED = table_of(Entry), table_of(Feed)
_PAST_ALL = 2**62  # larger than the id of any feed
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The choice of entries for an export. None sets no bound; `until` is exclusive.

    An entry's date is its publication date, or if it has none, the date when it was first seen.
    `where` is a query. If `public_at` is set, the rights of feeds apply: the export has only
    entries and texts that may be published at that time.
    """

    feed_ids: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    where: Node | None = None
    public_at: datetime | None = None

    def condition(self, connection: sa.Connection) -> sa.ColumnElement[bool]:
        """Return the condition on the table of entries; raise `UsageError` for an unknown feed."""
        at = sa.func.coalesce(_ENTRY.c.published_at, _ENTRY.c.first_seen_at, type_=_AT)
        return sa.and_(*self._common(connection, at), *_bounds(at, self.since, self.until))

    def in_order_of(self, connection: sa.Connection, at: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """Return the condition for the chosen entries whose date is in the column `at`.

        If `at` is `published_at`, these are the entries with a publication date. If it is
        `first_seen_at`, these are the entries without a publication date.
        """
        is_dated = _ENTRY.c.published_at.is_not(None)
        of_kind = is_dated if at is _ENTRY.c.published_at else sa.not_(is_dated)
        return sa.and_(of_kind, *self._common(connection, at), *_bounds(at, self.since, self.until))

    @property
    def has_all_entries(self) -> bool:
        """Return whether all entries of the chosen feeds are selected."""
        return (self.since, self.until, self.where, self.public_at) == (None,) * 4

    @property
    def has_words(self) -> bool:
        """Return whether the query has words, so that the texts of entries must be searched."""
        return self.where is not None and has_words(self.where)

    def _common(
        self, connection: sa.Connection, at: sa.ColumnElement[Any]
    ) -> Iterator[sa.ColumnElement[bool]]:
        yield sa.true()
        if self.feed_ids is not None:
            yield _ENTRY.c.feed_id.in_(self.feed_ids)
        if self.public_at is not None:
            yield from without_embargoes(connection, at, self.public_at)
        parts = self.where.nodes if isinstance(self.where, And) else (self.where,)
        for part in parts:
            if part is not None and not has_words(part):
                yield condition(connection, part)


_AT = _ENTRY.c.first_seen_at.type


def without_embargoes(
    connection: sa.Connection, at: sa.ColumnElement[Any], now: datetime
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that exclude entries under embargo, which may not be published yet.

    There is one condition for each length of embargo.
    """
    feeds_with: dict[str, list[int]] = {}
    wait_of = _FEED.c.settings["publish_after"].as_string()
    query = sa.select(_FEED.c.id, wait_of).where(wait_of.is_not(None))
    for feed_id, wait in connection.execute(query):
        feeds_with.setdefault(wait, []).append(feed_id)
    for wait, feed_ids in feeds_with.items():
        last = sa.literal(now - min(parse_duration(wait), now - _LONG_AGO), _AT)
        yield sa.or_(_ENTRY.c.feed_id.not_in(feed_ids), at <= last)


def _bounds(
    at: sa.ColumnElement[Any], since: datetime | None, until: datetime | None
) -> Iterator[sa.ColumnElement[bool]]:
    if since is not None:
        yield at >= sa.literal(since, _AT)
    if until is not None:
        yield at < sa.literal(until, _AT)


class Place(NamedTuple):
    """A position in the order: the date and key of the last exported entry."""

    at: datetime
    key: str

    def as_json(self) -> list[str]:
        """Return the position as JSON, for an export that is continued later."""
        return [self.at.isoformat(), self.key]

    @classmethod
    def from_json(cls, place: list[str]) -> Place:
        """Return the position for a value that `as_json` returned."""
        return cls(datetime.fromisoformat(place[0]), place[1])


class _Listed(NamedTuple):
    at: datetime
    key: str
    feed_id: int
    id: int


class Group(NamedTuple):
    """Ids of entries in order, and the position after the last one."""

    ids: list[int]
    place: Place


def groups(
    database: Database,
    choice: Choice,
    slugs: dict[int, str],
    *,
    size: int,
    after: Place | None = None,
    newest_first: bool = False,
) -> Iterator[Group]:
    """Yield all chosen entries in groups of at least `size`.

    `slugs` maps the ids of feeds to the names of their folders.
    """
    streams = [
        _stream(database, choice, at, after, newest_first)
        for at in (_ENTRY.c.published_at, _ENTRY.c.first_seen_at)
    ]
    listed: Iterator[_Listed] = heapq.merge(*streams, reverse=newest_first)
    if choice.where is not None and choice.has_words:
        listed = _with_words(database, choice.where, listed)
    ids: list[int] = []
    place = None
    for (at, key), same in groupby(listed, key=lambda one: one[:2]):
        ids += [one.id for one in sorted(same, key=lambda one: slugs[one.feed_id])]
        place = Place(at, key)
        if len(ids) >= size:
            yield Group(ids, place)
            ids = []
    if ids and place:
        yield Group(ids, place)


def _with_words(database: Database, query: Node, listed: Iterator[_Listed]) -> Iterator[_Listed]:
    """Yield the entries whose texts match a query. The index is not used: it may be outdated."""
    while some := list(islice(listed, _READ_AT_ONCE)):
        met = database.query(meeting, query, [one.id for one in some])
        yield from (one for one in some if one.id in met)


def _stream(
    database: Database,
    choice: Choice,
    at: sa.Column[Any],
    after: Place | None,
    newest_first: bool,
) -> Iterator[_Listed]:
    """Yield the chosen entries whose date is in the column `at`, in order of date.

    If `at` is `published_at`, these are the entries with a publication date. If it is
    `first_seen_at`, these are the entries without a publication date.
    """
    last = (-_PAST_ALL if newest_first else _PAST_ALL) if after else 0
    cursor = (*after, last) if after else None
    while True:
        page = database.query(_page, choice, at, cursor, newest_first)
        yield from page
        if len(page) < _IN_ONE_PAGE:
            return
        cursor = page[-1][:3]


def _page(
    connection: sa.Connection,
    choice: Choice,
    at: sa.Column[Any],
    cursor: tuple[datetime, str, int] | None,
    newest_first: bool,
) -> list[_Listed]:
    key = in_byte_order(connection, _ENTRY.c.key)
    order = (at, key, _ENTRY.c.feed_id)
    query = sa.select(at, _ENTRY.c.key, _ENTRY.c.feed_id, _ENTRY.c.id)
    query = query.where(choice.in_order_of(connection, at))
    if cursor is not None:
        query = query.where(_is_after(order, cursor, newest_first))
    query = query.order_by(*(one.desc() if newest_first else one for one in order))
    return [_Listed(*row) for row in connection.execute(query.limit(_IN_ONE_PAGE))]


def _is_after(
    order: Iterable[sa.ColumnElement[Any]], cursor: Iterable[Any], newest_first: bool
) -> sa.ColumnElement[bool]:
    """Return the condition for rows after a cursor, in a form that can use the index of dates."""
    at, key, feed_id = order
    last_at, last_key, last_feed = cursor
    compare: Callable[[Any, Any], Any] = (
        sa.sql.operators.lt if newest_first else sa.sql.operators.gt
    )
    last_at = sa.literal(last_at, _AT)
    is_later = sa.or_(compare(key, last_key), sa.and_(key == last_key, compare(feed_id, last_feed)))
    return sa.and_(
        sa.or_(at == last_at, compare(at, last_at)),
        sa.or_(compare(at, last_at), is_later),
    )


def in_byte_order(
    connection: sa.Connection, column: sa.ColumnElement[str]
) -> sa.ColumnElement[str]:
    """Return a text column with a collation by bytes, the same in SQLite and PostgreSQL."""
    return sa.collate(column, "C" if connection.dialect.name == "postgresql" else "BINARY")
