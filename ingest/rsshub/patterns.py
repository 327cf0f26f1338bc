"""Match paths with a route's pattern as Hono does: `/:id`, `/:id?`, `/:rest{.+}`, `*`.

Regular expressions in a pattern are never run, because they come from outside, and a hostile
expression could run forever. The few kinds that RSSHub uses are recognised by their form. Any other
expression matches every single segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

_LONGEST = 500
_MOST_SEGMENTS = 40
_PARAMETER = re.compile(r":(?P<name>[^{}/?]+)(?:\{(?P<kind>.*)\})?(?P<optional>\??)")
_DIGITS = frozenset({r"\d+", "[0-9]+", r"\d*"})
_WORDS = re.compile(r"\(?[\w.-]+(?:\|[\w.-]+)*\)?")
_SET = re.compile(r"\[(?P<set>[\w.~@-]+)\](?:\{(?P<count>\d{1,2})\}|(?P<many>[+*]))?", re.ASCII)
_BEGINNING = re.compile(r"(?P<word>[\w-]+)\.[+*]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The condition for one segment of a path; without any field set, every segment matches.

    `characters` are the allowed characters of a segment, and `length` is its exact length.
    """

    words: frozenset[str] = frozenset()
    characters: frozenset[str] = frozenset()
    length: int | None = None
    begins: str = ""
    digits: bool = False
    literal: bool = False
    optional: bool = False
    repeats: bool = False

    def takes(self, segment: str) -> bool:
        """Return whether a segment matches."""
        if self.digits:
            return segment.isascii() and segment.isdigit()
        if self.characters and not self.characters.issuperset(segment):
            return False
        if self.length is not None and len(segment) != self.length:
            return False
        return segment.startswith(self.begins) and (not self.words or segment in self.words)


@lru_cache(maxsize=4096)
def read_pattern(pattern: str) -> tuple[Step, ...]:
    """Parse a pattern into a step for each of its segments."""
    segments = islice(_segments_of_pattern(pattern[:_LONGEST]), _MOST_SEGMENTS)
    return tuple(step for segment in segments for step in _read_steps(segment))


def _segments_of_pattern(pattern: str) -> Iterator[str]:
    """Split a pattern at its slashes, except those in the braces of an expression."""
    begin = depth = 0
    pattern = f"{pattern.strip('/')}/"
    for place, character in enumerate(pattern):
        depth += (character == "{") - (character == "}")
        if character == "/" and depth <= 0:
            if place > begin:
                yield pattern[begin:place]
            begin = place + 1


def segments_of(path: str) -> list[str]:
    """Split a path, then decode its segments, because `%2F` does not separate segments."""
    path = path.strip("/")
    segments = path.split("/", _MOST_SEGMENTS)[:_MOST_SEGMENTS] if path else []
    return [unquote(segment) for segment in segments]


def _read_steps(segment: str) -> Iterator[Step]:
    parameter = _PARAMETER.fullmatch(segment)
    if segment == "*":
        yield Step(repeats=True, optional=True)
    elif parameter is None:
        yield Step(words=frozenset({segment}), literal=True)
    else:
        yield from _read_parameter(parameter["kind"] or "", bool(parameter["optional"]))


def _read_parameter(kind: str, optional: bool) -> Iterator[Step]:
    if kind.startswith((".+", ".*")):
        yield Step(repeats=True, optional=optional or kind.startswith(".*"))
    elif "/" in kind:
        yield Step(repeats=True, optional=optional)
    elif kind in _DIGITS:
        yield Step(digits=True, optional=optional)
    elif beginning := _BEGINNING.fullmatch(kind):
        yield Step(begins=beginning["word"], optional=optional)
        yield Step(repeats=True, optional=True)
    elif of_set := _SET.fullmatch(kind):
        length = None if of_set["many"] else int(of_set["count"] or 1)
        yield Step(characters=_characters(of_set["set"]), length=length, optional=optional)
    else:
        words = frozenset(kind.strip("()").split("|")) if _WORDS.fullmatch(kind) else frozenset()
        yield Step(words=words, optional=optional)


def _characters(written: str) -> frozenset[str]:
    """Return the characters of a set such as `a-z0-9_`."""
    found: set[str] = set()
    for first, last, single in re.findall(r"(\w)-(\w)|(.)", written, re.ASCII):
        found.update(map(chr, range(ord(first), ord(last) + 1)) if first else single)
    return frozenset(found)


def fit(pattern: str, segments: list[str]) -> int | None:
    """Return how many literal segments a pattern has, or None if the path does not match it.

    A segment may match at several positions in the pattern. All these positions are followed at
    once, so the number of steps is at most the product of both lengths.
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
    """Add the positions reached by skipping optional segments."""
    reached = set(places)
    for place in sorted(places):
        following = place
        while following < len(steps) and steps[following].optional:
            following += 1
            reached.add(following)
    return reached
