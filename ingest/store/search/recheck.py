"""Compare the texts that the index found with the query itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa

from ingest.query import And, Days, Field, Node, Not, Or, Words
from ingest.reading.terms import Pattern
from ingest.store.conditions import condition
from ingest.store.search.expressions import pattern_of
from ingest.store.search.texts import Texts, Version, texts
from models import Entry

_Facts = Mapping[Node, Collection[int]]


def meeting(connection: sa.Connection, query: Node, entry_ids: Sequence[int]) -> set[int]:
    """Return the ids of the given entries that match a query."""
    facts = {field: _entries_with(connection, field, entry_ids) for field in set(_fields(query))}
    found = texts(connection, entry_ids)
    return {one.entry_id for one in found if _meets(query, one, facts)}


def _fields(query: Node) -> Iterator[Node]:
    match query:
        case Field() | Days():
            yield query
        case Not(inner):
            yield from _fields(inner)
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _fields(one)
        case _:
            return


def _entries_with(connection: sa.Connection, field: Node, entry_ids: Sequence[int]) -> set[int]:
    query = sa.select(Entry.id).where(Entry.id.in_(entry_ids), condition(connection, field))
    return set(connection.scalars(query))


def _meets(query: Node, entry: Texts, facts: _Facts) -> bool:
    match query:
        case Words():
            return _holds(query, entry)
        case Not(inner):
            return not _meets(inner, entry, facts)
        case And(nodes):
            return all(_meets(one, entry, facts) for one in nodes)
        case Or(nodes):
            return any(_meets(one, entry, facts) for one in nodes)
        case _:
            return entry.entry_id in facts[query]


def _holds(words: Words, entry: Texts) -> bool:
    versions = entry.earlier if words.in_revisions else (entry.present,)
    pattern = pattern_of(words)
    return any(_is_in(pattern, version, words.in_title) for version in versions)


def _is_in(pattern: Pattern, version: Version, in_title: bool) -> bool:
    return pattern.is_in(version.folded_title if in_title else version.folded)
