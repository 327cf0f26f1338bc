"""Clusters of near-duplicates, and how each entry is related to the others."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ingest.messages import _, message, recognized
from ingest.urls import without_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entry of a cluster.

    Entries with the same `text_id` have the same text. If they also have the same `around`, they
    have the same boilerplate too. These numbers have no other meaning.
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
    """A link between two texts; `part` is the text that is an excerpt or a later edition."""

    relation: str
    score: float
    reason: str
    part: int | None


_IDENTICAL = Link(relation="identical", score=1.0, reason="same text", part=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """An entry, and how it is related to the entry with the id `to`.

    `relation` is a value of `reading.likeness.Relation`, `score` is from 0 to 1, `reason` explains
    the decision. `part` is the id of the entry that is an excerpt or a later edition, if known.
    """

    entry: Member
    to: int
    relation: str
    score: float
    reason: str
    part: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Entries that tell the same story: one of them, and its relations to the others by date.

    `further` is the number of other entries that are left out.
    """

    first: Member
    others: tuple[Duplicate, ...]
    further: int = 0


Links = Mapping[int, Mapping[int, Link]]
"""The links of each text: the links by the id of the other text, by the id of the text."""


def cluster_of(
    first_id: int, members: Iterable[Member], links: Links, most: int | None = None
) -> Cluster:
    """Return a cluster with the relation of each entry to the entry `first_id`.

    If an entry has no link to this entry, it gets its relation to the most similar other entry.
    With `most`, only so many others are there: those whose dates are nearest to the first one's.
    """
    first, *others = sorted(members, key=lambda one: (one.id != first_id, one.at, one.id))
    with_text: dict[int, list[Member]] = {}
    for one in (first, *others):
        with_text.setdefault(one.text_id, []).append(one)
    some = others if most is None else _nearest(first, others, most)
    return Cluster(
        first=first,
        others=tuple(_duplicate(one, first, with_text, links) for one in some),
        further=len(others) - len(some),
    )


def _nearest(first: Member, others: Iterable[Member], most: int) -> list[Member]:
    """Return the others whose dates are nearest to the first one's, by date."""
    some = heapq.nsmallest(most, others, key=lambda one: (abs(one.at - first.at), one.id))
    return sorted(some, key=lambda one: (one.at, one.id))


def _duplicate(
    entry: Member, first: Member, with_text: Mapping[int, Sequence[Member]], links: Links
) -> Duplicate:
    """Return an entry with its relation to the first member, or else to the most similar member.

    `with_text` has the members by the id of their text.
    """
    linked = {entry.text_id: _IDENTICAL, **links.get(entry.text_id, {})}
    related = [
        _relate(entry, other, link)
        for text_id, link in linked.items()
        if (other := _other(entry, with_text.get(text_id, ()))) is not None
    ]
    return max(related, key=lambda one: (one.to == first.id, one.score, -one.to))


def _other(entry: Member, members: Iterable[Member]) -> Member | None:
    """Return the first of the members that is not `entry`."""
    return next((one for one in members if one.id != entry.id), None)


def _relate(entry: Member, other: Member, link: Link) -> Duplicate:
    """Return the relation of two entries. The same text with different boilerplate is a reprint."""
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


RELATIONS = {
    "identical": message("identical"),
    "reprint": message("reprint"),
    "excerpt": message("excerpt"),
    "revised": message("revised"),
    "script": message("other script"),
}


def relation_of(one: Duplicate) -> str:
    """Describe in words how an entry is related to another entry."""
    relation = recognized(RELATIONS[one.relation])
    return _(
        "{relation} of {entry}, {score:.0%} ({reason})",
        relation=relation,
        entry=one.to,
        score=one.score,
        reason=recognized(one.reason),
    )


def cluster_as_json(cluster: Cluster) -> dict[str, Any]:
    """Return a cluster as a JSON object."""
    return {"canonical": _member_as_json(cluster.first), **duplicates_as_json(cluster)}


def duplicates_as_json(cluster: Cluster | None) -> dict[str, Any]:
    """Return the other entries of a cluster, and the number of those left out, as a JSON object."""
    return {
        "duplicates": [_duplicate_as_json(one) for one in cluster.others] if cluster else [],
        "further_duplicates": cluster.further if cluster else 0,
    }


def _duplicate_as_json(one: Duplicate) -> dict[str, Any]:
    names = ("relation", "to", "part", "score", "reason")
    return {**_member_as_json(one.entry), **{name: getattr(one, name) for name in names}}


def _member_as_json(entry: Member) -> Mapping[str, Any]:
    values = asdict(entry) | {"feed_url": without_secrets(entry.feed_url)}
    return {name: value for name, value in values.items() if name not in {"text_id", "around"}}
