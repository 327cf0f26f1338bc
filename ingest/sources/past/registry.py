"""The sources of older entries by name. A new source needs a line in `OF_A_FEED`."""

from __future__ import annotations

from collections.abc import Callable

from ingest.config import RsshubConfig
from ingest.feed import FeedState
from ingest.rsshub import instances_of, is_route, route_of
from ingest.sources.past.paged import Paged
from ingest.sources.past.rfc5005 import Rfc5005
from ingest.sources.past.rsshub import Rsshub
from ingest.sources.past.sitemap import Sitemap
from ingest.sources.past.source import Source, Web, Window
from ingest.sources.past.wayback import Wayback

FILES = "files"
SERVERS = "servers"  # of other readers, by their addresses
OF_A_FEED: dict[str, Callable[[Web, FeedState, Window], Source]] = {
    "rfc5005": Rfc5005,
    "paged": Paged,
    "rsshub": Rsshub,
    "sitemap": Sitemap,
    "wayback": Wayback,
}


def fitting(feed: FeedState, rsshub: RsshubConfig) -> list[str]:
    """Return the default sources for a feed, by name.

    An RSSHub route has its own source. Other feeds have links to older documents, numbered pages
    and a web archive. A sitemap lists very many pages, so it is read only for feeds with
    `full_text`.
    """
    if is_route(feed.address) or route_of(feed.address, instances_of(rsshub)) is not None:
        return ["rsshub"]
    own = ["sitemap"] if feed.settings.full_text is True else []
    return ["rfc5005", "paged", *own, "wayback"]
