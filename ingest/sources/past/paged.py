"""Numbered pages of a feed, as blog engines serve them: `?paged=2`, `?page=2`, `page/2/`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.errors import BadStatus, Gone, ParseError, SourceError
from ingest.feed import FeedState
from ingest.sources.ask import fetch_past
from ingest.sources.past.source import Contents, Source, Taken, Web, Window
from ingest.values import Piece, Planned

# Maps a word in the feed's `generator` to the parameters or path that may have the page number.
_PATH = "page/"
_ENGINES = {
    "wordpress": ("paged",),
    "wp.com": ("paged",),
    "typecho": (_PATH, "page"),
    "z-blog": ("page",),
    "zblog": ("page",),
    "discuz": ("page",),
    "emlog": ("page",),
    "pbootcms": ("page",),
    "drupal": ("page",),
    "halo": ("page",),
    "misskey": ("page",),
}
_WAYS = ("paged", "page", _PATH)
_FAILURES_IN_A_ROW = 3  # After this many failures, no more pages are requested.
_MOST_KEYS = 200


class Paged(Source):
    """A source that reads page after page.

    It stops at a page that is empty, belongs to another site, or has no new entries.
    """

    may_be_foreign = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window

    async def plan(self) -> Sequence[Planned]:
        """Return the feed itself as page 1."""
        return [Planned(key="page 1", address=self._feed.address, hints={"page": 1})]

    async def take(self, planned: Planned) -> Taken:
        """Fetch a page. Its entries are as current as the entries of the feed itself."""
        document = await fetch_past(self._web.fetcher, self._feed, planned.address)
        return Taken(piece=Piece(document=document, as_of=document.fetched_at))

    def follow(self, planned: Planned, content: Contents) -> Sequence[Planned]:
        """Return the next page. If the second page does not exist, try another way to number it."""
        hints = planned.hints
        if hints["page"] == 1:
            return self._second(content)
        seen = {*hints["first"], *hints["last"]}
        if content.is_foreign or not content.keys or set(content.keys) <= seen:
            return self._probe(hints["untried"], hints["first"]) if hints["page"] == 2 else ()
        if self._window.is_before(content.newest):
            return ()
        following = {"page": hints["page"] + 1, "last": _some(content.keys), "failures": 0}
        return [self._page(hints | following)]

    def pass_by(self, planned: Planned, error: SourceError) -> Sequence[Planned]:
        """Return the page after a failed page, or nothing if the failure probably means the end."""
        hints = planned.hints
        if hints["page"] == 1:
            return ()
        if hints["page"] == 2 and (hints["is_guess"] or not _may_be_a_gap(error)):
            return self._probe(hints["untried"], hints["first"])
        # A single missing page may be a gap. Two missing pages in a row mean the end.
        failures = hints["failures"] + 1
        most = _FAILURES_IN_A_ROW if _may_be_a_gap(error) else 2
        if failures >= most:
            return ()
        return [self._page(hints | {"page": hints["page"] + 1, "failures": failures})]

    def is_end(self, planned: Planned, error: SourceError) -> bool:
        """Return whether the page is after the last page, or its address was a wrong guess."""
        page = planned.hints["page"]
        return page > 1 and (isinstance(error, Gone) or (page == 2 and planned.hints["is_guess"]))

    def _second(self, content: Contents) -> Sequence[Planned]:
        generator = (content.feed.generator or self._feed.generator or "").lower()
        known = next((ways for engine, ways in _ENGINES.items() if engine in generator), ())
        has_name = "." in urlsplit(self._feed.address).path.rpartition("/")[2]
        ways = [way for way in known or _WAYS if not (has_name and way == _PATH)]
        return self._probe(ways, _some(content.keys), is_guess=len(known) != 1)

    def _probe(
        self, ways: Sequence[str], first: list[str], *, is_guess: bool = True
    ) -> Sequence[Planned]:
        if not ways:
            return ()
        hints = {
            "page": 2,
            "way": ways[0],
            "untried": list(ways[1:]),
            "is_guess": is_guess,
            "first": first,
            "last": [],
            "failures": 0,
        }
        return [self._page(hints)]

    def _page(self, hints: dict[str, object]) -> Planned:
        way, page = str(hints["way"]), str(hints["page"])
        parts = urlsplit(self._feed.address)
        if way == _PATH:
            parts = parts._replace(path=f"{parts.path.rstrip('/')}/{_PATH}{page}/")
        else:
            query = [(k, v) for k, v in parse_qsl(parts.query, True) if k != way]
            parts = parts._replace(query=urlencode([*query, (way, page)]))
        return Planned(key=f"{way} {page}", address=urlunsplit(parts), hints=hints)


def _may_be_a_gap(error: SourceError) -> bool:
    """Return whether the error is a failure of the server, so that the page may still exist."""
    return not (
        isinstance(error, ParseError) or (isinstance(error, BadStatus) and error.status < 500)
    )


def _some(keys: Sequence[str]) -> list[str]:
    return list(keys[:_MOST_KEYS])
