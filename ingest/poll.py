"""The way of a feed: ask for it, read it, keep what is new or edited, render that.

It moves feeds from stage to stage and decides nothing; a single look is in `look`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from ingest.ask import ask
from ingest.errors import ArchiveError, Fault, SourceError, border
from ingest.feed import FeedState
from ingest.logs import log_fault
from ingest.look import Look
from ingest.services import Services, all_or_first_error
from ingest.urls import without_secrets
from ingest.values import Outcome, Poll

logger = logging.getLogger(__name__)

# Seconds; nobody's files come more than a tenth of a second later for the sake of others'.
_PAUSE, _MOST_PAUSES = 0.01, 10


async def poll_feeds(
    services: Services,
    feeds: Sequence[FeedState],
    on_poll: Callable[[Poll], None],
    *,
    fresh: bool = False,
) -> list[Poll]:
    """Look at each feed once and render what came; tell of each as it is done.

    With `fresh` the whole document of each is asked for.

    A feed that fails stops no other. When the archive cannot be written the entries are kept all
    the same, and `ArchiveError` is raised when all feeds have been looked at; `StoreError` stops
    the run at once.
    """
    slots = asyncio.Semaphore(services.config.fetch.concurrency)
    # Whoever waits for a site takes no slot that another site's feed could use.
    places: dict[str, asyncio.Semaphore] = defaultdict(
        lambda: asyncio.Semaphore(services.config.fetch.per_host)
    )
    unwritable: list[ArchiveError] = []
    renderer = Renderer(services)

    async def poll_in_turn(feed: FeedState) -> Poll:
        async with places[feed.site], slots:
            poll = await poll_feed(services, feed, fresh=fresh)
            if poll.outcome is Outcome.NEWS and not unwritable:
                try:
                    await renderer.render()
                except ArchiveError as error:
                    unwritable.append(error)
        on_poll(poll)
        return poll

    polls = await all_or_first_error(poll_in_turn(feed) for feed in feeds)
    if unwritable:
        raise unwritable[0]
    await render(services)
    return polls


async def render(services: Services) -> int:
    """Write the files that are due; return how many were written."""
    work = partial(services.archive.render_due, now=services.clock())
    return await services.in_archive_thread(work)


class Renderer:
    """Writes what is due, of all feeds, one pass at a time.

    Looks that bring news while a pass is under way do not wait: the next one takes it all. A pass
    begins when nothing more is being kept, or a tenth of a second later.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._passing = asyncio.Lock()
        self._has_news = False

    async def render(self) -> None:
        """Write what is due, or leave it to who is at it; raise `ArchiveError` or `StoreError`."""
        self._has_news = True
        if self._passing.locked():
            return
        async with self._passing:
            while self._has_news:
                await self._let_more_come()
                self._has_news = False
                await render(self._services)

    async def _let_more_come(self) -> None:
        """Wait while more is being kept, which costs little more to write with the rest."""
        for _ in range(_MOST_PAUSES):
            if not self._services.writer.is_at_work:
                return
            await asyncio.sleep(_PAUSE)


async def poll_feed(services: Services, feed: FeedState, *, fresh: bool = False) -> Poll:
    """Look at one feed once, keep its news, and write down what came of it.

    What is wrong with the feed is in the result, a fault of ours as well; only `StoreError` is
    raised. A feed whose server has asked to be left alone is put off. With `fresh` the whole
    document is asked for, whatever is known of it.
    """
    look = Look(services, feed)
    pause = services.manners.pause_of(feed.server)
    if pause is not None:
        return await look.put_off(pause)
    try:
        with border(without_secrets(feed.url)):
            poll = await look.take(await ask(services, feed, fresh=fresh))
    except SourceError as error:
        poll = await look.note_failure(error)
        _log(poll, error)
    else:
        _log(poll)
    return poll


def _log(poll: Poll, error: SourceError | None = None) -> None:
    context = {"feed": poll.feed_name}
    if isinstance(error, Fault):
        log_fault(logger, error, error.trace, feed=poll.feed_name)
        return
    if poll.error is not None:
        logger.warning("failed: %s (%.2f s)", poll.error, poll.seconds, extra=context)
        return
    logger.info(
        "%s: %d new, %d edited, %d unchanged (%d bytes, %.2f s)",
        poll.outcome.value,
        poll.new,
        poll.edited,
        poll.unchanged,
        poll.size,
        poll.seconds,
        extra=context,
    )
