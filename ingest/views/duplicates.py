"""Clusters of near-duplicates, and how each entry is related to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ingest.messages import _, message, recognized
from ingest.urls import without_secrets

_SAME = "same text"


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
    """Entries that tell the same story: one of them, and its relations to the others by date."""

    first: Member
    others: tuple[Duplicate, ...]


Links = Mapping[tuple[int, int], Link]
"""The links by the ids of their two texts, the lower id first."""


def cluster_of(first_id: int, members: Sequence[Member], links: Links) -> Cluster:
    """Return a cluster with the relation of each entry to the entry `first_id`.

    If an entry has no link to this entry, it gets its relation to the most similar other entry.
    """
    ordered = sorted(members, key=lambda one: (one.id != first_id, one.at, one.id))
    others = tuple(_duplicate(one, ordered, links) for one in ordered[1:])
    return Cluster(first=ordered[0], others=others)


def _duplicate(entry: Member, members: Sequence[Member], links: Links) -> Duplicate:
    """Return an entry with its relation to the first member, or else to the most similar member."""
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
    return {
        "canonical": _member_as_json(cluster.first),
        "duplicates": [duplicate_as_json(one) for one in cluster.others],
    }


def duplicate_as_json(one: Duplicate) -> dict[str, Any]:
    """Return a duplicate with its relation as a JSON object."""
    names = ("relation", "to", "part", "score", "reason")
    return {**_member_as_json(one.entry), **{name: getattr(one, name) for name in names}}


def _member_as_json(entry: Member) -> Mapping[str, Any]:
    values = asdict(entry) | {"feed_url": without_secrets(entry.feed_url)}
    return {name: value for name, value in values.items() if name not in {"text_id", "around"}}
