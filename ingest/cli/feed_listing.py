"""`guidang feeds list`, `show` and `explain`: show feeds, as text or as JSON."""

from __future__ import annotations

import typer

from ingest.cli.feed_options import FeedName
from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import open_session
from ingest.messages import _, recognized
from ingest.views.feeds import (
    all_of,
    condition,
    explanation,
    facts_of,
    next_poll,
    poll_cells,
    shown_url,
)


def list_feeds(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List all feeds."""
    from ingest.store import feeds as store

    with open_session(ctx, quiet=True) as session:
        feeds = session.database.query(store.every)
        counts = session.database.query(store.entry_counts)
    if as_json:
        print_json([all_of(feed, counts.get(feed.id, 0)) for feed in feeds])
        return
    print_table(
        [_("id"), _("feed"), _("entries"), _("state"), _("next poll"), _("address")],
        [
            (
                f.id,
                f.name,
                counts.get(f.id, 0),
                recognized(condition(f)),
                next_poll(f),
                shown_url(f),
            )
            for f in feeds
        ],
        if_empty=_("there is no feed yet; add one with: guidang feeds add URL"),
    )


def show(ctx: typer.Context, name: FeedName, as_json: JsonOption = False) -> None:
    """Show one feed, its settings and its last polls."""
    from ingest.store import feeds as store
    from ingest.store import polls

    with open_session(ctx, quiet=True) as session:
        feed = session.database.query(store.find, [name])[0]
        counts = session.database.query(store.entry_counts)
        last = session.database.query(polls.last, feed.id, 10)
    shown = all_of(feed, counts.get(feed.id, 0))
    if as_json:
        print_json(shown | {"polls": last})
        return
    for label, value in facts_of(shown):
        say(_("{label}: {value}", label=label, value=value))
    print_table(
        [_("poll"), _("bytes"), _("seconds"), _("result")],
        map(poll_cells, last),
        if_empty=_("not polled yet; to do so now: guidang poll {id}", id=feed.id),
    )


def explain(ctx: typer.Context, name: FeedName, as_json: JsonOption = False) -> None:
    """Show when a feed is polled next, and why."""
    from ingest.store import feeds as store
    from ingest.store import polls

    with open_session(ctx, quiet=True) as session:
        feed = session.database.query(store.find, [name])[0]
        pause = session.database.query(polls.host_pauses).get(feed.server)
    explained = explanation(feed, pause if pause and pause.until > session.now else None)
    if as_json:
        print_json(explained)
        return
    say(feed.name)
    for label, value in facts_of(explained):
        say("  " + _("{label}: {value}", label=label, value=value))
