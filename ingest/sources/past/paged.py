"""Pages of a feed that a blog engine gives by number: `?paged=2`, `?page=2`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.errors import Gone, SourceError
from ingest.sources import live
from ingest.sources.past.source import Content, Piece, Source, Taken, Web, Window
from ingest.store.feed_state import FeedState
from ingest.values import Planned

# The parameter by which an engine counts its feed's pages, by a word in the feed's generator.
_ENGINES = {
    "wordpress": "paged",
    "wp.com": "paged",
    "typecho": "page",
    "z-blog": "page",
    "zblog": "page",
    "discuz": "page",
    "emlog": "page",
    "pbootcms": "page",
    "drupal": "page",
    "halo": "page",
    "misskey": "page",
}
_PROBED = ("paged", "page")
# Gaps are stepped over; a server that fails so often in a row has no more to give.
_FAILURES_IN_A_ROW = 3
_MOST_KEYS = 200


class Paged(Source):
    """From the first page on, until one is empty, foreign, or says what was said before."""

    may_be_foreign = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window

    async def plan(self) -> Sequence[Planned]:
        """The feed itself."""
        return [Planned(key="page 1", address=self._feed.address, hints={"page": 1})]

    async def take(self, planned: Planned) -> Taken:
        """Ask for a page; it is the publisher's present word."""
        document = await live.fetch_past(self._web.fetcher, self._feed, planned.address)
        return Taken(piece=Piece(document=document, as_of=document.fetched_at))

    def follow(self, planned: Planned, content: Content) -> Sequence[Planned]:
        """The next page; in place of a page that is none, that by another parameter."""
        hints = planned.hints
        if hints["page"] == 1:
            return self._second(content)
        seen = {*hints["first"], *hints["last"]}
        if content.is_foreign or not content.keys or set(content.keys) <= seen:
            return self._probe(hints["untried"], hints["first"]) if hints["page"] == 2 else ()
        if self._window.is_before(content.newest):
            return ()
        on = {"page": hints["page"] + 1, "last": _some(content.keys), "failures": 0}
        return [self._page(hints | on)]

    def pass_by(self, planned: Planned, error: SourceError) -> Sequence[Planned]:
        """The page behind a gap; nothing is behind one that does not exist."""
        hints = planned.hints
        if hints["page"] == 1:
            return ()
        if self.is_end(planned, error):
            return self._probe(hints["untried"], hints["first"]) if hints["page"] == 2 else ()
        failures = hints["failures"] + 1
        if failures == _FAILURES_IN_A_ROW:
            return ()
        return [self._page(hints | {"page": hints["page"] + 1, "failures": failures})]

    def is_end(self, planned: Planned, error: SourceError) -> bool:
        """A page behind the last one does not exist."""
        return planned.hints["page"] > 1 and isinstance(error, Gone)

    def _second(self, content: Content) -> Sequence[Planned]:
        generator = (content.feed.generator or self._feed.generator or "").lower()
        known = [name for engine, name in _ENGINES.items() if engine in generator]
        return self._probe(known[:1] or _PROBED, _some(content.keys))

    def _probe(self, parameters: Sequence[str], first: list[str]) -> Sequence[Planned]:
        if not parameters:
            return ()
        hints = {
            "page": 2,
            "parameter": parameters[0],
            "untried": list(parameters[1:]),
            "first": first,
            "last": [],
            "failures": 0,
        }
        return [self._page(hints)]

    def _page(self, hints: dict[str, object]) -> Planned:
        parameter, page = str(hints["parameter"]), str(hints["page"])
        parts = urlsplit(self._feed.address)
        query = [(k, v) for k, v in parse_qsl(parts.query, True) if k != parameter]
        address = urlunsplit(parts._replace(query=urlencode([*query, (parameter, page)])))
        return Planned(key=f"{parameter} {page}", address=address, hints=hints)


def _some(keys: Sequence[str]) -> list[str]:
    return list(keys[:_MOST_KEYS])
