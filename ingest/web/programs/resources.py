"""An original resource of Memento (RFC 7089), and the links that its answers have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from ingest.store.mementos import Seen

TYPE = "application/link-format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource with the addresses of itself, its TimeGate and its TimeMap.

    `seen` are its versions in order of time, at least one. `address` returns the address of a
    version, its memento.
    """

    original: str
    timegate: str
    timemap: str
    seen: Sequence[Seen]
    address: Callable[[Seen], str]

    def links(self, shown: Seen | None = None) -> str:
        """Return the links of an answer: also to the first and last versions and those around."""
        places = {0, len(self.seen) - 1}
        if shown is not None:
            place = self.seen.index(shown)
            places |= {place} | ({place - 1, place + 1} & set(range(len(self.seen))))
        mementos = (self._memento(self.seen[one], shown) for one in sorted(places))
        return ", ".join([*self._about(), self._map("timemap"), *mementos])

    def link_format(self) -> str:
        """Return the TimeMap: all versions in link format (RFC 6690)."""
        lines = [*self._about(), self._map("self"), *map(self._memento, self.seen)]
        return ",\n".join(lines) + "\n"

    def _about(self) -> list[str]:
        if self.original == self.timegate:
            return [f'<{self.original}>; rel="original timegate"']
        return [f'<{self.original}>; rel="original"', f'<{self.timegate}>; rel="timegate"']

    def _map(self, relation: str) -> str:
        span = f'from="{date_of(self.seen[0])}"; until="{date_of(self.seen[-1])}"'
        return f'<{self.timemap}>; rel="{relation}"; type="{TYPE}"; {span}'

    def _memento(self, one: Seen, shown: Seen | None = None) -> str:
        """Return the link to a version, with its relation to all versions and to the shown one."""
        place = self.seen.index(one)
        relations = {"first": place == 0, "last": place == len(self.seen) - 1}
        if shown is not None:
            distance = place - self.seen.index(shown)
            relations |= {"prev": distance == -1, "next": distance == 1}
        relation = " ".join([*(name for name, holds in relations.items() if holds), "memento"])
        return f'<{self.address(one)}>; rel="{relation}"; datetime="{date_of(one)}"'


def date_of(one: Seen) -> str:
    """Return when a version was first seen, as a date of HTTP."""
    return format_datetime(one.at.astimezone(UTC), usegmt=True)


def version_at(seen: Sequence[Seen], at: datetime) -> Seen:
    """Return the version that was there at a time; the first one for an earlier time.

    `seen` is in order of time and not empty (RFC 7089, section 4.5.3).
    """
    return next((one for one in reversed(seen) if one.at <= at), seen[0])
