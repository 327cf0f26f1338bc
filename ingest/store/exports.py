"""Read entries in batches, with all stored fields, for exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from ingest.store.export_pages import Choice, Place, groups
from ingest.store.export_rows import ENTRY, REVISION, FeedFacts, entry_of, id_of, query_of
from ingest.store.likeness.stories import canonical_of, keys_in
from ingest.store.statements import in_batches, table_of
from ingest.urls import without_secrets
from ingest.values.exports import ExportEntry
from models import Address, Feed

if TYPE_CHECKING:
    from ingest.database import Database

_ADDRESS, _FEED = table_of(Address), table_of(Feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The optional parts of an export, in addition to the current versions of entries."""

    revisions: bool = False
    captures: bool = False
    text: bool = False


class Batch(NamedTuple):
    """Entries in order, and the position after them, from which an export can continue."""

    entries: list[ExportEntry]
    place: Place


def feed_facts(
    connection: sa.Connection, feed_ids: Collection[int] | None = None
) -> dict[int, FeedFacts]:
    """Return what an export says about feeds by id: about these, or all, even removed ones."""
    query = sa.select(_FEED)
    if feed_ids is not None:
        query = query.where(_FEED.c.id.in_(feed_ids))
    rows = connection.execute(query).mappings()
    return {
        row["id"]: FeedFacts(
            slug=row["slug"],
            url=without_secrets(row["url"]),
            title=row["settings"].get("title"),
            categories=row["settings"].get("categories") or row["categories"] or [],
            excerpt_only=row["settings"].get("excerpt_only", False),
            noindex=row["settings"].get("noindex", False),
            publish_after=row["settings"].get("publish_after"),
        )
        for row in rows
    }


def batches(
    database: Database,
    choice: Choice,
    wanted: Wanted,
    *,
    size: int,
    after: Place | None = None,
    newest_first: bool = False,
) -> Iterator[Batch]:
    """Yield the chosen entries by date, in batches of about `size`.

    Earlier versions come before the current one. Only one batch is in memory.
    """
    facts = database.query(feed_facts)
    slugs = {number: feed.slug for number, feed in facts.items()}
    for group in groups(database, choice, slugs, size=size, after=after, newest_first=newest_first):
        found = database.query(
            entries_of, group.ids, facts, wanted, is_public=choice.public_at is not None
        )
        yield Batch([one for number in group.ids for one in found.get(number, ())], group.place)


def with_texts(connection: sa.Connection, numbers: Sequence[int]) -> list[ExportEntry]:
    """Return entries with their visible text, without earlier versions, in the order of `numbers`.

    It has everything that is stored, whatever the rights of feeds.
    """
    facts, wanted = feed_facts(connection), Wanted(text=True)
    found = entries_of(connection, numbers, facts, wanted, is_public=False)
    return [entry for number in numbers for entry in found[number]]


def entries_of(
    connection: sa.Connection,
    numbers: Sequence[int],
    facts: Mapping[int, FeedFacts],
    wanted: Wanted,
    *,
    is_public: bool,
) -> dict[int, list[ExportEntry]]:
    """Return the versions of each entry, oldest first, by the entry's id."""
    found: dict[int, list[ExportEntry]] = {number: [] for number in numbers}
    links, duplicates = _other_links(connection, numbers), _duplicates(connection, numbers)
    for some in in_batches(numbers):
        for table in (REVISION, ENTRY) if wanted.revisions else (ENTRY,):
            query = query_of(table, wanted.captures)
            for row in connection.execute(query, {"numbers": some}).all():
                entry = entry_of(
                    row,
                    facts[row[1]],
                    links.get(row[0], []),
                    has_text=wanted.text,
                    is_public=is_public,
                )
                entry = entry._replace(duplicates=duplicates.get(row[0], []))
                found[row[0]].append(entry)
    return found


def _other_links(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    links: dict[int, list[str]] = {}
    for some in in_batches(numbers):
        query = sa.select(_ADDRESS.c.entry_id, _ADDRESS.c.link)
        query = query.where(_ADDRESS.c.entry_id.in_(some), _ADDRESS.c.link.is_not(None))
        for number, link in connection.execute(query):
            links.setdefault(number, []).append(link)
    return {number: sorted(set(some)) for number, some in links.items()}


def _duplicates(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return, by id of an entry, the ids of the other entries that tell the same story."""
    canonical = canonical_of(connection, numbers)
    if not canonical:
        return {}
    of_story: dict[int, dict[int, str]] = {}
    for story, number, slug, key in connection.execute(keys_in(connection, canonical.values())):
        of_story.setdefault(story, {})[number] = id_of(slug, key)
    return {
        number: sorted(urn for other, urn in of_story.get(story, {}).items() if other != number)
        for number, story in canonical.items()
    }
