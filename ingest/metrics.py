"""Metrics for Prometheus; docs/metrics.md explains each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from ingest.store.due import Lag
from ingest.values import Outcome, Poll

disable_created_metrics()  # type: ignore[no-untyped-call]  # doubles the number of series

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LAGS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._polls = Counter("guidang_polls", "Polls of feeds.", ["outcome"], registry=registry)
        self._failures = Counter(
            "guidang_failures", "Polls that failed.", ["kind"], registry=registry
        )
        self._entries = Counter(
            "guidang_entries", "Entries in documents.", ["verdict"], registry=registry
        )
        self._seconds = Histogram(
            "guidang_poll_seconds",
            "From the request to the commit.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._fetch_seconds = Histogram(
            "guidang_fetch_seconds",
            "How long answers took.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._gaps = Counter("guidang_gaps", "Polls that came too late.", registry=registry)
        self._bytes = Counter(
            "guidang_fetched_bytes", "Bytes after decompression.", registry=registry
        )
        self.in_flight = Gauge("guidang_in_flight", "Polls that are running.", registry=registry)
        self._due = Gauge("guidang_due_feeds", "Feeds that are due.", registry=registry)
        self._lag = Gauge(
            "guidang_schedule_lag_seconds", "How late the latest feed is.", registry=registry
        )
        self._feeds = Gauge("guidang_feeds", "Feeds on the list.", ["state"], registry=registry)
        self._kept = Gauge("guidang_kept_entries", "Entries that are kept.", registry=registry)
        self._unread = Gauge(
            "guidang_unread_entries", "Entries that could not be read.", registry=registry
        )
        self._files_due = Gauge("guidang_files_due", "Records to be written.", registry=registry)
        self._follow_due = Gauge(
            "guidang_follow_due", "Entries that are due for it.", ["follower"], registry=registry
        )
        self._follow_oldest = Gauge(
            "guidang_follow_oldest_due_seconds",
            "How long the oldest entry has been due for it.",
            ["follower"],
            registry=registry,
        )
        self.loop_lag = Histogram(
            "guidang_loop_lag_seconds",
            "The delay of the event loop.",
            buckets=_LAGS,
            registry=registry,
        )
        self._up = Gauge("guidang_up", "Whether it can be used.", ["part"], registry=registry)
        for outcome in Outcome:
            self._polls.labels(outcome.value)

    def observe(self, poll: Poll) -> None:
        """Count the result of a poll."""
        self._polls.labels(poll.outcome.value).inc()
        if poll.outcome is Outcome.PUT_OFF:
            return
        self._seconds.observe(poll.seconds)
        if poll.fetch_seconds is not None:
            self._fetch_seconds.observe(poll.fetch_seconds)
        self._gaps.inc(poll.is_gap)
        self._bytes.inc(poll.size)
        if poll.error_kind:
            self._failures.labels(poll.error_kind).inc()
        for verdict in ("new", "edited", "unchanged"):
            self._entries.labels(verdict).inc(getattr(poll, verdict))

    def measure(self, totals: Mapping[str, float]) -> None:
        """Set the gauges from the result of `store.listings.overview`."""
        self._due.set(totals["due"])
        self._lag.set(totals["lag_seconds"])
        self._kept.set(totals["entries"])
        self._files_due.set(totals["files_due"])
        self._unread.set(totals["unread"])
        for state in ("active", "failing", "paused"):
            self._feeds.labels(state).set(totals[state])

    def measure_following(self, lags: Iterable[Lag], now: datetime) -> None:
        """Set how far behind each follower is."""
        for lag in lags:
            self._follow_due.labels(lag.follower).set(lag.due)
            self._follow_oldest.labels(lag.follower).set(lag.seconds(now))

    def set_up(self, part: str, is_up: bool) -> None:
        """Set whether a part, such as the database, can be used."""
        self._up.labels(part).set(is_up)

    def exposition(self) -> bytes:
        """Return the metrics in the text format of Prometheus."""
        return generate_latest(self._registry)
