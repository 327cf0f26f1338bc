"""The sources of history by name; a new one is a line here."""

from __future__ import annotations

from collections.abc import Callable

from ingest.feed import FeedState
from ingest.sources.past.paged import Paged
from ingest.sources.past.rfc5005 import Rfc5005
from ingest.sources.past.rsshub import Rsshub
from ingest.sources.past.sitemap import Sitemap
from ingest.sources.past.source import Source, Web, Window
from ingest.sources.past.wayback import Wayback

FILES = "files"
OF_A_FEED: dict[str, Callable[[Web, FeedState, Window], Source]] = {
    "rfc5005": Rfc5005,
    "paged": Paged,
    "rsshub": Rsshub,
    "sitemap": Sitemap,
    "wayback": Wayback,
}


def fitting(feed: FeedState, web: Web) -> list[str]:
    """The sources to ask of a feed when none is named.

    Its own links to the past, its pages by number and a web archive; a route's own limit. The
    pages of a site are many, so a sitemap is read only for feeds that want full text.
    """
    if web.instances.route_of(feed.address) is not None:
        return ["rsshub"]
    own = ["sitemap"] if feed.settings.full_text is True else []
    return ["rfc5005", "paged", *own, "wayback"]
