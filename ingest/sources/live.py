"""The feed as its publisher serves it now."""

from __future__ import annotations

from datetime import timedelta

from ingest import rsshub
from ingest.config import Config
from ingest.fetch import Fetcher
from ingest.store.feeds import FeedState
from ingest.values import Document, NotModified

# A second request for a route in progress waits up to a minute at the instance.
ROUTE_TIMEOUT = timedelta(seconds=75)


async def fetch_feed(fetcher: Fetcher, config: Config, feed: FeedState) -> Document | NotModified:
    """Ask for a feed, with the validators of the last document taken in whole.

    Raise `FetchError` when there is no usable answer.
    """
    is_route = rsshub.is_route(feed.url)
    return await fetcher.fetch(
        feed_address(config, feed.url),
        validators=feed.validators,
        timeout=max(config.fetch.total_timeout, ROUTE_TIMEOUT) if is_route else None,
    )


def feed_address(config: Config, url: str) -> str:
    """Where to ask for a feed: its own address, or that of its route on an instance."""
    if not rsshub.is_route(url):
        return url
    return rsshub.address_of(url, config.rsshub.instances[0], config.rsshub.access_key)
