"""The database: migrations, transactions, types, and errors that say what to do."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite

from ingest.database import Database, StoreSlow
from ingest.database.schema import known_revisions, migrations_folder
from ingest.errors import StoreBusy, StoreError
from models import Base, Feed, Setting
from models.base import UtcDateTime


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    yield database
    database.dispose()


def tables(connection: sa.Connection) -> set[str]:
    """Return the names of the tables, without those of the search index, which differ."""
    names = sa.inspect(connection).get_table_names()
    return {name for name in names if not name.startswith("search_index")}


def test_the_migrations_create_the_tables_of_the_models(database: Database) -> None:
    database.upgrade()
    assert database.query(tables) == {*Base.metadata.tables, "alembic_version"}
    assert database.check() == []


def test_all_migrations_can_be_reverted_and_applied_again(database: Database) -> None:
    applied = database.upgrade()
    database.downgrade("base")
    assert database.query(tables) == {"alembic_version"}
    assert database.upgrade() == applied
    assert database.check() == []


def test_each_migration_can_be_reverted_and_applied_alone(database: Database) -> None:
    revisions = database.upgrade()
    for revision in reversed(["base", *revisions[:-1]]):
        database.downgrade(revision)
        database.upgrade()
        database.downgrade(revision)
    database.upgrade()
    assert database.check() == []


def test_upgrading_twice_does_nothing(database: Database) -> None:
    assert database.upgrade()
    assert database.upgrade() == []


def test_concurrent_upgrades_apply_each_migration_once(empty_database_url: str) -> None:
    def upgrade(_: int) -> list[str]:
        database = Database(empty_database_url)
        try:
            return database.upgrade()
        finally:
            database.dispose()

    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(upgrade, range(4)))
    assert sorted(map(bool, applied)) == [False, False, False, True]


def test_migration_files_are_named_after_their_revisions() -> None:
    scripts = ScriptDirectory(str(migrations_folder()))
    assert known_revisions() == [s.revision for s in scripts.walk_revisions()][::-1]


def test_migrations_do_not_import_the_program() -> None:
    for file in (migrations_folder() / "versions").glob("[0-9]*.py"):
        text = file.read_text(encoding="utf-8")
        assert "import models" not in text
        assert "from models" not in text
        assert "ingest" not in text


def test_a_newer_database_is_refused(database: Database) -> None:
    database.upgrade()
    database.transact(
        lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    )
    with pytest.raises(StoreError, match="9999.*newer"):
        database.upgrade()
    with pytest.raises(StoreError, match="9999.*newer"):
        database.check()


def test_an_old_database_is_refused_with_advice(database: Database) -> None:
    database.upgrade()
    database.downgrade("0001")
    (problem,) = database.check()
    assert "guidang db upgrade" in problem


def test_a_changed_schema_is_reported(database: Database) -> None:
    database.upgrade()
    database.transact(lambda c: c.execute(sa.text("ALTER TABLE poll ADD COLUMN extra integer")))
    (problem,) = database.check()
    assert "extra" in problem


def test_a_failed_transaction_is_rolled_back(database: Database) -> None:
    database.upgrade()

    def half(connection: sa.Connection) -> None:
        connection.execute(sa.insert(Setting).values(name="a", value="b"))
        raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        database.transact(half)
    assert database.query(lambda c: c.scalar(sa.select(sa.func.count()).select_from(Setting))) == 0


def test_a_query_cannot_change_the_database(database: Database) -> None:
    database.upgrade()

    def write(connection: sa.Connection) -> None:
        connection.execute(sa.insert(Setting).values(name="a", value="b"))

    with contextlib.suppress(sa.exc.DBAPIError):  # PostgreSQL raises, SQLite rolls back
        database.query(write)
    assert database.query(lambda c: c.scalar(sa.select(sa.func.count()).select_from(Setting))) == 0
    database.transact(write)
    assert database.query(lambda c: c.scalar(sa.select(Setting.value))) == "b"


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_query_on_postgresql_is_read_only_and_without_a_transaction(database: Database) -> None:
    def state(connection: sa.Connection) -> tuple[object, ...]:
        only_reads = connection.scalar(sa.text("SHOW default_transaction_read_only"))
        return only_reads, connection.connection.dbapi_connection.autocommit  # type: ignore[union-attr]

    assert database.query(state) == ("on", True)
    assert database.transact(state) == ("off", False)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


def test_a_slow_query_of_a_visitor_is_stopped(database: Database) -> None:
    limited = Database(database.url, views_within=0.2)
    try:
        for _ in range(2):
            with pytest.raises(StoreSlow, match="this takes too long"):
                limited.view(lambda connection: connection.scalar(sa.text(ENDLESS)))
            assert limited.view(lambda connection: connection.scalar(sa.text("SELECT 1"))) == 1
    finally:
        limited.dispose()


def test_an_exclusive_lock_is_held_until_its_block_ends(database: Database) -> None:
    other = Database(database.url)
    with database.held("daemon") as first, other.held("daemon") as second:
        assert (first, second) == (True, database.engine.dialect.name == "sqlite")
    with other.held("daemon") as is_held:
        assert is_held
    other.dispose()


@pytest.mark.parametrize("value", [[], {}, [[]], None, "[]", ["甲", {"a": []}]])
def test_json_values_survive_a_round_trip(database: Database, value: object) -> None:
    kind = Feed.__table__.c.categories.type
    query = sa.select(sa.type_coerce(sa.bindparam("value", value, kind), kind))
    assert database.query(lambda c: c.scalar(query)) == value


def test_times_survive_a_round_trip(database: Database) -> None:
    at = datetime(2022, 1, 28, 21, 34, 39, tzinfo=timezone(timedelta(hours=8)))
    stored = database.query(
        lambda c: c.scalar(
            sa.select(sa.type_coerce(sa.bindparam("at", at, UtcDateTime()), UtcDateTime()))
        )
    )
    assert stored == at
    assert stored.utcoffset() == timedelta(0)


@pytest.mark.parametrize("microsecond", [0, 120])
def test_sqlite_times_are_written_as_sqlalchemy_writes_them(microsecond: int) -> None:
    """Rows of earlier versions must compare correctly with new ones."""
    at = datetime(2022, 1, 28, 21, 34, 39, microsecond, tzinfo=timezone(timedelta(hours=8)))
    dialect = sqlite.dialect()
    ours = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    sqlalchemys = sa.DateTime().dialect_impl(dialect).bind_processor(dialect)
    assert ours is not None
    assert sqlalchemys is not None
    assert ours(at) == sqlalchemys(at.astimezone(UTC).replace(tzinfo=None))
    assert ours(None) is None


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = sa.select(sa.bindparam("at", datetime(2022, 1, 28), UtcDateTime()))
    with pytest.raises((StoreError, sa.exc.StatementError), match="without a zone"):
        database.query(lambda c: c.scalar(naive))
    assert datetime.now(UTC).tzinfo is UTC


def test_a_locked_database_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "guidang.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    sa.event.listen(database.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 50"))
    database.engine.dispose()
    with pytest.raises(StoreBusy, match="locked by another process"):
        database.transact(lambda c: None)
    holder.close()
    database.dispose()


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/guidang.db")
    database.upgrade()

    def fill(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.execute(sa.insert(Setting).values(name="a", value="x" * 1_000_000))

    with pytest.raises(StoreError, match="disk is full; make room"):
        database.transact(fill)
    assert database.check() == []
    database.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all/x.db", "cannot be opened"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/x", "127.0.0.1"),
    ],
)
def test_an_unreachable_database_is_reported_with_the_reason(url: str, words: str) -> None:
    database = Database(url)
    with pytest.raises(StoreError, match=words):
        database.upgrade()
    database.dispose()


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "guidang.db"
    file.write_bytes(b"this is a text, and a long one at that, but no database" * 50)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="not a SQLite database"):
        database.upgrade()
    assert file.read_bytes().startswith(b"this is a text")
    database.dispose()


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql+psycopg://me:hunter2@127.0.0.1:1/x")
    with pytest.raises(StoreError) as caught:
        database.upgrade()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in database.name
    database.dispose()
