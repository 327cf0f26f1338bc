"""Compute clusters of entries whose texts are linked. Each cluster has one canonical entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from ingest.reading.likeness import Relation
from ingest.store.conditions import entry_date
from ingest.store.likeness.holders import Pair
from ingest.store.likeness.links import linked
from ingest.store.statements import numbers, table_of
from models import Entry, Feed, LikenessEntry, LikenessLink

_ENTRY, _LINK = table_of(LikenessEntry), table_of(LikenessLink)

_Member: TypeAlias = sa.Row[Any, Any, Any]
"""The ids of a text, of an entry with this text, and of its stored canonical entry."""


def settle(connection: sa.Connection, texts: Collection[int]) -> set[int]:
    """Store the canonical entry of each entry in the clusters of these texts.

    Return the ids of the entries whose canonical entry changed, and of their old and new canonical
    entries.
    """
    clusters = _clusters(texts, _links_around(connection, texts))
    entries = _entries_of(connection, {text for cluster in clusters for text in cluster})
    several = [members for cluster in clusters if len(members := _members(cluster, entries)) > 1]
    ranks = _ranks(connection, [row.entry_id for members in several for row in members])
    chosen = dict.fromkeys(row.entry_id for rows in entries.values() for row in rows)
    for members in several:
        present = [row.entry_id for row in members if row.entry_id in ranks]
        if len(present) > 1:
            chosen |= dict.fromkeys(present, min(present, key=ranks.__getitem__))
    before = {row.entry_id: row.canonical_id for rows in entries.values() for row in rows}
    changed = {entry for entry, canonical in chosen.items() if canonical != before[entry]}
    _choose(connection, {entry: chosen[entry] for entry in sorted(changed)})
    canonical = {one for entry in changed for one in (before[entry], chosen[entry]) if one}
    return changed | canonical


def join(connection: sa.Connection, entry_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Add entries to the clusters of other entries with the same text.

    Return (a) the ids of the entries that joined a cluster, and of their old and new canonical
    entries, and (b) the ids of the texts whose clusters `settle` must read, because their canonical
    entry may change. The clusters themselves are not read, so large clusters are not slow.
    """
    joined: dict[int, int | None] = {}
    concerned: set[int] = set()
    others: set[int] = set()
    rows = connection.execute(_with_story(connection, entry_ids)).all()
    ranks = _ranks(connection, {one for row in rows if row.story for one in (row[0], row.story)})
    for entry, text, canonical, story in rows:
        if story not in ranks or entry == story or ranks[entry] < ranks[story]:
            others.add(text)
        elif canonical != story:
            joined[entry] = story
            concerned.update(filter(None, (entry, canonical, story)))
    _choose(connection, joined)
    return concerned, others


def _with_story(connection: sa.Connection, entry_ids: Collection[int]) -> sa.Select[Any]:
    """Return the query for the id, the text and the canonical entry of each of these entries.

    Its last column, `story`, is the canonical entry of another entry with the same text.
    """
    other = _ENTRY.alias()
    story = sa.select(other.c.canonical_id).where(
        other.c.text_id == _ENTRY.c.text_id,
        other.c.entry_id != _ENTRY.c.entry_id,
        other.c.canonical_id.is_not(None),
    )
    asked = sa.select(numbers(connection, entry_ids).c.value)
    columns = (_ENTRY.c.entry_id, _ENTRY.c.text_id, _ENTRY.c.canonical_id)
    query = sa.select(*columns, story.limit(1).scalar_subquery().label("story"))
    return query.where(_ENTRY.c.entry_id.in_(asked))


def _links_around(connection: sa.Connection, texts: Collection[int]) -> set[Pair]:
    """Return all links in the clusters that contain these texts, as pairs of text ids."""
    found: set[Pair] = set()
    seen, edge = set(texts), set(texts)
    while edge:
        pairs = linked(connection, edge)
        found |= pairs
        edge = {text for pair in pairs for text in pair} - seen
        seen |= edge
    return found


def _clusters(texts: Iterable[int], links: Iterable[Pair]) -> list[set[int]]:
    """Return the groups of texts that are connected by links; each text is in one group."""
    of_text = {text: {text} for text in texts}
    for one, other in links:
        joined = of_text.setdefault(one, {one})
        if other not in joined:
            joined |= of_text.get(other, {other})
            of_text |= dict.fromkeys(joined, joined)
    return list({id(cluster): cluster for cluster in of_text.values()}.values())


def _entries_of(connection: sa.Connection, texts: Iterable[int]) -> Mapping[int, list[_Member]]:
    """Return the entries of each text, with their stored canonical entry."""
    asked = sa.select(numbers(connection, texts).c.value)
    query = sa.select(_ENTRY.c.text_id, _ENTRY.c.entry_id, _ENTRY.c.canonical_id)
    found: dict[int, list[_Member]] = {}
    for row in connection.execute(query.where(_ENTRY.c.text_id.in_(asked))):
        found.setdefault(row.text_id, []).append(row)
    return found


def _members(cluster: Iterable[int], entries: Mapping[int, list[_Member]]) -> list[_Member]:
    return [row for text in cluster for row in entries.get(text, ())]


def _ranks(connection: sa.Connection, entry_ids: Collection[int]) -> Mapping[int, tuple[Any, ...]]:
    """Return the rank of each of these entries. In a cluster, the lowest rank is canonical.

    A rank compares the feed's priority, then whether the text is an excerpt, then the date. Deleted
    entries have no rank.
    """
    if not entry_ids:
        return {}
    asked = sa.select(numbers(connection, entry_ids).c.value)
    is_excerpt = sa.exists().where(
        _LINK.c.part == _ENTRY.c.text_id,
        sa.or_(_LINK.c.one == _ENTRY.c.text_id, _LINK.c.other == _ENTRY.c.text_id),
        _LINK.c.relation == Relation.EXCERPT.value,
    )
    query = (
        sa.select(Entry.id, Feed.settings, is_excerpt, entry_date, Feed.id, Entry.key)
        .join(_ENTRY, _ENTRY.c.entry_id == Entry.id)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(Entry.id.in_(asked))
    )
    return {
        entry: (-settings.get("priority", 0), *others)
        for entry, settings, *others in connection.execute(query)
    }


def ranked(connection: sa.Connection, canonical: Collection[int]) -> Mapping[int, list[int]]:
    """Return the entries of clusters by the id of the stored canonical entry, best rank first.

    The first entry of each list should be canonical.
    """
    asked = sa.select(numbers(connection, canonical).c.value)
    query = sa.select(_ENTRY.c.canonical_id, _ENTRY.c.entry_id)
    rows = connection.execute(query.where(_ENTRY.c.canonical_id.in_(asked))).all()
    ranks = _ranks(connection, [row.entry_id for row in rows])
    found: dict[int, list[int]] = {}
    for row in sorted(rows, key=lambda row: ranks.get(row.entry_id, ())):
        if row.entry_id in ranks:
            found.setdefault(row.canonical_id, []).append(row.entry_id)
    return found


def _choose(connection: sa.Connection, chosen: Mapping[int, int | None]) -> None:
    rows = [{"of_entry": entry, "canonical": canonical} for entry, canonical in chosen.items()]
    if rows:
        connection.execute(_CHOOSE, rows)


_CHOOSE = (
    sa.update(_ENTRY)
    .where(_ENTRY.c.entry_id == sa.bindparam("of_entry"))
    .values(canonical_id=sa.bindparam("canonical"))
)
