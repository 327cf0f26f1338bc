"""Changes that wait at the same time share one transaction, but not their errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.database import Database
from ingest.errors import StoreError
from ingest.writer import Writer
from models import Setting

Change = Callable[[sa.Connection], Any]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.upgrade()
    yield database
    database.dispose()


def transact_together(database: Database, *changes: Change) -> list[Any]:
    """Request all changes at once; return the result or exception of each."""

    async def write() -> list[Any]:
        with ThreadPoolExecutor(1) as threads:
            writer = Writer(database, threads, writers=1)
            outcomes = await asyncio.gather(*map(writer.transact, changes), return_exceptions=True)
            await writer.settle()
        return outcomes

    return asyncio.run(write())


def set_to(name: str, value: str) -> Change:
    def change(connection: sa.Connection) -> str:
        connection.execute(sa.insert(Setting).values(name=name, value=value))
        return value

    return change


def faulty(_: sa.Connection) -> None:
    raise LookupError("a fault of the program's own")


def kept(database: Database) -> set[str]:
    names = database.query(lambda c: c.scalars(sa.select(Setting.name)).all())
    return {name for name in names if name.startswith("test.")}


def test_each_change_returns_its_own_result(database: Database) -> None:
    changes = [set_to(f"test.{number}", str(number)) for number in range(40)]
    assert transact_together(database, *changes) == [str(number) for number in range(40)]
    assert len(kept(database)) == 40


def test_waiting_changes_share_one_commit(database: Database) -> None:
    commits: list[object] = []
    sa.event.listen(database.engine, "commit", commits.append)
    transact_together(database, *[set_to(f"test.{number}", "") for number in range(20)])
    assert len(commits) == 1


def test_deadlocked_changes_are_retried_singly(postgres_url: str) -> None:
    database = Database(postgres_url)
    for name in ("test.a", "test.b"):
        database.transact(set_to(name, "before"))
    other = database.engine.connect()
    has_taken_b = threading.Event()

    def change_to(name: str, value: str) -> Change:
        row = sa.update(Setting).where(Setting.name == name).values(value=value)
        return lambda connection: connection.execute(row).rowcount

    def lock_b_then_a() -> None:
        with other.begin():
            change_to("test.b", "other")(other)
            has_taken_b.set()
            # The server aborts the transaction whose timeout is shorter: ours, after one second.
            other.execute(sa.text("SET LOCAL deadlock_timeout = '30s'"))
            change_to("test.a", "other")(other)

    def change_a_and_start_other(connection: sa.Connection) -> int:
        found = change_to("test.a", "ours")(connection)
        if not has_taken_b.is_set():
            other_thread.start()
            has_taken_b.wait(30)
        return found

    other_thread = threading.Thread(target=lock_b_then_a)
    outcomes = transact_together(database, change_a_and_start_other, change_to("test.b", "ours"))
    other_thread.join()
    other.close()
    kept = database.query(lambda c: dict(c.execute(sa.select(Setting.name, Setting.value)).all()))
    database.dispose()
    assert outcomes == [1, 1]
    assert {kept["test.a"], kept["test.b"]} <= {"ours", "other"}


def test_an_error_in_one_change_does_not_affect_the_others(database: Database) -> None:
    twice = [set_to("test.twice", ""), set_to("test.twice", "")]
    outcomes = transact_together(
        database, set_to("test.1", "1"), faulty, *twice, set_to("test.2", "2")
    )
    assert [type(outcome) for outcome in outcomes] == [
        str,
        LookupError,
        str,
        sa.exc.IntegrityError,
        str,
    ]
    assert kept(database) == {"test.1", "test.2", "test.twice"}


def test_every_change_raises_if_the_database_cannot_be_opened() -> None:
    gone = Database("sqlite:////nowhere/guidang.db")
    outcomes = transact_together(gone, *[set_to(f"test.{number}", "") for number in range(3)])
    assert [type(outcome) for outcome in outcomes] == [StoreError] * 3


def test_a_cancelled_change_is_still_written(database: Database) -> None:
    async def write() -> None:
        with ThreadPoolExecutor(1) as threads:
            writer = Writer(database, threads, writers=1)
            wanted = asyncio.create_task(writer.transact(set_to("test.left", "")))
            await asyncio.sleep(0)
            wanted.cancel()
            await writer.settle()

    asyncio.run(write())
    assert kept(database) == {"test.left"}


def test_consecutive_changes_are_written(database: Database) -> None:
    async def write() -> None:
        with ThreadPoolExecutor(1) as threads:
            writer = Writer(database, threads, writers=1)
            async with asyncio.timeout(60):
                for number in range(20):
                    await writer.transact(set_to(f"test.{number}", ""))

    asyncio.run(write())
    assert len(kept(database)) == 20
