"""Find the feed that a document belongs to, by its content and its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.feed import FeedState
from ingest.reading import titles
from ingest.reading.links import canonical_link, is_front_page, names_a_site
from ingest.reading.past import Held
from ingest.urls import host_of, site_of
from ingest.values import Form, NormalEntry, ParsedFeed, Piece

_PAGE = re.compile(r"(?<=/)page/\d+/?\Z|\?paged?=\d+\Z|&paged?=\d+(?=&|\Z)|(?<=\?)paged?=\d+&")
_SHORTEST_ARTICLE = 200  # characters of HTML; a shorter page is a list, a notice or an error


def find_owner(
    piece: Piece, held: Held, feeds: Sequence[FeedState], address: str | None = None
) -> FeedState | None:
    """Return the feed that a document belongs to, or None if no feed or several feeds match.

    `address` is the address under which the feed that the document names would be on the list.
    """
    if named := _only(feed for feed in feeds if address and feed.url == address):
        return named
    if piece.form is Form.HOLDING:
        return _owner_of_holding(held, feeds, address)
    if piece.form is Form.RECORD:
        return _owner_of_record(held, feeds)
    if piece.form is Form.PAGE:
        return _only(feed for feed in feeds if _home(feed) == _site(piece.document.final_url))
    said = held.feed
    addresses = (piece.document.url, _first_page(piece.document.url), said.self_link)
    own = {canonical_link(url) for url in addresses if url} - {None}
    return (
        _only(feed for feed in feeds if canonical_link(feed.url) in own)
        or _only(f for f in feeds if said.link and canonical_link(f.link) == _canonical(said.link))
        or _only(feed for feed in feeds if _is_called(feed, said))
    )


def _first_page(url: str) -> str:
    """Remove the page number from an address of a feed's page (`?paged=2`, `page/2/`)."""
    return _PAGE.sub("", url)


def _owner_of_holding(
    held: Held, feeds: Sequence[FeedState], address: str | None
) -> FeedState | None:
    """Return the feed with the address, or with the title and the site, that a reader names.

    A site may have several feeds, so its link alone is not enough.
    """
    called = [feed for feed in feeds if _is_called(feed, held.feed)]
    if not address:
        return _only(called)
    canonical, link = _canonical(address), held.feed.link
    return _only(feed for feed in feeds if _canonical(feed.url) == canonical) or _only(
        feed for feed in called if link and feed.link and _canonical(feed.link) == _canonical(link)
    )


def _owner_of_record(held: Held, feeds: Sequence[FeedState]) -> FeedState | None:
    """Return the feed that a record's `source_feed` names, or the feed with its categories."""
    named = _only(feed for feed in feeds if feed.url == held.feed_url)
    path = held.categories
    if named or not path:
        return named
    return _only(
        feed for feed in feeds if tuple(feed.settings.categories or feed.categories) == path
    )


def _only(feeds: object) -> FeedState | None:
    found = list(feeds)  # type: ignore[call-overload]
    return found[0] if len(found) == 1 else None


def _canonical(url: str) -> str | None:
    return canonical_link(url) or url


def _is_called(feed: FeedState, said: ParsedFeed) -> bool:
    key = titles.title_key(titles.display_title(said.title, is_text=said.title_is_text))
    own = (feed.settings.title, feed.title)
    return bool(key) and any(key == titles.title_key(name) for name in own if name)


def is_foreign(
    said: ParsedFeed, entries: Sequence[NormalEntry], feed: FeedState, known_links: Sequence[str]
) -> bool:
    """Return whether a document from a feed's address belongs to another site.

    A domain can change its owner, and a web archive has the documents of every owner. A document is
    foreign if it has another title and links only to sites that the feed has never linked to. If
    no link of the feed or of its stored entries is known, the links of the document do not count.
    """
    if _is_called(feed, said):
        return False
    known = _sites((feed.link, feed.url, feed.address, *known_links))
    named = _sites([said.link]) or _sites([said.self_link])
    if named or feed.link or known_links:
        named |= _sites(entry.link for entry in entries)
    return bool(named) and not named & known


def is_article(entry: NormalEntry, *, anywhere: bool) -> bool:
    """Return whether a page is an article, which must have a date and a path.

    `anywhere` means that the page was not found through the site's own sitemap. Such a page must
    also have a text, and must not be the front page.
    """
    link = canonical_link(entry.link)
    if link is None or entry.published_at is None or names_a_site(link):
        return False
    return not anywhere or (len(entry.html) >= _SHORTEST_ARTICLE and not is_front_page(link))


def _home(feed: FeedState) -> str:
    return _site(feed.link or feed.url)


def _sites(urls: Iterable[str | None]) -> set[str]:
    hosts = {host_of(url) for url in urls if url} - {""}
    return {site_of(host) for host in hosts}


def _site(url: str) -> str:
    return site_of(host_of(url))
