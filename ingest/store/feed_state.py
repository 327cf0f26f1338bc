"""Convert rows of feeds to `FeedState` values and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ingest.config import FeedSettings
from ingest.feed import FeedState
from ingest.schedule import Ways
from ingest.schedule.habits import Habits
from ingest.schedule.hints import from_json
from ingest.schedule.moves import Move
from ingest.schedule.trust import Spelling, Trust
from ingest.urls import Url, host_of, server_of, site_of
from ingest.values import Validators
from models import Feed


def state_of(row: sa.RowMapping) -> FeedState:
    """Return the feed for a row that has all columns of the table."""
    columns = dict(row)
    for not_wanted in ("removed_at", "leased_until"):
        del columns[not_wanted]
    return FeedState(
        url=Url(columns.pop("url")),
        settings=FeedSettings.model_validate(columns.pop("settings")),
        validators=Validators(etag=columns.pop("etag"), last_modified=columns.pop("last_modified")),
        trust=_take_trust(columns),
        ways=_take_ways(columns),
        **columns,
    )


def _take_trust(columns: dict[str, Any]) -> Trust:
    return Trust(
        document_at=columns.pop("document_at"),
        distrusted_at=columns.pop("distrusted_at"),
        distrusted_because=columns.pop("distrusted_because"),
        spelling=Spelling(columns.pop("etag_spelling")),
    )


def columns_of_trust(trust: Trust) -> dict[str, Any]:
    """Return the columns that store whether the validators of a feed's server can be trusted."""
    return {
        "document_at": trust.document_at,
        "distrusted_at": trust.distrusted_at,
        "distrusted_because": trust.distrusted_because,
        "etag_spelling": trust.spelling.value,
    }


# The values that make the next poll request and read the whole document.
WITHOUT_VALIDATORS: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "validators_of": None,
    "body_digest": None,
    **columns_of_trust(Trust()),
}


def _take_ways(columns: dict[str, Any]) -> Ways:
    seconds = columns.pop("interval_seconds")
    return Ways(
        habits=Habits(
            per_day=columns.pop("entries_per_day"),
            gaps=columns.pop("gaps"),
            interval=None if seconds is None else timedelta(seconds=seconds),
        ),
        hints=from_json(columns.pop("hints")),
        move=Move(
            to=columns.pop("moved_to"),
            since=columns.pop("moved_since"),
            polls=columns.pop("moved_polls"),
            taken_at=columns.pop("moved_at"),
        ),
    )


def columns_of(ways: Ways) -> dict[str, Any]:
    """Return the columns that are used to plan the polls of a feed.

    They store how often the feed changes, what the feed says about this, and where it has moved.
    """
    habits, move = ways.habits, ways.move
    return {
        "entries_per_day": habits.per_day,
        "gaps": habits.gaps,
        "interval_seconds": habits.interval and habits.interval.total_seconds(),
        "hints": ways.hints.as_json(),
        "moved_to": move.to,
        "moved_since": move.since,
        "moved_polls": move.polls,
        "moved_at": move.taken_at,
    }


def place_of(address: str) -> dict[str, str]:
    """Return the columns `server` and `site` for an address."""
    server = server_of(address)
    return {"server": server, "site": site_of(host_of(address)) if server else ""}


def listed() -> sa.Select[Any]:
    """Return the query for all feeds on the list."""
    return sa.select(*Feed.__table__.columns).where(Feed.removed_at.is_(None))
