"""What the pages for managing share: feeds by number, and the way back after a change."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingest.feed import FeedState
from ingest.rsshub import instances_of, kept_address
from ingest.store import feed_pages
from ingest.web.rendering import Site, address_on, site_of


def feed_of(request: Request) -> FeedState:
    """Return the feed in the address of a request; raise a 404 if there is none on the list."""
    feed = site_of(request).database.view(feed_pages.feed_on_list, request.path_params["id"])
    if feed is None:
        raise HTTPException(404)
    return feed


def is_in_file(site: Site, feed: FeedState) -> bool:
    """Return whether the settings of a feed are in the configuration file."""
    instances = instances_of(site.config.rsshub)
    listed = {kept_address(one.url, instances) for one in site.config.feeds}
    return feed.origin == "file" and feed.url in listed


def go_to(request: Request, path: str, done: str) -> Response:
    """Lead to a page after a change, which it says by the word `done`."""
    return RedirectResponse(address_on(request, path, {"done": done}), 303)
