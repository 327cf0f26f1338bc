"""`guidang feeds`: the list of feeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.adding import add_one, checked_address
from ingest.cli.feed_listing import explain, list_feeds, show
from ingest.cli.feed_options import (
    FeedName,
    FeedNames,
    SettingsCommand,
    given_settings,
    settings_of,
)
from ingest.cli.output import say
from ingest.cli.session import Session, open_session
from ingest.errors import ConfigError, UsageError
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from ingest.feed import FeedState

app = typer.Typer(help="Add, list, change, pause and remove feeds.", no_args_is_help=True)


@app.command(cls=SettingsCommand)
def add(
    ctx: typer.Context,
    urls: Annotated[
        list[str],
        typer.Argument(
            metavar="URL...", help="Addresses of feeds, or of pages that link to their feeds."
        ),
    ],
    check: Annotated[
        bool, typer.Option(help="Fetch the address first, to check that it is a feed.")
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help="Add the address as it is, without fetching it.")
    ] = False,
) -> None:
    """Add feeds by their address, or by the address of their site."""
    with open_session(ctx, quiet=True) as session:
        settings = settings_of(given_settings(ctx))
        refused = []
        for url in urls:
            try:
                add_one(session, checked_address(url), settings, check and not force)
            except UsageError as error:
                refused.append(recognized(str(error)))
    if len(refused) < len(urls):
        say(_("poll what is due with: guidang poll"))
    if refused:
        raise UsageError("\nguidang: ".join(refused))


@app.command("import")
def import_opml(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="The list of feeds.")],
) -> None:
    """Add the feeds of an OPML file; its folders become categories."""
    from ingest.reading.lists.opml import read_opml
    from ingest.store import feeds as store

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    listed = read_opml(body, str(file))
    with open_session(ctx, quiet=True) as session:
        wanted = [
            (session.database.query(store.address_of_new, one.url, session.instances), one.settings)
            for one in listed.feeds
        ]
        added = session.database.transact(store.add_all, wanted, now=session.now)
    for problem in listed.problems:
        say(_("left out: {problem}", problem=recognized(problem)))
    known = len(listed.feeds) - added
    say(
        ngettext(
            "{count:,} feed added, {known} already on the list",
            "{count:,} feeds added, {known} already on the list",
            added,
            known=known,
        )
    )
    if listed.damage:
        say(
            _(
                "{file}: {damage}: the rest was not read; export the list again",
                file=file,
                damage=recognized(listed.damage),
            )
        )
    if listed.damage or not listed.feeds:
        raise typer.Exit(1)


@app.command()
def export(ctx: typer.Context) -> None:
    """Print the list as OPML, without passwords and keys."""
    from ingest.reading.lists.opml import write_opml
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        feeds = session.database.query(store.every)
    listed = ((feed.url, feed.name, feed.link, feed.settings) for feed in feeds)
    print(write_opml(listed), end="")


app.command("list")(list_feeds)
app.command()(show)
app.command()(explain)


@app.command("set", cls=SettingsCommand)
def set_feed(
    ctx: typer.Context,
    name: FeedName,
    url: Annotated[
        str | None, typer.Option("--url", help="The feed's new address; its entries are kept.")
    ] = None,
) -> None:
    """Change a feed's settings, or its address.

    An empty value ('') removes a setting.
    """
    from ingest.config import feed_settings
    from ingest.store import feed_moves
    from ingest.store import feeds as store

    changes = given_settings(ctx)
    if not changes and url is None:
        raise UsageError("nothing to set; see: guidang feeds set --help")
    address = None if url is None else checked_address(url)
    with open_session(ctx, quiet=True) as session:
        feed = session.database.query(store.find, [name])[0]
        _refuse_if_in_file(session, feed)
        merged = feed.settings.as_json() | changes
        settings = settings_of({k: v for k, v in merged.items() if v not in ("", [""])})
        if address is not None:
            new = session.database.query(store.address_of_new, address, session.instances)
            session.database.transact(feed_moves.move, feed.id, new, now=session.now)
        if changes:
            session.database.transact(store.change, feed.id, settings, now=session.now)
    if address is not None:
        changes["url"] = address
        if settings.headers or settings.auth:
            say(_("its headers and password are now sent to the server of the new address"))
    say(_("changed {feed}: {names}", feed=f"{feed.id}  {feed.name}", names=", ".join(changes)))
    in_records = {name for name, setting in feed_settings().items() if setting.in_records}
    if "folder" in changes:
        say(_("move its files there with: guidang archive --rename"))
    elif changes.keys() & {"url", *in_records}:
        say(_("write its files again with: guidang archive"))


def _refuse_if_in_file(session: Session, feed: FeedState) -> None:
    if feed.origin == "file" and feed.url in {one.url for one in session.feeds}:
        raise ConfigError(
            str(session.file), (f"[[feeds]] {feed.url}: is set in this file; change it there",)
        )


@app.command()
def pause(ctx: typer.Context, names: FeedNames) -> None:
    """Stop polling feeds until they are resumed."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        for feed in session.database.query(store.find, names):
            session.database.transact(
                store.pause, feed.id, now=session.now, reason=store.BY_COMMAND
            )
            say(_("paused {feed}", feed=f"{feed.id}  {feed.name}"))


@app.command()
def resume(ctx: typer.Context, names: FeedNames) -> None:
    """Poll paused feeds again."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        for feed in session.database.query(store.find, names):
            if feed.paused_reason == store.NOT_IN_FILE:
                raise UsageError(
                    f"{feed.name} was removed from {session.file}; add it there again, or remove "
                    f"it from the list: guidang feeds remove {feed.id}"
                )
            session.database.transact(store.resume, feed.id, now=session.now)
            say(_("resumed {feed}", feed=f"{feed.id}  {feed.name}"))


def _question(name: str, delete_entries: bool) -> str:
    if delete_entries:
        return _("remove {feed} and DELETE all its entries?", feed=name)
    return _("remove {feed} (its entries are kept)?", feed=name)


@app.command()
def remove(
    ctx: typer.Context,
    names: FeedNames,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    delete_entries: Annotated[
        bool,
        typer.Option("--delete-entries", help="Delete the feed's entries and files, too."),
    ] = False,
) -> None:
    """Remove feeds from the list; their entries are kept.

    With --delete-entries, the entries are deleted, too.
    """
    from ingest.follow.files import outputs_of
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        outputs = outputs_of(session.config, session.database)
        for feed in session.database.query(store.find, names):
            _refuse_if_in_file(session, feed)
            if not yes:
                typer.confirm(_question(feed.name, delete_entries), abort=True)
            for output in outputs if delete_entries else ():
                output.delete_feed(feed.id)
            session.database.transact(
                store.remove, feed.id, now=session.now, entries=delete_entries
            )
            say(_("removed {feed}", feed=f"{feed.id}  {feed.name}"))
