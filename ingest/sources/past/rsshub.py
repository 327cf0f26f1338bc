"""Get more entries of an RSSHub route, by a high `limit=` and by pages if the route has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.feed import FeedState
from ingest.sources.past.source import Contents, Source, Taken, Web, Window
from ingest.values import Piece, Planned

_LIMIT = "500"  # entries; a route that has fewer returns all
_COUNTED = re.compile(r":(?:page|pageNo|pn)\??(?=/|\Z)")


class Rsshub(Source):
    """A source that reads a route with a high limit, and then its further pages.

    A route has further pages if its pattern ends with `:page?`.
    """

    is_promised = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._window = web, window
        self._route = web.instances.route_of(feed.address) or feed.address
        self._pattern = feed.rsshub_pattern or ""

    async def plan(self) -> Sequence[Planned]:
        """Return the route with a high limit."""
        parts = urlsplit(self._route)
        query = [(k, v) for k, v in parse_qsl(parts.query, True) if k != "limit"]
        route = urlunsplit(parts._replace(query=urlencode([*query, ("limit", _LIMIT)])))
        return [Planned(key="page 1", address=route, hints={"page": 1, "last": []})]

    async def take(self, planned: Planned) -> Taken:
        """Fetch a route from the RSSHub instances."""
        document = await self._web.instances.fetch_document(planned.address)
        return Taken(piece=Piece(document=document, as_of=document.fetched_at))

    def follow(self, planned: Planned, content: Contents) -> Sequence[Planned]:
        """Return the next page if the route has pages, and this page had a new entry."""
        at = _page_index(self._pattern)
        if at is None or not content.keys or set(content.keys) <= set(planned.hints["last"]):
            return ()
        if self._window.is_before(content.newest):
            return ()
        page = planned.hints["page"] + 1
        hints = {"page": page, "last": list(content.keys)}
        return [Planned(key=f"page {page}", address=self._with_page(at, page), hints=hints)]

    def _with_page(self, at: int, page: int) -> str:
        head, _, query = self._route.partition("?")
        scheme, _, path = head.partition("://")
        parts = [*path.split("/")[:at], str(page)]
        return f"{scheme}://{'/'.join(parts)}{'?' + query if query else ''}"


def _page_index(pattern: str) -> int | None:
    """Return the index of the page number in a route's path, or None if it is not the last part."""
    parts = pattern.strip("/").split("/")
    return len(parts) - 1 if _COUNTED.match(parts[-1]) else None
