"""Apply an output's setting `duplicates`: write all entries of a story, link them, or write one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.outputs.selection import passes
from ingest.store import files as store
from ingest.store.likeness.stories import canonical_of, stories_of
from ingest.values import Record


def apply_duplicates(
    records: Sequence[Record], output: OutputConfig, database: Database
) -> Sequence[Record]:
    """Return the records to write, with links to their duplicates if the output shows links."""
    if output.duplicates == "link":
        return _with_links(records, database)
    if output.duplicates == "canonical":
        return _canonical(records, output, database)
    return records


def _with_links(records: Sequence[Record], database: Database) -> list[Record]:
    stories = database.query(stories_of, [record.entry_id for record in records])
    return [
        replace(record, canonical_link=story.canonical_link, see_also=story.see_also)
        if (story := stories.get(record.entry_id))
        else record
        for record in records
    ]


def _canonical(records: Sequence[Record], output: OutputConfig, database: Database) -> list[Record]:
    """Return the records without those whose canonical entry is another entry in this output."""
    canonical = database.query(canonical_of, [record.entry_id for record in records])
    others = {one for entry, one in canonical.items() if entry != one}
    if not others:
        return list(records)
    present = {
        record.entry_id
        for record in database.query(store.records, output.name, sorted(others))
        if passes(record, output)
    }
    return [
        record
        for record in records
        if canonical.get(record.entry_id) in {None, record.entry_id}
        or canonical[record.entry_id] not in present
    ]
