"""The error for an invalid query."""

from __future__ import annotations

from ingest.errors import UsageError
from ingest.messages import message

_AROUND_FAULT = 40  # characters of the query that a message quotes on each side of the fault


class QueryError(UsageError):
    """An invalid search query; `start` and `end` are the offsets of the fault."""

    def __init__(self, problem: str, query: str, start: int, end: int | None = None) -> None:
        super().__init__(problem, query, start, end)
        self.problem = problem
        self.query = query
        self.start = start
        self.end = start + 1 if end is None else end

    def __str__(self) -> str:
        number, place = self.start + 1, self._place()
        return message(f"{self.problem}, at character {number} of the query: {place}")

    def _place(self) -> str:
        """Return the part of the query around the fault, with the fault between two marks."""
        first = max(0, self.start - _AROUND_FAULT)
        before, wrong = self.query[first : self.start], self.query[self.start : self.end]
        after = self.query[self.end : self.end + _AROUND_FAULT]
        return f"{'…' if first else ''}{before}▸{wrong[:_AROUND_FAULT]}◂{after}"
