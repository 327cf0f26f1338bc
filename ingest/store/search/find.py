"""Search the entries that match a query, by relevance or newest first, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal, TypeAlias

import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.query import Node, Words
from ingest.store.search.dialects import named_by
from ingest.store.search.expressions import Expression, expression_of, together
from ingest.store.search.pages import page
from ingest.store.search.plan import Plan, plan_of
from ingest.store.search.recheck import meeting
from ingest.store.search.rows import Row
from ingest.store.search.shapes import Shape, one_shape, shapes

Sort: TypeAlias = Literal["relevance", "date"]
_MOST_COUNTED = 1000  # counting stops here, because a word in so many texts is common
_AT_ONCE = 25  # rows to check at a time; most of them match the query
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"\d{1,4}\.-?\d{1,17}\.\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position in the results: after the last hit of a page.

    `shape` is the position of the hit's score among all scores, and `number` is the number of the
    hit in the index.
    """

    shape: int
    at: datetime
    number: int

    def __str__(self) -> str:
        return f"{self.shape}.{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.number}"


def place_of(text: str) -> Place:
    """Parse the text of a cursor; raise `UsageError` if it is invalid."""
    try:
        if _PLACE.fullmatch(text):
            shape, microseconds, number = map(int, text.split("."))
            at = _EPOCH + timedelta(microseconds=microseconds)
            return Place(shape=shape, at=at, number=number)
    except OverflowError:
        pass
    raise UsageError(f"{text!r} is not the place of a hit; guidang search --json shows them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry that matches the query; its score is at most 1."""

    entry_id: int
    score: float
    place: Place


def search(
    connection: sa.Connection,
    query: Node,
    *,
    limit: int,
    sort: Sort = "relevance",
    after: Place | None = None,
) -> list[Found]:
    """Return the next entries that match a query, after the cursor `after`.

    They are ordered by score, date and number in the index, so that the order is always the same.
    """
    plan = plan_of(connection, query)
    found: list[Found] = []
    for number, shape in enumerate(_shapes(connection, plan, sort)):
        if after is not None and number < after.shape:
            continue
        start = after if after is not None and number == after.shape else None
        for row in _hits(connection, plan, shape, start, limit):
            place = Place(shape=number, at=row.at, number=row.number)
            found.append(Found(entry_id=row.entry_id, score=shape.score, place=place))
            if len(found) == limit:
                return found
    return found


def _shapes(connection: sa.Connection, plan: Plan, sort: Sort) -> Sequence[Shape]:
    if plan.words is None or sort == "date":
        return one_shape()
    return shapes(plan.words, partial(_frequency, connection))


def _frequency(connection: sa.Connection, words: Words) -> int:
    """Return how many texts contain a word; stop counting at `_MOST_COUNTED`.

    If so many titles contain the word, the other texts are not counted.
    """
    in_titles = _count(connection, expression_of(replace(words, in_title=True)))
    is_common = words.in_title or in_titles == _MOST_COUNTED
    return in_titles if is_common else _count(connection, expression_of(words))


def _count(connection: sa.Connection, expression: Expression) -> int:
    some = named_by(connection, expression).limit(_MOST_COUNTED).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _hits(
    connection: sa.Connection, plan: Plan, shape: Shape, start: Place | None, limit: int
) -> Iterator[Row]:
    """Yield the entries that match the query and have a certain score, newest first.

    `shape` has this score, and an expression for the texts that have it.
    """
    last = (start.at, start.number) if start else None
    size = limit if plan.is_exact else max(limit, _AT_ONCE)
    while rows := page(connection, _expression(plan, shape), plan, after=last, limit=size):
        yield from _recheck(connection, plan, rows)
        if len(rows) < size:
            return
        last = (rows[-1].at, rows[-1].number)


def _expression(plan: Plan, shape: Shape) -> Expression | None:
    parts = tuple(one for one in (plan.expression, shape.expression) if one is not None)
    return together(parts) if parts else None


def _recheck(connection: sa.Connection, plan: Plan, rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows that match the query.

    If the index may be wrong about a row, its text is compared with the query.
    """
    doubtful = [row.entry_id for row in rows if row.is_coarse or not plan.is_exact]
    right = meeting(connection, plan.query, doubtful) if doubtful else set()
    unsure = set(doubtful)
    yield from (row for row in rows if row.entry_id in right or row.entry_id not in unsure)
