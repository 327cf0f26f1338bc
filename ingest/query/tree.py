"""The nodes of a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """A word or a phrase, as the user typed it.

    With `is_prefix`, the last word may be the beginning of a longer word. With `in_title`, only
    titles are searched. With `in_revisions`, earlier versions are searched instead of the current
    version.
    """

    text: str
    is_prefix: bool = False
    in_title: bool = False
    in_revisions: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on one property: `feed`, `category`, `author`, `lang`, `site` or `has`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """A span of publication dates; `end` is exclusive, and None sets no bound."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that an entry must not meet."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conditions that an entry must all meet."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Conditions of which an entry must meet at least one."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Words | Field | Days | Not | And | Or


def words_in(node: Node) -> Iterator[Words]:
    """Yield the words of a query in order, without words after a minus sign."""
    match node:
        case Words():
            yield node
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from words_in(one)
        case _:
            return
