"""What a document changes in the store: its entries, sorted by what is to be written of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.values import Verdict, VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many entries of a document are new, newer or older versions of stored ones, or known."""

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

    It was current at `at`, and takes the first place among the revisions if `is_first`. The
    stored version was first seen at `present_since`.
    """

    verdict: Verdict
    at: datetime
    present_since: datetime
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The entries of a document as a judge sorted them; `verdicts` are all of them.

    `new` entries are inserted. `edited` ones replace the stored text, which becomes a revision;
    `earlier` ones become a revision. `readdressed` are the edited ones whose former address is
    stored. `moved` ones take the document's address as their own;
    `elsewhere` are those that the document has at another address. `current` are the unchanged
    ones of a document that is the present one: they give their latest bytes, pictures and pages.
    `dated` may give stored entries the date that these lack. `passed` counts entries that were
    known without being judged. A document from the past `is_past`, and was current at `as_of`.
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

    @property
    def counts(self) -> Counts:
        """The number of entries of each kind."""
        new, edited, earlier = len(self.new), len(self.edited), len(self.earlier)
        known = len(self.verdicts) - new - edited - earlier + self.passed
        return Counts(new=new, edited=edited, earlier=earlier, known=known)

    @property
    def with_bytes(self) -> list[Verdict]:
        """The entries whose bytes have to be stored, each once.

        Those of a moved entry too: read again, it has to be found at its present address.
        """
        earlier = [one.verdict for one in self.earlier]
        every = [*self.new, *self.edited, *earlier, *self.moved]
        return list({id(verdict): verdict for verdict in every}.values())


def of_kind(verdicts: Sequence[Verdict], kind: VerdictKind) -> list[Verdict]:
    """Return the verdicts of one kind."""
    return [verdict for verdict in verdicts if verdict.kind is kind]
