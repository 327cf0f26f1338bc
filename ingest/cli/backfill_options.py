"""The options of `guidang backfill`, and what `--from` looks for."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.output import say
from ingest.messages import _

SOURCES = ("auto", "rfc5005", "paged", "rsshub", "sitemap", "wayback")

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FEED]...",
        help='Feeds by number, address or title; or "list", to list the runs so far.',
    ),
]
Source = Annotated[str, typer.Option("--source", help=f"Where to look: {', '.join(SOURCES)}.")]
Paths = Annotated[
    list[str] | None,
    typer.Option(
        "--from", metavar="PATH...", help="Read files, folders and archives instead of the network."
    ),
]
Feed = Annotated[
    str | None, typer.Option("--feed", help="The feed that all of these files belong to.")
]
Drafts = Annotated[
    bool, typer.Option("--drafts", help="Include drafts, protected posts and templates.")
]
AddFeeds = Annotated[
    bool, typer.Option("--add-feeds", help="Add the feeds of these files that are on no list.")
]
Token = Annotated[
    str, typer.Option("--token", help="The API token of another reader's server, or env:NAME.")
]
Marks = Annotated[
    bool,
    typer.Option("--marks", help="Use what you marked in another reader (read, starred) as tags."),
]
Most = Annotated[
    int | None,
    typer.Option("--max-documents", min=1, max=10**9, help="Stop after this many documents."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only list the documents that would be read first.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the last incomplete run.")]
Restart = Annotated[
    bool, typer.Option("--restart", help="Start over, including what is already done.")
]


def show_what_is_known() -> None:
    """Print what `--from` looks for."""
    from ingest.sources.readers.registry import programs

    say(
        _(
            "nothing of this could be read; --from looks for feed documents (RSS, Atom, JSON "
            "Feed), lists of feeds (OPML), posts with front matter, WordPress exports, web "
            "archives (WARC, WACZ), zip and tar files of these, and what these programs hold: "
            "{programs}",
            programs=", ".join(programs()),
        )
    )
