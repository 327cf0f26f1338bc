"""JSON in the form of Google Reader: Takeout, Inoreader, The Old Reader, FreshRSS's ZIP.

An item has an id of the reader, and no guid, except in exports of FreshRSS. A feed's address is in
`origin.feedUrl`, or in `origin.streamId` after `feed/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.sources.readers import fields
from ingest.values import HeldEntry, HeldFeed

PROGRAM = "Google Reader"
_FEED = "feed/"
_USER = "user/"


def is_item(item: dict[str, Any]) -> bool:
    """Return whether an item has this form."""
    objects = (item.get(name) for name in ("origin", "summary", "content"))
    return "crawlTimeMsec" in item or any(isinstance(one, dict) for one in objects)


def feed_of(item: dict[str, Any], about: dict[str, Any]) -> HeldFeed:
    """Return the feed of an item; `about` has the members of the whole file."""
    origin = item.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    stream = _text(origin.get("streamId")) or _text(about.get("id"))
    url = _text(origin.get("feedUrl")) or stream.removeprefix(_FEED)
    title = _text(origin.get("title")) or ("" if origin else _text(about.get("title")))
    return HeldFeed(
        key=stream or title or PROGRAM,
        url=fields.link_or_none(url) or "",
        title=fields.plain(title) or PROGRAM,
        link=fields.link_or_none(origin.get("htmlUrl")),
    )


def entry_of(item: dict[str, Any]) -> HeldEntry:
    """Return the entry of an item."""
    link = next(filter(None, map(fields.link_or_none, _addresses(item))), None)
    published = fields.from_seconds(item.get("published"))
    first_seen = fields.from_milliseconds(item.get("crawlTimeMsec"))
    labels = [name for name in item.get("categories") or () if isinstance(name, str)]
    return HeldEntry(
        guid=_text(item.get("guid")) or (None if link else _text(item.get("id")) or None),
        link=link,
        title=fields.plain(item.get("title")),
        html=_content(item),
        authors=fields.names(item.get("author")),
        tags=tuple(name for name in labels if not name.startswith(_USER)),
        published=published,
        is_guess=fields.is_time_of_fetch(published, first_seen),
        first_seen=first_seen,
        files=tuple(
            file
            for one in fields.json_list(item.get("enclosure"))
            for file in fields.file_of(one.get("href"), one.get("type"), one.get("length"))
        ),
        marks=tuple(_marks(labels)),
    )


def _addresses(item: dict[str, Any]) -> Iterator[Any]:
    for name in ("canonical", "alternate"):
        yield from (one.get("href") for one in fields.json_list(item.get(name)))


def _content(item: dict[str, Any]) -> str:
    """Return the content, else the summary; each is an object with the member `content`."""
    texts = (item.get(name) for name in ("content", "summary"))
    found = (_text(one.get("content")) for one in texts if isinstance(one, dict))
    return next(filter(None, found), "")


def _marks(labels: list[str]) -> Iterator[str]:
    for name in labels:
        kind, _, value = name.removeprefix(_USER).partition("/")[2].partition("/")
        if name.startswith(_USER) and kind == "label":
            yield value
        elif name.endswith(("/state/com.google/read", "/state/com.google/starred")):
            yield name.rpartition("/")[2]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
