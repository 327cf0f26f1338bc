"""Captures of the feed in a web archive that has a CDX index, such as the Wayback Machine.

The index's language: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

from ingest.errors import Unreadable
from ingest.sources.past.source import Piece, Source, Taken, Web, Window
from ingest.store.feed_state import FeedState
from ingest.values import Planned

_STAMP = "%Y%m%d%H%M%S"
_FIELDS = "timestamp,original,digest"
_AT_ONCE = 5000
_MOST_LISTS = 100


class Wayback(Source):
    """One capture of each text that the feed ever had there."""

    may_be_foreign = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window
        self._settings = web.wayback

    async def plan(self) -> Sequence[Planned]:
        """Ask for the whole index; raise `SourceError` if it cannot be had."""
        captures: list[Planned] = []
        resume: str | None = ""
        for _ in range(_MOST_LISTS):
            rows, resume = await self._list(resume or "")
            captures += [self._planned(*row) for row in rows]
            if not resume:
                break
        distinct = list({capture.key: capture for capture in reversed(captures)}.values())
        newest_first = self._settings.order == "newest"
        return sorted(distinct, key=lambda one: str(one.as_of), reverse=newest_first)

    async def _list(self, resume: str) -> tuple[list[list[str]], str]:
        """One part of the index, and the key by which the next is asked for."""
        url = self._index_url(resume)
        document = await self._web.fetcher.fetch_document(
            url, accept="application/json", host_delay=self._settings.delay
        )
        try:
            rows = json.loads(document.body or b"[]")
        except ValueError:
            raise Unreadable(url, "the index of the archive is no JSON") from None
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise Unreadable(url, "the index of the archive is no table")
        key = str(rows.pop()[0]) if len(rows) > 1 and rows[-2] == [] else ""
        return [row for row in rows[1:] if _is_capture(row)], key

    def _index_url(self, resume: str) -> str:
        asked = {
            "url": self._feed.address,
            "output": "json",
            "fl": _FIELDS,
            "filter": "statuscode:200",
            "collapse": "digest",
            "limit": str(_AT_ONCE),
            "showResumeKey": "true",
        }
        asked |= {"from": _stamp(self._window.since)} if self._window.since else {}
        asked |= {"to": _stamp(self._window.until)} if self._window.until else {}
        asked |= {"resumeKey": resume} if resume else {}
        parts = urlsplit(self._settings.index)
        query = "&".join(filter(None, [parts.query, urlencode(asked)]))
        return urlunsplit(parts._replace(query=query))

    def _planned(self, timestamp: str, original: str, digest: str) -> Planned:
        address = self._settings.capture.replace("{timestamp}", timestamp)
        return Planned(
            key=digest,
            address=address.replace("{url}", original),
            as_of=datetime.strptime(timestamp, _STAMP).replace(tzinfo=UTC),
            hints={"original": original},
        )

    async def take(self, planned: Planned) -> Taken:
        """Ask for a capture; it stands for the original address at its time."""
        capture = await self._web.fetcher.fetch_document(
            planned.address, host_delay=self._settings.delay
        )
        original = planned.hints["original"]
        fetched_at = planned.as_of or capture.fetched_at
        document = replace(capture, url=original, final_url=original, fetched_at=fetched_at)
        return Taken(piece=Piece(document=document, as_of=planned.as_of))


def _is_capture(row: list[object]) -> bool:
    if len(row) != len(_FIELDS.split(",")) or not all(isinstance(value, str) for value in row):
        return False
    try:
        datetime.strptime(str(row[0]), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_STAMP)
