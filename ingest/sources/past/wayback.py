"""Read captures of a feed in a web archive with a CDX index, such as the Wayback Machine.

The protocol of the index: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from ingest.errors import Unreadable
from ingest.feed import FeedState
from ingest.reading.links import canonical_link, is_front_page
from ingest.sources.past.cdx import Listing, read_cdx
from ingest.sources.past.source import Source, Taken, Web, Window, home_of
from ingest.urls import host_of
from ingest.values import DocumentKind, Form, Piece, Planned
from ingest.workers import READ_WITHIN

logger = logging.getLogger(__name__)

_STAMP = "%Y%m%d%H%M%S"
_FIELDS = ("timestamp", "original", "digest")
_AT_ONCE = 5000
_MOST_LISTS = 1000  # parts of an index


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """The field names of a kind of server, and how many captures to ask for at once.

    pywb ignores field names of other servers. If its answer is limited, there is no key to request
    the rest, so all captures are requested at once.
    """

    address: str
    media_type: str
    limit: int | None


_OF_WAYBACK = _Dialect(address="original", media_type="mimetype", limit=_AT_ONCE)
_OF_PYWB = _Dialect(address="url", media_type="mime", limit=None)
# An entry from the end of the window may be only in later captures. So captures from this much time
# after the window are read too. A few more are always read, because a feed may have few captures.
_CAPTURED_LATER = timedelta(days=31)
_MOST_STILL_LATER = 5


class Wayback(Source):
    """A source that reads a web archive: one capture of each version of the feed.

    With the setting `wayback.pages`, it also reads captures of the site's pages.
    """

    may_be_foreign = True

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._feed, self._window = web, feed, window
        self._settings = web.wayback
        self.listed_at = self._settings.index
        self._dialects: tuple[_Dialect, ...] = (_OF_WAYBACK, _OF_PYWB)

    async def plan(self) -> Sequence[Planned]:
        """Fetch the whole index; raise `SourceError` if that fails."""
        captures: list[Planned] = []
        # The index may know the feed by its present address, and by its address before it moved.
        for url in dict.fromkeys((self._feed.address, self._feed.url)):
            captures += await self._of_feed(url)
        captures = self._in_order(captures)
        if self._settings.pages:
            captures += self._in_order(await self._of_pages(home_of(self._feed)))
        return captures

    def _in_order(self, captures: Sequence[Planned]) -> list[Planned]:
        """Return captures in the configured order.

        If several captures have the same key, only the oldest of them is returned.
        """
        oldest_last = sorted(captures, key=lambda one: str(one.as_of), reverse=True)
        distinct = list({capture.key: capture for capture in oldest_last}.values())
        is_newest_first = self._settings.order == "newest"
        return sorted(distinct, key=lambda one: str(one.as_of), reverse=is_newest_first)

    async def _of_feed(self, url: str) -> list[Planned]:
        asked = {"url": url, "collapse": "digest", **self._since()}
        rows = self._in_reach(await self._rows(asked))
        return [self._plan(*row, key=row[2], kind=DocumentKind.FEED) for row in rows]

    def _in_reach(self, rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Return the captures that may contain entries of the requested period of time.

        These are the captures before the end of the period, and some later captures. An entry may
        be captured late, and a capture may be an error page.
        """
        rows = sorted(rows)
        if self._window.until is None:
            return rows
        last = _stamp(self._window.until + _CAPTURED_LATER)
        in_time = bisect_right(rows, last, key=lambda row: row[0])
        return rows[: in_time + _MOST_STILL_LATER]

    async def _of_pages(self, home: str) -> list[Planned]:
        asked = {"url": home, "matchType": "prefix", "collapse": "urlkey", **self._since()}
        rows = await self._rows(asked, media_type="text/html")
        return [
            self._plan(*row, key=canonical_link(row[1]) or row[1], kind=DocumentKind.PAGE)
            for row in rows
            if not is_front_page(row[1])
        ]

    def _since(self) -> dict[str, str]:
        return {"from": _stamp(self._window.since)} if self._window.since else {}

    async def _rows(
        self, asked: Mapping[str, str], *, media_type: str | None = None
    ) -> list[tuple[str, str, str]]:
        """Return time, address and digest of all captures; try one kind of server after the other.

        Raise `Unreadable` if there are captures, but none with a time and an address.
        """
        total = 0
        for dialect in self._dialects:
            listing = await self._fetch_all(asked, dialect, media_type)
            usable = [
                (stamp, original, digest)
                for stamp, original, digest in listing.rows
                if _is_instant(stamp) and _is_address(original)
            ]
            total = max(total, listing.total)
            is_cut = not listing.is_table and listing.total == dialect.limit
            if listing.is_table or (usable and not is_cut):
                self._dialects = (dialect,)
                break
        if total and not usable:
            reason = f"none of its {total:,} captures has an address"
            raise Unreadable(self.listed_at, reason, holds_entries=True)
        if total > len(usable):
            logger.warning(
                "%s: %d captures without an address are left out",
                self.listed_at,
                total - len(usable),
            )
        return usable

    async def _fetch_all(
        self, asked: Mapping[str, str], dialect: _Dialect, media_type: str | None
    ) -> Listing:
        """Fetch all parts of an index and return them as one listing.

        Raise `Unreadable` if there are more parts than are allowed.
        """
        found: list[list[str]] = []
        total, resume = 0, ""
        for _ in range(_MOST_LISTS):
            url = self._index_url(asked, dialect, media_type, resume)
            document = await self._web.fetcher.fetch_document(
                url, accept="application/json", host_delay=self._settings.delay
            )
            listing = await self._web.workers.run(
                READ_WITHIN, url, read_cdx, document.body, url, _FIELDS
            )
            found += listing.rows
            total += listing.total
            resume = listing.resume
            if not resume:
                return Listing(rows=found, total=total, is_table=listing.is_table)
        reason = f"its list has more than {_MOST_LISTS:,} parts; shorten the period with --since"
        raise Unreadable(self.listed_at, reason, holds_entries=True)

    def _index_url(
        self, asked: Mapping[str, str], dialect: _Dialect, media_type: str | None, resume: str
    ) -> str:
        filters = [f"{dialect.media_type}:{media_type}"] if media_type else []
        asked_in_full = {
            **asked,
            "filter": ["statuscode:200", *filters],
            "output": "json",
            "fl": ",".join(("timestamp", dialect.address, "digest")),
        }
        if dialect.limit:
            asked_in_full |= {"limit": str(dialect.limit), "showResumeKey": "true"}
        parts = urlsplit(self._settings.index)
        # The Wayback Machine returns a key that is percent-encoded already. Other servers do not.
        key = f"resumeKey={resume}" if "%" in resume else urlencode({"resumeKey": resume})
        query = [parts.query, urlencode(asked_in_full, doseq=True), key if resume else ""]
        return urlunsplit(parts._replace(query="&".join(filter(None, query))))

    def _plan(
        self, timestamp: str, original: str, digest: str, *, key: str, kind: DocumentKind
    ) -> Planned:
        address = self._settings.capture.replace("{timestamp}", timestamp)
        return Planned(
            key=key,
            address=address.replace("{url}", original),
            kind=kind,
            as_of=_instant(timestamp),
            hints={"original": original},
        )

    async def take(self, planned: Planned) -> Taken:
        """Fetch a capture; return it with the original address and the time of the capture."""
        capture = await self._web.fetcher.fetch_document(
            planned.address, host_delay=self._settings.delay
        )
        original = planned.hints["original"]
        as_of = self._time_in(capture.final_url) or planned.as_of
        document = replace(
            capture, url=original, final_url=original, fetched_at=as_of or capture.fetched_at
        )
        form = Form.PAGE if planned.kind is DocumentKind.PAGE else Form.FEED
        return Taken(piece=Piece(document=document, form=form, as_of=as_of))

    def _time_in(self, address: str) -> datetime | None:
        """Return the time in the address of a capture, or None if the address has no time.

        The time can differ from the planned time, because web archives redirect to the nearest
        capture.
        """
        before, _, after = self._settings.capture.partition("{timestamp}")
        between = after.partition("{url}")[0]
        pattern = rf"{re.escape(urlsplit(before).path)}(\d{{14}}){re.escape(between)}"
        found = re.match(pattern, urlsplit(address).path)
        return _instant(found[1]) if found and _is_instant(found[1]) else None


def _is_address(original: str) -> bool:
    """Return whether an address has a host; web archives may omit the scheme."""
    return bool(host_of(original if "://" in original else f"//{original}"))


def _is_instant(timestamp: str) -> bool:
    try:
        _instant(timestamp)
    except ValueError:
        return False
    return True


def _instant(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, _STAMP).replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_STAMP)
