"""Feeds that link to their older documents (RFC 5005).

The link relation of archived feed documents is `prev-archive`; that of further pages is `next`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.feed import FeedState
from ingest.sources.ask import fetch_past
from ingest.sources.past.source import Contents, Source, Taken, Web, Window, check_address
from ingest.urls import absolute_link
from ingest.values import Piece, Planned

_IS_ARCHIVED = "is_archived_document"
# An earlier version of Guidang stored the hint under this name.
_IS_ARCHIVED_BEFORE = "is_archive"


class Rfc5005(Source):
    """A source that reads the present feed, and then the earlier documents to which it links."""

    is_promised = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window

    async def plan(self) -> Sequence[Planned]:
        """Return the feed itself."""
        return [Planned(key=self._feed.address, address=self._feed.address)]

    async def take(self, planned: Planned) -> Taken:
        """Fetch a document of the chain.

        Section 4: if an entry is in several archived feed documents, the newest document counts.
        """
        url = check_address(planned.address)
        document = await fetch_past(self._web.fetcher, self._feed, url)
        is_archived = planned.hints.get(_IS_ARCHIVED, planned.hints.get(_IS_ARCHIVED_BEFORE))
        as_of = None if is_archived else document.fetched_at
        return Taken(piece=Piece(document=document, as_of=as_of))

    def follow(self, planned: Planned, content: Contents) -> Sequence[Planned]:
        """Return the previous archived feed document (section 4), or the next page (section 3)."""
        feed = content.feed
        link = feed.prev_archive_url or feed.next_url
        if link is None or self._window.is_before(content.newest):
            return ()
        address = absolute_link(link, content.url) or link
        is_archived = feed.prev_archive_url is not None
        return [Planned(key=address, address=address, hints={_IS_ARCHIVED: is_archived})]
