"""`guidang status`: what is stored, and the state of the feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import open_session
from ingest.cli.status_outputs import show_images, show_output
from ingest.messages import _, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.feed import FeedState
    from ingest.status import Status
    from ingest.store.due import Lag
    from ingest.store.jobs import QueueState

_MOST_SHOWN = 10  # unread entries; with --json, up to a hundred are shown


def status(
    ctx: typer.Context,
    as_json: JsonOption = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="Exit with 1 if a feed fails or the archive folder is missing."
        ),
    ] = False,
) -> int:
    """Show what is stored and the state of the feeds."""
    from ingest.status import status_of

    with open_session(ctx, quiet=True) as session:
        found = status_of(session.config, session.database, session.now, session.database.query)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    is_bad = any(feed.failures for feed in found.feeds) or any(o.problem for o in found.outputs)
    return 1 if exit_code and is_bad else 0


def _show(found: Status) -> None:
    say(_("database: {name}", name=found.database))
    for output in found.outputs:
        show_output(output, found.lags)
    _show_kept(found.totals)
    _show_duplicates(found.totals)
    show_images(found.images)
    _show_following(found.lags, found.now)
    _show_queue(found.queue)
    if found.publish_error:
        error = recognized(found.publish_error)
        say(_("what follows new files failed: {error}", error=error))
    _show_feeds(found.counts, found.delays)
    _show_failing(found.failing)
    _show_missed([feed for feed in found.feeds if feed.ways.habits.gaps])
    _show_unread(found.totals["unread"], found.unread)


def _show_kept(totals: Mapping[str, int]) -> None:
    entries = ngettext("{count:,} entry", "{count:,} entries", totals["entries"])
    revisions = ngettext("{count:,} revision", "{count:,} revisions", totals["revisions"])
    say(_("stored: {entries}, {revisions}", entries=entries, revisions=revisions))
    if lacking := totals["without_full_text"]:
        say(
            ngettext(
                "without full text: {count:,} entry; the next polls try again "
                "(guidang entries show tells why)",
                "without full text: {count:,} entries; the next polls try again "
                "(guidang entries show tells why)",
                lacking,
            )
        )


def _show_duplicates(totals: Mapping[str, int]) -> None:
    if stories := totals["duplicate_clusters"]:
        entries = ngettext("{count:,} entry", "{count:,} entries", totals["duplicate_entries"])
        say(
            ngettext(
                "duplicates: {entries} of {count:,} story (guidang duplicates lists them)",
                "duplicates: {entries} of {count:,} stories (guidang duplicates lists them)",
                stories,
                entries=entries,
            )
        )


def _show_following(lags: Sequence[Lag], now: datetime) -> None:
    """Print which followers (tasks that process changed entries) still have work or have failed."""
    from ingest.config import format_duration

    for lag in lags:
        if lag.due:
            say(
                ngettext(
                    "follower {name}: {count:,} entry due, for {time}",
                    "follower {name}: {count:,} entries due, the oldest for {time}",
                    lag.due,
                    name=lag.follower,
                    time=format_duration(timedelta(seconds=int(lag.seconds(now)))),
                )
            )
        if lag.error:
            say(
                _(
                    "the last run of the follower {name} failed: {error}",
                    name=lag.follower,
                    error=recognized(lag.error),
                )
            )


def _show_queue(queue: QueueState | None) -> None:
    """Print the state of the queue of jobs, if the service has several processes."""
    if queue is not None:
        counts = {
            "waiting": sum(queue.waiting.values()),
            "running": sum(queue.running.values()),
            "workers": queue.workers,
        }
        say(
            _("jobs: {waiting} waiting, {running} running; {workers} processes take jobs", **counts)
        )


def _show_feeds(counts: Mapping[str, int], delays: Sequence[timedelta]) -> None:
    from ingest.config import format_duration

    say(
        _("feeds: {feeds}, {failing} failing, {paused} paused, {due} due", **counts)
        + (_(", overdue by up to {time}", time=format_duration(max(delays))) if any(delays) else "")
    )


def _show_failing(feeds: Sequence[FeedState]) -> None:
    if feeds:
        say()
        print_table(
            [_("failing feed"), _("failures"), _("why"), _("next attempt")],
            [
                (f.name, f.failures, recognized(f.last_error or ""), local(f.next_poll_at))
                for f in feeds
            ],
        )


def _show_missed(feeds: Sequence[FeedState]) -> None:
    if feeds:
        say()
        print_table(
            [_("entries probably missed"), _("times"), _("to import them")],
            [(f.name, f.ways.habits.gaps, f"guidang backfill {f.id}") for f in feeds],
        )


def _show_unread(count: int, unreadable: Sequence[Mapping[str, Any]]) -> None:
    if not unreadable:
        return
    say()
    say(
        ngettext(
            "unread: {count:,} entry, stored by its bytes; guidang replay tries it again",
            "unread: {count:,} entries, stored by their bytes; guidang replay tries them again",
            count,
        )
    )
    print_table(
        [_("unread entry"), _("feed"), _("why"), _("since")],
        [
            (one["name"], one["feed"], recognized(one["reason"]), local(one["since"]))
            for one in unreadable[:_MOST_SHOWN]
        ],
    )
