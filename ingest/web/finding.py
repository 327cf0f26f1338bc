"""What the service finds at an address that a visitor wants to add."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The feed at an address: what was tried (`notes`), its title and its newest entries.

    If there is none, `problem` says why. A feed that could not be read yet has no title.
    """

    url: str
    notes: tuple[str, ...] = ()
    title: str = ""
    entries: int = 0
    newest: tuple[str, ...] = ()
    problem: str = ""


# Asks the service, which alone sends requests to publishers.
Find = Callable[[str], Awaitable[Found]]
