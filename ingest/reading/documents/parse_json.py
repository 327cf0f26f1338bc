"""Parses a JSON Feed (jsonfeed.org, versions 1 and 1.1) to a ParsedFeed."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from ingest.reading.documents import merging, not_a_feed
from ingest.reading.html import from_text
from ingest.reading.xml.cdata import unwrap, without_sections
from ingest.reading.xml.xml_text import legal
from ingest.values import Author, Enclosure, ImageField, ImageKind, ParsedEntry, ParsedFeed

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/[0-9.]{1,9}/?")
# Some feeds write only the number of the version.
_BARE_VERSION = re.compile(r"1(?:\.[01])?")


class NotJsonFeedError(ValueError):
    """The text is not a JSON Feed; the message says what it is."""


def parse_json(text: str) -> ParsedFeed:
    """Read a JSON Feed; members of a wrong type count as absent."""
    try:
        feed = json.loads(text, strict=False)  # Some feeds have control characters in strings.
    except (ValueError, RecursionError) as error:
        raise NotJsonFeedError("JSON that cannot be read") from error
    if not isinstance(feed, dict) or not _is_json_feed(feed):
        raise NotJsonFeedError(not_a_feed.name_json(feed))
    version = _text(feed, "version")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json10",
        title=_text(feed, "title"),
        title_is_text=True,
        names_are_text=True,
        link=_optional(feed, "home_page_url"),
        self_link=_optional(feed, "feed_url"),
        description=_text_as_html(feed, "description"),
        language=_optional(feed, "language"),
        logos=tuple(url for name in ("icon", "favicon") if (url := _text(feed, name))),
        authors=_authors(feed),
        next_url=_optional(feed, "next_url"),
        entries=tuple(map(_entry, items)),
    )


def _is_json_feed(feed: dict[str, Any]) -> bool:
    """Return whether a JSON value has a `version` of JSON Feed, which each feed must have."""
    version, items = _text(feed, "version"), feed.get("items")
    if not isinstance(items, list):
        return False
    if _BARE_VERSION.fullmatch(version):
        return all(isinstance(item, dict) and _is_item(item) for item in items)
    return _VERSION.fullmatch(version) is not None


def _is_item(item: dict[str, Any]) -> bool:
    return "id" in item and bool({"url", "title", "content_html", "content_text"} & item.keys())


def _entry(item: dict[str, Any]) -> ParsedEntry:
    content = merging.merge(
        [without_sections(_text(item, "content_html")), from_text(_text(item, "content_text"))]
    )
    summary = from_text(_text(item, "summary"))
    return ParsedEntry(
        guid=_identifier(item),
        link=_optional(item, "url") or _optional(item, "external_url"),
        title=_text(item, "title"),
        title_is_text=True,
        content=content or summary,
        summary=summary if content else "",
        authors=_authors(item),
        categories=_tags(item),
        published=_optional(item, "date_published"),
        updated=_optional(item, "date_modified"),
        enclosures=tuple(_enclosures(item)),
        images=tuple(_images(item)),
        language=_optional(item, "language"),
    )


def _identifier(item: dict[str, Any]) -> str | None:
    """Read the id; numbers become strings (JSON Feed 1.1, "id")."""
    value = item.get("id")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return _optional(item, "id")


def _authors(holder: dict[str, Any]) -> tuple[Author, ...]:
    """Read `authors` (1.1) or `author` (1.0)."""
    found = [a for a in [*_list(holder, "authors"), holder.get("author")] if isinstance(a, dict)]
    authors = [Author(name=_text(a, "name"), url=_optional(a, "url")) for a in found]
    return tuple(dict.fromkeys(author for author in authors if author.name))


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    tags = [unwrap(legal(tag).strip()) for tag in _list(item, "tags") if isinstance(tag, str)]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _enclosures(item: dict[str, Any]) -> list[Enclosure]:
    attachments = _list(item, "attachments")
    named = [{"url": f} if isinstance(f, str) else f for f in attachments]
    files = [f for f in named if isinstance(f, dict) and _text(f, "url")]
    return [
        Enclosure(
            url=_text(file, "url"),
            media_type=_optional(file, "mime_type"),
            length=size if isinstance(size := file.get("size_in_bytes"), int) else None,
        )
        for file in files
    ]


def _images(item: dict[str, Any]) -> list[ImageField]:
    kinds = (ImageKind.JSON_IMAGE, ImageKind.JSON_BANNER)
    return [ImageField(url=url, kind=kind) for kind in kinds if (url := _text(item, kind.value))]


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return unwrap(legal(value).strip()) if isinstance(value, str) else ""


def _optional(holder: dict[str, Any], key: str) -> str | None:
    return _text(holder, key) or None


def _text_as_html(holder: dict[str, Any], key: str) -> str:
    """Read a member that is plain text as HTML."""
    return html.escape(_text(holder, key), quote=False)
