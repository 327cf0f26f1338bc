"""Add a feed: find it at an address, show it, and add it; add a list of feeds."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingest.clock import system_clock
from ingest.config import FeedSettings, read_feed_url
from ingest.config.feed_settings import settings_or_problems
from ingest.errors import UsageError
from ingest.messages import message
from ingest.reading.lists.opml import FeedList, read_opml
from ingest.rsshub import instances_of
from ingest.store import feeds
from ingest.web.access.forms import text_in
from ingest.web.managing.answers import go_to
from ingest.web.pages.paging import number_in
from ingest.web.rendering import Site, address_on, page, site_of

_SILENT = message("the service does not answer; try again")


def show(request: Request) -> Response:
    """Show the forms: /add."""
    return _form(request, request.query_params.get("url", "").strip())


def find(request: Request, form: FormData) -> Response:
    """Find the feed at an address, and show it: POST /add."""
    url, site = text_in(form, "url"), site_of(request)
    try:
        address = _address(site, url)
    except UsageError as error:
        return _form(request, url, problem=str(error))
    found = site.find(address)
    if found is None or found.problem:
        problem = found.problem if found else _SILENT
        return _form(request, url, problem=problem, unchecked=address)
    return _form(request, url, found=found)


def add(request: Request, form: FormData) -> Response:
    """Add the feed that was found: POST /add/feed."""
    site, url = site_of(request), text_in(form, "url")
    lines = text_in(form, "categories").splitlines()
    categories = [line for each in lines if (line := each.strip())]
    settings = settings_or_problems({"categories": categories})
    try:
        if not isinstance(settings, FeedSettings):
            raise UsageError("; ".join(settings.values()))  # noqa: TRY301 - shown in the form
        address = _address(site, url)
        feed, is_new = site.database.transact(feeds.add, address, settings, now=system_clock())
    except UsageError as error:
        return _form(request, url, problem=str(error))
    return go_to(request, f"/f/{feed.id}", "add" if is_new else "known")


def add_list(request: Request, form: FormData) -> Response:
    """Add the feeds of an uploaded OPML file: POST /add/list."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.size:
        return _form(request, list_problem=message("choose an OPML file"))
    try:
        listed = read_opml(file.file.read(), file.filename or "OPML")
    except UsageError as error:
        return _form(request, list_problem=str(error))
    added = _add_all(site_of(request), listed)
    counts = {"added": added, "known": len(listed.feeds) - added}
    problems = [*listed.problems, *([listed.damage] if listed.damage else [])]
    if problems:
        return _form(request, counts=counts, left_out=problems)
    return RedirectResponse(address_on(request, "/add", counts), 303)


def _add_all(site: Site, listed: FeedList) -> int:
    """Add the feeds of a list; return how many are new."""
    instances = instances_of(site.config.rsshub)
    wanted = [
        (site.database.view(feeds.address_of_new, one.url, instances), one.settings)
        for one in listed.feeds
    ]
    return site.database.transact(feeds.add_all, wanted, now=system_clock())


def _address(site: Site, url: str) -> str:
    """Return the address to store for a typed one; raise `UsageError` if it is not valid."""
    try:
        address = read_feed_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    instances = instances_of(site.config.rsshub)
    return site.database.view(feeds.address_of_new, address, instances)


def _form(request: Request, url: str = "", problem: str = "", **shown: Any) -> Response:
    query = request.query_params
    counts = {name: number_in(query[name]) for name in ("added", "known") if query.get(name)}
    values: dict[str, Any] = {
        "found": None,
        "counts": counts,
        "left_out": (),
        "list_problem": "",
        "unchecked": "",
    }
    values |= shown
    is_mistaken = bool(problem or values["list_problem"])
    status = 400 if is_mistaken else 200
    return page(request, "add.html", status=status, url=url, problem=problem, **values)
