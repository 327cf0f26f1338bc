"""`guidang archive`: write missing files, or rebuild, compare or rename all files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, print_json, say
from ingest.cli.session import Session, open_session
from ingest.errors import UsageError
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from ingest.follow.files import Difference, Output


Redirects = Annotated[
    Path | None,
    typer.Option(
        "--redirects", metavar="FILE", help="Write the old addresses and the new ones to a file."
    ),
]


def archive(
    ctx: typer.Context,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Write every file again from the database, now: guidang follow rebuild files "
            "leaves it to the service.",
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only list differences; exit with 1 if a file differs.")
    ] = False,
    rename: Annotated[
        bool, typer.Option("--rename", help="Move all files to the paths that new ones get.")
    ] = False,
    redirects: Redirects = None,
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="NAME", help="Only this output. Default: all of them."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Write the files that are missing or outdated, of all outputs."""
    if rebuild + check + rename > 1:
        raise UsageError("--rebuild, --check and --rename exclude each other; choose one of them")
    with open_session(ctx) as session:
        chosen = _chosen(session, output)
        if check:
            return _check(chosen, as_json)
        if rename or redirects:
            return _rename(session, chosen, redirects, as_json, only_list=not rename)
        return _write_all(session, chosen, rebuild=rebuild, as_json=as_json)


def _chosen(session: Session, name: str | None) -> Sequence[Output]:
    """Return the outputs to work on; raise `UsageError` if no output has this name."""
    from ingest.follow.files import outputs_of

    outputs = outputs_of(session.config, session.database)
    chosen = [output for output in outputs if name in {None, output.config.name}]
    if not chosen:
        names = ", ".join(output.config.name for output in outputs)
        raise UsageError(f"no output is called {name!r}; there are: {names}")
    return chosen


def _write_all(session: Session, outputs: Sequence[Output], *, rebuild: bool, as_json: bool) -> int:
    written = [_write(one, session, rebuild=rebuild, as_json=as_json) for one in outputs]
    if as_json:
        print_json(written[0] if len(written) == 1 else written)
    return 0


def _write(output: Output, session: Session, *, rebuild: bool, as_json: bool) -> dict[str, object]:
    """Write the files of an output; print the number of files, unless `as_json`."""
    write = output.rebuild if rebuild else output.restore_missing
    written = write(now=session.now)
    if not as_json:
        say(_count_of_files(written, output.root))
        if output.other_paths:
            say(_off_template(output.other_paths))
    return {"output": output.config.name, "written": written, "path": str(output.root)}


def _count_of_files(count: int, root: Path) -> str:
    return ngettext(
        "{count:,} file written in {folder}",
        "{count:,} files written in {folder}",
        count,
        folder=root,
    )


def _off_template(count: int) -> str:
    return ngettext(
        "{count:,} file has another path than new ones get; to move it: guidang archive --rename",
        "{count:,} files have other paths than new ones get; to move them: "
        "guidang archive --rename",
        count,
    )


def _rename(
    session: Session,
    outputs: Sequence[Output],
    redirects: Path | None,
    as_json: bool,
    *,
    only_list: bool,
) -> int:
    from ingest.follow.files.renaming import Renaming

    if redirects and len(outputs) > 1:
        raise UsageError("--redirects is about one output; name it with --output")
    for output in outputs:
        renaming = Renaming(output.config, session.database, session.config.images)
        moved = 0 if only_list else renaming.rename(now=session.now)
        if redirects:
            _write_redirects(redirects, renaming.redirects())
        if as_json:
            print_json({"renamed": moved, "path": str(output.root)})
        elif not only_list:
            say(_count_of_moved(moved, output.root))
    if redirects and not as_json:
        say(_("old addresses are listed in {file}", file=redirects))
    return 0


def _count_of_moved(count: int, root: Path) -> str:
    return ngettext(
        "{count:,} file moved in {folder}", "{count:,} files moved in {folder}", count, folder=root
    )


def _write_redirects(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _as_json(one: Difference) -> dict[str, str]:
    return {"path": one.path, "what": one.what} | ({"note": one.note} if one.note else {})


_NAMES = {
    "missing": _("missing"),
    "changed": _("changed"),
    "outdated": _("outdated"),
    "foreign": _("foreign"),
    "apart": _("apart"),
}


def _count_of(ours: int, foreign: int) -> str:
    found = ngettext("{count:,} difference", "{count:,} differences", ours)
    if foreign:
        beside = ngettext("{count:,} foreign file", "{count:,} foreign files", foreign)
        found = _(
            "{differences}, and {files} that Guidang leaves alone", differences=found, files=beside
        )
    return found + (_("; repair with: guidang archive --rebuild") if ours else "")


def _check(outputs: Sequence[Output], as_json: bool) -> int:
    """List the differences of outputs; with several outputs, each path begins with its folder."""
    differences = [
        replace(one, path=one.path if len(outputs) == 1 else f"{output.root}/{one.path}")
        for output in outputs
        for one in output.check()
    ]
    ours = [one for one in differences if one.what not in {"foreign", "apart"}]
    if as_json:
        print_json([_as_json(one) for one in differences])
    else:
        for one in differences:
            note = f" ({recognized(one.note)})" if one.note else ""
            say(f"{_NAMES[one.what]}: {one.path}{note}")
        say(_count_of(len(ours), sum(one.what == "foreign" for one in differences)))
    return 1 if ours else 0
