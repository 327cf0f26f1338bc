"""Show a backfill: how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.messages import message

_UNFINISHED = ("waiting", "missing", "in_part", "note")


def progress_of(rows: Sequence[Mapping[str, Any]], *, is_queued: bool, is_ended: bool) -> str:
    """Return the state of a backfill; `rows` has its counts for each source.

    `is_queued` means that the service has still to carry it out.
    """
    if is_queued:
        has_begun = any(row["is_planned"] or row["note"] for row in rows)
        return message("in progress") if has_begun else message("waiting for the service")
    if all(row["is_planned"] and not any(row[name] for name in _UNFINISHED) for row in rows):
        return message("complete")
    return message("given up") if is_ended else message("not complete")
