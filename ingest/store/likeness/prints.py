"""Compute what is compared of each entry: a fingerprint of its current text, and its link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import sqlalchemy as sa

from ingest.reading.html import shown_by
from ingest.reading.likeness import Fingerprint, comparable_link, fingerprint_of
from ingest.reading.shortcuts import plain_html
from ingest.store.statements import in_batches, table_of
from models import Entry

_ENTRY = table_of(Entry)


@dataclass(frozen=True, kw_only=True)
class Print:
    """What is compared of an entry: the fingerprint of its text, and its link.

    `around` is a hash of the entry's boilerplate. The fingerprint does not include the boilerplate,
    so that all entries with the same text have the same fingerprint.
    """

    fingerprint: Fingerprint
    around: int
    link: str | None

    @cached_property
    def identity(self) -> int:
        """A hash of all parts of the text that are compared; equal texts have equal hashes."""
        made = self.fingerprint
        works = sorted(made.works)
        return _hash(
            f"{made.digest} {made.keys} {made.script} {made.is_cut} {works} {made.title}", 8
        )

    @cached_property
    def keys(self) -> frozenset[int]:
        """The keys of the text: a hash of each clause, and a hash of the whole text."""
        return frozenset(key >> 32 for key in (*self.fingerprint.keys, self.fingerprint.digest))

    @cached_property
    def link_key(self) -> int | None:
        """A hash of the normalized link, or None if the link is not suitable for comparisons."""
        link = comparable_link(self.link) if self.link else None
        return None if link is None else _hash(link, 4)


def _hash(text: str, size: int) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=size).digest()
    return int.from_bytes(digest, "big", signed=True)


def prints_of(connection: sa.Connection, entry_ids: Iterable[int]) -> Mapping[int, Print]:
    """Return what is compared of each entry, by entry id.

    Deleted entries and entries without text are left out.
    """
    found = {}
    for some in in_batches(sorted(entry_ids)):
        for row in connection.execute(_TEXTS, {"entries": list(some)}):
            shown = plain_html.shown_by(row.html) or shown_by(row.html)
            made = fingerprint_of(row.title, shown.text)
            if made.text:
                found[row.id] = Print(
                    fingerprint=replace(made, around=0), around=made.around >> 32, link=row.link
                )
    return found


_TEXTS = sa.select(_ENTRY.c.id, _ENTRY.c.title, _ENTRY.c.html, _ENTRY.c.link).where(
    _ENTRY.c.id.in_(sa.bindparam("entries", expanding=True))
)
