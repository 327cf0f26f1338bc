"""Count the entries of an export, for its header and for the README file beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from ingest.store.export_pages import Choice, groups, in_byte_order
from ingest.store.export_rows import FeedFacts
from ingest.store.exports import feed_facts
from ingest.store.statements import table_of
from models import Entry, Revision

if TYPE_CHECKING:
    from ingest.database import Database

# The alias prevents a conflict with the table `revision` in the condition of a query.
_ENTRY, _REVISION = table_of(Entry), table_of(Revision).alias("earlier")
_AT_ONCE = 500
_ConditionOf: TypeAlias = Callable[[sa.Connection], sa.ColumnElement[bool]]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class FeedTotal:
    """The number of entries of a feed, and their first and last date."""

    facts: FeedFacts
    title: str
    entries: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Summary:
    """Totals of the chosen entries; they do not depend on the present time.

    `changed_at` is when the newest current text was first seen.
    """

    entries: int = 0
    revisions: int = 0
    full_texts: int = 0
    changed_at: datetime = _LONG_AGO
    first: datetime | None = None
    last: datetime | None = None
    feeds: dict[str, FeedTotal] = field(default_factory=dict)
    languages: Counter[Any] = field(default_factory=Counter)
    years: Counter[Any] = field(default_factory=Counter)
    methods: Counter[Any] = field(default_factory=Counter)
    precisions: Counter[Any] = field(default_factory=Counter)


_GROUPS = ("feed_id", "language", "published_method", "published_precision")


def summarize(database: Database, choice: Choice) -> Summary:
    """Return the totals of the chosen entries.

    This reads the rows of all entries, and their texts if the query has words.
    """
    facts, summary = database.query(feed_facts), Summary()
    if not choice.has_words:
        database.query(_add_all, summary, facts, choice.condition)
        return summary
    slugs = {number: feed.slug for number, feed in facts.items()}
    for group in groups(database, choice, slugs, size=_AT_ONCE):
        database.query(_add_all, summary, facts, _with_ids(group.ids))
    return summary


def _with_ids(ids: Sequence[int]) -> _ConditionOf:
    return lambda _connection: _ENTRY.c.id.in_(ids)


def _add_all(
    connection: sa.Connection,
    summary: Summary,
    facts: Mapping[int, FeedFacts],
    condition_of: _ConditionOf,
) -> None:
    """Add the entries that meet a condition, and their revisions, to the totals of `summary`."""
    condition = condition_of(connection)
    year = sa.extract("year", _ENTRY.c.published_at)
    columns = [*(_ENTRY.c[name] for name in _GROUPS), year.label("year")]
    query = sa.select(
        *columns,
        sa.func.count().label("entries"),
        sa.func.sum(sa.case((_ENTRY.c.full_text, 1), else_=0)).label("full_texts"),
        sa.func.max(_ENTRY.c.seen_at).label("changed_at"),
        sa.func.min(_ENTRY.c.published_at).label("first"),
        sa.func.max(_ENTRY.c.published_at).label("last"),
        sa.func.min(in_byte_order(connection, _ENTRY.c.feed_title)).label("title"),
    )
    for row in connection.execute(query.where(condition).group_by(*columns)):
        _add(summary, row, facts)
    earlier = sa.select(sa.func.count()).select_from(_REVISION)
    earlier = earlier.join(_ENTRY, _ENTRY.c.id == _REVISION.c.entry_id).where(condition)
    summary.revisions += connection.execute(earlier).scalar_one()


def _add(summary: Summary, row: Any, facts: Mapping[int, FeedFacts]) -> None:
    of_feed = facts[row.feed_id]
    title = of_feed.title or row.title
    feed = summary.feeds.setdefault(of_feed.slug, FeedTotal(facts=of_feed, title=title))
    feed.title = min(feed.title, title)
    for total in (summary, feed):
        total.entries += row.entries
        if row.first is not None:
            total.first = min(total.first or row.first, row.first)
            total.last = max(total.last or row.last, row.last)
    summary.full_texts += row.full_texts
    summary.changed_at = max(summary.changed_at, row.changed_at)
    summary.languages[row.language] += row.entries
    summary.years[row.year and int(row.year)] += row.entries
    summary.methods[row.published_method] += row.entries
    summary.precisions[row.published_precision] += row.entries
