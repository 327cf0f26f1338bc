"""`guidang backfill`: import older entries, or continue an import that was stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from ingest.cli.backfill_options import (
    SOURCES,
    AddFeeds,
    Drafts,
    DryRun,
    Feed,
    Marks,
    Most,
    Names,
    Paths,
    Restart,
    Resume,
    Source,
    Token,
    show_what_is_known,
)
from ingest.cli.backfill_views import list_runs, show_report, telling
from ingest.cli.days import Since, Until, span
from ingest.cli.output import JsonOption, print_json, say
from ingest.cli.session import Session, mend_times, open_session
from ingest.errors import UsageError
from ingest.messages import _, recognized

if TYPE_CHECKING:
    from ingest.backfill import Asked, Report
    from ingest.backfill.preview import First

logger = logging.getLogger(__name__)

_LIST = "list"
_MANY = 1_000  # feeds; from this number on, separate reader processes are worthwhile


def backfill(
    ctx: typer.Context,
    names: Names = None,
    since: Since = None,
    until: Until = None,
    source: Source = "auto",
    paths: Paths = None,
    feed: Feed = None,
    drafts: Drafts = False,
    add_feeds: AddFeeds = False,
    marks: Marks = False,
    token: Token = "",
    most: Most = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    restart: Restart = False,
    as_json: JsonOption = False,
) -> int:
    """Import older entries.

    They come from the feed's own history, from a web archive, or from files.

    Run the same command again to continue where it stopped.
    """
    _check_source(source)
    with open_session(ctx, quiet=True) as session:
        mend_times(session)
        if names == [_LIST]:
            return list_runs(session, as_json)
        if lists := bool(names or paths):
            window = _window(session, since, until)
            wish = _wish(session, names or [], source, paths or [], feed, window)
            wish = replace(wish, drafts=drafts, add_feeds=add_feeds, marks=marks, token=token)
            asked: Asked | None = wish
        else:
            _refuse_options(since, until, feed, drafts, add_feeds, marks, token, source != "auto")
            asked = _asked_before(session, resume=resume, restart=restart)
        if dry_run and asked is not None:
            return _show_plan(session, asked, most=most, as_json=as_json)
        return _import(session, asked, anew=restart, lists=lists, most=most, as_json=as_json)


def _check_source(source: str) -> None:
    if source not in SOURCES:
        raise UsageError(f"--source {source}: choose one of {', '.join(SOURCES)}")


def _refuse_options(*values: object) -> None:
    if any(values):
        raise UsageError(
            "--since, --until, --source, --feed, --drafts, --add-feeds, --marks and --token "
            "go with feeds or files; "
            "a continued run keeps its own"
        )


def _import(
    session: Session,
    asked: Asked | None,
    *,
    anew: bool,
    lists: bool,
    most: int | None,
    as_json: bool,
) -> int:
    """Run the backfill and print its report; return exit code 1 if documents are missing."""
    if asked is None:
        say(_("every backfill is complete; there is nothing to continue"))
        return 0
    _add_listed_feeds(session, [Path(path) for path in asked.paths])
    report = _carry_out(session, asked, anew=anew, lists=lists, most=most, quiet=as_json)
    if as_json:
        print_json(report.as_json())
    else:
        show_report(report)
        if asked.paths and not report.documents:
            show_what_is_known()
    return 0 if report.is_complete else 1


def _asked_before(session: Session, *, resume: bool, restart: bool) -> Asked | None:
    from ingest.backfill import asked_before
    from ingest.store import backfills

    if not resume and not restart:
        raise UsageError("name feeds, or files with --from; or continue with --resume")
    runs = session.database.query(backfills.runs)
    wanted = next((run for run in runs if restart or run.ended_at is None), None)
    return asked_before(wanted) if wanted else None


def _wish(
    session: Session,
    names: Sequence[str],
    source: str,
    given: Sequence[str],
    feed: str | None,
    window: tuple[str | None, str | None],
) -> Asked:
    from ingest.backfill.asked import Asked, without_password
    from ingest.store import feeds as store

    if given:
        given, names = [*given, *names], []
    servers = [one for one in given if "://" in one]
    paths = [Path(one) for one in given if "://" not in one]
    for path in paths:
        if not path.exists():
            hint = "; to name the feed of all files, use --feed" if path.name == str(path) else ""
            raise UsageError(f"--from {path}: no such file or folder{hint}")
    owner = session.database.query(store.find, [feed])[0].id if feed else None
    numbers = sorted({one.id for one in session.database.query(store.find, names)})
    return Asked(
        feeds=tuple(numbers),
        source=source,
        since=window[0],
        until=window[1],
        paths=tuple(str(path.absolute()) for path in paths),
        feed=owner,
        servers=tuple(without_password(one) for one in servers),
        passwords=tuple(servers),
    )


def _add_listed_feeds(session: Session, paths: Sequence[Path]) -> None:
    """Add the feeds of the OPML files among these paths; the other files are documents."""
    from ingest.reading.lists.opml import read_opml
    from ingest.sources.past.folders import lists_below
    from ingest.store import feeds as store

    for name, body in lists_below(paths):
        try:
            listed = read_opml(body, name)
        except UsageError as error:  # An invalid list must not prevent the import of documents.
            logger.warning("%s", error)
            continue
        wanted = [
            (session.database.query(store.address_of_new, one.url, session.instances), one.settings)
            for one in listed.feeds
        ]
        for problem in filter(None, [*listed.problems, listed.damage]):
            logger.warning("%s: %s", name, problem)
        session.database.transact(store.add_all, wanted, now=session.now)


def _window(
    session: Session, since: str | None, until: str | None
) -> tuple[str | None, str | None]:
    first, end = span(since, until, ZoneInfo(session.config.timezone))
    return first.isoformat() if first else None, end.isoformat() if end else None


def _carry_out(
    session: Session, asked: Asked, *, anew: bool, lists: bool, most: int | None, quiet: bool
) -> Report:
    from ingest.database.alone import alone_at

    with alone_at(session.database, "backfill"):
        return asyncio.run(_run(session, asked, anew=anew, lists=lists, most=most, quiet=quiet))


async def _run(
    session: Session, asked: Asked, *, anew: bool, lists: bool, most: int | None, quiet: bool
) -> Report:
    from ingest import backfill
    from ingest.services import open_services
    from ingest.sources.past.registry import fitting

    async with open_services(session.config, session.database, feeds=_MANY) as services:
        services.prepare_outputs()
        number, goes_on = await services.transact(
            backfill.begin,
            asked,
            lambda feed: fitting(feed, services.config.rsshub),
            anew=anew,
            lists=lists,
            now=session.now,
        )
        if goes_on and not quiet:
            say(_("continuing backfill {number}", number=number))
        with telling(quiet=quiet) as tell:
            return await backfill.run(services, number, asked, tell, most=most)


def _show_plan(session: Session, asked: Asked, *, most: int | None, as_json: bool) -> int:
    """Print the first documents that a run would read; return the exit code."""
    planned = asyncio.run(_plan(session, asked))[:most]
    if as_json:
        print_json([asdict(one) for one in planned])
        return 0
    for one in planned:
        say(f"{one.source}: {one.address or recognized(str(one.error))}")
    return 0


async def _plan(session: Session, asked: Asked) -> Sequence[First]:
    from ingest import backfill
    from ingest.services import open_services

    async with open_services(session.config, session.database) as services:
        return await backfill.first_documents(services, asked)
