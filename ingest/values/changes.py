"""The changes that a document makes in the store: its entries, grouped by how they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingest.values.entries import Verdict, VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers of entries in a document, by their relation to the stored entries.

    `new` entries were not stored before. `earlier` and `edited` entries are older and newer
    versions of stored entries. All others are `known`.
    """

    new: int = 0
    earlier: int = 0
    edited: int = 0
    known: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            new=self.new + other.new,
            earlier=self.earlier + other.earlier,
            edited=self.edited + other.edited,
            known=self.known + other.known,
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier version of a stored entry.

    `at` is the time when the earlier version was current. If `is_first` is true, this version
    becomes the first revision. `present_since` is when the stored version was first seen.
    """

    verdict: Verdict
    at: datetime
    present_since: datetime
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The entries of a document, grouped by how they are stored; `verdicts` holds all of them.

    - `new`: entries that are inserted.
    - `edited`: entries whose text replaces the stored text, which becomes a revision.
    - `earlier`: entries whose text becomes a revision.
    - `readdressed`: edited entries whose former address is stored too.
    - `moved`: entries whose stored version gets the address that the document gives.
    - `elsewhere`: entries whose address in the document is stored as an additional address.
    - `current`: unchanged entries of the current feed, whose latest bytes, pictures and pages are
      kept.
    - `dated`: entries whose date is stored if the stored version has no date.

    `passed` counts entries that were recognised by their link, and were not compared further.
    `is_past` is true for an old document, which was current at `as_of`. `first_seen` has the times
    at which another program first saw entries, by their keys.
    """

    verdicts: Sequence[Verdict] = ()
    new: Sequence[Verdict] = ()
    edited: Sequence[Verdict] = ()
    earlier: Sequence[Earlier] = ()
    readdressed: Sequence[Verdict] = ()
    moved: Sequence[Verdict] = ()
    elsewhere: Sequence[Verdict] = ()
    current: Sequence[Verdict] = ()
    dated: Sequence[Verdict] = ()
    passed: int = 0
    is_past: bool = False
    as_of: datetime | None = None
    first_seen: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """Return the number of entries of each kind."""
        new, edited, earlier = len(self.new), len(self.edited), len(self.earlier)
        known = len(self.verdicts) - new - edited - earlier + self.passed
        return Counts(new=new, edited=edited, earlier=earlier, known=known)

    @property
    def with_bytes(self) -> list[Verdict]:
        """Return the entries whose bytes have to be stored, each once.

        Moved entries are included, so that Guidang finds them at their new address when it reads
        the stored bytes again.
        """
        earlier = [one.verdict for one in self.earlier]
        every = [*self.new, *self.edited, *earlier, *self.moved]
        return list({id(verdict): verdict for verdict in every}.values())


def of_kind(verdicts: Sequence[Verdict], kind: VerdictKind) -> list[Verdict]:
    """Return the verdicts of one kind, such as those on new entries."""
    return [verdict for verdict in verdicts if verdict.kind is kind]
