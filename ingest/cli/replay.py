"""`guidang replay`: normalise what is kept again, with the rules of today."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.output import counted, say
from ingest.cli.session import open_session


def replay(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEED]...", help="Feeds by number, address or title; else all."),
    ] = None,
) -> None:
    """Read the kept bytes again with the rules of today.

    It needs no network and makes no revisions.
    """
    from ingest.archive import Archive
    from ingest.replay import replay_feed
    from ingest.store import feeds as store

    with open_session(ctx) as session:
        database = session.database
        feeds = database.read(store.find, names) if names else database.read(store.every)
        changed = sum(replay_feed(database, feed) for feed in feeds)
        folder = Archive(session.config.archive, database)
        folder.prepare(now=session.now)
        written = folder.render_due(now=session.now)
    say(f"{counted(changed, 'entry')} changed, {counted(written, 'file')} written")
