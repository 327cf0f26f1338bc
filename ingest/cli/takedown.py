"""`guidang takedown`: erase entries for good, and keep them from coming back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import open_session, publish
from ingest.errors import UsageError
from ingest.messages import _, ngettext
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.store.erase import Target

_ERASE = "erase"


class _ErasesByDefault(TyperGroup):
    """A group of commands in which `erase` is the default command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `erase` first, if no command is named."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_ERASE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_ErasesByDefault,
    help="Erase entries for good, and refuse them.\n\n"
    "guidang takedown URL|ENTRY|FEED|HOST --reason TEXT is short for guidang takedown erase. What "
    "was erased is not stored again until the takedown is undone.",
    no_args_is_help=True,
)


@app.command(_ERASE)
def erase(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL|ENTRY|FEED|HOST",
            help="An article's address, an entry's number, a feed's address or title, or a host. "
            "If it could be several, write url:, entry:, feed: or host: before it.",
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; the reason is kept and shown.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be erased.")
    ] = False,
) -> None:
    """Erase entries, and refuse them from now on.

    Their versions, bytes and files are erased, too.
    """
    from ingest.takedown.erasing import erase as erase_target
    from ingest.takedown.target import find_target

    reason = " ".join(reason.split())
    if not reason:
        raise UsageError("--reason is empty; say why")
    with open_session(ctx, quiet=True) as session:
        found = find_target(session.database, target)
        _announce(session, found)
        if dry_run:
            return
        if not yes and sys.stdin.isatty():
            typer.confirm(_("erase this for good?"), abort=True)
        count = erase_target(session.config, session.database, found, reason, now=session.now)
        _finish_followers(session)
        session.database.truncate_log()
        publish(session)
    say(ngettext("erased {count:,} entry", "erased {count:,} entries", count))


def _announce(session: Session, target: Target) -> None:
    """Print what a takedown erases."""
    from ingest.store import erase as store

    entries = len(session.database.query(store.entries_of, target))
    feeds = len(session.database.query(store.feeds_of, target))
    say(
        _(
            "{kind} {name}: entries: {entries:,}, feeds: {feeds:,}",
            kind=target.kind,
            name=target.name,
            entries=entries,
            feeds=feeds,
        )
    )


def _finish_followers(session: Session) -> None:
    """Let the followers delete their output of erased entries."""
    from ingest.follow.follower import Run
    from ingest.follow.registry import make_followers

    for follower in make_followers(session.config, session.database):
        Run(session.database, follower, now=session.now).finish()


@app.command("list")
def list_takedowns(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List what was taken down, and why."""
    from ingest.store import takedowns as store

    with open_session(ctx, quiet=True) as session:
        rows = session.database.query(store.every)
    if as_json:
        print_json(rows)
        return
    print_table(
        [_("id"), _("kind"), _("target"), _("entries"), _("taken down"), _("undone"), _("reason")],
        [
            (
                row["id"],
                row["kind"],
                row["target"],
                f"{row['entries']:,}",
                local(row["taken_at"]),
                local(row["undone_at"]),
                row["reason"],
            )
            for row in rows
        ],
        if_empty=_("nothing was taken down"),
    )


@app.command()
def undo(
    ctx: typer.Context,
    numbers: Annotated[
        list[int], typer.Argument(metavar="NUMBER...", help="See: guidang takedown list")
    ],
) -> None:
    """Allow entries again that were taken down.

    Erased entries do not come back by themselves. The next polls store the entries that the feeds
    still have, and guidang backfill may find the others.
    """
    from ingest.store import takedowns as store

    with open_session(ctx, quiet=True) as session:
        for number in numbers:
            name = session.database.transact(store.undo, number, now=session.now)
            say(_("{name} is allowed again", name=name))
