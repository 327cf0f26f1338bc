"""`guidang status`: what is stored, and the state of the feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.follow import lag_as_json
from ingest.cli.output import JsonOption, local, print_json, print_table, say
from ingest.cli.session import Session, open_session
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.config import OutputConfig
    from ingest.feed import FeedState
    from ingest.store.due import Lag

_MOST_SHOWN = 10  # unread entries; --json has up to a hundred


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
    from ingest.store import due, feeds, listings, unread

    with open_session(ctx, quiet=True) as session:
        totals = session.database.query(listings.totals)
        following = session.database.query(due.lags)
        known = session.database.query(feeds.every)
        unreadable = session.database.query(unread.listed)
        outputs = _outputs(session)
    failing = sorted((f for f in known if f.failures), key=lambda feed: -feed.failures)
    missed = [feed for feed in known if feed.ways.habits.gaps]
    late = [f for f in known if f.paused_at is None and f.next_poll_at <= session.now]
    paused = sum(feed.paused_at is not None for feed in known)
    counts = {"feeds": len(known), "failing": len(failing), "paused": paused, "due": len(late)}
    code = 1 if exit_code and (failing or any(one.problem for one in outputs)) else 0
    if as_json:
        place = {"database": session.database.name, **_places_as_json(outputs)}
        rest = {"following": [*map(lag_as_json, following)], "unread_entries": unreadable}
        print_json(place | counts | totals | rest | _as_json(failing, missed))
        return code
    say(_("database: {name}", name=session.database.name))
    for output in outputs:
        _show_output(output, following)
    _show_kept(totals)
    _show_following(following, session.now)
    _show_feeds(counts, [session.now - feed.next_poll_at for feed in late])
    _show_failing(failing)
    _show_missed(missed)
    _show_unread(totals["unread"], unreadable)
    return code


def _as_json(failing: Sequence[FeedState], missed: Sequence[FeedState]) -> dict[str, object]:
    gaps = [{"id": feed.id, "gaps": feed.ways.habits.gaps} for feed in missed]
    return {"failing_feeds": [_failing(feed) for feed in failing], "feeds_with_gaps": gaps}


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """An output; `problem` says why its folder cannot be used, `under_embargo` counts entries."""

    config: OutputConfig
    problem: str | None
    under_embargo: int


def _outputs(session: Session) -> list[_State]:
    from ingest.follow.files import outputs_of
    from ingest.store import embargoes

    held = session.database.query(embargoes.counts)
    return [
        _State(
            config=output.config,
            problem=output.problem(),
            under_embargo=held.get(output.config.name, 0),
        )
        for output in outputs_of(session.config, session.database)
    ]


def _places_as_json(states: Sequence[_State]) -> dict[str, object]:
    outputs = [
        {
            "name": one.config.name,
            "layout": one.config.layout,
            "path": str(one.config.path),
            "problem": one.problem,
            "under_embargo": one.under_embargo,
        }
        for one in states
    ]
    return {
        "archive": str(states[0].config.path),
        "archive_problem": states[0].problem,
        "outputs": outputs,
    }


def _show_output(state: _State, lags: Sequence[Lag]) -> None:
    from ingest.store.outputs import follower_of

    output = state.config
    count = sum(lag.due for lag in lags if lag.follower == follower_of(output.name))
    due = ngettext("{count:,} file to write", "{count:,} files to write", count)
    if output.name == "archive":
        say(_("archive: {folder} ({due})", folder=output.path, due=due))
    else:
        say(_("output {name}: {folder} ({due})", name=output.name, folder=output.path, due=due))
    if state.problem:
        say(_("warning: {text}", text=recognized(state.problem)))
    if state.under_embargo:
        say(
            ngettext(
                "under an embargo: {count:,} entry has no file there yet",
                "under an embargo: {count:,} entries have no files there yet",
                state.under_embargo,
            )
        )


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


def _show_following(lags: Sequence[Lag], now: datetime) -> None:
    """Print the followers that are behind or have failed."""
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


def _failing(feed: FeedState) -> dict[str, object]:
    from ingest.urls import without_secrets

    return {
        "id": feed.id,
        "url": without_secrets(feed.url),
        "failures": feed.failures,
        "error": feed.last_error,
        "next_poll_at": feed.next_poll_at,
        "next_poll_reason": feed.next_poll_reason,
    }
