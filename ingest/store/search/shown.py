"""Prepare the entries that a search found for display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.query import Node, Words, words_in
from ingest.store import listings
from ingest.store.search.find import Found
from ingest.store.search.texts import Version, texts
from ingest.views.hits import Hit, hit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHit:
    """An entry that a search found; `version` is the number of the version with the words."""

    entry: dict[str, Any]
    found: Found
    hit: Hit
    version: int

    def as_json(self) -> dict[str, Any]:
        """Return the hit as a JSON object."""
        return {name: self.entry[name] for name in _IN_JSON} | {
            "score": self.found.score,
            "version": self.version,
            "excerpt": "".join(piece.text for piece in self.hit.excerpt),
            "offsets": {"title": self.hit.title_spans, "text": self.hit.text_spans},
            "place": str(self.found.place),
        }


_IN_JSON = ("id", "title", "link", "feed_title", "author", "published_at", "first_seen_at")


def shown(connection: sa.Connection, query: Node, found: Sequence[Found]) -> list[ShownHit]:
    """Return the found entries for display, in the same order.

    Entries that were deleted in the meantime are left out.
    """
    words = list(words_in(query))
    places = {one.entry_id: one for one in found}
    rows = listings.by_ids(connection, list(places))
    earlier: dict[int, tuple[Version, ...]] = {}
    if any(word.in_revisions for word in words):
        earlier = {one.entry_id: one.earlier for one in texts(connection, list(places))}
    return [_in_version(row, words, places[row["id"]], earlier.get(row["id"], ())) for row in rows]


def _in_version(
    row: dict[str, Any], words: Sequence[Words], found: Found, earlier: Sequence[Version]
) -> ShownHit:
    """Return the entry with the passage that has the words, and the number of the version.

    The version is the latest earlier version with the words. If there is none, it is the current
    version.
    """
    for version in reversed(earlier):
        hit = hit_of(version.title, version.text, words)
        if hit.title_spans or hit.text_spans:
            return ShownHit(entry=row, found=found, hit=hit, version=version.number)
    hit = hit_of(row["title"], row["text"], words)
    return ShownHit(entry=row, found=found, hit=hit, version=row["revisions"] + 1)
