"""Divide a query into an expression for the index and a condition on entries."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ingest.query import And, Field, Node, Not, Or, Words
from ingest.store.conditions import Condition, condition, feeds_called
from ingest.store.search.dialects import named_by
from ingest.store.search.expressions import (
    AllOf,
    AnyOf,
    Expression,
    Has,
    candidates,
    expression_of,
    has_fields,
    has_words,
    is_exact,
)
from ingest.store.search.index import of_feed
from models import SearchDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to find the entries for a query: an expression for the index, and a condition in SQL.

    Every entry that matches the query matches the expression and meets the condition. If `is_exact`
    is false, other entries may do so too, so the texts of the found entries must be compared with
    the query. Very long texts must always be compared, because the index does not store all their
    words. `words` is the part of the query without fields.
    """

    query: Node
    words: Node | None
    expression: Expression | None
    condition: Condition | None
    is_exact: bool


def plan_of(connection: sa.Connection, query: Node) -> Plan:
    """Return the plan for a query; raise `UsageError` if it names a feed that does not exist."""
    parts = _parts(query)
    words = [part for part in parts if not has_fields(part)]
    others = [part for part in parts if has_fields(part)]
    mixed = [part for part in others if has_words(part)]
    asked = [candidates(part) for part in words]
    asked += [_in_feed(connection, p) for p in others if isinstance(p, Field) and p.name == "feed"]
    conditions = [_superset(connection, part) for part in others]
    return Plan(
        query=query,
        words=And(tuple(words)) if words else None,
        expression=AllOf(tuple(asked)) if asked else None,
        condition=sa.and_(*conditions) if conditions else None,
        is_exact=not mixed and all(map(is_exact, words)),
    )


def _parts(query: Node) -> list[Node]:
    if isinstance(query, And):
        return [part for node in query.nodes for part in _parts(node)]
    return [query]


def _in_feed(connection: sa.Connection, field: Field) -> Expression:
    """Return the expression for the entries of the feeds that a query names."""
    return AnyOf(tuple(Has(of_feed(number)) for number in feeds_called(connection, field.value)))


def _superset(connection: sa.Connection, node: Node) -> Condition:
    """Return an SQL condition for the entries that match a query.

    Other entries may meet the condition too.
    """
    if not has_words(node):
        return condition(connection, node)
    match node:
        case Words():
            return SearchDocument.id.in_(named_by(connection, expression_of(node)))
        case And(nodes):
            return sa.and_(*(_superset(connection, one) for one in nodes))
        case Or(nodes):
            return sa.or_(*(_superset(connection, one) for one in nodes))
        case Not() | _:
            return sa.true()
