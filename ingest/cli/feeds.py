"""`guidang feeds`: the list of feeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.adding import add_one, checked_address
from ingest.cli.feed_views import (
    all_of,
    condition,
    explanation,
    facts_of,
    next_look,
    shown_url,
)
from ingest.cli.output import JsonOption, counted, local, print_json, print_table, say
from ingest.cli.session import Session, open_session
from ingest.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from ingest.config import FeedSettings
    from ingest.store.feed_state import FeedState

app = typer.Typer(help="The feeds: add, list, set, pause, remove them.", no_args_is_help=True)

FeedName = Annotated[str, typer.Argument(metavar="FEED", help="Its number, address or title.")]
FeedNames = Annotated[
    list[str], typer.Argument(metavar="FEED...", help="Their numbers, addresses or titles.")
]
Title = Annotated[str | None, typer.Option(help="The name to use instead of its own.")]
Author = Annotated[str | None, typer.Option(help="The author of entries that name none.")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="A category of its records; repeat it for a path."),
]
Timezone = Annotated[str | None, typer.Option(help="The zone of dates that name none.")]
Interval = Annotated[str | None, typer.Option(help="The time between two looks, such as 6h.")]
FollowMoves = Annotated[
    str | None, typer.Option("--follow-moves", help="Believe lasting redirects: true or false.")
]
FeedProxy = Annotated[
    str | None, typer.Option("--proxy", help="A proxy of its own, or none to ask it directly.")
]
FullText = Annotated[
    str | None, typer.Option("--full-text", help="Fetch article pages: true, false or auto.")
]


@app.command()
def add(
    ctx: typer.Context,
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="Feeds, or pages that name theirs.")
    ],
    category: Categories = None,
    title: Title = None,
    author: Author = None,
    timezone: Timezone = None,
    interval: Interval = None,
    full_text: FullText = None,
    proxy: FeedProxy = None,
    check: Annotated[
        bool, typer.Option(help="Ask for the address first, to see that it is a feed.")
    ] = True,
    force: Annotated[
        bool, typer.Option("--force", help="Add it as it is, whatever is there; asks nobody.")
    ] = False,
) -> None:
    """Add feeds; a site's page is asked for its feeds."""
    with open_session(ctx, quiet=True) as session:
        settings = _settings(
            title=title,
            author=author,
            categories=category,
            timezone=timezone,
            interval=interval,
            full_text=full_text,
            proxy=proxy,
        )
        refused = []
        for url in urls:
            try:
                add_one(session, checked_address(url), settings, check and not force)
            except UsageError as error:
                refused.append(str(error))
    if len(refused) < len(urls):
        say("look at what is due with: guidang poll")
    if refused:
        raise UsageError("\nguidang: ".join(refused))


def _settings(**given: Any) -> FeedSettings:
    """Settings from options; those that were not given are not set."""
    from pydantic import ValidationError

    from ingest.config import FeedSettings

    try:
        return FeedSettings.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        problems = [
            f"--{str(fault['loc'][0]).replace('_', '-')}: "
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors()
        ]
        raise UsageError("; ".join(problems)) from None


@app.command("import")
def import_opml(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list of feeds.")],
) -> None:
    """Add the feeds of an OPML file, its folders as categories."""
    from ingest.reading.opml import read_opml
    from ingest.store import feeds as store

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    listed = read_opml(body, str(file))
    with open_session(ctx, quiet=True) as session:
        wanted = [
            (session.database.read(store.address_of_new, one.url, session.instances), one.settings)
            for one in listed.feeds
        ]
        added = session.database.write(store.add_all, wanted, now=session.now)
    for problem in listed.problems:
        say(f"left out: {problem}")
    say(f"{counted(added, 'feed')} added, {len(listed.feeds) - added} on the list already")
    if listed.damage:
        say(f"{file}: {listed.damage}: what follows was not read; export the list again")
    if listed.damage or not listed.feeds:
        raise typer.Exit(1)


@app.command()
def export(ctx: typer.Context) -> None:
    """Print the list as OPML; without passwords and keys."""
    from ingest.reading.opml import write_opml
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        feeds = session.database.read(store.every)
    listed = ((feed.url, feed.name, feed.link, feed.settings) for feed in feeds)
    print(write_opml(listed), end="")


@app.command("list")
def list_feeds(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List all feeds."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        feeds = session.database.read(store.every)
        counts = session.database.read(store.entry_counts)
    if as_json:
        print_json([all_of(feed, counts.get(feed.id, 0)) for feed in feeds])
        return
    print_table(
        ["id", "feed", "entries", "state", "next look", "address"],
        [
            (f.id, f.name, counts.get(f.id, 0), condition(f), next_look(f), shown_url(f))
            for f in feeds
        ],
    )


@app.command()
def show(ctx: typer.Context, name: FeedName, as_json: JsonOption = False) -> None:
    """Show one feed, its settings and its last polls."""
    from ingest.store import feeds as store
    from ingest.store import polls

    with open_session(ctx, quiet=True) as session:
        feed = session.database.read(store.find, [name])[0]
        counts = session.database.read(store.entry_counts)
        last = session.database.read(polls.last, feed.id, 10)
    shown = all_of(feed, counts.get(feed.id, 0))
    if as_json:
        print_json(shown | {"polls": last})
        return
    for label, value in facts_of(shown):
        say(f"{label}: {value}")
    print_table(
        ["polled", "outcome", "new", "edited", "unchanged", "bytes", "seconds", "error"],
        [(local(poll["started_at"]), *(poll[name] for name in _POLL_COLUMNS)) for poll in last],
    )


@app.command()
def explain(ctx: typer.Context, name: FeedName, as_json: JsonOption = False) -> None:
    """Tell when a feed is looked at next, and why."""
    from ingest.store import feeds as store
    from ingest.store import polls

    with open_session(ctx, quiet=True) as session:
        feed = session.database.read(store.find, [name])[0]
        pause = session.database.read(polls.host_pauses).get(feed.server)
    explained = explanation(feed, pause if pause and pause.until > session.now else None)
    if as_json:
        print_json(explained)
        return
    say(feed.name)
    for label, value in facts_of(explained):
        say(f"  {label}: {value}")


_POLL_COLUMNS = ("outcome", "new", "edited", "unchanged", "size", "seconds", "error")


@app.command("set")
def set_feed(
    ctx: typer.Context,
    name: FeedName,
    category: Categories = None,
    title: Title = None,
    author: Author = None,
    timezone: Timezone = None,
    interval: Interval = None,
    full_text: FullText = None,
    proxy: FeedProxy = None,
    follow_moves: FollowMoves = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Its new address; its entries stay.")
    ] = None,
) -> None:
    """Change a feed's settings, or its address.

    An empty value ('') takes a setting back.
    """
    from ingest.store import feed_moves
    from ingest.store import feeds as store

    given = {
        "categories": category,
        "title": title,
        "author": author,
        "timezone": timezone,
        "interval": interval,
        "full_text": full_text,
        "proxy": proxy,
        "follow_moves": follow_moves,
    }
    changes = {key: value for key, value in given.items() if value is not None}
    if not changes and url is None:
        raise UsageError("nothing to set; see: guidang feeds set --help")
    address = None if url is None else checked_address(url)
    with open_session(ctx, quiet=True) as session:
        feed = session.database.read(store.find, [name])[0]
        _refuse_if_in_file(session, feed)
        merged = feed.settings.as_json() | changes
        settings = _settings(**{k: v for k, v in merged.items() if v not in ("", [""])})
        if address is not None:
            new = session.database.read(store.address_of_new, address, session.instances)
            session.database.write(feed_moves.move, feed.id, new, now=session.now)
        if changes:
            session.database.write(store.change, feed.id, settings)
    if address is not None:
        changes["url"] = address
        if settings.headers or settings.auth:
            say("its headers and its password go to the server of the new address from now on")
    say(f"set {feed.id}  {feed.name}: {', '.join(changes)}")
    if {"categories", "title", "author", "url"} & changes.keys():
        say("render its records again with: guidang archive")


def _refuse_if_in_file(session: Session, feed: FeedState) -> None:
    if feed.origin == "file" and feed.url in {one.url for one in session.feeds}:
        raise ConfigError(
            str(session.file), (f"[[feeds]] {feed.url}: is set there; change it there",)
        )


@app.command()
def pause(ctx: typer.Context, names: FeedNames) -> None:
    """Look at feeds no more until they are resumed."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        for feed in session.database.read(store.find, names):
            session.database.write(store.pause, feed.id, now=session.now, reason=store.BY_COMMAND)
            say(f"paused {feed.id}  {feed.name}")


@app.command()
def resume(ctx: typer.Context, names: FeedNames) -> None:
    """Look at paused feeds again."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        for feed in session.database.read(store.find, names):
            if feed.paused_reason == store.NOT_IN_FILE:
                raise UsageError(
                    f"{feed.name} was taken out of {session.file}; name it there again, or take it "
                    f"off the list: guidang feeds remove {feed.id}"
                )
            session.database.write(store.resume, feed.id, now=session.now)
            say(f"resumed {feed.id}  {feed.name}")


@app.command()
def remove(
    ctx: typer.Context,
    names: FeedNames,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    delete_entries: Annotated[
        bool,
        typer.Option("--delete-entries", help="Delete the entries and files kept of it, too."),
    ] = False,
) -> None:
    """Take feeds off the list; their entries are kept.

    With --delete-entries these are deleted, too.
    """
    from ingest.archive import Archive
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        archive = Archive(session.config.archive, session.database)
        for feed in session.database.read(store.find, names):
            _refuse_if_in_file(session, feed)
            what = "and DELETE all its entries" if delete_entries else "(its entries are kept)"
            if not yes:
                typer.confirm(f"remove {feed.name} {what}?", abort=True)
            if delete_entries:
                archive.delete_feed(feed.id)
            session.database.write(store.remove, feed.id, now=session.now, entries=delete_entries)
            say(f"removed {feed.id}  {feed.name}")
