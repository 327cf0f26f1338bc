"""`guidang export`: write many entries to one file, for other programs and for researchers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from ingest.cli.days import Since, Until, span
from ingest.cli.output import console
from ingest.cli.session import Session, open_session
from ingest.errors import UsageError
from ingest.messages import _, ngettext

if TYPE_CHECKING:
    from ingest.exports import Outcome
    from ingest.exports.format import Format
    from ingest.exports.run import Tell
    from ingest.store.export_pages import Choice
    from ingest.store.exports import Wanted

_Out = Annotated[str, typer.Argument(metavar="OUT", help="The file; - is standard output.")]
_Form = Annotated[
    Literal["jsonl", "parquet", "csv", "warc", "wacz", "atom", "jsonfeed", "epub"],
    typer.Option("--format", help="The form of the file."),
]
_Where = Annotated[
    str | None,
    typer.Option("--where", metavar="QUERY", help="Only entries that meet a query."),
]
_Feeds = Annotated[
    list[str] | None,
    typer.Option("--feed", help="Only entries of this feed: number, address or title. Repeatable."),
]
_Revisions = Annotated[
    bool, typer.Option("--revisions", help="Also the earlier versions of entries.")
]
_Captures = Annotated[
    bool, typer.Option("--captures", help="Also the publisher's bytes of each entry.")
]
_Text = Annotated[bool, typer.Option("--text", help="Also the visible text, without HTML.")]
_Public = Annotated[
    bool | None,
    typer.Option(
        "--public/--private",
        help="Whether excerpt_only and publish_after of feeds hold, as in public outputs. Default: "
        "they hold for atom, jsonfeed and epub.",
    ),
]
_Card = Annotated[
    bool,
    typer.Option("--card/--no-card", help="Describe the file in OUT.README.md, for researchers."),
]
_Force = Annotated[
    bool, typer.Option("--force", help="Replace OUT; begin an unfinished export anew.")
]


def export(
    ctx: typer.Context,
    out: _Out,
    form: _Form,
    where: _Where = None,
    feed: _Feeds = None,
    since: Since = None,
    until: Until = None,
    revisions: _Revisions = False,
    captures: _Captures = False,
    text: _Text = False,
    public: _Public = None,
    card: _Card = True,
    force: _Force = False,
) -> None:
    """Write many entries to one file.

    If it is stopped, the same command continues it.
    """
    from ingest.exports import FORMATS, Export, run, run_to_stream
    from ingest.store.exports import Wanted

    wanted = Wanted(revisions=revisions, captures=captures, text=text)
    _refuse_extras(FORMATS[form], wanted, public)
    with open_session(ctx, quiet=True) as session:
        choice, asked = _choose(session, where, feed or [], (since, until))
        if public or (public is None and FORMATS[form].is_public):
            choice = replace(choice, public_at=session.now)
        if public is not None:
            asked["--public" if public else "--private"] = ""
        if choice.has_words and FORMATS[form].has_documents:
            raise UsageError(f"--format {form} takes fields in --where, and no words")
        order = Export(format=FORMATS[form], choice=choice, wanted=wanted, asked=asked)
        with _telling() as tell:
            if out == "-":
                run_to_stream(session.database, order, sys.stdout.buffer, tell)
                return
            done = run(session.database, order, Path(out), tell, force=force, has_card=card)
        _report(done, out)


def _refuse_extras(form: Format, wanted: Wanted, public: bool | None) -> None:
    """Raise `UsageError` if an option does not apply to the format."""
    for name in ("revisions", "captures", "text"):
        if getattr(wanted, name) and name not in form.extras:
            raise UsageError(f"--{name} does not go with --format {form.name}")
    if public and form.has_documents:
        raise UsageError(f"--format {form.name} has whole documents; --public does not go with it")


def _choose(
    session: Session, where: str | None, names: list[str], days: tuple[str | None, str | None]
) -> tuple[Choice, dict[str, str]]:
    """Return the choice of entries, and the options for the corpus card (OUT.README.md)."""
    from ingest.query import parse_query
    from ingest.store import feeds
    from ingest.store.export_pages import Choice

    name = session.config.timezone
    zone = ZoneInfo(name)
    since, until = span(*days, zone)
    found = session.database.query(feeds.find, names)
    choice = Choice(
        feed_ids=tuple(sorted({one.id for one in found})) if names else None,
        since=since,
        until=until,
        where=parse_query(where, zone) if where is not None else None,
    )
    asked = {
        "--where": where,
        "--feed": ", ".join(sorted({one.slug for one in found})),
        "--since": since and f"{days[0]} {name}",
        "--until": until and f"{days[1]} {name}",
    }
    return choice, {name: value for name, value in asked.items() if value}


@contextlib.contextmanager
def _telling() -> Iterator[Tell]:
    """Yield a function that shows the progress on standard error, if that is a terminal."""
    terminal = console(errors=True)
    if not terminal.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda count, total: progress.update(task, completed=count, total=total)


def _report(done: Outcome, out: str) -> None:
    from ingest.cli.output import say

    if done.earlier:
        say(_("continued after {count:,} entries", count=done.earlier))
    say(
        ngettext(
            "{count:,} entry written to {file}",
            "{count:,} entries written to {file}",
            done.entries,
            file=out,
        )
    )
