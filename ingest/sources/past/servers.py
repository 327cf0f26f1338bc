"""A source for databases and servers of other feed readers, by their addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ingest.fetch import Fetcher
from ingest.sources.past.source import Source, Taken
from ingest.sources.readers.holdings import Holdings
from ingest.values import DocumentKind, Planned


class Servers(Source):
    """A source that reads the stores at addresses. Each feed in them is a document or several.

    `addresses` maps addresses without secrets to addresses with them.
    """

    is_promised = True

    def __init__(
        self,
        addresses: Mapping[str, str],
        fetcher: Fetcher,
        *,
        token: str,
        marks: bool,
        now: datetime,
    ) -> None:
        self._addresses, self._now = addresses, now
        self._holdings = Holdings(marks=marks, fetcher=fetcher, token=token)

    async def plan(self) -> Sequence[Planned]:
        """Return the stores; their feeds are added when `take` opens them."""
        return [
            Planned(key=address, address=address, kind=DocumentKind.LIST)
            for address in self._addresses
        ]

    async def take(self, planned: Planned) -> Taken:
        """List the feeds of a store, or read entries of one feed."""
        place = self._addresses[planned.address]
        if "held_feed" not in planned.hints:
            return Taken(more=await self._holdings.plan(place, planned))
        piece, more = await self._holdings.take(place, planned, self._now)
        return Taken(piece=piece, more=more)

    def close(self) -> None:
        """Close the store that is open."""
        self._holdings.close()
