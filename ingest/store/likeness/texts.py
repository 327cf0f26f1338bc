"""The texts that are compared, and the entries that have each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ingest.store.likeness import keys
from ingest.store.likeness.holders import KeyOfText
from ingest.store.likeness.prints import Print
from ingest.store.statements import insert_into, numbers, table_of
from models import LikenessEntry, LikenessText

_TEXT, _ENTRY = table_of(LikenessText), table_of(LikenessEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Changes of the texts that are compared, after some entries changed.

    present   the texts that these entries have now
    left      texts of these entries before the change, which an entry still has
    empty     texts of these entries before the change, which no entry has any more
    new       texts that no entry had before
    entered   the entries that have another text than before
    unmoved   the texts of the other entries
    gained    new keys, each with the text that has it
    lost      keys that a text no longer has, each with the text
    """

    present: set[int]
    left: set[int]
    new: set[int]
    empty: set[int]
    entered: set[int]
    unmoved: set[int]
    gained: set[KeyOfText]
    lost: set[KeyOfText]

    @property
    def losers(self) -> set[int]:
        """The texts that lost a key, and that some entry still has."""
        return {text for _, text in self.lost} - self.empty


class _Place(NamedTuple):
    """What is stored of an entry: its text, and hashes of its boilerplate and of its link."""

    text_id: int
    around: int
    link_key: int | None


def move(
    connection: sa.Connection, entry_ids: Collection[int], prints: Mapping[int, Print]
) -> Moves:
    """Store which text each entry has; delete what is stored of entries that are not in `prints`.

    The keys of texts are not stored here, but by `keys.change`.
    """
    prints = {entry: prints[entry] for entry in entry_ids if entry in prints}
    texts, new = _texts_of(connection, list(prints.values()))
    after = {
        entry: _Place(texts[one.identity], one.around, one.link_key)
        for entry, one in prints.items()
    }
    before = _places(connection, entry_ids)
    _write_places(connection, before, after)
    left = {place for entry, place in before.items() if place != after.get(entry)}
    still = _links_of(connection, {place.text_id for place in left})
    empty = {place.text_id for place in left} - still.keys()
    changed = {place for entry, place in after.items() if place != before.get(entry)}
    unmoved = {
        entry: place.text_id
        for entry, place in after.items()
        if entry in before and before[entry].text_id == place.text_id
    }
    return Moves(
        present={place.text_id for place in after.values()},
        left={place.text_id for place in left} - empty,
        new=set(new),
        empty=empty,
        entered=after.keys() - unmoved.keys(),
        unmoved=set(unmoved.values()),
        gained=_links(changed) | {(key, text) for text, made in new.items() for key in made},
        lost={pair for pair in _links(left) if pair[0] not in still.get(pair[1], ())}
        | _clause_keys(connection, empty),
    )


def _texts_of(
    connection: sa.Connection, prints: Sequence[Print]
) -> tuple[Mapping[int, int], Mapping[int, frozenset[int]]]:
    """Store new texts; return (a) the id of each text by its hash, and (b) the keys of new texts.

    The hash is `Print.identity`.
    """
    known = ids_of(connection, {one.identity for one in prints})
    unknown = {one.identity: one.keys for one in prints if one.identity not in known}
    if not unknown:
        return known, {}
    last = connection.scalar(sa.select(sa.func.max(_TEXT.c.id))) or 0
    ids = {identity: number for number, identity in enumerate(unknown, last + 1)}
    rows = [
        {
            "id": ids[identity],
            "identity": identity,
            "packed_keys": keys.pack(made),
            "is_open": False,
        }
        for identity, made in unknown.items()
    ]
    connection.execute(sa.insert(_TEXT), rows)
    return known | ids, {ids[identity]: made for identity, made in unknown.items()}


def ids_of(connection: sa.Connection, identities: Iterable[int]) -> dict[int, int]:
    """Return the id of each text with one of these hashes, by hash (`Print.identity`)."""
    asked = sa.select(numbers(connection, identities).c.value)
    query = sa.select(_TEXT.c.identity, _TEXT.c.id).where(_TEXT.c.identity.in_(asked))
    return dict(connection.execute(query).all())


def _places(connection: sa.Connection, entry_ids: Iterable[int]) -> dict[int, _Place]:
    query = sa.select(_ENTRY.c.entry_id, _ENTRY.c.text_id, _ENTRY.c.around, _ENTRY.c.link_key)
    asked = sa.select(numbers(connection, entry_ids).c.value)
    rows = connection.execute(query.where(_ENTRY.c.entry_id.in_(asked)))
    return {row[0]: _Place(*row[1:]) for row in rows}


def _write_places(
    connection: sa.Connection, before: Mapping[int, _Place], after: Mapping[int, _Place]
) -> None:
    gone = before.keys() - after.keys()
    if gone:
        asked = sa.select(numbers(connection, gone).c.value)
        connection.execute(sa.delete(_ENTRY).where(_ENTRY.c.entry_id.in_(asked)))
    rows = [
        {"entry_id": entry, **place._asdict()}
        for entry, place in sorted(after.items())
        if place != before.get(entry)
    ]
    if rows:
        insert = insert_into(connection, _ENTRY)
        changed = {name: insert.excluded[name] for name in _Place._fields}
        connection.execute(
            insert.on_conflict_do_update(index_elements=["entry_id"], set_=changed), rows
        )


def _links(places: Iterable[_Place]) -> set[KeyOfText]:
    return {(place.link_key, place.text_id) for place in places if place.link_key is not None}


def _links_of(connection: sa.Connection, texts: Collection[int]) -> Mapping[int, set[int | None]]:
    """Return the link keys of the entries of each text; texts without entries are left out."""
    if not texts:
        return {}
    found: dict[int, set[int | None]] = {}
    asked = sa.select(numbers(connection, texts).c.value)
    query = sa.select(_ENTRY.c.text_id, _ENTRY.c.link_key).distinct()
    for text, key in connection.execute(query.where(_ENTRY.c.text_id.in_(asked))):
        found.setdefault(text, set()).add(key)
    return found


def _clause_keys(connection: sa.Connection, texts: Collection[int]) -> set[KeyOfText]:
    if not texts:
        return set()
    of_text = keys.clause_keys_of(connection, texts)
    return {(key, text) for text, some in of_text.items() for key in some}


def delete(connection: sa.Connection, texts: Collection[int]) -> None:
    """Delete texts that no entry has, after their keys."""
    if texts:
        asked = sa.select(numbers(connection, texts).c.value)
        connection.execute(sa.delete(_TEXT).where(_TEXT.c.id.in_(asked)))


def entry_of_each(connection: sa.Connection, texts: Iterable[int]) -> Mapping[int, int]:
    """Return the id of one entry for each of these texts."""
    asked = sa.select(numbers(connection, texts).c.value)
    query = sa.select(_ENTRY.c.text_id, sa.func.min(_ENTRY.c.entry_id))
    query = query.where(_ENTRY.c.text_id.in_(asked)).group_by(_ENTRY.c.text_id)
    return dict(connection.execute(query).all())


def identities_of(connection: sa.Connection, texts: Iterable[int]) -> Mapping[int, int]:
    """Return the hash (`Print.identity`) of each of these texts, by id."""
    asked = sa.select(numbers(connection, texts).c.value)
    query = sa.select(_TEXT.c.id, _TEXT.c.identity).where(_TEXT.c.id.in_(asked))
    return dict(connection.execute(query).all())


def open_again(connection: sa.Connection, texts: Collection[int]) -> None:
    """Record that texts must be compared with all their candidates again."""
    asked = sa.select(numbers(connection, texts).c.value)
    connection.execute(sa.update(_TEXT).where(_TEXT.c.id.in_(asked)).values(is_open=True))


def close(connection: sa.Connection, texts: Iterable[int]) -> Mapping[int, set[int]]:
    """Remove the mark of `open_again` from these texts; return the keys of each marked text."""
    asked = sa.select(numbers(connection, texts).c.value)
    query = sa.select(_TEXT.c.id).where(_TEXT.c.id.in_(asked), _TEXT.c.is_open)
    found = set(connection.scalars(query))
    if not found:
        return {}
    is_one = _TEXT.c.id.in_(sa.select(numbers(connection, found).c.value))
    connection.execute(sa.update(_TEXT).where(is_one).values(is_open=False))
    return keys.keys_of(connection, found)
