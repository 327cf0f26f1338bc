"""`guidang status`: what is stored, and the state of the feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, counted, local, print_json, print_table, say
from ingest.cli.session import open_session

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from ingest.feed import FeedState


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
    from ingest.follow.files import Archive
    from ingest.store import feeds, listings

    with open_session(ctx, quiet=True) as session:
        totals = session.database.query(listings.totals)
        known = session.database.query(feeds.every)
        name = session.database.name
        problem = Archive(session.config.archive, session.database).problem()
    failing = sorted((f for f in known if f.failures), key=lambda feed: -feed.failures)
    missed = [feed for feed in known if feed.ways.habits.gaps]
    paused = [feed for feed in known if feed.paused_at is not None]
    due = [f for f in known if f.paused_at is None and f.next_poll_at <= session.now]
    counts = {"feeds": len(known), "failing": len(failing), "paused": len(paused), "due": len(due)}
    code = 1 if exit_code and (failing or problem) else 0
    if as_json:
        print_json(
            {"database": name, "archive": str(session.config.archive.path), **counts, **totals}
            | {"archive_problem": problem}
            | {"failing_feeds": [_failing(feed) for feed in failing]}
            | {"feeds_with_gaps": [{"id": f.id, "gaps": f.ways.habits.gaps} for f in missed]}
        )
        return code
    say(f"database: {name}")
    _show_kept(session.config.archive.path, problem, totals)
    _show_feeds(counts, [session.now - feed.next_poll_at for feed in due])
    _show_failing(failing)
    _show_missed(missed)
    return code


def _show_kept(folder: Path, problem: str | None, totals: Mapping[str, int]) -> None:
    say(f"archive: {folder} ({counted(totals['files_due'], 'file')} to write)")
    if problem:
        say(f"warning: {problem}")
    say(f"kept: {counted(totals['entries'], 'entry')}, {counted(totals['revisions'], 'revision')}")
    if lacking := totals["without_full_text"]:
        say(
            f"without their full text: {counted(lacking, 'entry')}, tried again with the next "
            "looks (guidang entries show says why)"
        )


def _show_feeds(counts: Mapping[str, int], delays: Sequence[timedelta]) -> None:
    from ingest.config import format_duration

    (_, total), *others = counts.items()
    parts = [str(total), *(f"{count} {what}" for what, count in others)]
    if delays and (longest := max(delays)):
        parts.append(f"the latest by {format_duration(longest)}")
    say(f"feeds: {', '.join(parts)}")


def _show_failing(feeds: Sequence[FeedState]) -> None:
    if feeds:
        say()
        print_table(
            ["failing feed", "failures", "why", "next attempt"],
            [(f.name, f.failures, f.last_error, local(f.next_poll_at)) for f in feeds],
        )


def _show_missed(feeds: Sequence[FeedState]) -> None:
    if feeds:
        say()
        print_table(
            ["entries probably missed", "times", "to bring them in"],
            [(f.name, f.ways.habits.gaps, f"guidang backfill {f.id}") for f in feeds],
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
