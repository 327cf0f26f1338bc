"""`guidang archive`: render what is missing, render all again, or compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, counted, print_json, say
from ingest.cli.session import open_session
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.archive import Archive


def archive(
    ctx: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Render every record again from the store.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only list what differs; exit 1 if anything does.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Render the records that are missing or outdated."""
    from ingest.archive import Archive

    if rebuild and check:
        raise UsageError("--rebuild writes and --check does not; take one of them")
    with open_session(ctx) as session:
        folder = Archive(session.config.archive, session.database)
        if check:
            return _check(folder, as_json)
        render = folder.rebuild if rebuild else folder.restore_missing
        written = render(now=session.now)
    if as_json:
        print_json({"written": written, "path": str(folder.root)})
    else:
        say(f"{counted(written, 'file')} written in {folder.root}")
    return 0


def _check(folder: Archive, as_json: bool) -> int:
    differences = folder.check()
    if as_json:
        print_json([{"path": one.path, "what": one.what} for one in differences])
    else:
        for one in differences:
            say(f"{one.what}: {one.path}")
        say(
            f"{counted(len(differences), 'difference')}"
            + ("; mend with: guidang archive --rebuild" if differences else "")
        )
    return 1 if differences else 0
