"""Lease due feeds to jobs, so that several schedulers never hand out a feed twice.

A lease ends at a time, and this time also identifies it: a job polls only those feeds whose lease
still has the end that the job was given. The commit of a poll ends the lease. A lease that is over
no longer counts, so the feed is due again. Only PostgreSQL has leases; SQLite has one service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.feed import FeedState
from ingest.store.feed_state import listed, state_of
from ingest.store.statements import table_of
from models import Feed, HostPause

_FEED = table_of(Feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The due feeds of one site, leased together; all routes of RSSHub have the site ''."""

    site: str
    feed_ids: Sequence[int]


def claim(
    connection: sa.Connection, now: datetime, until: datetime, *, sites: int, per_site: int
) -> list[Claim]:
    """Lease due feeds until a time; return at most `sites` claims with `per_site` feeds each.

    The most overdue feeds come first. Feeds of paused servers are left out, and so are sites
    that have leased feeds, because their feeds are polled one after the other anyway.
    """
    statement = _claim(now, until, limit=sites * 2)
    by_site: defaultdict[str, list[int]] = defaultdict(list)
    rows = connection.execute(statement).all()
    for row in sorted(rows, key=lambda row: (row.next_poll_at, row.id)):
        by_site[row.site].append(row.id)
    chosen = list(by_site.items())[:sites]
    claims = [Claim(site=site, feed_ids=ids[:per_site]) for site, ids in chosen]
    leased = {feed for one in claims for feed in one.feed_ids}
    give_back(connection, [row.id for row in rows if row.id not in leased], until)
    return claims


def _claim(now: datetime, until: datetime, *, limit: int) -> sa.Update:
    """Return the one statement that finds due feeds and leases them.

    Rows that another scheduler is just leasing, or a poll is just committing, are skipped.
    """
    is_free = _FEED.c.leased_until.is_(None) | (_FEED.c.leased_until <= now)
    busy = _FEED.alias("busy")
    busy_sites = sa.select(busy.c.site).where(busy.c.leased_until > now)
    left_alone = sa.select(HostPause.server).where(HostPause.until > now)
    due = (
        sa.select(_FEED.c.id)
        .where(
            _FEED.c.removed_at.is_(None),
            _FEED.c.paused_at.is_(None),
            _FEED.c.next_poll_at <= now,
            is_free,
            _FEED.c.site.not_in(busy_sites),
            _FEED.c.server.not_in(left_alone),
        )
        .order_by(_FEED.c.next_poll_at, _FEED.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=_FEED)
        .cte("due")
    )
    lease = sa.update(_FEED).where(_FEED.c.id == due.c.id).values(leased_until=until)
    return lease.returning(_FEED.c.id, _FEED.c.site, _FEED.c.next_poll_at)


def leased(
    connection: sa.Connection, feed_ids: Collection[int], until: datetime
) -> list[FeedState]:
    """Return those of these feeds that still have the lease that ends at `until`."""
    query = listed().where(_FEED.c.id.in_(feed_ids), _FEED.c.leased_until == until)
    query = query.where(_FEED.c.paused_at.is_(None)).order_by(_FEED.c.next_poll_at, _FEED.c.id)
    return [state_of(row) for row in connection.execute(query).mappings()]


def give_back(
    connection: sa.Connection,
    feed_ids: Collection[int],
    until: datetime,
    *,
    at: datetime | None = None,
) -> None:
    """End the leases that end at `until`: now, or at the time `at`.

    Feeds whose lease has already ended, or has been replaced, are left as they are.
    """
    own = sa.update(_FEED).where(_FEED.c.id.in_(feed_ids), _FEED.c.leased_until == until)
    if feed_ids:
        connection.execute(own.values(leased_until=at))
