"""Makes an entry from an article's page, or completes a feed's entry from its page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from ingest.reading import dates, dedupe, language, titles
from ingest.reading.dates.zones import means_american_cst
from ingest.reading.entries import lead_image
from ingest.reading.entries.body import Fragment, with_files
from ingest.reading.entries.normalize import Context, authors_of, normalize, shown
from ingest.reading.html import text_of
from ingest.reading.html.allowed import sanitize
from ingest.urls import site_of
from ingest.values import (
    Article,
    Author,
    DatePrecision,
    Document,
    NormalEntry,
    ParsedEntry,
    ParsedFeed,
    ResolvedDate,
    SafeHtml,
)

# These values of `published_method` say that the date comes from a list of pages (a sitemap).
FROM_NEWS_SITEMAP = "news sitemap"
FROM_LASTMOD = "lastmod"
_HEADING = re.compile(r"<h([1-6])(?:\s[^<>]*)?>(.*?)</h\1>\s*", re.DOTALL)
_LONGEST_HEADING = 2_000
# Up to this many characters may stand before the heading: a section, a date or a column's name.
_LONGEST_LEAD = 100
_LEEWAY = timedelta(days=1)
_LENGTHS = {DatePrecision.DAY: timedelta(days=1), DatePrecision.MONTH: timedelta(days=31)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDates:
    """The raw dates that a list, such as a sitemap, gives with the address of a page."""

    published: str | None = None
    changed: str | None = None


def entry_of_page(
    article: Article, page: Document, context: Context, listed: ListedDates
) -> tuple[ParsedFeed, NormalEntry]:
    """Return an entry made from a page that has no feed, and a feed with only this entry."""
    link = _own_address(article, page)
    parsed = ParsedEntry(
        link=link,
        title=article.title or "",
        content=article.html,
        authors=(Author(name=article.author),) if article.author else (),
    )
    feed = ParsedFeed(format="page", link=link)
    (entry,) = dedupe.identify(normalize(replace(feed, entries=(parsed,)), context))
    # The title is removed only now, so that `text_digest` covers the whole text of the page.
    entry = _with_html(entry, without_title(entry.html, entry.title))
    entry = _with_date(entry, article, page, context.zone, listed)
    if entry.lead_image is None:
        body = Fragment(article.html, base_url=page.final_url)
        found = lead_image.choose((), (), body, page_image=article.image)
        entry = replace(entry, lead_image=found)
    return feed, entry


def _own_address(article: Article, page: Document) -> str:
    """Return a page's canonical address, or the address from which the page was fetched.

    The canonical address is ignored if it is a front page or on another site.
    """
    canonical = urlsplit(article.canonical_url or "")
    is_own = site_of(canonical.hostname or "") == site_of(urlsplit(page.final_url).hostname or "")
    is_front = canonical.path in {"", "/"} and not canonical.query
    return (
        article.canonical_url
        if article.canonical_url and is_own and not is_front
        else page.final_url
    )


def take_article(
    entry: NormalEntry, article: Article, page: Document, *, zone: tzinfo
) -> NormalEntry:
    """Return an entry with the full text of its page, and with facts that the feed did not give.

    `zone` is the time zone of the page's dates. The entry keeps the hash of the feed's own text, so
    that the next poll recognises the entry.
    """
    body = Fragment(article.html, base_url=page.final_url)
    authors = entry.authors or authors_of((Author(name=article.author),) if article.author else ())
    image = entry.lead_image or lead_image.choose((), (), body, page_image=article.image)
    full = _with_html(entry, without_title(body.clean().html, entry.title))
    html = with_files(full.html, entry.enclosures, base_url=entry.link, lead_image=image)
    full = replace(full, html=html, authors=authors, lead_image=image, page=page)
    return full if entry.published_at else _with_date(full, article, page, zone, ListedDates())


def _with_html(entry: NormalEntry, html: SafeHtml) -> NormalEntry:
    """Return an entry with this HTML and its visible text."""
    return entry if html == entry.html else replace(entry, html=html, text=text_of(html))


def _with_date(
    entry: NormalEntry, article: Article, page: Document, zone: tzinfo, listed: ListedDates
) -> NormalEntry:
    """Return an entry with the most reliable date of its page; unchanged if there is no date."""
    found = _date_of(article, page, zone, listed)
    if found is None:
        return entry
    date, raw = found
    return replace(
        entry,
        published_at=date.at,
        published_raw=shown(raw),
        published_method=date.method,
        published_precision=date.precision.value,
    )


def _date_of(
    article: Article, page: Document, zone: tzinfo, listed: ListedDates
) -> tuple[ResolvedDate, str] | None:
    """Return the date and its text: from the page, a news sitemap, the address or `lastmod`.

    A date in the visible text is ignored if the page's address names another day.
    """
    cst_is_american = "CST" in (article.published or "") and means_american_cst(
        zone=zone,
        now=page.fetched_at,
        stated=None,
        title=article.title or "",
        url=page.final_url,
        detected=language.detect(article.text),
    )

    def read(raw: str | None, method: str = "") -> tuple[ResolvedDate, str] | None:
        date = dates.resolve_date(
            raw,
            first_seen_at=page.fetched_at,
            zone=zone,
            cst_is_american=cst_is_american,
        )
        return (replace(date, method=method or date.method), raw) if date and raw else None

    named = _by_address(article, page, page.fetched_at, zone)
    by_page = read(article.published)
    if by_page and named and article.published_is_shown and not _agree(by_page[0], named[0]):
        by_page = None
    return (
        by_page
        or read(listed.published, FROM_NEWS_SITEMAP)
        or named
        or read(listed.changed, FROM_LASTMOD)
    )


def _by_address(
    article: Article, page: Document, now: datetime, zone: tzinfo
) -> tuple[ResolvedDate, str] | None:
    for url in (_own_address(article, page), page.final_url):
        if date := dates.date_of_address(url, now=now, zone=zone):
            return date, urlsplit(url).path
    return None


def _agree(date: ResolvedDate, named: ResolvedDate) -> bool:
    """Return whether a date is in the day or month that an address names, or one day beside it."""
    return named.at - _LEEWAY <= date.at < named.at + _LENGTHS[named.precision] + _LEEWAY


def without_title(clean: SafeHtml, title: str) -> SafeHtml:
    """Return clean HTML without its first heading if the heading repeats the title."""
    found = _HEADING.search(clean)
    if (
        found is None
        or len(found[2]) > _LONGEST_HEADING
        or len(text_of(clean[: found.start()])) > _LONGEST_LEAD
    ):
        return clean
    key = titles.title_key(text_of(found[2]))
    if not key or key != titles.title_key(title):
        return clean
    # If a heading contains another heading, the regular expression ends at the wrong end tag.
    # Sanitizing repairs the HTML.
    return sanitize(clean[: found.start()] + clean[found.end() :])
