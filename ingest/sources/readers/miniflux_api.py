"""Miniflux over its API, with a token (Miniflux, "API Reference": feeds, entries)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from ingest.errors import TooLarge, Unreadable
from ingest.fetch import Fetcher
from ingest.sources.readers import miniflux
from ingest.sources.readers.store import AT_ONCE, Store, read_rows
from ingest.values import Batch, Document, HeldEntry, HeldFeed

_JSON = "application/json"
Kind = TypeVar("Kind", list[Any], dict[str, Any])


class MinifluxApi(Store):
    """What one user of a Miniflux server holds."""

    program = "Miniflux"

    def __init__(self, fetcher: Fetcher, address: str, token: str) -> None:
        self._fetcher, self._token = fetcher, token
        self._most = AT_ONCE
        self._root = f"{address.rstrip('/').removesuffix('/v1')}/v1"

    async def feeds(self) -> Sequence[HeldFeed]:
        """Return all feeds."""
        found = await self._get("/feeds", list)
        return [miniflux.feed_of(one, (one.get("category") or {}).get("title")) for one in found]

    async def entries(self, feed: int | str, at: int | str | None) -> Batch:
        """Return the next entries of a feed in the order of their ids, and the last id.

        After an answer that is too large, this and all later batches have half as many entries.
        """
        query = f"order=id&direction=asc&limit={self._most}&after_entry_id={at or 0}"
        try:
            answer = await self._get(f"/feeds/{feed}/entries?{query}", dict)
        except TooLarge:
            if self._most == 1:
                raise
            self._most //= 2
            return await self.entries(feed, at)
        rows = [row for row in answer.get("entries") or [] if row["id"] > int(at or 0)]
        next_at = rows[-1]["id"] if len(rows) == self._most else None
        return read_rows(rows, _entry_of, next_at)

    async def _get(self, path: str, kind: type[Kind]) -> Kind:
        """Return the JSON at a path of the API; raise `FetchError` or `Unreadable`."""
        url = f"{self._root}{path}"
        answer = await self._fetcher.fetch(
            url, accept=_JSON, headers={"x-auth-token": self._token} if self._token else {}
        )
        try:
            value = json.loads(answer.body) if isinstance(answer, Document) else None
        except ValueError:
            value = None
        if not isinstance(value, kind):
            raise Unreadable(url, "it is not an answer of Miniflux's API")
        return value


def _entry_of(row: dict[str, Any]) -> HeldEntry:
    return miniflux.entry_of(row, row.get("enclosures") or ())
