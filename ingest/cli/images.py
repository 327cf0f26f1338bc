"""`guidang images`: list the kept pictures, check them, try failed ones again, delete others."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.output import JsonOption, print_json, print_json_list, print_table, say
from ingest.cli.session import Session, open_session, publish
from ingest.errors import UsageError
from ingest.messages import _, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.follow.images import ImageFolder
    from ingest.follow.images.checking import ImageDifference
    from ingest.images.keeper import Tally
    from ingest.store.images.listing import State

_MOST_SHOWN = 100

FeedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--feed", metavar="FEED", help="Only of this feed, by number, address or title; repeatable."
    ),
]

app = typer.Typer(
    help="The pictures of entries, kept as files beside the archive.", no_args_is_help=True
)


@app.command("list")
def list_images(
    ctx: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed.")] = False,
    feed: FeedOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the pictures that entries show, and why some are not kept."""
    from ingest.store.images import listing

    states: Sequence[State] = ("failed",) if failed else ("kept", "failed", "wanted")
    with open_session(ctx, quiet=True) as session:
        feeds = _feed_ids(session, feed)
        rows: list[dict[str, Any]] = session.database.query(
            lambda c: list(
                listing.listed(
                    c, states=states, feed_ids=feeds, limit=None if as_json else _MOST_SHOWN + 1
                )
            )
        )
    if as_json:
        print_json_list(rows)
        return
    print_table(
        [
            _("picture"),
            _("state"),
            _("size"),
            _("bytes"),
            _("entries"),
            _("why"),
            _("next attempt"),
        ],
        [_row(row) for row in rows[:_MOST_SHOWN]],
        if_empty=_("no pictures; to keep those of a feed: guidang feeds set FEED --images keep"),
    )
    if len(rows) > _MOST_SHOWN:
        say(_("… and more; --json lists all of them"))


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    states = {"kept": _("kept"), "failed": _("failed"), "wanted": _("to fetch")}
    size = f"{row['width']} × {row['height']}" if row["width"] else ""
    number = f"{row['size']:,}" if row["size"] else ""
    reason, later = recognized(row["error"] or ""), local(row["next_try_at"])
    return row["url"], states[row["state"]], size, number, row["entries"], reason, later


def _feed_ids(session: Session, names: Sequence[str] | None) -> list[int]:
    from ingest.store import feeds

    return [feed.id for feed in session.database.query(feeds.find, names)] if names else []


@app.command()
def check(
    ctx: typer.Context,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file, and compare it with its SHA-256.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Compare the folder with the database.

    It exits with 1 if a file is missing or damaged. Files that nothing needs are listed too;
    guidang images prune deletes them.
    """
    from ingest.follow.images.checking import differences

    with open_session(ctx, quiet=True) as session:
        found = list(differences(_folder(session), session.database, deep=deep))
    if as_json:
        print_json([_difference(one) for one in found])
    else:
        _show_differences(found)
    return 1 if any(one.kind in {"missing", "damaged"} for one in found) else 0


def _folder(session: Session) -> ImageFolder:
    from ingest.follow.images import ImageFolder

    return ImageFolder(session.config.images.path)


def _difference(one: ImageDifference) -> dict[str, object]:
    return {"kind": one.kind, "file": one.name, "size": one.size}


def _show_differences(found: Sequence[ImageDifference]) -> None:
    kinds = {
        "missing": _("missing"),
        "damaged": _("damaged"),
        "foreign": _("unknown to the database"),
        "unneeded": _("shown by no entry"),
    }
    for one in found[:_MOST_SHOWN]:
        say(f"{kinds[one.kind]}: {one.name}")
    if len(found) > _MOST_SHOWN:
        say(_("… and more; --json lists all of them"))
    if not found:
        say(_("the pictures are as the database has them"))


@app.command()
def fetch(
    ctx: typer.Context,
    missing: Annotated[
        bool,
        typer.Option("--missing", help="Also fetch files again that are missing or damaged."),
    ] = False,
    feed: FeedOption = None,
) -> int:
    """Try failed pictures again now, and fetch those that are due."""
    from ingest.database.alone import alone_at
    from ingest.images.run import WORK
    from ingest.store.images import listing

    with open_session(ctx, quiet=True) as session:
        if not session.config.images.enabled:
            raise UsageError("images.enabled is false; set it to true to fetch pictures")
        feeds = _feed_ids(session, feed)
        session.database.transact(listing.try_again, feed_ids=feeds, now=session.now)
        if missing:
            with alone_at(session.database, WORK):
                _forget_missing(session)
        tally = asyncio.run(_keep(session))
        publish(session)
    say_kept(tally, always=True)
    return 1 if tally.failed or tally.full else 0


def _forget_missing(session: Session) -> None:
    from ingest.follow.images.checking import differences
    from ingest.store.images import listing

    folder = _folder(session)
    gone = [
        one
        for one in differences(folder, session.database, deep=True)
        if one.kind in {"missing", "damaged"} and one.id is not None
    ]
    ids = [one.id for one in gone if one.id is not None]
    folder.delete(one.name for one in gone)
    session.database.transact(listing.fetch_again, ids, now=session.now)


async def _keep(session: Session) -> Tally:
    from ingest.images.run import keep_images
    from ingest.services import open_services

    async with open_services(session.config, session.database) as services:
        await services.following.finish()
        tally = await keep_images(services)
        await services.following.finish()
    return tally


def say_kept(tally: Tally, *, always: bool = False) -> None:
    """Print how many pictures were kept and failed, if there were any or `always` is true."""
    if tally.kept or tally.failed or always:
        kept = ngettext("{count:,} picture kept", "{count:,} pictures kept", tally.kept)
        say(_("{kept}, {failed:,} failed", kept=kept, failed=tally.failed))
    if tally.full:
        say(_("no more pictures are kept: {limit}", limit=recognized(tally.full)))


@app.command()
def prune(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be deleted.")
    ] = False,
) -> None:
    """Delete pictures that no entry shows.

    The earlier versions of entries count too. Files that the database does not know are deleted.
    """
    from ingest.database.alone import alone_at
    from ingest.follow.files import outputs_of
    from ingest.follow.images.checking import differences, prune
    from ingest.images.run import WORK

    with open_session(ctx, quiet=True) as session, alone_at(session.database, WORK):
        folder = _folder(session)
        found = [one for one in differences(folder, session.database) if one.kind in _PRUNED]
        _show_differences(found)
        if not found or dry_run:
            return
        if not yes and sys.stdin.isatty():
            typer.confirm(_("delete these files?"), abort=True)
        gone = prune(folder, session.database)
        for output in outputs_of(session.config, session.database):
            output.pictures.delete(one.name for one in gone)
    size = sum(one.size for one in gone)
    say(
        ngettext(
            "deleted {count:,} picture, {size:,} bytes",
            "deleted {count:,} pictures, {size:,} bytes",
            len(gone),
            size=size,
        )
    )


_PRUNED = frozenset({"foreign", "unneeded"})
