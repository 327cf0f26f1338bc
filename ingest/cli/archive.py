"""`guidang archive`: render what is missing, render all again, or compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, counted, print_json, say
from ingest.cli.session import open_session
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.archive import Archive, Difference


def archive(
    ctx: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Render every record again from the store.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only list what differs; exit 1 if a record does.")
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


def _as_json(one: Difference) -> dict[str, str]:
    return {"path": one.path, "what": one.what} | ({"note": one.note} if one.note else {})


def _check(folder: Archive, as_json: bool) -> int:
    differences = folder.check()
    ours = [one for one in differences if one.what not in {"foreign", "apart"}]
    if as_json:
        print_json([_as_json(one) for one in differences])
    else:
        for one in differences:
            say(f"{one.what}: {one.path}" + (f" ({one.note})" if one.note else ""))
        foreign = sum(one.what == "foreign" for one in differences)
        beside = f", and {counted(foreign, 'foreign file')} that nobody touches" if foreign else ""
        mend = "; mend with: guidang archive --rebuild" if ours else ""
        say(f"{counted(len(ours), 'difference')}{beside}{mend}")
    return 1 if ours else 0
