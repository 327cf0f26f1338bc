"""Answer feed readers: /atom.xml, /feed.json and /opml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.errors import UsageError
from ingest.exports import FORMATS
from ingest.exports.run import generator, id_of
from ingest.query import query_for
from ingest.reading.lists.opml import write_opml
from ingest.store import feed_pages, feeds, published, takedowns
from ingest.store.listings import Selection
from ingest.store.search import find
from ingest.values.exports import About
from ingest.web.access.prefix import path_of
from ingest.web.pages.paging import key_at, number_in
from ingest.web.pages.queries import parse
from ingest.web.programs.answers import problem, taken_down
from ingest.web.programs.conditional import conditional
from ingest.web.programs.parameters import address_of, next_page, parameters_of, seconds
from ingest.web.rendering import Site, site_of

_SIZE = 50
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_TITLE = "Guidang 归档"


def atom(request: Request) -> Response:
    """Show the newest entries as an Atom feed (RFC 4287): /atom.xml."""
    return _show(request, "atom", "application/atom+xml")


def json_feed(request: Request) -> Response:
    """Show the newest entries as a JSON Feed 1.1: /feed.json."""
    return _show(request, "jsonfeed", "application/feed+json")


def opml(request: Request) -> Response:
    """Show the list of feeds as OPML 2.0, without passwords and keys: /opml."""
    parameters_of(request)
    listed = site_of(request).database.view(feeds.every)
    text = write_opml((feed.url, feed.name, feed.link, feed.settings) for feed in listed)
    response = conditional(request, text.encode(), "text/x-opml; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="guidang.opml"'
    return response


def _show(request: Request, name: str, media_type: str) -> Response:
    """Show one page of everything, or of what `feed`, `category` or `q` select (RFC 5005)."""
    site, values = site_of(request), parameters_of(request, "feed", "category", "q", "after")
    chosen = values.keys() - {"after"}
    if len(chosen) > 1:
        raise UsageError("choose by one of feed, category and q")
    number = number_in(values.get("feed"))
    if number and (removal := site.database.view(takedowns.removal_of, feed_id=number)):
        return taken_down(removal)
    subject = _subject(site, values)
    if subject is None:
        return problem(404, f"there is no feed {values['feed']}")
    page = _page(site, values)
    about = _about(request, page, subject, media_type)
    form = FORMATS[name]
    body = form.head(about) + form.piece(page.entries, is_first=True) + form.tail(about)
    return conditional(request, body, media_type)


def _page(site: Site, values: Mapping[str, str]) -> published.Page:
    view, now, after = site.database.view, system_clock(), values.get("after")
    if "q" in values:
        node = parse(site, values["q"])
        place = find.place_of(after) if after else None
        return view(published.page_of_search, node, after=place, size=_SIZE, now=now)
    selection = Selection(feed_id=number_in(values.get("feed")), category=values.get("category"))
    return view(published.page_of_selection, selection, after=key_at(after), size=_SIZE, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What a feed is about: its title, its page, and the options of `guidang export` for it."""

    title: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()


def _subject(site: Site, values: Mapping[str, str]) -> _Subject | None:
    """Return what a feed is about; None if it is of a feed that does not exist."""
    if "feed" in values:
        page = site.database.view(feed_pages.feed_page, number_in(values["feed"]) or 0)
        if page is None:
            return None
        feed = page.feed
        return _Subject(title=feed.name, path=f"/f/{feed.id}", asked=(f"--feed {feed.slug}",))
    if "category" in values:
        return _of_query(values["category"], query_for("category", values["category"]))
    if "q" in values:
        return _of_query(values["q"], values["q"])
    return _Subject(title=_TITLE, path="/entries")


def _of_query(name: str, query: str) -> _Subject:
    return _Subject(
        title=f"{name} · {_TITLE}",
        path="/search",
        query={"q": query, "sort": "date"},
        asked=(f"--where {query}",),
    )


def _about(request: Request, page: published.Page, subject: _Subject, media_type: str) -> About:
    path = path_of(request.scope)
    query = dict(request.query_params)
    own = address_of(request, path, **query)
    first = address_of(request, path, **query | {"after": None})
    older = next_page(request, _place(page))
    links = [
        ("self", own, media_type),
        ("first", first, media_type),
        ("alternate", address_of(request, subject.path, **subject.query), "text/html"),
    ]
    return About(
        id=id_of(*subject.asked),
        title=subject.title,
        entries=len(page.entries),
        changed_at=max((one.last_change_at for one in page.entries), default=_LONG_AGO),
        choice=subject.asked,
        feeds={},
        generator=generator(),
        links=[*links, ("next", older, media_type)] if older else links,
    )


def _place(page: published.Page) -> str | None:
    match page.next:
        case None:
            return None
        case find.Place():
            return str(page.next)
        case key:
            return f"{seconds(key.at)}.{key.id}"
