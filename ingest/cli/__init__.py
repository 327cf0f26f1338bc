"""The command line: the only package that prints or exits. Heavy imports wait for their command."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ingest.cli import (
    archive,
    backfill,
    config,
    database,
    demo,
    entries,
    feeds,
    poll,
    replay,
    rsshub,
    status,
    systemd_unit,
)
from ingest.cli import (
    run as service,
)
from ingest.cli.output import discard_output, prepare_output
from ingest.errors import (
    ArchiveError,
    ConfigError,
    GuidangError,
    SourceError,
    StoreError,
    UsageError,
)

DONE, SOME_FAILED, MISUSED, UNUSABLE = 0, 1, 2, 3
BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # as shells count it: 128 and the number of SIGINT

app = typer.Typer(
    name="guidang",
    help="Keeps what feeds publish: as a Hexo archive, and in a database that forgets nothing.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(feeds.app, name="feeds")
app.add_typer(entries.app, name="entries")
app.add_typer(rsshub.app, name="rsshub")
app.add_typer(database.app, name="db")
app.command("init")(config.init)
app.command("demo")(demo.demo)
app.command("poll")(poll.poll)
app.command("run")(service.run)
app.command("backfill")(backfill.backfill)
app.command("systemd-unit")(systemd_unit.systemd_unit)
app.command("archive")(archive.archive)
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
            help="The configuration; else $GUIDANG_CONFIG, ./config.toml, or in /etc/guidang.",
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Tell everything; show tracebacks.")
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

    0 done, 1 some feeds failed, 2 usage or configuration, 3 database or archive unusable.
    """
    arguments = _global_options_first(arguments)
    prepare_output()
    try:
        code = app(list(arguments), standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("guidang: interrupted; what was done is kept", file=sys.stderr)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader of a listing has seen enough (| head); rich and typer want to exit then.
        discard_output()
        return DONE
    except (TyperException, typer.Abort) as error:
        return _misused(error)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _failed(error)
    return code if isinstance(code, int) else DONE


def _misused(error: TyperException | typer.Abort) -> int:
    from typer._click.exceptions import NoArgsIsHelpError

    if isinstance(error, NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)
    elif isinstance(error, TyperException):
        print(f"guidang: {error.format_message()}", file=sys.stderr)
    else:
        print("guidang: stopped; nothing was changed", file=sys.stderr)
    return MISUSED


def _failed(error: Exception) -> int:
    """Say in one line what went wrong; a full disk before standard output is no bug of ours."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        discard_output()
        print("guidang: the output cannot be written: the disk is full", file=sys.stderr)
        return UNUSABLE
    if isinstance(error, GuidangError):
        print(f"guidang: {error}", file=sys.stderr)
        return _code_of(error)
    print(f"guidang: {_bug(error)}", file=sys.stderr)
    return BUG


def _bug(error: Exception) -> str:
    return (
        f"a fault of guidang itself ({type(error).__name__}: {error}); "
        "please report what the same command prints with --debug"
    )


def _code_of(error: GuidangError) -> int:
    if isinstance(error, ConfigError | UsageError):
        return MISUSED
    if isinstance(error, StoreError | ArchiveError):
        return UNUSABLE
    if isinstance(error, SourceError):
        return SOME_FAILED
    return MISUSED


def _global_options_first(arguments: Sequence[str]) -> list[str]:
    """Let `--config` and `--debug` stand behind the command as well as before it."""
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
