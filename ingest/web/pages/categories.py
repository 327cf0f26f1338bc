"""Browse by category: the list of categories, and the entries of one."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ingest.store import categories as store
from ingest.web.pages.missing import missing
from ingest.web.pages.paging import SIZE, key_at, place_of
from ingest.web.rendering import Site, page, site_of

_COUNTED_EVERY = 300  # seconds; a million entries take a second to count by feed


def browse(request: Request) -> Response:
    """List the categories of feeds with their numbers of feeds and entries: /c."""
    site = site_of(request)
    counts = site.recent.get(
        "entry_counts", lambda: site.database.view(store.entry_counts), seconds=_COUNTED_EVERY
    )
    rows = [
        (path, path_of(path), len(feeds), sum(counts.get(feed, 0) for feed in feeds))
        for path, feeds in _categories(site).items()
    ]
    return page(request, "categories.html", rows=rows)


def show(request: Request) -> Response:
    """List the entries of a category and of those below it, newest first: /c/财经/股票."""
    site, path = site_of(request), request.path_params["path"].strip("/")
    known = _categories(site)
    if path not in known:
        return missing(request)
    after = key_at(request.query_params.get("after"))
    rows = site.database.view(store.page_of_feeds, known[path], after=after, size=SIZE)
    names = path.split("/")
    above = [(name, path_of("/".join(names[: n + 1]))) for n, name in enumerate(names[:-1])]
    below = [(one, path_of(one)) for one in known if one.startswith(f"{path}/")]
    return page(
        request,
        "category.html",
        path=path,
        name=names[-1],
        here_path=path_of(path),
        above=above,
        below=below,
        feeds=len(known[path]),
        rows=rows,
        next=place_of(rows),
    )


def _categories(site: Site) -> store.Categories:
    return site.recent.get("categories", lambda: site.database.view(store.categories))


def path_of(category: str) -> str:
    """Return the address of the page of a category."""
    return f"/c/{quote(category)}"
