"""Carry out a walk: read the documents of one source of one feed, until none is waiting."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator

from ingest.backfill.outcome import Outcome, log_if_fault
from ingest.backfill.pauses import keep_pause, wait_until_allowed
from ingest.backfill.taking import Taking
from ingest.border import border
from ingest.errors import (
    Fault,
    FetchError,
    ParseError,
    SourceError,
    Unreachable,
    Unreadable,
)
from ingest.feed import FeedState
from ingest.manners.patience import Budget, is_refusal, patiently
from ingest.reading.links import canonical_link
from ingest.services import Services
from ingest.sources.past.source import Source, Taken, Window
from ingest.store import addresses, backfills
from ingest.store.backfills import MISSING, PASSED_OVER, WalkState
from ingest.urls import server_of
from ingest.values import DocumentKind, Planned

logger = logging.getLogger(__name__)

_MOST_SILENCES = 3  # documents in a row that stayed unreachable after several tries


class Walk:
    """A walk: the reading of one source. `feed` is the feed of the source, or None for files.

    `is_optional` means that the command did not name the source. If its lists cannot be reached,
    the report says so, and the run is still complete. With `adds_feeds`, the feeds of documents are
    added if they are unknown. `waiting` counts the documents in the queue.
    """

    def __init__(
        self,
        services: Services,
        state: WalkState,
        source: Source,
        window: Window,
        feed: FeedState | None,
        *,
        is_optional: bool = False,
        adds_feeds: bool = False,
    ) -> None:
        self._services, self._state, self._is_optional = services, state, is_optional
        self._source, self._feed = source, feed
        self._taking = Taking(services, state, source, window, feed, adds_feeds=adds_feeds)
        self.waiting = 0
        self._is_counted = False
        self._silences = 0
        self._fetched: deque[tuple[int, Planned]] = deque()

    async def plan(self) -> bool:
        """Put the first documents into the queue unless they are there; return False on failure."""
        if self._state.is_planned:
            await self._services.transact(backfills.note_walk, self._state.id, None)
            return True
        if not await self._may_ask(self._source.listed_at):
            return False
        try:
            with border(self._source.listed_at):
                documents = await patiently(self._source.plan)
        except SourceError as error:
            if self._is_optional and _is_out_of_reach(error):
                documents = [self._out_of_reach(error)]
                await self._services.transact(backfills.begin_walk, self._state.id, documents)
                return True
            await keep_pause(self._services, self._source.listed_at, error)
            await self._services.transact(backfills.note_walk, self._state.id, str(error))
            log_if_fault(error)
            logger.warning("%s: listing failed: %s", self._state.source, error)
            return False
        await self._services.transact(backfills.begin_walk, self._state.id, documents)
        return True

    def _out_of_reach(self, error: SourceError) -> Planned:
        """Return a placeholder for lists that cannot be reached; it will be stored as skipped."""
        what = "cannot be reached" if isinstance(error, FetchError) else "has nothing to be read"
        reason = f"{self._state.source} {what}, so it is left out: {error}"
        listed_at = self._source.listed_at
        return Planned(key=listed_at, address=listed_at, hints={"out_of_reach": reason})

    async def documents(self, budget: Budget) -> AsyncIterator[Outcome]:
        """Read the waiting documents one after the other; yield each outcome once it is stored.

        Documents that were put off are tried again at the end, because another document may have
        contained the link that identifies their feed. The walk stops if `budget` is spent, or a
        server asks for a pause or no longer answers; the rest of the queue stays.
        """
        last = 0
        while (found := await self._next(last)) is not None or self._taking.postponed:
            if found is None:
                last, self._taking.postponed, self._taking.is_last_try = 0, 0, True
                continue
            if not budget.take():
                return
            last, planned = found
            if not await self._may_ask(planned.address):
                return
            taken = Taken()
            try:
                with border(planned.address):
                    taken = await self._ask(planned)
                    self._silences = 0
                    outcome = await self._taking.read(last, planned, taken)
            except SourceError as error:
                if is_refusal(error) or self._is_silent(error):
                    await keep_pause(self._services, planned.address, error)
                    await self._stop(f"{planned.address}: {error}")
                    return
                outcome = await self._pass_by(last, planned, taken, error)
            if outcome is None:
                budget.give_back()
                continue
            self.waiting -= 1
            yield outcome

    async def _may_ask(self, address: str) -> bool:
        """Wait until a server's pause is over; return True.

        If the pause is too long, stop reading the source and return False.
        """
        if not server_of(address):
            return True
        pause = await wait_until_allowed(self._services, address)
        if pause is not None:
            await self._stop(f"{pause.server}: {pause.reason}, until {pause.until}")
        return pause is None

    async def _stop(self, reason: str) -> None:
        await self._services.transact(backfills.note_walk, self._state.id, reason)

    def _is_silent(self, error: SourceError) -> bool:
        """Count unreachable documents in a row; return whether to stop reading the source."""
        self._silences = self._silences + 1 if isinstance(error, Unreachable) else 0
        return self._silences == _MOST_SILENCES

    async def _next(self, last: int) -> tuple[int, Planned] | None:
        """Return the next waiting document.

        Update `waiting` only if documents were planned, because counting takes long.
        """
        if self._taking.has_planned or not self._is_counted:
            self.waiting = await self._services.query(backfills.waiting, self._state.id)
            self._taking.has_planned, self._is_counted = False, True
        if not self._fetched:
            self._fetched.extend(
                await self._services.query(backfills.next_documents, self._state.id, after=last)
            )
        return self._fetched.popleft() if self._fetched else None

    async def _ask(self, planned: Planned) -> Taken:
        if reason := planned.hints.get("out_of_reach"):
            return Taken(reason=reason)
        if await self._is_known(planned):
            return Taken()
        return await patiently(self._source.take, planned)

    async def _pass_by(
        self, document_id: int, planned: Planned, taken: Taken, error: SourceError
    ) -> Outcome:
        """Store that a document failed; the documents after it are still read."""
        more = [*taken.more, *self._source.pass_by(planned, error)]
        is_end = self._source.is_end(planned, error) and not isinstance(error, Fault)
        state = PASSED_OVER if is_end else MISSING
        outcome = await self._taking.note(document_id, planned, state, str(error), more)
        log_if_fault(error)  # logged last, so that it is not logged twice if storing raises
        return outcome

    async def _is_known(self, planned: Planned) -> bool:
        """Return whether the store already has an entry with a page's link."""
        link = canonical_link(planned.hints.get("original") or planned.address)
        if planned.kind is not DocumentKind.PAGE or self._feed is None or link is None:
            return False
        return await self._services.query(addresses.has_link, self._feed.id, link)


def _is_out_of_reach(error: SourceError) -> bool:
    """Return whether an error means that a source is unavailable.

    A server that asks for a pause counts as available. A list of captures that cannot be read
    counts as available, too.
    """
    holds_entries = isinstance(error, ParseError | Unreadable) and error.holds_entries
    return not (is_refusal(error) or holds_entries or isinstance(error, Fault))
