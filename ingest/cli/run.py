"""`guidang run`: the long-running service."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Collection, Sequence
from functools import partial
from importlib.util import find_spec
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.session import adopt_feeds, adopt_outputs, open_session, read_configuration
from ingest.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from ingest.config import Config
    from ingest.daemon.roles import MakeEngine, Role
    from ingest.daemon.service import Adopt, Read
    from ingest.daemon.watch import Trouble
    from ingest.database import Database
    from ingest.errors import StoreFull


_TRIES_AFTER = 5  # seconds between two attempts to start


def run(
    ctx: typer.Context,
    roles: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="What this process does, of several: schedule, work, files or web. May be "
            "repeated; without it, the process does everything.",
        ),
    ] = None,
) -> None:
    """Run the service: poll feeds whenever they are due.

    It runs until it is stopped. SIGHUP makes it reload its configuration.
    """
    from ingest.errors import StoreFull

    trouble = None
    while True:
        _listen_while_starting()
        try:
            _serve(ctx, roles or [])
        except StoreFull as error:
            trouble = _wait_for_room(error, trouble)
        else:
            return


def _wait_for_room(error: StoreFull, trouble: Trouble | None) -> Trouble:
    """Wait before the next attempt to start, because the disk is full; log this once."""
    from ingest.daemon.notify import notify
    from ingest.daemon.watch import Trouble

    trouble = trouble or Trouble("database")
    trouble.met(error)
    # Without this message, the service manager would think that the start hangs.
    notify(
        "STATUS=the disk is full; waiting for room", f"EXTEND_TIMEOUT_USEC={3 * _TRIES_AFTER}000000"
    )
    time.sleep(_TRIES_AFTER)
    return trouble


def _serve(ctx: typer.Context, roles: Sequence[str]) -> None:
    from ingest.clock import system_clock

    with open_session(ctx) as session:

        def read_again() -> Config:
            config, file = read_configuration(ctx)
            _refuse_what_needs_a_restart(session.config, config, str(file))
            return config

        def adopt(config: Config) -> None:
            now = system_clock()
            adopt_feeds(config, session.database, now)
            adopt_outputs(config, session.database, now)

        asyncio.run(_run(session.config, session.database, read_again, adopt, roles))


def _listen_while_starting() -> None:
    """Exit at once on a signal, until the daemon installs its own handlers.

    Without a handler, signals to the first process of a container have no effect.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # because the configuration is just being read


def _refuse_what_needs_a_restart(old: Config, new: Config, file: str) -> None:
    if new.database.url != old.database.url:
        raise ConfigError(file, ("[database] url: another database needs a restart",))
    if new.web.listen != old.web.listen:
        raise ConfigError(file, ("[web] listen: another address needs a restart",))
    if new.engine.kind != old.engine.kind:
        raise ConfigError(file, ("[engine] kind: another engine needs a restart",))


async def _run(
    config: Config, database: Database, read: Read, adopt: Adopt, names: Sequence[str]
) -> None:
    from ingest.daemon import Daemon
    from ingest.daemon.roles import EVERY_ROLE

    roles = check_roles(names) or EVERY_ROLE
    make_engine = None
    if config.engine.kind != "local":
        make_engine = _engine_of_several(database, roles)
    elif names:
        raise UsageError('--role needs several processes: [engine] kind = "procrastinate"')
    await Daemon(config, database, read, adopt, roles=roles, make_engine=make_engine).run()


def check_roles(names: Sequence[str]) -> set[Role]:
    """Return the roles with these names; raise `UsageError` for any other name."""
    from ingest.daemon.roles import Role

    for name in names:
        if name not in set(Role):
            raise UsageError(f"no role is called {name!r}; there are: {', '.join(Role)}")
    return {Role(name) for name in names}


def _engine_of_several(database: Database, roles: Collection[Role]) -> MakeEngine:
    """Prepare the queue of jobs; return the function that makes the engine."""
    if find_spec("procrastinate") is None:
        raise ConfigError(
            "the configuration",
            ('[engine] kind = "procrastinate" needs: pip install "guidang[machines]"',),
        )
    from ingest.engines.fleet import Fleet
    from ingest.engines.schema import prepare_queue

    prepare_queue(database)
    return partial(Fleet, roles=roles)
