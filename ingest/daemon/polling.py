"""Poll a feed that is due, for any engine: skipped hours, metrics, gaps, errors of the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from ingest.border import border
from ingest.daemon.watch import Trouble
from ingest.errors import Fault, SourceError, StoreError
from ingest.feed import FeedState
from ingest.logs import log_fault
from ingest.poll import poll_feed
from ingest.schedule import skipped_until
from ingest.services import Services
from ingest.store import polls
from ingest.values import Outcome
from ingest.web.metrics import Metrics

logger = logging.getLogger(__name__)

# After a bug or a database error, a feed is not polled again for this long.
AFTER_TROUBLE = timedelta(minutes=1)
_GAP = (
    "nothing was left of what the last poll had seen: entries may have been missed; "
    "to bring them in: guidang backfill %d"
)


class Polling:
    """Polls of feeds that are due; `on_news` is called after each poll with new entries."""

    def __init__(
        self,
        services: Services,
        metrics: Metrics,
        *,
        database: Trouble,
        on_news: Callable[[], object],
    ) -> None:
        self._services = services
        self._metrics = metrics
        self._database = database
        self._on_news = on_news

    async def poll(self, feed: FeedState) -> bool:
        """Poll a feed; return whether a bug or a database error occurred.

        The feed must then be left alone for `AFTER_TROUBLE`.
        """
        try:
            with border(feed.name):
                return await self._poll_unless_skipped(feed)
        except StoreError as error:
            self._database.met(error)
        except SourceError as error:
            log_fault(logger, error, getattr(error, "trace", ""), feed=feed.name)
        return True

    async def _poll_unless_skipped(self, feed: FeedState) -> bool:
        if await self._is_skipped(feed):
            return False
        poll = await poll_feed(self._services, feed)
        self._metrics.observe(poll)
        if poll.is_gap:
            logger.warning(_GAP, feed.id, extra={"feed": poll.feed_name})
        if poll.outcome is Outcome.NEWS:
            self._on_news()
        is_unstored = poll.outcome is Outcome.FAILED and bool(poll.warnings)
        return is_unstored or poll.error_kind == Fault(poll.url, "").kind

    async def _is_skipped(self, feed: FeedState) -> bool:
        """Postpone a feed if the publisher excludes this hour or day; return whether it did so."""
        later = skipped_until(feed.settings, feed.ways, self._services.clock())
        if later is None:
            return False
        await self._services.transact(polls.put_off, feed.id, later.at, later.reason)
        return True
