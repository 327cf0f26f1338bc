"""`guidang replay`: read stored documents again with the current rules."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.output import say
from ingest.cli.session import open_session
from ingest.messages import _, ngettext


def replay(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FEED]...", help="Feeds by number, address or title. Default: all."
        ),
    ] = None,
) -> None:
    """Read stored documents again with the current rules.

    It needs no network and creates no revisions.
    """
    from ingest.follow.files import outputs_of
    from ingest.replay import join_doubles, replay_feed, replay_unread
    from ingest.store import feeds as store
    from ingest.workers import Workers

    with open_session(ctx) as session, Workers(1) as workers:
        database = session.database
        feeds = database.query(store.find, names) if names else database.query(store.every)
        read = sum(replay_unread(database, feed, workers) for feed in feeds)
        changed = sum(replay_feed(database, feed, workers, now=session.now) for feed in feeds)
        now = session.now
        outputs = outputs_of(session.config, database)
        for output in outputs:
            output.prepare(now=now)
        joined = sum(join_doubles(database, outputs, feed, now=now) for feed in feeds)
        written = sum(output.render_due(now=now) for output in outputs)
    _report(read, changed, joined, written)


def _report(read: int, changed: int, joined: int, written: int) -> None:
    if read:
        say(
            ngettext(
                "{count:,} entry read that could not be read before",
                "{count:,} entries read that could not be read before",
                read,
            )
        )
    if joined:
        say(
            ngettext(
                "{count:,} duplicate of a moved site merged",
                "{count:,} duplicates of a moved site merged",
                joined,
            )
        )
    entries = ngettext("{count:,} entry changed", "{count:,} entries changed", changed)
    files = ngettext("{count:,} file written", "{count:,} files written", written)
    say(_("{entries}, {files}", entries=entries, files=files))
