"""What is stored, and the state of outputs, followers and feeds: one value, also as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ingest.config import Config, ImagesConfig, OutputConfig
from ingest.database import Database
from ingest.feed import FeedState
from ingest.follow.files import outputs_of
from ingest.follow.images import ImageFolder
from ingest.store import due, embargoes, feeds, jobs, listings, publish, unread
from ingest.store.images import counts as images
from ingest.store.images.counts import ImageCounts
from ingest.store.jobs import QueueState
from ingest.urls import without_secrets

_SAMPLE = 20  # kept pictures that are looked for, to see whether their folder is there


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputState:
    """The state of an output; `problem` says why its folder cannot be used, or is None.

    `under_embargo` counts the entries that are not published yet.
    """

    config: OutputConfig
    problem: str | None
    under_embargo: int

    def as_json(self) -> dict[str, object]:
        """Return the state as a JSON object."""
        return {
            "name": self.config.name,
            "layout": self.config.layout,
            "path": str(self.config.path),
            "problem": self.problem,
            "under_embargo": self.under_embargo,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageState:
    """The state of kept pictures; `problem` says why their folder cannot be used, or is None."""

    counts: ImageCounts
    path: str
    is_enabled: bool
    problem: str | None

    def as_json(self) -> dict[str, object]:
        """Return the state as a JSON object."""
        return {
            "enabled": self.is_enabled,
            "path": self.path,
            "problem": self.problem,
            **self.counts.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state at `now`; `outputs` begins with the archive.

    `queue` is None if the service is one process.
    """

    now: datetime
    database: str
    outputs: Sequence[OutputState]
    totals: Mapping[str, int]
    lags: Sequence[due.Lag]
    feeds: Sequence[FeedState]
    unread: Sequence[Mapping[str, Any]]
    publish_error: str | None
    images: ImageState
    queue: QueueState | None

    @property
    def failing(self) -> list[FeedState]:
        """Return the feeds that fail, most failures first."""
        return sorted((f for f in self.feeds if f.failures), key=lambda feed: -feed.failures)

    @property
    def delays(self) -> list[timedelta]:
        """Return, for each feed that is due, how long it has been due."""
        active = (feed for feed in self.feeds if feed.paused_at is None)
        return [self.now - one.next_poll_at for one in active if one.next_poll_at <= self.now]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many feeds there are, by state."""
        paused = sum(feed.paused_at is not None for feed in self.feeds)
        failing, late = len(self.failing), len(self.delays)
        return {"feeds": len(self.feeds), "failing": failing, "paused": paused, "due": late}

    def as_json(self) -> dict[str, object]:
        """Return the state as a JSON object; the first output also has the keys of old versions."""
        gaps = {feed.id: feed.ways.habits.gaps for feed in self.feeds}
        return {
            "database": self.database,
            "archive": str(self.outputs[0].config.path),
            "archive_problem": self.outputs[0].problem,
            "outputs": [output.as_json() for output in self.outputs],
            **self.counts,
            **self.totals,
            "following": [lag.as_json() for lag in self.lags],
            "unread_entries": self.unread,
            "publish_error": self.publish_error,
            "images": self.images.as_json(),
            "queue": self.queue and self.queue.as_json(),
            "failing_feeds": [_failing(feed) for feed in self.failing],
            "feeds_with_gaps": [{"id": one, "gaps": some} for one, some in gaps.items() if some],
        }


def _failing(feed: FeedState) -> dict[str, object]:
    return {
        "id": feed.id,
        "url": without_secrets(feed.url),
        "failures": feed.failures,
        "error": feed.last_error,
        "next_poll_at": feed.next_poll_at,
        "next_poll_reason": feed.next_poll_reason,
    }


def status_of(
    config: Config, database: Database, now: datetime, query: Callable[..., Any]
) -> Status:
    """Return the present state; `query` is `database.query` or `database.view`."""
    return Status(
        now=now,
        database=database.name,
        outputs=_output_states(config, database, query(embargoes.counts)),
        totals=query(listings.totals),
        lags=query(due.lags),
        feeds=query(feeds.every),
        unread=query(unread.listed),
        publish_error=query(publish.error),
        images=_image_state(config.images, query),
        queue=query(jobs.queue_state, config.engine),
    )


def _output_states(
    config: Config, database: Database, under_embargo: Mapping[str, int]
) -> list[OutputState]:
    return [
        OutputState(
            config=output.config,
            problem=output.problem(),
            under_embargo=under_embargo.get(output.config.name, 0),
        )
        for output in outputs_of(config, database)
    ]


def _image_state(settings: ImagesConfig, query: Callable[..., Any]) -> ImageState:
    problem = ImageFolder(settings.path).problem(query(images.some_digests, _SAMPLE))
    return ImageState(
        counts=query(images.counts),
        path=str(settings.path),
        is_enabled=settings.enabled,
        problem=problem,
    )
