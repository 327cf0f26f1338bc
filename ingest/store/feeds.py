"""The list of feeds: add, find, change, pause and remove feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.config import FeedSettings, feed_settings
from ingest.errors import UsageError
from ingest.feed import FeedState
from ingest.rsshub import Instance, kept_address, route_of
from ingest.schedule import first_polls
from ingest.store import takedowns
from ingest.store.due import mark_feed_due
from ingest.store.feed_state import WITHOUT_VALIDATORS, listed, place_of, state_of
from ingest.store.likeness import write as likeness
from ingest.store.search import index
from ingest.store.slugs import free_slug
from models import Address, Capture, Entry, Feed, Revision, Unread

NOT_IN_FILE = "taken out of the configuration file"
BY_COMMAND = "by command"
_SHOWN_IN_RECORDS = [name for name, one in feed_settings().items() if one.in_records]


def every(connection: sa.Connection) -> list[FeedState]:
    """Return all feeds on the list, oldest first."""
    rows = connection.execute(listed().order_by(Feed.id)).mappings()
    return [state_of(row) for row in rows]


def find(connection: sa.Connection, names: Sequence[str]) -> list[FeedState]:
    """Return the feeds that a user names by number, address, folder or title.

    Raise `UsageError` if a name matches no feed, or several.
    """
    feeds = every(connection)
    return [_find_one(feeds, name) for name in names]


def _find_one(feeds: Sequence[FeedState], name: str) -> FeedState:
    exact = [f for f in feeds if name in {str(f.id), f.url, f.slug}]
    found = exact or [f for f in feeds if name.casefold() == f.name.casefold()]
    if not name.isdecimal():  # A number is an id. It is not searched for in addresses and names.
        found = found or [f for f in feeds if name.casefold() in f"{f.url} {f.name}".casefold()]
    if not found:
        raise UsageError(f"no feed is called {name!r}; see: guidang feeds list")
    if len(found) > 1:
        listed = ", ".join(f"{f.id} ({f.name})" for f in found[:5])
        raise UsageError(f"{name!r} fits {len(found)} feeds: {listed}; give the number")
    return found[0]


def get(connection: sa.Connection, feed_id: int) -> FeedState:
    """Return a feed by its id."""
    return state_of(connection.execute(listed().where(Feed.id == feed_id)).mappings().one())


def _fresh(url: str, settings: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Return the columns of a feed that is new on the list."""
    return {
        "settings": settings,
        "origin": origin,
        "removed_at": None,
        "paused_at": None,
        "paused_reason": None,
        "next_poll_reason": "it is new",
        **place_of(url),
        **WITHOUT_VALIDATORS,
    }


def add(
    connection: sa.Connection,
    url: str,
    settings: FeedSettings,
    *,
    now: datetime,
    origin: str = "command",
    first_poll: datetime | None = None,
) -> tuple[FeedState, bool]:
    """Add a feed; return it, and whether it is new on the list.

    If the feed was removed before, it gets back its entries and its old settings, updated by the
    given settings. With the origin `file`, the old settings are dropped. If entries were imported
    for the feed's categories before its address was known, they become entries of this feed.
    `first_poll` defaults to `now`. Raise `UsageError` if the feed was taken down.
    """
    takedowns.refuse_feed(connection, url)
    kept = sa.select(Feed.id, Feed.removed_at, Feed.settings)
    row = connection.execute(kept.where(Feed.url == url)).first()
    if row is not None and row.removed_at is None:
        return get(connection, row.id), False
    if row is None and settings.categories:
        of_archive = kept.where(Feed.url == _in_place_of(settings.categories))
        row = connection.execute(of_archive.where(Feed.removed_at.is_(None))).first()
    wanted = settings.as_json()
    if row is not None and row.removed_at is not None and origin == "command":
        wanted = row.settings | wanted
    fresh = _fresh(url, wanted, origin) | {"next_poll_at": first_poll or now}
    if row is not None:
        connection.execute(sa.update(Feed).where(Feed.id == row.id).values(url=url, **fresh))
        feed = get(connection, row.id)
        _mark_due_if_shown(connection, feed, FeedSettings.model_validate(row.settings), now)
        return feed, True
    slug = free_slug(connection, url)
    added = {"url": url, "slug": slug, "added_at": now, "gmt_is_local": False, "failures": 0}
    feed_id = connection.scalar(sa.insert(Feed).values(**added, **fresh).returning(Feed.id))
    return get(connection, feed_id or 0), True


def add_all(
    connection: sa.Connection,
    wanted: Sequence[tuple[str, FeedSettings]],
    *,
    now: datetime,
    origin: str = "command",
) -> int:
    """Add feeds, with their first polls spread over time; return how many are new.

    Feeds that were taken down are left out.
    """
    refused = takedowns.refused_feeds(connection, [url for url, _ in wanted])
    wanted = [(url, settings) for url, settings in wanted if url not in refused]
    times = first_polls(len(wanted), now)
    return sum(
        add(connection, url, settings, now=now, origin=origin, first_poll=at)[1]
        for (url, settings), at in zip(wanted, times, strict=True)
    )


def add_without_address(
    connection: sa.Connection, categories: Sequence[str], *, reason: str, now: datetime
) -> FeedState:
    """Add a feed with an unknown address, for imported records of which the categories are known.

    The feed is never polled.
    """
    settings = FeedSettings(title=categories[-1], categories=tuple(categories))
    url = _in_place_of(categories)
    feed, is_new = add(connection, url, settings, now=now)
    if is_new:
        pause(connection, feed.id, now=now, reason=reason)
    return get(connection, feed.id)


def _in_place_of(categories: Sequence[str]) -> str:
    """Return a made-up address for a feed with known categories and an unknown address."""
    return f"archive:{'/'.join(categories)}"


def address_of_new(connection: sa.Connection, url: str, instances: Sequence[Instance]) -> str:
    """Return the address under which to add a feed: its RSSHub route, if it has one.

    A feed that is already listed under the address of an instance keeps that address.
    """
    kept = kept_address(url, instances)
    is_known = connection.scalar(sa.select(Feed.id).where(Feed.url == kept)) is not None
    return kept if is_known else route_of(url, instances) or kept


def change(
    connection: sa.Connection, feed_id: int, settings: FeedSettings, *, now: datetime
) -> None:
    """Replace a feed's settings.

    If the files of entries show a changed setting, mark the entries as due for all followers.
    """
    feed = get(connection, feed_id)
    before = feed.settings
    columns: dict[str, Any] = {"settings": settings.as_json()}
    if settings.interval not in (None, before.interval) and feed.last_polled_at:
        columns["next_poll_at"] = feed.last_polled_at + settings.interval
        columns["next_poll_reason"] = f"the interval set for it is {settings.as_json()['interval']}"
    connection.execute(sa.update(Feed).where(Feed.id == feed_id).values(columns))
    _mark_due_if_shown(connection, replace(feed, settings=settings), before, now)


def _mark_due_if_shown(
    connection: sa.Connection, feed: FeedState, before: FeedSettings, now: datetime
) -> None:
    """Mark a feed's entries as due if a setting that appears in their files has changed."""
    now_set = feed.settings
    if any(getattr(before, name) != getattr(now_set, name) for name in _SHOWN_IN_RECORDS):
        mark_feed_due(connection, feed.id, now)


def pause(connection: sa.Connection, feed_id: int, *, now: datetime, reason: str) -> None:
    """Stop polling a feed until it is resumed."""
    connection.execute(
        sa.update(Feed).where(Feed.id == feed_id).values(paused_at=now, paused_reason=reason)
    )


def resume(connection: sa.Connection, feed_id: int, *, now: datetime) -> None:
    """Start polling a paused feed again."""
    connection.execute(
        sa.update(Feed)
        .where(Feed.id == feed_id)
        .values(paused_at=None, paused_reason=None, next_poll_at=now, next_poll_reason="resumed")
    )


def remove(connection: sa.Connection, feed_id: int, *, now: datetime, entries: bool) -> None:
    """Remove a feed from the list; with `entries`, delete the feed with all its entries.

    The feed's validators are cleared, so that a feed that is added again is read completely.
    """
    if not entries:
        columns = {"removed_at": now, **WITHOUT_VALIDATORS}
        connection.execute(sa.update(Feed).where(Feed.id == feed_id).values(columns))
        return
    of_feed = sa.select(Entry.id).where(Entry.feed_id == feed_id)
    entry_ids = list(connection.scalars(of_feed))
    likeness.forget(connection, entry_ids, now=now)
    mark_feed_due(connection, feed_id, now)
    index.forget(connection, entry_ids)
    connection.execute(sa.delete(Revision).where(Revision.entry_id.in_(of_feed)))
    connection.execute(sa.delete(Address).where(Address.feed_id == feed_id))
    connection.execute(sa.delete(Entry).where(Entry.feed_id == feed_id))
    connection.execute(sa.delete(Unread).where(Unread.feed_id == feed_id))
    connection.execute(sa.delete(Capture).where(Capture.feed_id == feed_id))
    connection.execute(sa.delete(Feed).where(Feed.id == feed_id))


def entry_counts(connection: sa.Connection) -> dict[int, int]:
    """Return the number of entries by feed id."""
    query = sa.select(Entry.feed_id, sa.func.count()).group_by(Entry.feed_id)
    return dict(connection.execute(query).all())
