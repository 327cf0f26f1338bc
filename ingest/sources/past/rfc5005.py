"""Feeds that link to their past (RFC 5005).

Archived feed documents are linked by `prev-archive`, pages by `next`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.feed import FeedState
from ingest.sources import live
from ingest.sources.past.source import Content, Piece, Source, Taken, Web, Window, askable
from ingest.urls import absolute_link
from ingest.values import Planned


class Rfc5005(Source):
    """From the feed as it is now, back from link to link."""

    is_promised = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window

    async def plan(self) -> Sequence[Planned]:
        """The feed itself."""
        return [Planned(key=self._feed.address, address=self._feed.address)]

    async def take(self, planned: Planned) -> Taken:
        """Ask for a document of the chain.

        Section 4: if an entry is in several archived feed documents, the newest one counts.
        """
        url = askable(planned.address)
        document = await live.fetch_past(self._web.fetcher, self._feed, url)
        as_of = None if planned.hints.get("is_archive") else document.fetched_at
        return Taken(piece=Piece(document=document, as_of=as_of))

    def follow(self, planned: Planned, content: Content) -> Sequence[Planned]:
        """The archived feed document before this one (section 4), or the next page (section 3)."""
        feed = content.feed
        link = feed.prev_archive_url or feed.next_url
        if link is None or self._window.is_before(content.newest):
            return ()
        address = absolute_link(link, content.url) or link
        is_archive = feed.prev_archive_url is not None
        return [Planned(key=address, address=address, hints={"is_archive": is_archive})]
