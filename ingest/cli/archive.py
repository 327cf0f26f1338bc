"""`guidang archive`: write missing files, rebuild, compare or rename them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, print_json, say
from ingest.cli.session import Session, open_session
from ingest.errors import UsageError
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from ingest.follow.files import Archive, Difference


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
    redirects: Annotated[
        Path | None,
        typer.Option(
            "--redirects",
            metavar="FILE",
            help="Write the old addresses and the new ones to a file.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Write the files that are missing or outdated."""
    from ingest.follow.files import Archive

    if rebuild + check + rename > 1:
        raise UsageError("--rebuild, --check and --rename exclude each other; choose one of them")
    with open_session(ctx) as session:
        folder = Archive(session.config.archive, session.database)
        if check:
            return _check(folder, as_json)
        if rename or redirects:
            return _rename(session, folder.root, redirects, as_json, only_list=not rename)
        write = folder.rebuild if rebuild else folder.restore_missing
        _report(folder, write(now=session.now), as_json)
    return 0


def _report(folder: Archive, written: int, as_json: bool) -> None:
    if as_json:
        print_json({"written": written, "path": str(folder.root)})
        return
    say(_count_of_files(written, folder.root))
    if folder.other_paths:
        say(_off_template(folder.other_paths))


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
    session: Session, root: Path, redirects: Path | None, as_json: bool, *, only_list: bool
) -> int:
    from ingest.follow.files.renaming import Renaming

    renaming = Renaming(session.config.archive, session.database)
    moved = 0 if only_list else renaming.rename(now=session.now)
    if redirects:
        _write_redirects(redirects, renaming.redirects())
    if as_json:
        print_json({"renamed": moved, "path": str(root)})
    elif not only_list:
        say(
            ngettext(
                "{count:,} file moved in {folder}",
                "{count:,} files moved in {folder}",
                moved,
                folder=root,
            )
        )
    if redirects and not as_json:
        say(_("old addresses are listed in {file}", file=redirects))
    return 0


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


def _check(folder: Archive, as_json: bool) -> int:
    differences = folder.check()
    ours = [one for one in differences if one.what not in {"foreign", "apart"}]
    if as_json:
        print_json([_as_json(one) for one in differences])
    else:
        for one in differences:
            note = f" ({recognized(one.note)})" if one.note else ""
            say(f"{_NAMES[one.what]}: {one.path}{note}")
        say(_count_of(len(ours), sum(one.what == "foreign" for one in differences)))
    return 1 if ours else 0
