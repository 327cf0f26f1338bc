"""`guidang poll`: poll the feeds that are due, once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import console, say
from ingest.cli.session import Session, mend_times, open_session, publish
from ingest.logs import printable
from ingest.messages import _, ngettext, recognized
from ingest.views.feeds import counts_of
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.errors import ArchiveError
    from ingest.feed import FeedState
    from ingest.services import Services
    from ingest.values import Poll


def poll(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FEED]...",
            help="Feeds by number, address or title. Default: those that are due.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Poll all feeds, due or not, except paused ones.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Ask for whole documents, without ETag and Last-Modified."),
    ] = False,
) -> int:
    """Poll feeds once and write what is new.

    Without names, it polls the feeds that are due. If none is due, it prints nothing except on a
    terminal, so that cron logs stay empty.
    """
    with open_session(ctx, quiet=True) as session:
        if not ctx.obj["debug"]:  # because failures are printed below, too
            logging.getLogger("ingest.poll").setLevel(logging.ERROR)
        if mended := mend_times(session):
            say(_wrong_clock(mended))
        polls = _poll_all(session, _choose(session, names or [], every), fresh=fresh)
        publish(session)
    return 1 if any(one.error for one in polls) else 0


def _wrong_clock(count: int) -> str:
    return ngettext(
        "{count:,} feed was scheduled by a wrong clock and is due now",
        "{count:,} feeds were scheduled by a wrong clock and are due now",
        count,
    )


def _poll_all(session: Session, feeds: Sequence[FeedState], *, fresh: bool) -> Sequence[Poll]:
    """Poll feeds; print a summary even if the polls are interrupted."""
    polls: list[Poll] = []
    try:
        asyncio.run(_poll(session, feeds, polls, fresh=fresh))
    except KeyboardInterrupt:
        say(
            ngettext(
                "interrupted; {count:,} feed not polled",
                "interrupted; {count:,} feeds not polled",
                len(feeds) - len(polls),
            )
        )
        raise
    finally:
        if polls:
            say(_summary(session, polls))
        elif not feeds:
            _say_that_nothing_is_due(session)
    return polls


def _choose(session: Session, names: Sequence[str], every: bool) -> list[FeedState]:
    from ingest.store import feeds as store
    from ingest.store import polls

    if names:
        return session.database.query(store.find, names)
    if every:
        return [feed for feed in session.database.query(store.every) if feed.paused_at is None]
    return session.database.query(polls.due, session.now, or_new=True)


async def _poll(
    session: Session, feeds: Sequence[FeedState], polls: list[Poll], *, fresh: bool
) -> None:
    from ingest.cli.images import say_kept
    from ingest.images.run import keep_images
    from ingest.poll import poll_feeds
    from ingest.services import open_services

    async with open_services(session.config, session.database, feeds=len(feeds)) as services:
        unusable = _prepare(services)
        with _telling(len(feeds)) as tell:

            def note(poll: Poll) -> None:
                polls.append(poll)
                tell(_line(poll))

            await poll_feeds(services, feeds, note, fresh=fresh)
        if unusable:
            raise unusable
        say_kept(await keep_images(services))
        await services.following.finish()


def _prepare(services: Services) -> ArchiveError | None:
    """Prepare the outputs' folders; return an error instead of raising it, so that polls run."""
    from ingest.errors import ArchiveError

    try:
        services.prepare_outputs()
    except ArchiveError as error:
        return error
    return None


@contextlib.contextmanager
def _telling(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that prints a line per feed; on a terminal also show a progress bar."""
    terminal = console()
    if not terminal.is_terminal or total < 2:
        yield say
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=terminal, transient=True
    )
    with bar as progress:
        task = progress.add_task("", total=total)

        def tell(line: str) -> None:
            progress.console.print(printable(line))
            progress.advance(task)

        yield tell


def _line(poll: Poll) -> str:
    if poll.error is not None:
        return f"✗ {poll.feed_name}: {recognized(poll.error)}"
    warnings = "; ".join(map(recognized, poll.warnings))
    if poll.outcome == "put_off":
        return f"– {poll.feed_name}: " + _("put off, {reason}", reason=warnings)
    warned = _(" (warning: {text})", text=warnings) if warnings else ""
    return f"✓ {poll.feed_name}: {_result_of(poll)}{warned}"


def _result_of(poll: Poll) -> str:
    if poll.outcome == "not_modified":
        return _("not modified")
    if poll.outcome == "no_news" and poll.encoding_used is None:
        return _("the same document")
    return counts_of(poll.new, poll.edited, poll.unchanged)


def _summary(session: Session, polls: Sequence[Poll]) -> str:
    failed = sum(poll.error is not None for poll in polls)
    new, edited = sum(poll.new for poll in polls), sum(poll.edited for poll in polls)
    return _(
        "{feeds}: {new}, {edited} edited, {failed} failed; archive: {folder}",
        feeds=ngettext("{count:,} feed", "{count:,} feeds", len(polls)),
        new=ngettext("{count:,} new entry", "{count:,} new entries", new),
        edited=edited,
        failed=failed,
        folder=", ".join(str(output.path) for output in session.config.every_output),
    )


def _say_that_nothing_is_due(session: Session) -> None:
    """Print on a terminal that nothing is due; print nothing for cron."""
    from ingest.store import feeds as store

    known = session.database.query(store.every)
    active = [feed for feed in known if feed.paused_at is None]
    if not known:
        say(_("there is no feed yet; add one with: guidang feeds add URL"))
    elif not active:
        say(_("no feed is due: all are paused; resume one with: guidang feeds resume FEED"))
    elif console().is_terminal:
        following = local(min(f.next_poll_at for f in active))
        say(_("no feed is due; the next is due at {time}; to poll now: --all", time=following))
