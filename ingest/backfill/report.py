"""What came of a backfill up to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from ingest.store import backfills, feeds
from ingest.store.backfills import DONE, IN_PART, MISSING, PASSED_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a run: a line for each walk and feed, and the documents not taken, with reasons.

    `is_complete` is false while documents wait, are missing or are kept in part, or a source
    cannot be reached. `left_out` tells what was ignored inside files that were looked through.
    """

    number: int
    is_complete: bool
    lines: Sequence[dict[str, Any]]
    missing: Sequence[dict[str, Any]]
    in_part: Sequence[dict[str, Any]]
    passed_over: Sequence[dict[str, Any]]
    left_out: Sequence[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The form in which programs get it."""
        return asdict(self)


def report(connection: sa.Connection, number: int) -> Report:
    """What has come of a run up to now."""
    lines = backfills.counts(connection, number)
    oldest = backfills.reach(connection, {one["feed_id"] for one in lines if one["feed_id"]})
    names = {feed.id: feed for feed in feeds.every(connection)}
    for line in lines:
        feed = names.get(line["feed_id"])
        line["feed"] = feed.name if feed else None
        line["feed_url"] = feed.url if feed else None
        line["reaches_back_to"] = oldest.get(line["feed_id"])
    missing, in_part, passed_over, left_out = (
        backfills.reasons(connection, number, state)
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
