"""The feed behind an address that a user gives: itself, or the one that a site's page leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.errors import FetchError, Gone, ParseError, SourceError, UsageError
from ingest.fetch import Fetcher
from ingest.reading.documents.parse import parse
from ingest.reading.lists.feed_links import FeedLink, feed_links, is_about_comments
from ingest.reading.lists.page import refresh_target
from ingest.rsshub.recognition import generator_of, is_rsshub
from ingest.rsshub.routes import carries_access, without_access
from ingest.sources.instances import Instances
from ingest.urls import without_secrets
from ingest.values import Document

_EMPTY = "it is a feed without entries"
_ABOUT_COMMENTS = "it is a feed of comments"
_MOST_OTHERS = 5  # further feeds of a page that are listed
_MOST_REFRESHED = 3
_SECOND_BEST = (_EMPTY, _ABOUT_COMMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The feed that was found, and what the user should know of it; its document, if it came."""

    url: str
    notes: tuple[str, ...] = ()
    document: Document | None = None


async def find_feed(fetcher: Fetcher, instances: Instances, url: str) -> Finding:
    """Find the feed at an address.

    Raises `UsageError` for a page that names no feed, something else that is none, and an address
    where its server says that there is nothing. One that cannot be reached at present is taken as
    it is, with a note.
    """
    if (route := instances.route_of(url)) is not None:
        return await _find_route(instances, route, url)
    try:
        document = await fetcher.fetch_document(url)
    except Gone as error:
        raise _nothing_there(url, error) from None
    except FetchError as error:
        return Finding(url=url, notes=(_unseen(url, error),))
    try:
        feed = parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError as error:
        page = await _refreshed(fetcher, document)
        if page is not document and _is_feed(page):
            note = f"{without_secrets(url)} is a page; it leads to {without_secrets(page.url)}"
            return Finding(url=page.url, notes=(note,), document=page)
        return await _behind_page(fetcher, page, url, error)
    if carries_access(url) and is_rsshub(
        generator_of(document.headers, feed.generator, feed.description)
    ):
        raise UsageError(
            f"{without_access(url)}: this is an RSSHub, and the address holds an access key or "
            "code; name the server in rsshub.instances, its key in rsshub.access_key, and add "
            "the feed again"
        )
    return Finding(url=url, document=document)


async def _refreshed(fetcher: Fetcher, page: Document) -> Document:
    """The page to which one that names no feed sends its readers by `meta`, or itself."""
    for _ in range(_MOST_REFRESHED):
        is_stub = not any(link.is_named and not link.refusal for link in feed_links(page))
        target = refresh_target(page) if is_stub else None
        if target is None:
            break
        try:
            page = await fetcher.fetch_document(target)
        except SourceError:
            break
    return page


def _is_feed(document: Document) -> bool:
    try:
        parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError:
        return False
    return True


async def _find_route(instances: Instances, route: str, url: str) -> Finding:
    try:
        document = await instances.fetch_document(route)
    except Gone as error:
        raise _nothing_there(url, error) from None
    except SourceError as error:
        return Finding(url=url, notes=(_unseen(url, error),))
    try:
        parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError as error:
        raise UsageError(f"{without_secrets(url)}: {error}") from None
    return Finding(url=url, document=document)


def _nothing_there(url: str, error: Gone) -> UsageError:
    return UsageError(
        f"{without_secrets(url)}: {error}; look at the address, or add it as it is with --force"
    )


def _unseen(url: str, error: SourceError) -> str:
    return f"{without_secrets(url)} could not be looked at ({error}); added as it is"


async def _behind_page(fetcher: Fetcher, page: Document, url: str, error: ParseError) -> Finding:
    """The first of the addresses that a page leads to with a feed that has entries.

    A feed without entries, and one of comments, is taken only where there is no other.
    """
    every = feed_links(page)
    links = [link for link in every if not link.refusal]
    passed_over = [_passed_over(link, link.refusal) for link in every if link.refusal]
    second_best: FeedLink | None = None
    for link in links:
        document, reason = await _look_at(fetcher, link)
        if reason is None:
            return replace(_found(url, link, links, passed_over), document=document)
        if reason in _SECOND_BEST and second_best is None:
            second_best = link
        if link.is_named:
            passed_over.append(_passed_over(link, reason))
    if second_best is not None:
        return _found(url, second_best, links, passed_over)
    named = "".join(f"\n{note}" for note in passed_over)
    raise UsageError(
        f"{without_secrets(url)}: {error}, and it names no feed that can be read; "
        f"at the usual addresses there is none either{named}"
    ) from None


def _passed_over(link: FeedLink, reason: str) -> str:
    return f"passed over: {without_secrets(link.url)}: {reason}"


async def _look_at(fetcher: Fetcher, link: FeedLink) -> tuple[Document | None, str | None]:
    """The document at an address, and why it is no feed with entries; None if it is one."""
    try:
        document = await fetcher.fetch_document(link.url)
        feed = parse(document.body, content_type=document.content_type, url=document.final_url)
    except SourceError as error:
        return None, str(error)
    if not feed.entries:
        return document, _EMPTY
    is_second_best = link.is_about_comments or is_about_comments(feed.title)
    return document, _ABOUT_COMMENTS if is_second_best else None


def _found(url: str, link: FeedLink, links: Sequence[FeedLink], passed_over: list[str]) -> Finding:
    what = "it names" if link.is_named else "its feed is at a usual address:"
    notes = [f"{without_secrets(url)} is a page; {what} {without_secrets(link.url)}"]
    notes += [note for note in passed_over if f" {without_secrets(link.url)}: " not in note]
    others = [one for one in links[links.index(link) + 1 :] if one.is_named]
    notes += [
        f"it names another: {without_secrets(one.url)} {one.title}".rstrip()
        for one in others[:_MOST_OTHERS]
    ]
    if len(others) > _MOST_OTHERS:
        notes.append(f"and {len(others) - _MOST_OTHERS} more")
    return Finding(url=link.url, notes=tuple(notes))
