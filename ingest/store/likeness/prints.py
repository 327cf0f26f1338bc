"""What is compared of entries: fingerprints of their present texts, and their links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import sqlalchemy as sa

from ingest.reading.html import text_of
from ingest.reading.likeness import Fingerprint, comparable_link, fingerprint_of
from ingest.store.statements import in_batches, table_of
from models import Entry

_ENTRY = table_of(Entry)


@dataclass(frozen=True, kw_only=True)
class Print:
    """What is compared of an entry: its fingerprint and its link.

    `around` is a hash of its boilerplate. The fingerprint is without, so that all entries with one
    text have the same.
    """

    fingerprint: Fingerprint
    around: int
    link: str | None

    @cached_property
    def identity(self) -> int:
        """The hash of all that decides how the text compares; equal texts have equal ones."""
        made = self.fingerprint
        works = sorted(made.works)
        return _hash(
            f"{made.digest} {made.keys} {made.script} {made.is_cut} {works} {made.title}", 8
        )

    @cached_property
    def keys(self) -> frozenset[int]:
        """The keys of the text: those of its clauses, and one of the whole."""
        return frozenset(key >> 32 for key in (*self.fingerprint.keys, self.fingerprint.digest))

    @cached_property
    def link_key(self) -> int | None:
        """The key of the link in the spelling that feeds share; None if it can join nothing."""
        link = comparable_link(self.link) if self.link else None
        return None if link is None else _hash(link, 4)


def _hash(text: str, size: int) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=size).digest()
    return int.from_bytes(digest, "big", signed=True)


def prints_of(connection: sa.Connection, entry_ids: Iterable[int]) -> Mapping[int, Print]:
    """Return what is compared of entries, by id; without those that have no text, or are gone."""
    found = {}
    for some in in_batches(sorted(entry_ids)):
        for row in connection.execute(_TEXTS, {"entries": list(some)}):
            made = fingerprint_of(row.title, text_of(row.html))
            if made.text:
                found[row.id] = Print(
                    fingerprint=replace(made, around=0), around=made.around >> 32, link=row.link
                )
    return found


_TEXTS = sa.select(_ENTRY.c.id, _ENTRY.c.title, _ENTRY.c.html, _ENTRY.c.link).where(
    _ENTRY.c.id.in_(sa.bindparam("entries", expanding=True))
)
