"""Apply an output's setting `duplicates`: write all entries of a story, link them, or write one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.store import files as store
from ingest.store.likeness.clusters import ranked
from ingest.store.likeness.stories import canonical_of, stories_of, with_files
from ingest.values import Record

_MOST = 200  # duplicates of an entry that are searched, and files that are processed together

Allowed: TypeAlias = Callable[[Record], bool]
"""Whether an output may have a record: it passes the filters, and is under no embargo."""


def with_companions(
    entry_ids: Sequence[int], output: OutputConfig, database: Database, may_have: Allowed
) -> Sequence[int]:
    """Return entries, and their duplicates whose files may have to be written or removed too.

    Only an output with `duplicates = "canonical"` has such duplicates.
    """
    if output.duplicates != "canonical":
        return entry_ids
    canonical = set(database.query(canonical_of, entry_ids).values())
    if not canonical:
        return entry_ids
    others = database.query(with_files, output.name, canonical, limit=_MOST)
    return sorted({*entry_ids, *others, *_choose(canonical, output, database, may_have).values()})


def apply_duplicates(
    records: Sequence[Record], output: OutputConfig, database: Database, may_have: Allowed
) -> Sequence[Record]:
    """Return the records to write, according to the output's setting `duplicates`.

    If the output links duplicates, the records have these links. `records` are the records that
    pass the filters of the output and are under no embargo.
    """
    if output.duplicates == "link":
        return _with_links(records, database)
    if output.duplicates == "canonical":
        return _one_of_each_story(records, output, database, may_have)
    return records


def _with_links(records: Sequence[Record], database: Database) -> list[Record]:
    stories = database.query(stories_of, [record.entry_id for record in records])
    return [
        replace(record, canonical_link=story.canonical_link, see_also=story.see_also)
        if (story := stories.get(record.entry_id))
        else record
        for record in records
    ]


def _one_of_each_story(
    records: Sequence[Record], output: OutputConfig, database: Database, may_have: Allowed
) -> list[Record]:
    canonical = database.query(canonical_of, [record.entry_id for record in records])
    chosen = _choose(set(canonical.values()), output, database, may_have) if canonical else {}
    return [
        record
        for record in records
        if chosen.get(canonical.get(record.entry_id, 0), record.entry_id) == record.entry_id
    ]


def _choose(
    canonical: Collection[int], output: OutputConfig, database: Database, may_have: Allowed
) -> Mapping[int, int]:
    """Choose the entry to write for each canonical entry (the best entry of a story).

    It is the canonical entry itself, if the output may have it. Otherwise, it is the best of its
    duplicates that the output may have.
    """
    chosen = {one: one for one in _filter(sorted(canonical), output, database, may_have)}
    others = set(canonical) - chosen.keys()
    for one, entries in database.query(ranked, others).items() if others else ():
        allowed = _filter(entries[:_MOST], output, database, may_have)
        if best := next((entry for entry in entries if entry in allowed), None):
            chosen[one] = best
    return chosen


def _filter(
    entry_ids: Sequence[int], output: OutputConfig, database: Database, may_have: Allowed
) -> set[int]:
    records = database.query(store.records, output.name, entry_ids)
    return {record.entry_id for record in records if may_have(record)}
