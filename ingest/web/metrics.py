"""Metrics for Prometheus; docs/metrics.md explains each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from ingest.store.due import Lag
from ingest.store.images.counts import ImageCounts
from ingest.store.jobs import QueueState
from ingest.values import Outcome, Poll

disable_created_metrics()  # type: ignore[no-untyped-call]  # doubles the number of series

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LAGS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self._polls = counter("guidang_polls", "Polls of feeds.", ["outcome"])
        self._failures = counter("guidang_failures", "Polls that failed.", ["kind"])
        self._entries = counter("guidang_entries", "Entries in documents.", ["verdict"])
        self._gaps = counter("guidang_gaps", "Polls that may have missed entries.")
        self._bytes = counter("guidang_fetched_bytes", "Bytes after decompression.")
        self._seconds = histogram(
            "guidang_poll_seconds", "From the request to the commit.", buckets=_SECONDS
        )
        self._fetch_seconds = histogram(
            "guidang_fetch_seconds", "How long answers took.", buckets=_SECONDS
        )
        self.loop_lag = histogram(
            "guidang_loop_lag_seconds", "The delay of the event loop.", buckets=_LAGS
        )
        self.in_flight = gauge("guidang_in_flight", "Polls in progress.")
        self._due = gauge("guidang_due_feeds", "Feeds that are due.")
        self._lag = gauge("guidang_schedule_lag_seconds", "How late the latest feed is.")
        self._feeds = gauge("guidang_feeds", "Feeds on the list.", ["state"])
        self._kept = gauge("guidang_kept_entries", "Entries that are kept.")
        self._unread = gauge("guidang_unread_entries", "Entries that could not be read.")
        self._duplicates = gauge("guidang_duplicate_entries", "Entries that have duplicates.")
        self._stories = gauge("guidang_duplicate_clusters", "Stories that several entries tell.")
        self._images = gauge("guidang_images", "Pictures of entries.", ["state"])
        self._image_bytes = gauge("guidang_image_bytes", "Bytes of kept pictures.")
        self._files_due = gauge("guidang_files_due", "Records to be written.")
        self._follow_due = gauge("guidang_follow_due", "Entries that are due.", ["follower"])
        self._follow_oldest = gauge(
            "guidang_follow_oldest_due_seconds",
            "How long the oldest entry has been due.",
            ["follower"],
        )
        self._jobs = gauge("guidang_jobs", "Jobs in the queue.", ["queue", "state"])
        self._takers = gauge("guidang_workers", "Processes that take jobs from the queue.")
        self._up = gauge("guidang_up", "Whether a part can be used.", ["part"])
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
        """Set the gauges to the values that `store.listings.overview` returned."""
        self._due.set(totals["due"])
        self._lag.set(totals["lag_seconds"])
        self._kept.set(totals["entries"])
        self._files_due.set(totals["files_due"])
        self._unread.set(totals["unread"])
        self._duplicates.set(totals["duplicate_entries"])
        self._stories.set(totals["duplicate_clusters"])
        for state in ("active", "failing", "paused"):
            self._feeds.labels(state).set(totals[state])

    def measure_following(self, lags: Iterable[Lag], now: datetime) -> None:
        """Set the lag of each follower."""
        for lag in lags:
            self._follow_due.labels(lag.follower).set(lag.due)
            self._follow_oldest.labels(lag.follower).set(lag.seconds(now))

    def measure_images(self, counts: ImageCounts) -> None:
        """Set how many pictures there are, by state, and their bytes."""
        for state in ("kept", "wanted", "failed"):
            self._images.labels(state).set(getattr(counts, state))
        self._image_bytes.set(counts.bytes)

    def measure_queue(self, queue: QueueState | None) -> None:
        """Set how many jobs there are, and how many processes take them."""
        self._jobs.clear()
        if queue is None:
            return
        for name, count in queue.waiting.items():
            self._jobs.labels(name, "waiting").set(count)
        for name, count in queue.running.items():
            self._jobs.labels(name, "running").set(count)
        self._takers.set(queue.workers)

    def set_up(self, part: str, is_up: bool) -> None:
        """Set whether a part, such as the database, can be used."""
        self._up.labels(part).set(is_up)

    def exposition(self) -> bytes:
        """Return the metrics in the text format of Prometheus."""
        return generate_latest(self._registry)
