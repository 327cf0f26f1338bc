"""Find the feed for an address from a user, who may name the feed or a page of its site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from ingest.errors import Fault, FetchError, Gone, ParseError, SourceError, Unreadable, UsageError
from ingest.fetch import Fetcher
from ingest.reading.documents.parse import parse
from ingest.reading.lists.feed_links import FeedLink, feed_links, is_about_comments
from ingest.reading.lists.page import refresh_target
from ingest.rsshub.routes import carries_access, generator_of, is_rsshub, without_access
from ingest.sources.instances import Instances
from ingest.urls import without_secrets
from ingest.values import Document, ParsedFeed
from ingest.workers import READ_WITHIN, Workers

_EMPTY = "it is a feed without entries"
_ABOUT_COMMENTS = "it is a feed of comments"
_MOST_OTHERS = 5  # further feeds of a page that are listed
_MOST_REFRESHES = 3
_SECOND_BEST = (_EMPTY, _ABOUT_COMMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The address of the feed that was found, its document if fetched, and notes for the user."""

    url: str
    notes: tuple[str, ...] = ()
    document: Document | None = None


async def find_feed(fetcher: Fetcher, instances: Instances, workers: Workers, url: str) -> Finding:
    """Find the feed at an address.

    Raise `UsageError` if the address has neither a feed nor a page that names a feed, or if its
    server answers 404 or 410. An address that cannot be reached at present is returned unchanged,
    with a note.
    """
    if (route := instances.route_of(url)) is not None:
        return await _find_route(instances, workers, route, url)
    try:
        document = await fetcher.fetch_document(url)
    except Gone as error:
        raise _nothing_there(url, error) from None
    except FetchError as error:
        return Finding(url=url, notes=(_note_unchecked(url, error),))
    try:
        feed = await _parse(workers, document)
    except ParseError as error:
        page = await _follow_refreshes(fetcher, workers, document)
        if page is not document and await _is_feed(workers, page):
            note = f"{without_secrets(url)} is a page; it leads to {without_secrets(page.url)}"
            return Finding(url=page.url, notes=(note,), document=page)
        return await _behind_page(fetcher, workers, page, url, error)
    except (Unreadable, Fault) as error:
        raise UsageError(f"{without_secrets(url)}: {error}") from None
    if carries_access(url) and is_rsshub(
        generator_of(document.headers, feed.generator, feed.description)
    ):
        raise UsageError(
            f"{without_access(url)}: this is an RSSHub, and the address holds an access key or "
            "code; name the server in rsshub.instances, its key in rsshub.access_key, and add "
            "the feed again"
        )
    return Finding(url=url, document=document)


async def _follow_refreshes(fetcher: Fetcher, workers: Workers, page: Document) -> Document:
    """Follow `<meta http-equiv="refresh">` while pages name no feed; return the last page."""
    for _ in range(_MOST_REFRESHES):
        links = await workers.run(READ_WITHIN, page.url, feed_links, page)
        is_stub = not any(link.is_named and not link.refusal for link in links)
        target = await workers.run(READ_WITHIN, page.url, refresh_target, page) if is_stub else None
        if target is None:
            break
        try:
            page = await fetcher.fetch_document(target)
        except SourceError:
            break
    return page


async def _parse(workers: Workers, document: Document) -> ParsedFeed:
    """Parse a document in a process with limits; raise `SourceError` if it is not a feed."""
    work = partial(parse, content_type=document.content_type, url=document.final_url)
    return await workers.run(READ_WITHIN, document.url, work, document.body)


async def _is_feed(workers: Workers, document: Document) -> bool:
    try:
        await _parse(workers, document)
    except SourceError:
        return False
    return True


async def _find_route(instances: Instances, workers: Workers, route: str, url: str) -> Finding:
    try:
        document = await instances.fetch_document(route)
    except Gone as error:
        raise _nothing_there(url, error) from None
    except SourceError as error:
        return Finding(url=url, notes=(_note_unchecked(url, error),))
    try:
        await _parse(workers, document)
    except SourceError as error:
        raise UsageError(f"{without_secrets(url)}: {error}") from None
    return Finding(url=url, document=document)


def _nothing_there(url: str, error: Gone) -> UsageError:
    return UsageError(
        f"{without_secrets(url)}: {error}; check the address, or add it as it is with --force"
    )


def _note_unchecked(url: str, error: SourceError) -> str:
    return f"{without_secrets(url)} could not be checked ({error}); its address stays as it is"


async def _behind_page(
    fetcher: Fetcher, workers: Workers, page: Document, url: str, error: ParseError
) -> Finding:
    """Return the first feed with entries among the addresses that a page names.

    A feed without entries, or of comments, is returned only if there is no other feed. Raise
    `UsageError` if no address has a feed.
    """
    every = await workers.run(READ_WITHIN, page.url, feed_links, page)
    links = [link for link in every if not link.refusal]
    passed_over = [_note_passed_over(link, link.refusal) for link in every if link.refusal]
    second_best: FeedLink | None = None
    for link in links:
        document, reason = await _try_feed(fetcher, workers, link)
        if reason is None:
            return replace(_report(url, link, links, passed_over), document=document)
        if reason in _SECOND_BEST and second_best is None:
            second_best = link
        if link.is_named:
            passed_over.append(_note_passed_over(link, reason))
    if second_best is not None:
        return _report(url, second_best, links, passed_over)
    named = "".join(f"\n{note}" for note in passed_over)
    raise UsageError(
        f"{without_secrets(url)}: {error}, and it names no feed that can be read; "
        f"at the usual addresses there is none either{named}"
    ) from None


def _note_passed_over(link: FeedLink, reason: str) -> str:
    return f"passed over: {without_secrets(link.url)}: {reason}"


async def _try_feed(
    fetcher: Fetcher, workers: Workers, link: FeedLink
) -> tuple[Document | None, str | None]:
    """Return the document at an address, and why it is not a suitable feed (or None)."""
    try:
        document = await fetcher.fetch_document(link.url)
        feed = await _parse(workers, document)
    except SourceError as error:
        return None, str(error)
    if not feed.entries:
        return document, _EMPTY
    is_second_best = link.is_about_comments or is_about_comments(feed.title)
    return document, _ABOUT_COMMENTS if is_second_best else None


def _report(url: str, link: FeedLink, links: Sequence[FeedLink], passed_over: list[str]) -> Finding:
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
