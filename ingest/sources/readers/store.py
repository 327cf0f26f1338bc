"""The interface of a store of another reader, and stores whose content is in tables."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeVar

from ingest.border import border
from ingest.errors import Fault
from ingest.sources.readers.tables import Row, Tables, size_of
from ingest.values import Batch, HeldEntry, HeldFeed

AT_ONCE = 200  # entries in one batch
_ENOUGH = 8 << 20  # characters in one batch
_Row = TypeVar("_Row")


class Store(ABC):
    """The feeds and entries that another program holds. `program` is the program's name."""

    program: ClassVar[str]

    @abstractmethod
    async def feeds(self) -> Sequence[HeldFeed]:
        """Return all feeds; raise `SourceError` if the store cannot be read."""

    @abstractmethod
    async def entries(self, feed: int | str, at: int | str | None) -> Batch:
        """Return the next entries of the feed with the key `feed`, and the position after them.

        `at` is None, or the position that the previous call returned. Raise `SourceError` if the
        store cannot be read.
        """

    def close(self) -> None:
        """Close what is open."""
        return


class TableStore(Store):
    """A store whose feeds and entries are rows of tables.

    `columns` has the tables, each with the names of columns, by which a database is recognised.
    `feeds_query` returns a row for each feed. `entries_query` returns rows in the order of their
    column `position`; its parameters are `feed`, `after` (a position, at first `start`) and `most`.
    """

    columns: ClassVar[tuple[tuple[str, str], ...]]
    feeds_query: str
    entries_query: str
    start: ClassVar[int | str] = -1

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @classmethod
    def is_in(cls, tables: Tables) -> bool:
        """Return whether a database has the tables and columns of this program."""
        present = tables.columns
        return all(present.get(name, set()) >= set(names.split(",")) for name, names in cls.columns)

    async def feeds(self) -> Sequence[HeldFeed]:
        """Return all feeds."""
        rows = await asyncio.to_thread(self._tables.rows, self.feeds_query)
        return [self.feed_of(row) for row in rows]

    async def entries(self, feed: int | str, at: int | str | None) -> Batch:
        """Return the next entries of a feed, and the position after them."""
        values = {"feed": feed, "after": self.start if at is None else at, "most": AT_ONCE}
        query = self.entries_query
        rows = await asyncio.to_thread(self._tables.rows, query, _ENOUGH, **values)
        is_full = len(rows) == AT_ONCE or sum(map(size_of, rows)) >= _ENOUGH
        next_at = rows[-1]["position"] if is_full else None
        return read_rows(rows, self.entry_of, next_at)

    @abstractmethod
    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed that a row of `feeds_query` describes."""

    @abstractmethod
    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry that a row of `entries_query` describes."""

    def close(self) -> None:
        """Close the database."""
        self._tables.close()


def read_rows(
    rows: Iterable[_Row], entry_of: Callable[[_Row], HeldEntry], next_at: int | str | None = None
) -> Batch:
    """Return the entries of rows as a batch; a row that `entry_of` cannot read is left out."""
    entries: list[HeldEntry] = []
    faults: list[Fault] = []
    for row in rows:
        try:
            with border(""):
                entries.append(entry_of(row))
        except Fault as fault:
            faults.append(fault)
    lacks = f"unreadable entries: {len(faults)}; the first: {faults[0].what}" if faults else None
    return Batch(entries, next_at, lacks)
