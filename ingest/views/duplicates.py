"""Clusters of near-duplicates, and how each entry is related to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_SAME = "same text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entry of a cluster. Entries with one `text_id` differ at most in boilerplate (`around`).

    `around` and `text_id` are numbers that mean nothing else.
    """

    id: int
    title: str
    link: str | None
    feed_title: str
    feed_url: str
    at: datetime
    is_canonical: bool
    text_id: int
    around: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link between two texts; `part` is the text that is the excerpt, or the later edition."""

    relation: str
    score: float
    reason: str
    part: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """An entry, and how it is related to the entry `to`.

    `relation` is a value of `reading.likeness.Relation`, `score` is 0 to 1, `reason` says what
    decided. `part` is the id of the one that is the excerpt, or the later edition, if known.
    """

    entry: Member
    to: int
    relation: str
    score: float
    reason: str
    part: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Entries that tell one story, as one of them sees the others: oldest first."""

    first: Member
    others: tuple[Duplicate, ...]


Links = Mapping[tuple[int, int], Link]
"""Links by the numbers of their texts, the lower first."""


def cluster_of(first_id: int, members: Sequence[Member], links: Links) -> Cluster:
    """Return a cluster as one of its entries sees it: each other with its relation to this one.

    An entry that is linked to it only through others has its relation to the most similar of these.
    """
    ordered = sorted(members, key=lambda one: (one.id != first_id, one.at, one.id))
    others = tuple(_duplicate(one, ordered, links) for one in ordered[1:])
    return Cluster(first=ordered[0], others=others)


def _duplicate(entry: Member, members: Sequence[Member], links: Links) -> Duplicate:
    """Return an entry with its relation to the first of the members, or to the most similar one."""
    related = [
        _relate(entry, other, link)
        for other in members
        if other.id != entry.id and (link := _link(entry, other, links)) is not None
    ]
    first = members[0].id
    return max(related, key=lambda one: (one.to == first, one.score))


def _link(one: Member, other: Member, links: Links) -> Link | None:
    if one.text_id != other.text_id:
        return links.get((min(one.text_id, other.text_id), max(one.text_id, other.text_id)))
    return Link(relation="identical", score=1.0, reason=_SAME, part=None)


def _relate(entry: Member, other: Member, link: Link) -> Duplicate:
    """Return the relation of two entries; other boilerplate makes the same text a reprint."""
    relation, reason = link.relation, link.reason
    if relation == "identical" and entry.around != other.around:
        relation, reason = "reprint", "same text, other boilerplate"
    ids = {entry.text_id: entry.id, other.text_id: other.id}
    return Duplicate(
        entry=entry,
        to=other.id,
        relation=relation,
        score=link.score,
        reason=reason,
        part=None if link.part is None else ids[link.part],
    )
