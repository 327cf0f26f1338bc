"""Parses RSS, RDF and Atom to a ParsedFeed, with a fast parser or with feedparser.

feedparser gets decoded and repaired text. Its dates, its sanitiser and its resolver of addresses
are not used. Its dictionaries are converted to values here.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import replace
from xml.sax import SAXException

from ingest.reading.documents import entry_fields
from ingest.reading.documents.salvage import salvage
from ingest.reading.shortcuts import plain_feed
from ingest.reading.xml import xml_text
from ingest.reading.xml.cdata import end_open_sections, mend_sections
from ingest.reading.xml.fields import Fields, dicts, optional, string
from ingest.values import Author, ParsedEntry, ParsedFeed

# feedparser 6 raises these errors on documents. Each was found by its own tests or by fuzzing. Bad
# references cause ValueError and OverflowError. Elements named like feedparser's own fields cause
# TypeError, AttributeError, KeyError and IndexError. Declarations cause AssertionError and the
# RuntimeError of its SGML parser. Bad base64 causes binascii.Error (a ValueError). Deep nesting
# causes RecursionError (a RuntimeError).
FEEDPARSER_RAISES = (
    ValueError,
    ArithmeticError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    RuntimeError,
    SAXException,
    binascii.Incomplete,
)


class NotFeedError(ValueError):
    """feedparser finds no feed in the text; the message, if any, says what the text is."""


def parse_xml(text: str, root: xml_text.Root, url: str = "") -> ParsedFeed:
    """Read the feed with this root element; raise NotFeedError if the text is not a feed.

    `url` is the document's address. A relative xml:base is resolved against it.
    """
    text = end_open_sections(text)
    if (plain := plain_feed.read(text, root)) is not None:
        return _feed(plain, text, plain["version"], ())
    return _parse_any(text, root, url)


def _parse_any(text: str, root: xml_text.Root, url: str = "") -> ParsedFeed:
    """Parse a feed with feedparser, after repairs if it is not well-formed."""
    warnings = ["text before the feed was skipped"] if root.rubbish else []
    text = xml_text.isolate_root(text, root)
    is_cut = False
    if not xml_text.is_well_formed(text):
        warnings.append("not well-formed XML: read as far as it goes")
        is_cut = xml_text.ends_within_an_entry(text)
        text = xml_text.mend(mend_sections(text))
    result = _read(text, url)
    version = string(result, "version")
    if not version and not result["entries"] and not _is_empty_feed(root, text):
        raise NotFeedError
    feed = _feed(result, text, version, tuple(warnings))
    return _with_last_unfinished(feed) if is_cut and feed.entries else feed


def _with_last_unfinished(feed: ParsedFeed) -> ParsedFeed:
    *others, last = feed.entries
    return replace(feed, entries=(*others, replace(last, is_unfinished=True)))


def _is_empty_feed(root: xml_text.Root, text: str) -> bool:
    """Return whether XML is a feed without entries; RDF counts only with a namespace of RSS."""
    if root.name == "rdf":
        return "/rss/1.0" in text or "/rdf/simple/0.9" in text
    return root.name in xml_text.FEED_ROOTS


def _read(text: str, url: str) -> Fields:
    """Call feedparser; if it raises, call it again with the document as `salvage` rewrites it."""
    try:
        return _feedparser(text.encode(), url)
    except FEEDPARSER_RAISES:
        pass
    try:
        return _feedparser(salvage(text), url)
    except FEEDPARSER_RAISES as error:
        raise NotFeedError("XML too damaged to be read") from error


def _feedparser(body: bytes, url: str) -> Fields:
    """Call feedparser, which is imported here because the import takes long."""
    from ingest.reading.documents.feedparser_reader import read_document

    return read_document(body, url)


def _feed(result: Fields, text: str, version: str, warnings: tuple[str, ...]) -> ParsedFeed:
    feed: Fields = result["feed"]
    links = _links(feed)
    title, title_is_text = entry_fields.own_title(feed, version)
    return ParsedFeed(
        format=version or "rss",
        title=title,
        title_is_text=title_is_text,
        link=_alternate(links) or optional(feed, "link"),
        self_link=_first_link(links, "self"),
        description=_description(feed, version),
        language=optional(feed, "language"),
        generator=optional(feed, "generator"),
        logos=_logos(feed),
        authors=_authors(feed),
        updated=optional(feed, "updated") or optional(feed, "published"),
        ttl=optional(feed, "ttl"),
        update_period=optional(feed, "sy_updateperiod"),
        update_frequency=optional(feed, "sy_updatefrequency"),
        skip_hours=_values_in(text, "skipHours", "hour"),
        skip_days=_values_in(text, "skipDays", "day"),
        next_url=_first_link(links, "next"),
        prev_archive_url=_first_link(links, "prev-archive"),
        entries=tuple(_entry(entry, version) for entry in result["entries"]),
        warnings=warnings,
    )


def _description(feed: Fields, version: str) -> str:
    names = ("subtitle", "summary", "itunes_summary", "itunes_subtitle")
    return next((text for name in names if (text := entry_fields.markup(feed, name, version))), "")


def _logos(feed: Fields) -> tuple[str, ...]:
    """Return the image of RSS and iTunes, and the logo and icon of Atom."""
    image = feed.get("image")
    named = [string(image, "href") if isinstance(image, dict) else ""]
    named += [string(feed, name) for name in ("logo", "icon")]
    return tuple(dict.fromkeys(url for url in named if url))


def _entry(entry: Fields, version: str) -> ParsedEntry:
    links = _links(entry)
    title, title_is_text = entry_fields.title_of(entry, version)
    content, summary = entry_fields.texts_of(entry, version)
    content_base, summary_base = entry_fields.bases_of(entry)
    published, updated = _dates(entry, version)
    return ParsedEntry(
        guid=optional(entry, "id"),
        guid_is_permalink=bool(entry.get("guidislink")) and _is_url(string(entry, "id")),
        link=_link(entry, links),
        title=title,
        title_is_text=title_is_text,
        content=content,
        summary=summary,
        authors=_authors(entry),
        categories=_categories(entry),
        published=published,
        updated=updated,
        enclosures=tuple(dict.fromkeys(entry_fields.enclosures(entry, links))),
        images=tuple(dict.fromkeys(entry_fields.images(entry))),
        language=entry_fields.language_of(entry),
        base_url=optional(entry, "base"),
        content_base_url=content_base,
        summary_base_url=summary_base,
    )


def _dates(entry: Fields, version: str) -> tuple[str | None, str | None]:
    """Return the raw dates; outside Atom, dc:date is the date of publication."""
    published = optional(entry, "published") or optional(entry, "created")
    updated = optional(entry, "updated")
    if published is None and not version.startswith("atom"):
        return updated, None
    return published, updated


def _link(entry: Fields, links: list[Fields]) -> str | None:
    """Return the address of an entry's page; FeedBurner gives it in an additional element."""
    link = optional(entry, "feedburner_origlink") or _alternate(links)
    if link is None and _is_url(guid_or_link := string(entry, "link")):
        return guid_or_link
    return link


def _alternate(links: list[Fields]) -> str | None:
    """Return the best link with rel=alternate: a web address, and if possible of an HTML page."""
    pages = [link for link in links if link.get("rel", "alternate") == "alternate"]
    pages.sort(
        key=lambda link: (not _is_url(string(link, "href")), "html" not in string(link, "type"))
    )
    return string(pages[0], "href") if pages else None


def _first_link(links: list[Fields], rel: str) -> str | None:
    return next((string(link, "href") for link in links if link.get("rel") == rel), None)


def _links(holder: Fields) -> list[Fields]:
    return [link for link in dicts(holder, "links") if string(link, "href")]


def _authors(holder: Fields) -> tuple[Author, ...]:
    """Return the authors of an entry or a feed; an entry does not inherit the feed's."""
    found = [
        Author(
            name=_name(author),
            url=optional(author, "href"),
            email=optional(author, "email"),
        )
        for author in dicts(holder, "authors")
    ]
    return tuple(dict.fromkeys(author for author in found if author.name))


def _name(author: Fields) -> str:
    """Return an author's name, without the `(mailto:` that feedparser leaves in some names."""
    name = string(author, "name").removesuffix("mailto:").rstrip(" (<")
    return name or string(author, "email")


def _categories(entry: Fields) -> tuple[str, ...]:
    """Return the names of categories: Atom's label if there is one (RFC 4287 section 4.2.2.3)."""
    names = [string(tag, "label") or string(tag, "term") for tag in dicts(entry, "tags")]
    return tuple(dict.fromkeys(name for name in names if name))


def _values_in(text: str, holder: str, element: str) -> tuple[str, ...]:
    """Return the values in `skipHours` or `skipDays`, of which feedparser keeps only the last."""
    start = text.find(f"<{holder}")
    end = text.find(f"</{holder}>", start, start + 4_000) if start >= 0 else -1
    if end < 0:
        return ()
    values = re.findall(f"<{element}>\\s*([\\w]+)\\s*</{element}>", text[start:end])
    return tuple(values)


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
