"""`guidang entries`: what is kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ingest.cli.output import JsonOption, local, print_json, print_table, say, spoken
from ingest.cli.session import open_session
from ingest.errors import UsageError

app = typer.Typer(help="The entries that are kept: list them, show one.", no_args_is_help=True)

_SHOWN_AT_ONCE = 50
_LONGEST_TITLE = 80  # in a table; "entries show" and --json have all of it


@app.command("list")
def list_entries(
    ctx: typer.Context,
    feed: Annotated[
        str | None, typer.Option("--feed", help="Only this feed's: number, address or title.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, max=10**9, help="At most so many (else 50; with --json all)."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List entries, newest first."""
    from ingest.store import feeds, listings

    with open_session(ctx, quiet=True) as session:
        feed_id = session.database.read(feeds.find, [feed])[0].id if feed else None
        shown = limit if limit or as_json else _SHOWN_AT_ONCE
        rows = session.database.read(listings.listing, feed_id=feed_id, limit=shown)
    if as_json:
        print_json(rows)
        return
    print_table(
        ["id", "date", "title", "edited", "feed"],
        [
            (
                row["id"],
                local(row["published_at"] or row["first_seen_at"]),
                _cut(row["title"]),
                row["revisions"] or "",
                row["feed_url"],
            )
            for row in rows
        ],
    )


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"


@app.command()
def show(
    ctx: typer.Context,
    entry: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The entry's number.")],
    as_json: JsonOption = False,
) -> None:
    """Show one entry with its earlier revisions."""
    from ingest.store import listings

    with open_session(ctx, quiet=True) as session:
        row = session.database.read(listings.show, entry)
    if row is None:
        raise UsageError(f"there is no entry {entry}; see: guidang entries list")
    if as_json:
        print_json(row)
    else:
        _print_entry(row)


def _print_entry(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name not in {"html", "revisions"} and value not in (None, [], ""):
            say(f"{name}: {spoken(value)}")
    for revision in row["revisions"]:
        say(
            f"revision {revision['version']}, seen {local(revision['seen_at'])}, replaced "
            f"{local(revision['replaced_at'])}: {revision['title']}"
        )
    say()
    for line in row["html"].splitlines():
        say(line)
