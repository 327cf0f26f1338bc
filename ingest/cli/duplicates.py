"""`guidang duplicates`: list the entries that tell the same story."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, print_json_list, say
from ingest.cli.session import open_session
from ingest.messages import _, ngettext
from ingest.views.duplicates import cluster_as_json, relation_of
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.views.duplicates import Cluster, Duplicate, Member


def duplicates(
    ctx: typer.Context,
    feed: Annotated[
        str | None,
        typer.Option("--feed", help="Only stories of this feed: number, address or title."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the groups of entries that tell the same story."""
    from ingest.errors import UsageError
    from ingest.store import feeds
    from ingest.store.likeness.listing import clusters

    with open_session(ctx, quiet=True) as session:
        if not session.config.duplicates.enabled:
            raise UsageError(
                "near-duplicates are off; set duplicates.enabled = true in the configuration"
            )
        query = session.database.query
        feed_id = query(feeds.find, [feed])[0].id if feed else None
        found = query(lambda connection: [*clusters(connection, feed_id=feed_id)])
        if as_json:
            print_json_list(map(cluster_as_json, found))
        else:
            _show(found)
        _warn_if_behind(session)


def _show(found: list[Cluster]) -> None:
    if not found:
        say(_("no duplicates"))
    for cluster in found:
        say(_line(cluster.first))
        for one in cluster.others:
            say(f"    {_line(one.entry)}")
            say(f"        {relation_of(one)}")


def _line(entry: Member) -> str:
    return f"{entry.id}  {entry.title}  ({entry.feed_title}, {local(entry.at)})"


def duplicate_facts(others: Iterable[Duplicate]) -> Iterator[tuple[str, str]]:
    """Yield labels and values for the duplicates of one entry."""
    for one in others:
        label = _("canonical entry") if one.entry.is_canonical else _("duplicate")
        yield label, f"{_line(one.entry)}: {relation_of(one)}"


def _warn_if_behind(session: Session) -> None:
    """Print on standard error how many entries still have to be compared, if any."""
    from ingest.store.due import lags
    from ingest.store.likeness.write import LIKENESS

    behind = sum(lag.due for lag in session.database.query(lags) if lag.follower == LIKENESS)
    if behind:
        text = ngettext(
            "{count:,} entry has not been compared yet; the service does it, or the next guidang "
            "poll",
            "{count:,} entries have not been compared yet; the service does it, or the next "
            "guidang poll",
            behind,
        )
        print(text, file=sys.stderr)
