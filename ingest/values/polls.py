"""The result of one poll of one feed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Outcome(enum.StrEnum):
    """The result of a poll in one word."""

    NEWS = "news"
    NO_NEWS = "no_news"
    NOT_MODIFIED = "not_modified"
    PUT_OFF = "put_off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of one feed; `size` is in bytes after decompression.

    `fetch_seconds` is the time until the answer, without waiting for a free slot. `is_gap` is true
    if entries may have come and gone since the previous poll. Both are used only in the metrics.
    A poll that was put off made no request and is not stored.
    """

    feed_id: int
    feed_name: str
    started_at: datetime
    outcome: Outcome
    url: str
    seconds: float = 0.0
    fetch_seconds: float | None = None
    is_gap: bool = False
    status: int | None = None
    size: int = 0
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    encoding_used: str | None = None
    encoding_declared: str | None = None
    replacement_count: int = 0
    warnings: tuple[str, ...] = ()
    error_kind: str | None = None
    error: str | None = None
