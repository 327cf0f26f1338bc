"""Fixtures for many tests: databases, a site, a world without feeds.

The databases are SQLite files and databases of a real PostgreSQL server, empty or with the schema.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.hexo import THEMES, Hexo, install_hexo
from tests.postgres import Server, server_for_tests
from tests.schema import migrate, migrated_file
from tests.site import Site
from tests.world import World

DATABASES = ["sqlite", "postgresql"]


class FailureReporter:
    """Prints the name of a failed test at once, so that an interrupted run also shows it."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED {report.nodeid} ({report.when})", red=True)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    os.environ["LANGUAGE"] = "en"  # the tests compare English messages
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:  # pytest-xdist's workers have none
        config.pluginmanager.register(FailureReporter(terminal), "failure-reporter")


def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than there are cores, because many tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server_for_tests() as server:
        yield server


@pytest.fixture(scope="session")
def hexo(tmp_path_factory: pytest.TempPathFactory) -> Hexo:
    return install_hexo(tmp_path_factory.mktemp("hexo"))


@pytest.fixture(scope="session")
def themes(tmp_path_factory: pytest.TempPathFactory) -> Hexo:
    """Return Hexo with the most used themes."""
    return install_hexo(tmp_path_factory.mktemp("themes"), THEMES)


@pytest.fixture(scope="session", name="migrated_file")
def a_migrated_file() -> Path:
    return migrated_file()


@pytest.fixture(scope="session")
def migrated_template(postgres: Server) -> Iterator[str]:
    url = postgres.create()
    migrate(url)
    yield sa.make_url(url).database or ""
    postgres.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """Return the URL of a SQLite file with the schema and no rows."""
    file = tmp_path / "guidang.db"
    shutil.copy(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: Server, migrated_template: str) -> Iterator[str]:
    """Yield the URL of a PostgreSQL database with the schema and no rows."""
    url = postgres.create(migrated_template)
    yield url
    postgres.drop(url)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test on both databases, with the schema and no rows."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Run the test on both databases, without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/guidang.db"
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a site that serves nothing yet."""
    with Site() as site:
        yield site


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """Run the test in a world without feeds, on both databases."""
    world = World(tmp_path, database_url)
    yield world
    world.database.dispose()
