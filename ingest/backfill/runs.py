"""A backfill as it was asked for: begun or gone on with, carried out, reported."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.backfill.patience import leave_alone, patiently, until_allowed
from ingest.backfill.walk import Took, Walk
from ingest.errors import SourceError, UsageError
from ingest.pipeline import render
from ingest.reading.links import without_secrets
from ingest.services import Services, all_or_first_error
from ingest.sources.past.files import Files
from ingest.sources.past.registry import FILES, OF_A_FEED, fitting
from ingest.sources.past.source import Source, Web, Window
from ingest.store import backfills, feeds
from ingest.store.backfills import DONE, Run, WalkState
from ingest.store.feed_state import FeedState

AUTO = "auto"
_RENDERED_AFTER = 25  # documents with news, and the first, so that a stop leaves something


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command asks for; dates are ISO instants, paths absolute, `feed` that of files."""

    feeds: tuple[int, ...] = ()
    source: str = AUTO
    since: str | None = None
    until: str | None = None
    paths: tuple[str, ...] = ()
    feed: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which it is kept."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @property
    def window(self) -> Window:
        """The time that is wanted."""
        since, until = (
            datetime.fromisoformat(day) if day else None for day in (self.since, self.until)
        )
        return Window(since=since, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a run: a line for each walk and feed, and what is missing.

    `is_complete` is false while documents wait or are missing, or a source could not be had.
    """

    number: int
    is_complete: bool
    lines: Sequence[dict[str, Any]]
    missing: Sequence[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The form in which programs get it."""
        return asdict(self)


def begin(
    connection: sa.Connection,
    asked: Asked,
    choose: Callable[[FeedState], Sequence[str]],
    *,
    anew: bool,
    lists: bool,
    now: datetime,
) -> tuple[int, bool]:
    """Begin a run, or find the one that was asked for in the same way and not finished.

    `choose` says which sources of a feed are asked. Return the run's number, and whether it goes
    on. With `anew` it is always a new one, and the one before is given up. With `lists` a run
    that lacks only what could not be had sees what has been listed since as well.
    """
    waiting = _unfinished(connection, asked)
    if waiting is not None and not anew:
        if lists:
            backfills.list_again(connection, waiting.id)
        backfills.ask_again(connection, waiting.id)
        return waiting.id, True
    if waiting is not None:
        backfills.end(connection, waiting.id, now=now)
    walks: list[tuple[int | None, str]] = [(asked.feed, FILES)] if asked.paths else []
    for number in asked.feeds:
        feed = feeds.get(connection, number)
        sources = choose(feed) if asked.source == AUTO else [asked.source]
        walks += [(number, source) for source in sources]
    return backfills.start(connection, asked.as_json(), walks, now=now), False


def _unfinished(connection: sa.Connection, asked: Asked) -> Run | None:
    kept = asked.as_json()
    return next(
        (run for run in backfills.runs(connection) if run.asked == kept and not run.ended_at), None
    )


def asked_before(run: Run) -> Asked:
    """What an earlier run was asked for."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in run.asked.items()
    }
    return Asked(**kept)


@dataclass(slots=True)
class _Budget:
    """How many documents may still be taken, of all feeds together; None: any number."""

    left: int | None = None

    def take(self) -> bool:
        """Whether one more may be taken; then it counts as taken."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    @property
    def is_spent(self) -> bool:
        """Whether no more may be taken."""
        return self.left is not None and self.left <= 0


async def run(
    services: Services,
    number: int,
    asked: Asked,
    on_taken: Callable[[Took, int], None],
    *,
    most: int | None = None,
) -> Report:
    """Take what waits of a run; tell of each document, and how many then wait in its walk.

    After `most` documents it stops, and can be gone on with. Raise `StoreError`, `ArchiveError`.
    """
    await services.write(backfills.give_up_removed, number)
    walks = await services.read(backfills.walks, number)
    of_feeds: dict[int | None, list[WalkState]] = defaultdict(list)
    for walk in walks:
        of_feeds[walk.feed_id].append(walk)
    budget = _Budget(left=most)
    slots = asyncio.Semaphore(services.config.fetch.concurrency)

    async def of_one_feed(states: Sequence[WalkState]) -> None:
        async with slots:
            await _walk_through(services, asked, states, on_taken, budget)

    await all_or_first_error(of_one_feed(states) for states in of_feeds.values())
    await render(services)
    result = await services.read(report, number)
    if result.is_complete:
        await services.write(backfills.end, number, now=services.clock())
    return result


async def _walk_through(
    services: Services,
    asked: Asked,
    states: Sequence[WalkState],
    on_taken: Callable[[Took, int], None],
    budget: _Budget,
) -> None:
    """The walks of one feed, one after the other."""
    linked = False
    for state in states:
        if state.source == "paged" and linked and asked.source == AUTO:
            # Its own links have led through its past already.
            await services.write(backfills.begin_walk, state.id, [])
            continue
        feed = await services.read(feeds.get, state.feed_id) if state.feed_id else None
        with contextlib.closing(_source(services, asked, state, feed)) as source:
            walk = Walk(services, state, source, asked.window, feed)
            if budget.is_spent or not await walk.plan():
                continue
            count, unrendered = 0, _RENDERED_AFTER - 1
            async for took in walk.documents(budget.take):
                count += took.state == DONE
                unrendered += took.kept.new + took.kept.edited > 0
                on_taken(took, walk.waiting)
                if unrendered == _RENDERED_AFTER:
                    await render(services, state.feed_id)
                    unrendered = 0
        linked = linked or (state.source == "rfc5005" and count > 1)


def _source(services: Services, asked: Asked, state: WalkState, feed: FeedState | None) -> Source:
    if state.source == FILES:
        return Files([Path(path) for path in asked.paths], asked.window)
    if feed is None:
        raise UsageError("a source needs a feed")
    return OF_A_FEED[state.source](web_of(services), feed, asked.window)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A document that a run would begin with; or why its source cannot be had."""

    feed_url: str | None
    source: str
    address: str | None = None
    error: str | None = None


async def first_documents(services: Services, asked: Asked) -> list[First]:
    """The documents that a run would begin or go on with, in their order; keeps nothing
    but that a server wants to be left alone.

    Only lists are asked for. Where a document leads to the next, only the first can be known.
    """
    unfinished = await services.read(_unfinished, asked)
    if unfinished is not None:
        return await _waiting(services, unfinished.id)
    web = web_of(services)
    sources: list[tuple[str | None, str, Source]] = []
    if asked.paths:
        sources.append((None, FILES, Files([Path(path) for path in asked.paths], asked.window)))
    for number in asked.feeds:
        feed = await services.read(feeds.get, number)
        names = fitting(feed, web) if asked.source == AUTO else [asked.source]
        sources += [
            (without_secrets(feed.url), name, OF_A_FEED[name](web, feed, asked.window))
            for name in names
        ]
    first: list[First] = []
    for url, name, source in sources:
        pause = await until_allowed(services, source.listed_at)
        if pause is not None:
            reason = f"{pause.server}: {pause.reason}, until {pause.until}"
            first.append(First(feed_url=url, source=name, error=reason))
            continue
        try:
            documents = await patiently(source.plan)
        except SourceError as error:
            await leave_alone(services, source.listed_at, error)
            first.append(First(feed_url=url, source=name, error=str(error)))
            continue
        first += [First(feed_url=url, source=name, address=one.address) for one in documents]
    return first


async def _waiting(services: Services, number: int) -> list[First]:
    """What waits of a run; a source whose lists are still to be asked for is named alone."""
    names = {feed.id: without_secrets(feed.url) for feed in await services.read(feeds.every)}
    first: list[First] = []
    for walk in await services.read(backfills.walks, number):
        url = names.get(walk.feed_id) if walk.feed_id else None
        addresses = await services.read(backfills.addresses_waiting, walk.id)
        first += [First(feed_url=url, source=walk.source, address=one) for one in addresses]
        if not walk.is_planned:
            reason = walk.note or "its lists are still to be asked for"
            first.append(First(feed_url=url, source=walk.source, error=reason))
    return first


def web_of(services: Services) -> Web:
    """What sources ask with."""
    return Web(
        fetcher=services.fetcher,
        robots=services.robots,
        instances=services.instances,
        wayback=services.config.wayback,
    )


def report(connection: sa.Connection, number: int) -> Report:
    """What has come of a run up to now."""
    lines = backfills.counts(connection, number)
    missing = backfills.lacking(connection, number)
    oldest = backfills.reach(connection, {one["feed_id"] for one in lines if one["feed_id"]})
    names = {feed.id: feed for feed in feeds.every(connection)}
    for line in lines:
        feed = names.get(line["feed_id"])
        line["feed"] = feed.name if feed else None
        line["feed_url"] = feed.url if feed else None
        line["reaches_back_to"] = oldest.get(line["feed_id"])
    unfinished = any(one["waiting"] or one["note"] or not one["is_planned"] for one in lines)
    is_complete = not missing and not unfinished
    return Report(number=number, is_complete=is_complete, lines=lines, missing=missing)
