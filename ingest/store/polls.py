"""Query the feeds that are due; store the results of polls, and the pauses of servers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.feed import FeedState
from ingest.manners import Pause
from ingest.reading.read import BrokenEntry, Reading
from ingest.schedule import Plan, late_polls
from ingest.schedule.trust import Trust
from ingest.store.feed_state import columns_of, columns_of_trust, listed, place_of, state_of
from ingest.store.statements import insert_into, table_of
from ingest.values import NormalEntry, Outcome, Poll, Validators, Verdict, VerdictKind
from models import Feed, HostPause, PollRow


def due(
    connection: sa.Connection,
    now: datetime,
    limit: int | None = None,
    *,
    without_sites: Collection[str] = (),
    or_new: bool = False,
) -> list[FeedState]:
    """Return the feeds to poll now, most overdue first.

    Feeds of paused servers and of the sites in `without_sites` are left out. With `or_new`, feeds
    that were never polled are included, even if they are not due yet.
    """
    is_due = Feed.next_poll_at <= now
    if or_new:
        is_due |= Feed.last_polled_at.is_(None)
    left_alone = sa.select(HostPause.server).where(HostPause.until > now)
    query = listed().where(Feed.paused_at.is_(None), is_due, Feed.server.not_in(left_alone))
    if without_sites:
        query = query.where(Feed.site.not_in(without_sites))
    query = query.order_by(Feed.next_poll_at, Feed.id).limit(limit)
    return [state_of(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSaid:
    """What a document says about its feed.

    If the next document must be read even if it has the same bytes, `body_digest` is None.
    """

    title: str | None
    link: str | None
    language: str | None
    generator: str | None
    rsshub_pattern: str | None
    body_digest: bytes | None
    gmt_is_local: bool


def record_poll(
    connection: sa.Connection,
    poll: Poll,
    plan: Plan,
    *,
    address: str,
    validators: Validators | None = None,
    validators_of: str | None = None,
    trust: Trust | None = None,
    said: FeedSaid | None = None,
) -> None:
    """Store a poll: its row, the schedule and the validators.

    Call this last in the transaction that stores the entries, so that validators are never stored
    without their entries. Without `said`, empty validators do not replace stored validators.
    `validators_of` is the RSSHub instance that sent the validators. `address` is the address of the
    feed.
    """
    failed = poll.error is not None
    columns: dict[str, Any] = {
        "last_polled_at": poll.started_at,
        "last_error": poll.error,
        "next_poll_at": plan.next_poll.at,
        "next_poll_reason": plan.next_poll.reason,
        **columns_of(plan.ways),
        **place_of(plan.ways.move.address or address),
    }
    if not failed:
        columns["last_success_at"] = poll.started_at
    if said is not None or validators not in (None, Validators()):
        columns |= asdict(validators or Validators()) | {"validators_of": validators_of}
    if trust is not None:
        columns |= columns_of_trust(trust)
    if said is not None:
        columns |= asdict(said)
    connection.execute(_FAILED if failed else _SUCCEEDED, {"of_feed": poll.feed_id, **columns})
    connection.execute(_INSERT_POLL, _poll_columns(poll))


def doubt_server(connection: sa.Connection, server: str, feed_id: int) -> None:
    """Request whole documents for a server's other feeds, because its 304s cannot be trusted."""
    others = sa.update(Feed).where(Feed.server == server, Feed.id != feed_id)
    if server:
        connection.execute(others.values(document_at=None))


# These statements are built only once, because building takes longer than running them.
_OF_FEED = sa.update(table_of(Feed)).where(table_of(Feed).c.id == sa.bindparam("of_feed"))
# Each of them ends the feed's lease (see `store.leases`).
_SUCCEEDED = _OF_FEED.values(failures=0, leased_until=None)
_FAILED = _OF_FEED.values(failures=table_of(Feed).c.failures + 1, leased_until=None)
_INSERT_POLL = sa.insert(table_of(PollRow)).inline()


def _poll_columns(poll: Poll) -> dict[str, Any]:
    columns = {name: getattr(poll, name) for name in Poll.__dataclass_fields__}
    for not_kept in ("feed_name", "fetch_seconds", "is_gap"):
        del columns[not_kept]
    columns["outcome"] = poll.outcome.value
    columns["warnings"] = "\n".join(poll.warnings) or None
    return columns


def last(
    connection: sa.Connection,
    feed_id: int,
    limit: int,
    *,
    before: tuple[datetime, int] | None = None,
) -> list[dict[str, Any]]:
    """Return the last polls of a feed, newest first; those before `before`.

    `before` has the time and the id of a poll; a page after it costs as much as the first one.
    """
    query = (
        sa.select(*PollRow.__table__.columns)
        .where(PollRow.feed_id == feed_id)
        .order_by(PollRow.started_at.desc(), PollRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        at, number = before
        is_older = sa.or_(PollRow.started_at < at, PollRow.id < number)
        query = query.where(PollRow.started_at <= at, is_older)
    return [dict(row) for row in connection.execute(query).mappings()]


def put_off(connection: sa.Connection, feed_id: int, until: datetime, reason: str) -> None:
    """Postpone the next poll of a feed."""
    columns = {"next_poll_at": until, "next_poll_reason": reason, "leased_until": None}
    connection.execute(_OF_FEED, {"of_feed": feed_id, **columns})


def spread_late(connection: sa.Connection, now: datetime) -> None:
    """Spread the polls of overdue feeds over time."""
    late = sa.select(Feed.id).where(
        Feed.removed_at.is_(None), Feed.paused_at.is_(None), Feed.next_poll_at <= now
    )
    ids = list(connection.scalars(late.order_by(Feed.next_poll_at, Feed.id)))
    planned = zip(ids, late_polls(len(ids), now), strict=True)
    if ids:
        connection.execute(_OF_FEED, [{"of_feed": i, "next_poll_at": at} for i, at in planned])


def host_pauses(connection: sa.Connection) -> dict[str, Pause]:
    """Return the pauses of servers by host and port, including pauses that are over."""
    return _pauses(connection, sa.select(*HostPause.__table__.columns))


def pauses_of(connection: sa.Connection, servers: Collection[str]) -> dict[str, Pause]:
    """Return the pauses of these servers, including pauses that are over."""
    query = sa.select(*HostPause.__table__.columns).where(HostPause.server.in_(servers))
    return _pauses(connection, query)


def _pauses(connection: sa.Connection, query: sa.Select[Any]) -> dict[str, Pause]:
    rows = connection.execute(query).mappings()
    return {row["server"]: Pause(**row) for row in rows}


def pause_host(connection: sa.Connection, pause: Pause) -> None:
    """Store the pause of a server."""
    columns = asdict(pause)
    insert = insert_into(connection, HostPause).values(columns)
    connection.execute(insert.on_conflict_do_update(index_elements=["server"], set_=columns))


def forgive_host(connection: sa.Connection, server: str) -> None:
    """Delete the pause of a server that answers again."""
    connection.execute(sa.delete(HostPause).where(HostPause.server == server))


def count(poll: Poll, verdicts: Sequence[Verdict], reading: Reading) -> Poll:
    """Return the poll with its counts, outcome and warnings."""
    kinds = [verdict.kind for verdict in verdicts]
    new, edited = kinds.count(VerdictKind.NEW), kinds.count(VerdictKind.EDITED)
    return replace(
        poll,
        outcome=Outcome.NEWS if new or edited else Outcome.NO_NEWS,
        new=new,
        edited=edited,
        unchanged=kinds.count(VerdictKind.UNCHANGED) + len(reading.beside),
        encoding_used=reading.feed.encoding_used,
        encoding_declared=reading.feed.encoding_declared,
        replacement_count=reading.feed.replacement_count,
        warnings=(
            *reading.feed.warnings,
            *_unread(reading.broken),
            *_lacking_full_text(reading.entries),
        ),
    )


def _unread(broken: Sequence[BrokenEntry]) -> Iterator[str]:
    """Yield a warning if entries could not be read, with the reason for the first one."""
    if broken:
        some = "1 entry is" if len(broken) == 1 else f"{len(broken)} entries are"
        first = broken[0]
        yield f"{some} kept unread: {first.name}: {first.fault}"


def _lacking_full_text(entries: Sequence[NormalEntry]) -> Iterator[str]:
    """Yield a warning if pages could not be fetched or read, with the reason for the first one."""
    lacking = [entry for entry in entries if entry.full_text_error]
    if lacking:
        some = "1 entry is" if len(lacking) == 1 else f"{len(lacking)} entries are"
        yield f"{some} kept without full text: {lacking[0].link}: {lacking[0].full_text_error}"


def poll_soon(connection: sa.Connection, feed_id: int, *, now: datetime) -> None:
    """Make a feed due now; the service polls it at its next tick."""
    due = {"next_poll_at": now, "next_poll_reason": "asked for on the web page"}
    connection.execute(sa.update(Feed).where(Feed.id == feed_id).values(due))
