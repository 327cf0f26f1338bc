"""Query, for outputs, the canonical entry and the links of entries that tell the same story."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.store.conditions import entry_date
from ingest.store.statements import numbers, table_of
from models import ArchiveFile, Entry, Feed, LikenessEntry

_ENTRY = table_of(LikenessEntry)
_MOST = 20  # links; with more links, the file of a popular story would be long


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The canonical entry among the duplicates of an entry, and the links to show with the entry.

    For the canonical entry, `see_also` has the links of the other entries, oldest first. For other
    entries, it has only the link of the canonical entry.
    """

    canonical_id: int
    canonical_link: str | None
    see_also: tuple[str, ...]


def canonical_of(connection: sa.Connection, entry_ids: Collection[int]) -> Mapping[int, int]:
    """Return the canonical entry of each entry that has duplicates."""
    asked = sa.select(numbers(connection, entry_ids).c.value)
    query = sa.select(_ENTRY.c.entry_id, _ENTRY.c.canonical_id)
    has_duplicates = _ENTRY.c.canonical_id.is_not(None)
    rows = connection.execute(query.where(_ENTRY.c.entry_id.in_(asked), has_duplicates))
    return {row.entry_id: row.canonical_id for row in rows}


def stories_of(connection: sa.Connection, entry_ids: Collection[int]) -> Mapping[int, Story]:
    """Return the canonical entry and the links to show of each entry that has duplicates."""
    canonical = canonical_of(connection, entry_ids)
    links: dict[int, dict[int, str | None]] = {}
    for story, entry, link in connection.execute(_links_of(connection, set(canonical.values()))):
        links.setdefault(story, {})[entry] = link
    found = {}
    for entry, one in canonical.items():
        link = links.get(one, {}).get(one)
        others = [other for number, other in links.get(one, {}).items() if number != one]
        shown = dict.fromkeys(filter(None, others if entry == one else [link]))
        found[entry] = Story(canonical_id=one, canonical_link=link, see_also=tuple(shown)[:_MOST])
    return found


def _links_of(connection: sa.Connection, canonical: Collection[int]) -> sa.Select[Any]:
    asked = sa.select(numbers(connection, canonical).c.value)
    query = sa.select(_ENTRY.c.canonical_id, Entry.id, Entry.link)
    query = query.join(Entry, Entry.id == _ENTRY.c.entry_id)
    return query.where(_ENTRY.c.canonical_id.in_(asked)).order_by(entry_date, Entry.id)


def with_files(
    connection: sa.Connection, output: str, canonical: Collection[int], *, limit: int
) -> set[int]:
    """Return up to `limit` entries that have a file in an output.

    Only entries whose canonical entry is in `canonical` are returned.
    """
    asked = sa.select(numbers(connection, canonical).c.value)
    query = sa.select(ArchiveFile.entry_id).where(ArchiveFile.output == output)
    query = query.join(_ENTRY, _ENTRY.c.entry_id == ArchiveFile.entry_id)
    return {*connection.scalars(query.where(_ENTRY.c.canonical_id.in_(asked)).limit(limit))}


def keys_in(connection: sa.Connection, canonical: Iterable[int]) -> sa.Select[Any]:
    """Return the query for all entries whose canonical entry is in `canonical`.

    Its columns are the ids of the canonical entry and the entry, the feed's folder name, and the
    key.
    """
    asked = sa.select(numbers(connection, set(canonical)).c.value)
    query = sa.select(_ENTRY.c.canonical_id, Entry.id, Feed.slug, Entry.key)
    query = query.join(Entry, Entry.id == _ENTRY.c.entry_id).join(Feed, Feed.id == Entry.feed_id)
    return query.where(_ENTRY.c.canonical_id.in_(asked))


def neighbours(connection: sa.Connection, entry_ids: Collection[int]) -> set[int]:
    """Return these entries and all their duplicates, because their files refer to each other."""
    asked = sa.select(numbers(connection, entry_ids).c.value)
    query = sa.select(_ENTRY.c.entry_id).where(_ENTRY.c.canonical_id.in_(asked))
    return {*connection.scalars(query), *canonical_of(connection, entry_ids).values()}
