"""wallabag's export in JSON. It has no feeds: its articles get a feed of their own."""

from __future__ import annotations

from typing import Any

from ingest.sources.readers import fields
from ingest.values import HeldEntry, HeldFeed

PROGRAM = "wallabag"
_MEMBERS = {"is_archived", "is_starred", "url", "title", "content"}


def is_item(item: dict[str, Any]) -> bool:
    """Return whether an item has this form."""
    return item.keys() >= _MEMBERS


def feed_of(item: dict[str, Any], about: dict[str, Any]) -> HeldFeed:
    """Return the feed of all articles."""
    del item, about
    return HeldFeed(key=PROGRAM, url="", title=PROGRAM)


def entry_of(item: dict[str, Any]) -> HeldEntry:
    """Return the entry of an article."""
    marks = {"read": item["is_archived"], "starred": item["is_starred"]}
    writers = item.get("published_by")
    return HeldEntry(
        guid=None,
        link=fields.link_or_none(item["url"]),
        title=fields.plain(item["title"]),
        html=item["content"] if isinstance(item["content"], str) else "",
        authors=fields.names(*(writers if isinstance(writers, list) else ())),
        published=fields.from_iso(item.get("published_at")),
        first_seen=fields.from_iso(item.get("created_at")),
        image=fields.link_or_none(item.get("preview_picture")),
        marks=(
            *(name for name, is_set in marks.items() if is_set),
            *fields.names(*(item.get("tags") or ())),
        ),
    )
