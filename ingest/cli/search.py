"""`guidang search`: find entries by their words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from ingest.cli.output import JsonOption, print_json_list, say
from ingest.cli.session import open_session
from ingest.logs import printable
from ingest.messages import _, ngettext
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.query import Node
    from ingest.store.search.shown import ShownHit
    from ingest.views.hits import Piece

_SHOWN_AT_ONCE = 20


_Query = Annotated[
    list[str],
    typer.Argument(
        metavar="QUERY", help="Words, “phrases”, -word, OR, and fields such as feed: and after:."
    ),
]


def search(
    ctx: typer.Context,
    query: _Query,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10**6, help="At most this many hits.")
    ] = _SHOWN_AT_ONCE,
    sort: Annotated[
        Literal["relevance", "date"], typer.Option("--sort", help="The best first, or the newest.")
    ] = "relevance",
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="PLACE", help="Go on after this hit (`place` in --json)."),
    ] = None,
    as_json: JsonOption = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print only the numbers.")] = False,
) -> None:
    """Find entries by words, and show the words in context.

    Traditional and Simplified characters, upper and lower case, full and half width are the same.
    """
    from ingest.store.search import find
    from ingest.store.search.shown import shown

    with open_session(ctx, quiet=True) as session:
        node = parse(session, query)
        place = find.place_of(after) if after else None
        found = session.database.query(find.search, node, limit=limit, sort=sort, after=place)
        hits = [] if ids else session.database.query(shown, node, found)
        if ids:
            for one in found:
                say(str(one.entry_id))
        elif as_json:
            print_json_list(one.as_json() for one in hits)
        else:
            _show(hits)
        warn_if_filling(session)


def parse(session: Session, query: Sequence[str]) -> Node:
    """Parse a query, which may be given as several arguments; return its tree.

    Raise `UsageError` if the configuration turns the search index off.
    """
    from ingest.errors import UsageError
    from ingest.query import parse_query

    if not session.config.search.enabled:
        raise UsageError("the search index is off; set search.enabled = true in the configuration")
    return parse_query(" ".join(query), ZoneInfo(session.config.archive.timezone))


def warn_if_filling(session: Session) -> None:
    """Print on standard error how many entries still have to be indexed, if any."""
    from ingest.store.search.index import filling

    state = session.database.query(filling)
    if state.due:
        text = ngettext(
            "the search index lacks {count:,} entry (it has {indexed:,}); the service fills it, or "
            "the next guidang poll",
            "the search index lacks {count:,} entries (it has {indexed:,}); the service fills it, "
            "or the next guidang poll",
            state.due,
            indexed=state.indexed,
        )
        print(text, file=sys.stderr)


def _show(hits: Sequence[ShownHit]) -> None:
    if not hits:
        say(_("no such entry"))
    for shown in hits:
        entry = shown.entry
        at = local(entry["published_at"] or entry["first_seen_at"])
        print(f"{entry['id']}  {_highlight(shown.hit.title)}")
        say(f"    {at}  {entry['feed_title']}")
        if shown.hit.excerpt:
            print(f"    {_highlight(shown.hit.excerpt)}")


def _highlight(pieces: Sequence[Piece]) -> str:
    """Return a line, with the words of the query in bold on a terminal."""
    start, end = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    texts = [(printable(piece.text), piece.is_hit) for piece in pieces]
    return "".join(f"{start}{text}{end}" if is_hit else text for text, is_hit in texts)
