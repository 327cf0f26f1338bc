"""The feed as its publisher serves it now."""

from __future__ import annotations

from ingest import rsshub
from ingest.config import Config
from ingest.fetch import Fetcher
from ingest.store.feeds import FeedState
from ingest.values import Document, NotModified


async def fetch_feed(fetcher: Fetcher, config: Config, feed: FeedState) -> Document | NotModified:
    """Ask for a feed, with the validators of the last document taken in whole.

    Raise `FetchError` when there is no usable answer.
    """
    return await fetcher.fetch(feed_address(config, feed.url), validators=feed.validators)


def feed_address(config: Config, url: str) -> str:
    """Where to ask for a feed: its own address, or that of its route on an instance."""
    if not rsshub.is_route(url):
        return url
    return rsshub.address_of(url, config.rsshub.instances[0], config.rsshub.access_key)
