"""What the service finds at an address that a visitor wants to add."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ingest.border import border
from ingest.errors import Fault, GuidangError
from ingest.logs import log_fault
from ingest.messages import message

logger = logging.getLogger(__name__)

FINDS_WITHIN = 90  # seconds; several pages may be slow
_MOST_NOTES = 50
_LONGEST = 500  # characters of a title or a note; a publisher may make them as long as it likes


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


async def find_within(find: Find, url: str, seconds: float = FINDS_WITHIN) -> Found:
    """Find a feed in some seconds, with texts of bounded size.

    If this takes longer, or raises an exception, the answer has a problem. A bug is logged.
    """
    try:
        async with asyncio.timeout(seconds):
            with border(url):
                return _shorten(await find(url))
    except TimeoutError:
        problem = message("the publisher's server is too slow; try again later")
    except GuidangError as error:
        if isinstance(error, Fault):
            log_fault(logger, error, error.trace)
        problem = str(error)
    return Found(url=url, problem=problem)


def _shorten(found: Found) -> Found:
    return replace(
        found,
        title=found.title[:_LONGEST],
        notes=tuple(note[:_LONGEST] for note in found.notes[:_MOST_NOTES]),
        newest=tuple(title[:_LONGEST] for title in found.newest),
        problem=found.problem[: _LONGEST * 10],
    )
