"""What differs between two versions of a text, clause by clause, and in each by character."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, Literal, TypeAlias

from diff_match_patch import diff_match_patch

Kind: TypeAlias = Literal["same", "added", "removed", "skipped"]

_CLAUSE = re.compile(r"[^，。！？；：,.!?;:\n]*(?:[，。！？；：,.!?;:\n]+|$)")
_AROUND = 1  # unchanged clauses that are shown before and after a changed one
_LONGEST = 300  # characters of a changed passage that is compared by character
_MOST_BLOCKS = 1_000
_MOST_PAIRS = 200_000
_KINDS: dict[int, Kind] = {-1: "removed", 0: "same", 1: "added"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part of a text that is the same in both versions, or only in one of them.

    The kind "skipped" has no text: unchanged clauses that are far from any change.
    """

    kind: Kind
    text: str


def changes_of(old: str, new: str) -> tuple[Change, ...]:
    """Return how `old` became `new`, in order; an empty tuple if they are equal.

    A long changed passage, or texts that would take seconds to compare, are not compared further:
    the whole is removed, and the whole is added.
    """
    if old == new:
        return ()
    before, after = _clauses(old), _clauses(new)
    if _pairs(before, after) > _MOST_PAIRS:
        return Change(kind="removed", text=old), Change(kind="added", text=new)
    blocks = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    longest = _LONGEST if len(blocks) <= _MOST_BLOCKS else 0
    return tuple(chain.from_iterable(_block(before, after, longest, *block) for block in blocks))


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many pairs of equal clauses there are, which is what a comparison costs."""
    counts = Counter(after)
    return sum(counts[clause] for clause in before)


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE.findall(text) if clause]


def _block(
    before: Sequence[str],
    after: Sequence[str],
    longest: int,
    *block: Any,
) -> Iterator[Change]:
    """Yield the changes of one block of clauses, as `SequenceMatcher.get_opcodes` names it."""
    tag, a1, a2, b1, b2 = block
    if tag == "equal":
        is_last = a2 == len(before) and b2 == len(after)
        yield from _around(after[b1:b2], is_first=a1 == b1 == 0, is_last=is_last)
    else:
        yield from _compare("".join(before[a1:a2]), "".join(after[b1:b2]), longest)


def _around(clauses: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Change]:
    """Yield the clauses next to a change; one `Change` stands for those that are left out."""
    head = 0 if is_first else _AROUND
    tail = 0 if is_last else _AROUND
    if len(clauses) <= head + tail:
        yield Change(kind="same", text="".join(clauses))
        return
    if head:
        yield Change(kind="same", text="".join(clauses[:head]))
    yield Change(kind="skipped", text="")
    if tail:
        yield Change(kind="same", text="".join(clauses[-tail:]))


def _compare(old: str, new: str, longest: int) -> Iterator[Change]:
    if max(len(old), len(new)) > longest or not (old and new):
        pairs = [(-1, old), (1, new)]
    else:
        pairs = _by_character(old, new)
    yield from (Change(kind=_KINDS[kind], text=text) for kind, text in pairs if text)


def _by_character(old: str, new: str) -> list[tuple[int, str]]:
    """Return pairs of -1 (removed), 0 (same) or 1 (added) and a text; the same for each call."""
    library = diff_match_patch()
    library.Diff_Timeout = 0  # With a time limit, a slow machine would get another result.
    pairs: list[tuple[int, str]] = library.diff_main(old, new, False)
    library.diff_cleanupSemantic(pairs)
    return pairs
