"""The command line. Only this package prints or exits.

Commands import most modules inside their functions, so that the program starts quickly.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
import typer.main
from typer.exceptions import TyperException

from ingest.cli import (
    archive,
    backfill,
    database,
    demo,
    duplicates,
    entries,
    export,
    feeds,
    follow,
    images,
    poll,
    replay,
    rsshub,
    search,
    status,
    systemd_unit,
    takedown,
    web,
)
from ingest.cli import (
    run as service,
)
from ingest.cli.output import discard_output, prepare_output
from ingest.errors import (
    ArchiveError,
    ConfigError,
    GuidangError,
    PublishError,
    SourceError,
    StoreError,
    UsageError,
)
from ingest.messages import _, is_translated, recognized

if TYPE_CHECKING:
    from typer._click.core import Command

DONE, SOME_FAILED, MISUSED, UNUSABLE = 0, 1, 2, 3
BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # the exit code in shells: 128 plus the number of SIGINT

app = typer.Typer(
    name="guidang",
    help="Archive what feeds publish: in a database that keeps everything, and as files for Hexo.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(feeds.app, name="feeds")
app.add_typer(entries.app, name="entries")
app.add_typer(rsshub.app, name="rsshub")
app.add_typer(follow.app, name="follow")
app.add_typer(images.app, name="images")
app.add_typer(takedown.app, name="takedown")
app.add_typer(web.app, name="web")
app.add_typer(database.app, name="db")
app.command("init")(database.init)
app.command("demo")(demo.demo)
app.command("search", context_settings={"ignore_unknown_options": True})(search.search)
app.command("duplicates")(duplicates.duplicates)
app.command("poll")(poll.poll)
app.command("run")(service.run)
app.command("backfill")(backfill.backfill)
app.command("systemd-unit")(systemd_unit.systemd_unit)
app.command("archive")(archive.archive)
app.command("export")(export.export)
app.command("replay")(replay.replay)
app.command("status")(status.status)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"guidang {version('guidang')}")
        raise typer.Exit


@app.callback()
def _guidang(
    ctx: typer.Context,
    config_file: Annotated[
        str | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="Default: $GUIDANG_CONFIG, ./config.toml, or config.toml in /etc/guidang.",
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show all log messages, and tracebacks of errors.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    ctx.obj = {"config": config_file, "debug": debug}


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; return the exit code.

    0: success; 1: some feeds failed; 2: wrong usage or configuration; 3: the database or the
    archive cannot be used.
    """
    arguments = _global_options_first(arguments)
    prepare_output()
    try:
        code = _command()(list(arguments), standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _complain(_("interrupted; what was done is kept"))
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # A program such as `head` has closed the output. rich and typer then exit.
        discard_output()
        return DONE
    except (TyperException, typer.Abort) as error:
        return _report_misuse(error)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _report_failure(error)
    return code if isinstance(code, int) else DONE


def _command() -> Command:
    """Return the whole command line, with help in the user's language."""
    command = typer.main.get_command(app)
    if is_translated():
        from ingest.cli.help import translate_help

        translate_help(command)
    return command


def _report_misuse(error: TyperException | typer.Abort) -> int:
    from typer._click.exceptions import NoArgsIsHelpError

    if isinstance(error, NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)
    elif isinstance(error, TyperException):
        _complain(recognized(error.format_message()))
    else:
        _complain(_("stopped; nothing was changed"))
    return MISUSED


def _report_failure(error: Exception) -> int:
    """Print an error in one line; a full disk of the output file is an error, but not a bug."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        discard_output()
        _complain(_("the output cannot be written: the disk is full"))
        return UNUSABLE
    if isinstance(error, GuidangError):
        _complain(recognized(str(error)))
        return _code_of(error)
    name = f"{type(error).__name__}: {error}"
    _complain(
        _("a bug in Guidang ({error}); please report what it prints with --debug", error=name)
    )
    return BUG


def _complain(text: str) -> None:
    print(f"guidang: {text}", file=sys.stderr)


def _code_of(error: GuidangError) -> int:
    if isinstance(error, ConfigError | UsageError):
        return MISUSED
    if isinstance(error, StoreError | ArchiveError):
        return UNUSABLE
    if isinstance(error, SourceError | PublishError):
        return SOME_FAILED
    return MISUSED


def _global_options_first(arguments: Sequence[str]) -> list[str]:
    """Move `--config` and `--debug` to the front, so that they may also follow the command."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return [*first, *rest, argument, *waiting]
        if argument in {"--config", "-c"}:
            first += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument == "--debug" or argument.startswith("--config="):
            first.append(argument)
        else:
            rest.append(argument)
    return first + rest
