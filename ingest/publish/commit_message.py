"""Write the message of a commit: its files by feed, and the takedowns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.publish.git import TRAILER

_MOST_LINES = 60
_SIGNS: Mapping[str, str] = {"new": "+", "edited": "~", "deleted": "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of the commit, with the title and feed of its entry if it has one."""

    kind: str
    path: str
    title: str = ""
    feed: str = ""


def commit_message(output: str, items: Sequence[Item], takedowns: Sequence[str]) -> str:
    """Return a message with a line of counts, then a line for each takedown and file.

    If there are many lines, only the first ones are listed. It ends with the trailer that
    `Repository` reads.
    """
    counts = ", ".join(f"{count} {kind}" for kind, count in _count(items) if count)
    lines = [*_takedown_lines(takedowns), *_lines(items)]
    shown = lines[:_MOST_LINES]
    if len(lines) > len(shown):
        shown += ["", f"and {len(lines) - len(shown)} more lines", ""]
    return "\n".join([f"Archive: {counts}", "", *shown, f"{TRAILER}: {output}"]) + "\n"


def _count(items: Sequence[Item]) -> list[tuple[str, int]]:
    return [(kind, sum(item.kind == kind for item in items)) for kind in _SIGNS]


def _takedown_lines(takedowns: Sequence[str]) -> list[str]:
    return ["Taken down", *(f"- {_one_line(one)}" for one in takedowns), ""] if takedowns else []


def _lines(items: Sequence[Item]) -> Iterator[str]:
    ordered = sorted(items, key=lambda item: (item.feed == "", item.feed, item.path))
    for feed, own in groupby(ordered, key=lambda item: item.feed):
        if feed:
            yield _one_line(feed)
        for item in own:
            yield f"{_SIGNS[item.kind]} {_one_line(item.title or item.path)}"
        yield ""


def _one_line(text: str) -> str:
    printable = (char if char.isprintable() else " " for char in text)
    return " ".join("".join(printable).split())
