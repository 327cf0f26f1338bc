"""Collect the results of a backfill up to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from ingest.backfill.owners import NO_OWNER
from ingest.store import backfill_counts, feeds
from ingest.store.backfills import DONE, IN_PART, MISSING, PASSED_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a run: one line for each source of a feed, and documents with reasons.

    `is_complete` is false if documents are waiting, missing or stored in part, or if a source
    cannot be reached. `left_out` names the ignored parts of files. Documents of one unknown feed
    are one line of `missing`.
    """

    number: int
    is_complete: bool
    lines: Sequence[dict[str, Any]]
    missing: Sequence[dict[str, Any]]
    in_part: Sequence[dict[str, Any]]
    passed_over: Sequence[dict[str, Any]]
    left_out: Sequence[dict[str, Any]]

    @property
    def documents(self) -> int:
        """Return the number of documents that were read."""
        return sum(line["documents"] + line["in_part"] for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Return the report for JSON output."""
        return asdict(self)


def report(connection: sa.Connection, number: int) -> Report:
    """Return the result of a run up to now."""
    lines = backfill_counts.counts(connection, number)
    oldest = backfill_counts.reach(connection, {one["feed_id"] for one in lines if one["feed_id"]})
    names = {feed.id: feed for feed in feeds.every(connection)}
    for line in lines:
        feed = names.get(line["feed_id"])
        line["feed"] = feed.name if feed else None
        line["feed_url"] = feed.url if feed else None
        line["reaches_back_to"] = oldest.get(line["feed_id"])
    missing, in_part, passed_over, left_out = (
        backfill_counts.reasons(connection, number, state, once=NO_OWNER)
        for state in (MISSING, IN_PART, PASSED_OVER, DONE)
    )
    unfinished = any(one["waiting"] or one["note"] or not one["is_planned"] for one in lines)
    return Report(
        number=number,
        is_complete=not missing and not in_part and not unfinished,
        lines=lines,
        missing=missing,
        in_part=in_part,
        passed_over=passed_over,
        left_out=left_out,
    )
