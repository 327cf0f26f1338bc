"""Paths that fit a route's pattern, as Hono reads them: `/:id`, `/:id?`, `/:rest{.+}`, `*`.

A pattern's own regular expressions are never run: they come from outside, and a hostile one
takes for ever. The few kinds that RSSHub uses are told apart by their form, and any other
fits any one segment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

_LONGEST = 500
_MOST_SEGMENTS = 40
_PARAMETER = re.compile(r":(?P<name>[^{}/?]+)(?:\{(?P<kind>[^/]*)\})?(?P<optional>\??)")
_DIGITS = frozenset({r"\d+", "[0-9]+", r"\d*"})
_WORDS = re.compile(r"\(?[\w.-]+(?:\|[\w.-]+)*\)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What may stand in one place of a path; with no words, anything."""

    words: frozenset[str] = frozenset()
    digits: bool = False
    literal: bool = False
    optional: bool = False
    repeats: bool = False

    def takes(self, segment: str) -> bool:
        """Whether a segment may stand here."""
        if self.digits:
            return segment.isascii() and segment.isdigit()
        return not self.words or segment in self.words


@lru_cache(maxsize=4096)
def read_pattern(pattern: str) -> tuple[Step, ...]:
    """Read a pattern's segments."""
    return tuple(_read_step(segment) for segment in _segments(pattern[:_LONGEST]))


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/", _MOST_SEGMENTS)[:_MOST_SEGMENTS] if path.strip("/") else []


def segments_of(path: str) -> list[str]:
    """Split a path; only then is it decoded, since `%2F` parts nothing."""
    return [unquote(segment) for segment in _segments(path)]


def _read_step(segment: str) -> Step:
    if segment == "*":
        return Step(repeats=True, optional=True)
    parameter = _PARAMETER.fullmatch(segment)
    if parameter is None:
        return Step(words=frozenset({segment}), literal=True)
    kind, optional = parameter["kind"] or "", bool(parameter["optional"])
    if kind.startswith((".+", ".*")):
        return Step(repeats=True, optional=optional or kind.startswith(".*"))
    if kind in _DIGITS:
        return Step(digits=True, optional=optional)
    words = frozenset(kind.strip("()").split("|")) if _WORDS.fullmatch(kind) else frozenset()
    return Step(words=words, optional=optional)


def fit(pattern: str, segments: list[str]) -> int | None:
    """How closely a path fits: by how many literal segments; None if it does not fit.

    Every place of the pattern that the path read so far may have led to is followed at once, so
    that the work is bounded by the product of their lengths.
    """
    steps = read_pattern(pattern)
    places = _with_skipped({0}, steps)
    for segment in segments:
        taking = [p for p in places if p < len(steps) and steps[p].takes(segment)]
        after = {p + 1 for p in taking} | {p for p in taking if steps[p].repeats}
        places = _with_skipped(after, steps)
        if not places:
            return None
    return sum(step.literal for step in steps) if len(steps) in places else None


def _with_skipped(places: set[int], steps: tuple[Step, ...]) -> set[int]:
    """Add the places that are reached by leaving out what may be left out."""
    reached = set(places)
    for place in sorted(places):
        following = place
        while following < len(steps) and steps[following].optional:
            following += 1
            reached.add(following)
    return reached
