"""Read the options of a backfill, and begin or resume a run with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.feed import FeedState
from ingest.services import Services
from ingest.sources.ask import reveal
from ingest.sources.past.files import Files
from ingest.sources.past.registry import FILES, SERVERS
from ingest.sources.past.servers import Servers
from ingest.sources.past.source import Window
from ingest.store import backfills, feeds
from ingest.store.backfills import Run
from ingest.urls import query_without_secrets, without_secrets

AUTO = "auto"
REFERENCES = ("env:", "credential:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of a backfill command.

    Times are in ISO format, paths are absolute. `feed` is the feed of the files in `paths`. With
    `drafts`, unpublished posts are included. With `add_feeds`, feeds that documents name are added.
    With `marks`, what users marked in another reader becomes tags. `servers` are addresses without
    secrets; `passwords` has the same addresses with them. `token` is for a server's API.
    """

    feeds: tuple[int, ...] = ()
    source: str = AUTO
    since: str | None = None
    until: str | None = None
    paths: tuple[str, ...] = ()
    feed: int | None = None
    drafts: bool = False
    add_feeds: bool = False
    marks: bool = False
    servers: tuple[str, ...] = ()
    token: str = field(default="", compare=False)
    passwords: tuple[str, ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the options as a JSON object, which is stored with the run, without secrets."""
        options = asdict(self)
        del options["passwords"]
        if not self.token.startswith(REFERENCES):
            del options["token"]
        return {name: list(v) if isinstance(v, tuple) else v for name, v in options.items()}

    @property
    def window(self) -> Window:
        """Return the requested span of time."""
        since, until = (
            datetime.fromisoformat(day) if day else None for day in (self.since, self.until)
        )
        return Window(since=since, until=until)


def begin(
    connection: sa.Connection,
    asked: Asked,
    choose: Callable[[FeedState], Sequence[str]],
    *,
    anew: bool,
    lists: bool,
    now: datetime,
) -> tuple[int, bool]:
    """Begin a run, or resume the unfinished run with the same options.

    Return the run's id, and whether it was resumed. `choose` returns the names of the sources
    for a feed. With `anew`, an unfinished run is ended and a new run begins. With `lists`, a run
    without waiting documents fetches its lists again.
    """
    waiting = unfinished(connection, asked)
    if waiting is not None and not anew:
        if lists:
            backfills.list_again(connection, waiting.id)
        backfills.ask_again(connection, waiting.id)
        return waiting.id, True
    if waiting is not None:
        backfills.end(connection, waiting.id, now=now)
    walks: list[tuple[int | None, str]] = [(asked.feed, FILES)] if asked.paths else []
    walks += [(asked.feed, SERVERS)] if asked.servers else []
    for number in asked.feeds:
        feed = feeds.get(connection, number)
        sources = choose(feed) if asked.source == AUTO else [asked.source]
        walks += [(number, source) for source in sources]
    return backfills.start(connection, asked.as_json(), walks, now=now), False


def unfinished(connection: sa.Connection, asked: Asked) -> Run | None:
    """Return the unfinished run with the same options, or None."""
    waiting = (run for run in backfills.runs(connection) if not run.ended_at)
    return next((run for run in waiting if asked_before(run) == asked), None)


def asked_before(run: Run) -> Asked:
    """Return the options of an earlier run."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in run.asked.items()
    }
    return Asked(**kept)


def files_of(asked: Asked) -> Files:
    """Return the source for the requested files."""
    return Files(
        [Path(path) for path in asked.paths], asked.window, drafts=asked.drafts, marks=asked.marks
    )


def servers_of(asked: Asked, services: Services) -> Servers:
    """Return the source for the requested servers; raise `MissingSecret` without their token."""
    token = reveal(asked.token, asked.servers[0])
    return Servers(
        dict(zip(asked.servers, asked.passwords or asked.servers, strict=True)),
        services.fetcher,
        token=token,
        marks=asked.marks,
        now=services.clock(),
    )


def without_password(address: str) -> str:
    """Return an address without its password; raise `UsageError` for an address of no reader."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https", "postgres", "postgresql"}:
        raise UsageError(
            f"--from {without_secrets(address)}: it is no file; servers of other readers have "
            "https:// or postgresql:// addresses"
        )
    own, at, place = parts.netloc.rpartition("@")
    netloc, query = f"{own.partition(':')[0]}{at}{place}", query_without_secrets(parts.query)
    return urlunsplit(parts._replace(netloc=netloc, query=query))
