"""`guidang entries`: list and show entries."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from ingest.cli.days import Since, Until, span
from ingest.cli.duplicates import duplicate_facts
from ingest.cli.output import JsonOption, print_json, print_json_list, print_table, say
from ingest.cli.search import parse, warn_if_filling
from ingest.cli.session import open_session
from ingest.errors import UsageError
from ingest.messages import _
from ingest.views.duplicates import duplicates_as_json
from ingest.views.entries import facts_of
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.store.listings import Selection
    from ingest.views.duplicates import Duplicate

app = typer.Typer(help="List and show entries.", no_args_is_help=True)

_SHOWN_AT_ONCE = 50
_PAST_ALL = 2**63  # larger than any number in a database
_LONGEST_TITLE = 80  # characters in a table; `entries show` and --format print whole titles

_Category = Annotated[
    str | None,
    typer.Option("--category", help="Only entries with this category, their own or the feed's."),
]
_Query = Annotated[
    str | None, typer.Option("--search", help="Only entries that meet a search query.")
]
_Format = Annotated[
    Literal["table", "json", "csv"],
    typer.Option("--format", help="A table, or all fields as JSON or CSV."),
]


@app.command("list")
def list_entries(
    ctx: typer.Context,
    feed: Annotated[
        str | None,
        typer.Option("--feed", help="Only entries of this feed: number, address or title."),
    ] = None,
    category: _Category = None,
    since: Since = None,
    until: Until = None,
    query: _Query = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, max=10**9, help="At most this many. Default: 50 in a table, else all."
        ),
    ] = None,
    form: _Format = "table",
    as_json: JsonOption = False,
) -> None:
    """List entries, newest first."""
    from ingest.store import feeds, listings

    form = "json" if as_json else form
    with open_session(ctx, quiet=True) as session:
        first, end = span(since, until, ZoneInfo(session.config.timezone))
        selection = listings.Selection(
            feed_id=session.database.query(feeds.find, [feed])[0].id if feed else None,
            category=category,
            since=first,
            until=end,
        )
        most = limit if limit or form != "table" else _SHOWN_AT_ONCE
        if query is None:
            _print_rows(listings.listing(session.database, selection, limit=most), form)
        else:
            _print_hits(session, query, selection, most, form)


def _print_hits(
    session: Session, query: str, selection: Selection, most: int | None, form: str
) -> None:
    """Print the entries of a selection that match a search query."""
    from ingest.store.search.listing import listing, within

    node = within(parse(session, [query]), selection)
    _print_rows(listing(session.database, node, limit=most), form)
    warn_if_filling(session)


def _print_rows(rows: Iterable[dict[str, Any]], form: str) -> None:
    if form == "json":
        print_json_list(rows)
    elif form == "csv":
        _print_csv(rows)
    else:
        print_table(
            [_("id"), _("date"), _("title"), _("edited"), _("feed")],
            map(_table_row, rows),
            if_empty=_("no such entry"),
        )


_CSV_COLUMNS = (
    "id feed_title feed_url feed_categories title author categories published_at published_method"
    " published_precision first_seen_at updated_at language link guid lead_image revisions files"
    " text"
).split()


def _print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as CSV (RFC 4180) with a heading; lists are joined by semicolons."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for row in rows:
        writer.writerow([_csv_value(row[name]) for name in _CSV_COLUMNS])


def _csv_value(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else value


def _table_row(row: dict[str, Any]) -> tuple[object, ...]:
    at = local(row["published_at"] or row["first_seen_at"])
    return row["id"], at, _shorten(row["title"]), row["revisions"] or "", row["feed_title"]


def _shorten(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"


@app.command()
def show(
    ctx: typer.Context,
    entry: Annotated[
        str, typer.Argument(metavar="NUMBER|LINK", help="The entry's number, or one of its links.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Show one entry with its links and earlier versions."""
    from ingest.store import listings, takedowns
    from ingest.store.likeness.listing import cluster_with

    with open_session(ctx, quiet=True) as session:
        number = int(entry) if entry.isdecimal() else _number_of(session, entry)
        row = session.database.query(listings.show, number) if 0 < number < _PAST_ALL else None
        cluster = session.database.query(cluster_with, number) if row is not None else None
        reason = session.database.query(takedowns.reason_of, number) if number < _PAST_ALL else None
    if row is None and reason is not None:
        raise UsageError(reason)
    if row is None:
        raise UsageError(f"there is no entry {entry}; see: guidang entries list")
    if as_json:
        print_json(row | duplicates_as_json(cluster))
    else:
        _print_entry(row, cluster.others if cluster else ())


def _number_of(session: Session, link: str) -> int:
    """Return the number of the only entry that has or had a link.

    Raise `UsageError` if there is no such entry, or more than one.
    """
    from ingest.reading.dedupe import link_key_of
    from ingest.reading.links import canonical_link
    from ingest.store import addresses
    from ingest.urls import absolute_link

    canonical = canonical_link(absolute_link(link, None))
    if canonical is None:
        raise UsageError(f"{link} is neither a number nor a link; see: guidang entries list")
    found = session.database.query(addresses.entries_at, link_key_of(canonical))
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        raise UsageError(f"{len(found)} entries have this link: {numbers}; give the number")
    if not found:
        raise UsageError(f"no entry has the link {link}; see: guidang entries list")
    return found[0]


def _print_entry(row: dict[str, Any], duplicates: Iterable[Duplicate]) -> None:
    for label, value in (*facts_of(row), *duplicate_facts(duplicates)):
        say(_("{label}: {value}", label=label, value=value))
    say()
    for line in row["html"].splitlines():
        say(line)
