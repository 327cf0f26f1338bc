"""`guidang init`: a commented configuration and an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.output import say
from ingest.errors import ConfigError, UsageError
from ingest.messages import _


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to create it in.")
    ] = Path(),
) -> None:
    """Write a commented config.toml and create the database."""
    from ingest.config import load_config
    from ingest.config.example import example_config
    from ingest.database import Database

    file = directory / "config.toml"
    if file.exists():
        raise UsageError(f"{file} already exists and was not changed")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file.write_text(example_config(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(file), (f"cannot be written: {error.strerror}",)) from error
    config = load_config(file)[0]
    database = Database(config.database.url)
    database.upgrade()
    say(_("wrote {file} and created {database}", file=file, database=database.name))
    database.dispose()
    inside = "" if directory == Path() else f"cd {directory} && "
    say(_("next: {inside}guidang feeds add URL, then: guidang poll", inside=inside))
