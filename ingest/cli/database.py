"""`guidang init` and `guidang db`: create, upgrade and check the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.output import JsonOption, print_json, say
from ingest.errors import ConfigError, UsageError
from ingest.messages import _, recognized

if TYPE_CHECKING:
    from ingest.config import ArchiveConfig
    from ingest.database import Database

app = typer.Typer(help="Upgrade and check the database.", no_args_is_help=True)


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to create it in.")
    ] = Path(),
) -> None:
    """Write a commented config.toml and create the database.

    In the folder of a site (Hexo, Hugo, Jekyll, …), the archive is set up for that site.
    """
    from ingest.config import ArchiveConfig, load_config
    from ingest.config.sites import recognise_site
    from ingest.database import Database

    file = directory / "config.toml"
    site = recognise_site(directory)
    _write_example(file, ArchiveConfig.model_validate(site.settings) if site else ArchiveConfig())
    config = load_config(file)[0]
    database = Database(config.database.url)
    database.upgrade()
    say(_("wrote {file} and created {database}", file=file, database=database.name))
    if site:
        settings = ", ".join(_lines_of(site.settings))
        say(
            _(
                "set up the archive for {program}: {settings}",
                program=site.program,
                settings=settings,
            )
        )
        if site.advice:
            say(recognized(site.advice))
    database.dispose()
    inside = "" if directory == Path() else f"cd {directory} && "
    say(_("next: {inside}guidang feeds add URL, then: guidang poll", inside=inside))


def _lines_of(settings: Mapping[str, Any]) -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from (f"{key}.{name} = {one}" for name, one in value.items())
        else:
            yield f"{key} = {value}"


def _write_example(file: Path, archive: ArchiveConfig) -> None:
    """Write a configuration; raise `UsageError` if another program reads a file of this name."""
    from ingest.config.example import example_config
    from ingest.config.sites import old_hugo_settings

    if name := old_hugo_settings(file.parent):
        new = name.replace("config", "hugo")
        raise UsageError(
            f"Hugo reads {file} as its own settings; rename {name} to {new}, then repeat"
        )
    if file.exists():
        raise UsageError(f"{file} already exists and was not changed")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example_config(archive), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(file), (f"cannot be written: {error.strerror}",)) from error


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Upgrade the database to this version's schema."""
    database = _open(ctx)
    applied = database.upgrade()
    done = _("applied {names}", names=", ".join(applied)) if applied else _("is up to date")
    say(f"{database.name}: {done}")
    database.dispose()


@app.command()
def check(ctx: typer.Context, as_json: JsonOption = False) -> int:
    """Check the database; exit with 3 if it is damaged or outdated."""
    database = _open(ctx)
    problems = database.check()
    if as_json:
        print_json({"database": database.name, "problems": problems})
    else:
        for problem in problems:
            say(f"{database.name}: {recognized(problem)}")
        if not problems:
            say(_("{database}: intact and up to date", database=database.name))
    database.dispose()
    return 3 if problems else 0


def _open(ctx: typer.Context) -> Database:
    from ingest.config import load_config
    from ingest.database import Database
    from ingest.logs import set_up_logging

    named = ctx.obj["config"]
    config, _file = load_config(Path(named) if named else None)
    set_up_logging("debug" if ctx.obj["debug"] else "warning", config.log.format)
    return Database(config.database.url)
