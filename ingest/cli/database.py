"""`guidang db`: upgrade and check the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ingest.cli.output import JsonOption, print_json, say
from ingest.messages import _, recognized

if TYPE_CHECKING:
    from ingest.database import Database

app = typer.Typer(help="Upgrade and check the database.", no_args_is_help=True)


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
    from pathlib import Path

    from ingest.config import load_config
    from ingest.database import Database
    from ingest.logs import set_up_logging

    named = ctx.obj["config"]
    config, _file = load_config(Path(named) if named else None)
    set_up_logging("debug" if ctx.obj["debug"] else "warning", config.log.format)
    return Database(config.database.url)
