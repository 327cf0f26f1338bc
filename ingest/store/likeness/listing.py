"""Query the clusters of near-duplicates for display."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from ingest.store.conditions import entry_date
from ingest.store.statements import in_batches, numbers, table_of
from ingest.views.duplicates import Cluster, Link, Links, Member, cluster_of
from models import Entry, Feed, LikenessEntry, LikenessLink

_ENTRY, _LINK = table_of(LikenessEntry), table_of(LikenessLink)


def clusters(
    connection: sa.Connection,
    *,
    feed_id: int | None = None,
    before: int | None = None,
    limit: int | None = None,
    most: int | None = None,
) -> Iterator[Cluster]:
    """Yield all clusters, or the clusters with an entry of a feed.

    Clusters whose canonical entry has the highest id come first. With `before`, yield only those
    with a lower id, and with `limit`, at most this many. `most` bounds the duplicates of each.
    """
    query = sa.select(_ENTRY.c.canonical_id).distinct().where(_ENTRY.c.canonical_id.is_not(None))
    if feed_id is not None:
        query = query.join(Entry, Entry.id == _ENTRY.c.entry_id).where(Entry.feed_id == feed_id)
    if before is not None:
        query = query.where(_ENTRY.c.canonical_id < before)
    ordered = query.order_by(_ENTRY.c.canonical_id.desc()).limit(limit)
    found = list(connection.scalars(ordered))
    for some in in_batches(found):
        yield from _clusters_of(connection, {one: one for one in some}, most)


def cluster_with(
    connection: sa.Connection, entry_id: int, most: int | None = None
) -> Cluster | None:
    """Return the cluster of an entry, with the relation of each other entry to this entry.

    `most` bounds the other entries. Return None if the entry has no duplicates.
    """
    query = sa.select(_ENTRY.c.canonical_id).where(_ENTRY.c.entry_id == entry_id)
    canonical = connection.scalar(query)
    if canonical is None:
        return None
    return next(_clusters_of(connection, {canonical: entry_id}, most), None)


def _clusters_of(
    connection: sa.Connection, firsts: Mapping[int, int], most: int | None
) -> Iterator[Cluster]:
    """Yield clusters, with the relation of each entry to one entry of the cluster.

    `firsts` maps the id of each cluster's canonical entry to the id of this one entry.
    """
    members: dict[int, list[Member]] = {}
    for row in connection.execute(_members_of(connection, firsts)):
        members.setdefault(row.canonical_id, []).append(_member(row))
    links = _links_among(connection, {one.text_id for some in members.values() for one in some})
    for canonical, first in firsts.items():
        some = members.get(canonical, [])
        # If an entry was deleted a moment ago, a cluster may have one entry, or may lack `first`.
        if len(some) > 1 and any(one.id == first for one in some):
            yield cluster_of(first, some, links, most)


def _members_of(connection: sa.Connection, canonical: Iterable[int]) -> sa.Select[Any]:
    asked = sa.select(numbers(connection, canonical).c.value)
    return (
        sa.select(
            _ENTRY.c.canonical_id,
            Entry.id,
            Entry.title,
            Entry.link,
            Entry.feed_title,
            Feed.settings,
            Feed.url.label("feed_url"),
            entry_date.label("at"),
            _ENTRY.c.text_id,
            _ENTRY.c.around,
        )
        .join(Entry, Entry.id == _ENTRY.c.entry_id)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(_ENTRY.c.canonical_id.in_(asked))
    )


def _member(row: sa.Row[Any]) -> Member:
    return Member(
        id=row.id,
        title=row.title,
        link=row.link,
        feed_title=row.settings.get("title") or row.feed_title,
        feed_url=row.feed_url,
        at=row.at,
        is_canonical=row.id == row.canonical_id,
        text_id=row.text_id,
        around=row.around,
    )


def _links_among(connection: sa.Connection, texts: Collection[int]) -> Links:
    asked = sa.select(numbers(connection, texts).c.value)
    links: dict[int, dict[int, Link]] = {}
    for row in connection.execute(sa.select(_LINK).where(_LINK.c.one.in_(asked))):
        link = Link(relation=row.relation, score=row.score, reason=row.reason, part=row.part)
        links.setdefault(row.one, {})[row.other] = link
        links.setdefault(row.other, {})[row.one] = link
    return links


def totals(connection: sa.Connection) -> dict[str, int]:
    """Return how many entries have duplicates, and how many clusters they form."""
    canonical = _ENTRY.c.canonical_id
    count = sa.select(sa.func.count(), sa.func.count(canonical.distinct()))
    row = connection.execute(count.where(canonical.is_not(None))).one()
    return {"duplicate_entries": row[0], "duplicate_clusters": row[1]}
