"""Normalises parsed entries: clean text, safe HTML with absolute addresses, aware UTC dates.

`dedupe` decides which entries are the same, and which are new.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import TypedDict

from ingest import urls
from ingest.reading import dates, dedupe, html, language, links, titles
from ingest.reading.dates.zones import means_american_cst
from ingest.reading.documents.packing import pack
from ingest.reading.entries import lead_image
from ingest.reading.entries.body import bases_of, body_of, enclosures_of, images_of, with_files
from ingest.reading.extract.truncation import looks_truncated
from ingest.reading.shortcuts.split import Split
from ingest.values import Author, Document, NormalEntry, Packed, ParsedEntry, ParsedFeed

# RSSHub adds its own name to titles, as in `知乎热榜 - RSSHub`.
_PROGRAM = re.compile(r"\s*[-–—|_·]\s*(?:powered by\s+)?rsshub\s*\Z", re.IGNORECASE)
_LONGEST_NAME = 200
_MOST_NAMES = 50
_LONGEST_GUID = 4000
_TITLE_FROM_TEXT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The data that the normalisation of an entry needs in addition to the entry.

    Relative dates count from `first_seen_at`, when the entries were first seen. `feed_title` is
    the name that the user set, or "".
    """

    document: Document
    first_seen_at: datetime
    zone: tzinfo
    feed_title: str = ""
    gmt_is_local: bool = False
    split: Split | None = None
    digests: dict[bytes, bytes] = field(default_factory=dict)


def normalize(feed: ParsedFeed, context: Context) -> list[NormalEntry]:
    """Normalise all entries of a feed; raise the first error."""
    return [one.normalize() for one in each_entry(feed, context)]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed entry, its bytes, and the function that normalises it."""

    entry: ParsedEntry
    raw: Packed
    item_digest: bytes
    normalize: Callable[[], NormalEntry]


def each_entry(feed: ParsedFeed, context: Context) -> Iterator[Parsed]:
    """Yield the entries of a feed, each with the function that normalises it."""
    shared = _shared_by_entries(feed, context)
    for entry, raw in zip(feed.entries, _raw_documents(feed, context), strict=True):
        digest = _item_digest(entry, context)
        yield Parsed(entry, raw, digest, partial(_normalize_entry, entry, shared, raw, digest))


@dataclass(frozen=True, slots=True)
class _Shared:
    """The data that all entries of a feed share; `site` is the base of their relative addresses."""

    feed: ParsedFeed
    context: Context
    title: str
    author: str | None
    site: str


def _shared_by_entries(feed: ParsedFeed, context: Context) -> _Shared:
    authors = authors_of(feed.authors, are_text=feed.names_are_text)
    url = context.document.final_url
    return _Shared(
        feed=feed,
        context=context,
        title=name_of(feed, context),
        author=authors[0].name if authors else None,
        site=urls.absolute_link(feed.link, url) or url,
    )


def _normalize_entry(
    entry: ParsedEntry, shared: _Shared, raw: Packed, item_digest: bytes
) -> NormalEntry:
    feed, context = shared.feed, shared.context
    link = _link(entry, shared.site)
    bases = bases_of(entry, document_url=context.document.final_url, otherwise=link or shared.site)
    body, files = body_of(entry, bases), enclosures_of(entry, bases)
    image = lead_image.choose(images_of(entry, bases), files, body, channel_images=feed.logos)
    clean = body.clean()
    text = clean.shown.text
    title = _title(entry, shared.title, text)
    spoken = language.detect(f"{title}\n{text}")
    return NormalEntry(
        guid=_guid(entry),
        link=link,
        canonical_link=links.canonical_link(link),
        title=title,
        title_key=titles.title_key(title),
        authors=authors_of(entry.authors, are_text=feed.names_are_text),
        categories=_names(entry.categories, are_text=feed.names_are_text),
        html=with_files(clean.html, files, base_url=bases.entry, lead_image=image),
        text=text,
        lead_image=image,
        language=spoken,
        feed_title=shared.title,
        feed_author=shared.author,
        enclosures=files,
        text_digest=dedupe.text_digest(title, text, clean.shown.media),
        item_digest=item_digest,
        raw=raw,
        looks_cut=looks_truncated(clean.html, text),
        is_unfinished=entry.is_unfinished,
        **_dates(entry, feed, context, spoken),
    )


def _title(entry: ParsedEntry, feed_title: str, text: str) -> str:
    """Return the title to show, or the first words of an entry without a title."""
    is_text = entry.title_is_text
    title = titles.display_title(entry.title, feed_title=feed_title, is_text=is_text)
    return title or _first_words(html.text_of(entry.content)) or _first_words(text)


def name_of(feed: ParsedFeed, context: Context) -> str:
    """Return the name of a feed: the user's name for it, its own name, or its host."""
    own = without_program(titles.display_title(feed.title, is_text=feed.title_is_text))
    return context.feed_title or own or urls.host_of(context.document.final_url)


def without_program(name: str) -> str:
    """Return a feed's name without the name of the program that wrote it (`- RSSHub`)."""
    return _PROGRAM.sub("", name) or name


def _link(entry: ParsedEntry, site: str) -> str | None:
    link = urls.absolute_link(entry.link, site)
    # In RSS 2.0, a guid is a permalink unless isPermaLink is "false".
    guid = entry.guid if entry.guid_is_permalink else None
    return link or urls.absolute_link(guid, None)


def _guid(entry: ParsedEntry) -> str | None:
    guid = (entry.guid or "").strip()
    return guid[:_LONGEST_GUID] or None


class _Dates(TypedDict):
    """The fields of `NormalEntry` that are about its dates."""

    published_at: datetime | None
    published_raw: str | None
    published_method: str | None
    published_precision: str | None
    updated_at: datetime | None
    updated_raw: str | None
    gmt_misused: bool


def _dates(entry: ParsedEntry, feed: ParsedFeed, context: Context, spoken: str) -> _Dates:
    """Return the times at which an entry was published and updated; `spoken` is its language."""
    cst_is_american = "CST" in f"{entry.published} {entry.updated}" and means_american_cst(
        zone=context.zone,
        now=context.first_seen_at,
        stated=entry.language or feed.language,
        title=feed.title,
        url=feed.link or context.document.final_url,
        detected=spoken,
    )
    published, updated = (
        dates.resolve_date(
            raw,
            first_seen_at=context.first_seen_at,
            zone=context.zone,
            gmt_is_local=context.gmt_is_local,
            cst_is_american=cst_is_american,
        )
        for raw in (entry.published, entry.updated)
    )
    if not published:
        published, updated = updated, None
    return {
        "published_at": published.at if published else None,
        "published_raw": shown(entry.published or entry.updated),
        "published_method": published.method if published else None,
        "published_precision": published.precision.value if published else None,
        "updated_at": updated.at if updated else None,
        "updated_raw": shown(entry.updated) if entry.published else None,
        "gmt_misused": bool(published and published.gmt_misused),
    }


def authors_of(authors: tuple[Author, ...], *, are_text: bool = False) -> tuple[Author, ...]:
    """Return authors with their names as plain text; authors without a name are dropped."""
    named = ((one, titles.display_title(one.name, is_text=are_text)) for one in authors)
    return tuple(
        Author(name=name[:_LONGEST_NAME], url=author.url, email=author.email)
        for author, name in named
        if name
    )[:_MOST_NAMES]


def _names(names: tuple[str, ...], *, are_text: bool) -> tuple[str, ...]:
    displayed = (titles.display_title(name, is_text=are_text) for name in names)
    clean = (without_program(name)[:_LONGEST_NAME] for name in displayed)
    return tuple(dict.fromkeys(name for name in clean if name))[:_MOST_NAMES]


def _first_words(text: str) -> str:
    return language.excerpt(text, _TITLE_FROM_TEXT) if text else ""


def shown(raw: str | None) -> str | None:
    """Return the beginning of a raw date; only this part is stored."""
    return raw[:_LONGEST_NAME] if raw else None


def _item_digest(entry: ParsedEntry, context: Context) -> bytes:
    known = context.digests.get(entry.item)
    return known or hashlib.sha256(repr(entry).encode()).digest()[:16]


def _raw_documents(feed: ParsedFeed, context: Context) -> Iterator[Packed]:
    """Yield for each entry the smallest document from which it can be read again.

    Entries may share the whole document, which is packed only once.
    """
    whole: Packed | None = None
    for entry in feed.entries:
        if context.split is not None and entry.item:
            yield pack(context.split.document([entry.item]))
        else:
            whole = whole or pack(context.document.body)
            yield whole
