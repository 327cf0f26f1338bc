"""Yield the content of other readers' stores as documents: for each feed, batch after batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from ingest.errors import Unreadable
from ingest.fetch import Fetcher
from ingest.reading.holdings import CONTENT_TYPE, document_of
from ingest.sources.readers.miniflux_api import MinifluxApi
from ingest.sources.readers.registry import store_in, why_unknown
from ingest.sources.readers.store import Store
from ingest.sources.readers.tables import Tables, is_database_address
from ingest.urls import without_secrets
from ingest.values import Document, Form, HeldFeed, Piece, Planned


class UnknownStoreError(Unreadable):
    """Raised for a database whose tables are those of no known program."""


class Holdings:
    """The stores of one source. The last one that was used stays open.

    With `marks`, what users marked in the other program becomes tags. `fetcher` and `token` are for
    servers with an API.
    """

    def __init__(self, *, marks: bool, fetcher: Fetcher | None = None, token: str = "") -> None:
        self._marks, self._fetcher, self._token = marks, fetcher, token
        self._place: Path | str | None = None
        self._store: Store | None = None
        self._feeds: Mapping[int | str, HeldFeed] = {}

    async def plan(self, place: Path | str, within: Planned) -> Sequence[Planned]:
        """Return a planned document for each feed of a store.

        `within` is the planned document of the store itself. Raise `SourceError` if the store is
        unknown or cannot be read.
        """
        store = await self._open(place)
        return [
            Planned(
                key=f"{within.key}!{store.program}:{feed.key}",
                address=within.address,
                hints=within.hints | {"held_feed": feed.key, "url": feed.url or feed.title},
            )
            for feed in self._feeds.values()
        ]

    async def take(
        self, place: Path | str, planned: Planned, at: datetime
    ) -> tuple[Piece, Sequence[Planned]]:
        """Return the next entries of a feed as a document, and the planned document after it.

        `at` is when the store was current. Raise `SourceError` if it cannot be read.
        """
        store = await self._open(place)
        key = planned.hints["held_feed"]
        feed = self._feeds.get(key)
        if feed is None:
            raise Unreadable(planned.address, "the feed is no longer in it")
        batch = await store.entries(key, planned.hints.get("at"))
        body = document_of(store.program, feed, batch.entries, marks=self._marks)
        more = [] if batch.next_at is None else [planned.rest("at", batch.next_at)]
        name = f"file:{place}" if isinstance(place, Path) else without_secrets(place)
        return piece_of(name, store.program, body, at, batch.lacks), more

    def close(self) -> None:
        """Close the store that is open."""
        if self._store is not None:
            self._store.close()
        self._place = self._store = None

    async def _open(self, place: Path | str) -> Store:
        if self._store is None or self._place != place:
            self.close()
            self._store = self._store_at(place)
            self._place = place
            self._feeds = {feed.key: feed for feed in await self._store.feeds()}
        return self._store

    def _store_at(self, place: Path | str) -> Store:
        if isinstance(place, str) and self._fetcher and not is_database_address(place):
            return MinifluxApi(self._fetcher, place, self._token)
        tables = Tables(place)
        store = store_in(tables)
        if store is None:
            with closing(tables):
                raise UnknownStoreError(str(place), why_unknown(tables))
        return store


def piece_of(
    place: str, program: str, body: bytes, at: datetime, lacks: str | None = None
) -> Piece:
    """Return a piece whose address names the place of a store and its program."""
    url = f"{place}#{program.replace(' ', '-')}"
    document = Document(url=url, final_url=url, body=body, fetched_at=at, content_type=CONTENT_TYPE)
    return Piece(document=document, form=Form.HOLDING, lacks=lacks)
