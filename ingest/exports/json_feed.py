"""Export entries as a JSON Feed 1.1, newest entry first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from ingest.exports.atom import author_names
from ingest.exports.format import Format
from ingest.values.exports import About, ExportEntry

_VERSION = "https://jsonfeed.org/version/1.1"
# The format's names for relations of links.
_LINKS = {"alternate": "home_page_url", "self": "feed_url", "next": "next_url"}


class JsonFeed(Format):
    """One feed with all entries; the ids of its entries never change."""

    name = "jsonfeed"
    is_public = True
    newest_first = True

    def head(self, about: About) -> bytes:
        """Return the feed's own fields, and the beginning of its items."""
        own: dict[str, Any] = {"version": _VERSION, "title": about.title}
        own |= {_LINKS[rel]: address for rel, address, _ in about.links if rel in _LINKS}
        own |= {"_guidang": {"id": about.id}}
        return orjson.dumps(own)[:-1] + b',"items":['

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return items, with a comma before each item except the first."""
        items = b"".join(b",\n" + orjson.dumps(_item_of(entry)) for entry in entries)
        return items[1:] if is_first else items

    def tail(self, about: About) -> bytes:
        """Return the end of the feed."""
        return b"\n]}\n"


def _item_of(entry: ExportEntry) -> dict[str, Any]:
    """Return an item; fields without a value are left out, as the format requires."""
    fields = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "image": entry.lead_image,
        "date_published": entry.at,
        "date_modified": entry.last_change_at,
        "authors": [{"name": name} for name in author_names(entry)],
        "tags": entry.categories,
        "language": entry.language,
        "attachments": [_attachment_of(file) for file in entry.enclosures],
        "_guidang": {"feed_title": entry.feed_title, "feed_url": entry.feed_url},
    }
    always = {"id", "content_html"}
    return {name: value for name, value in fields.items() if value or name in always}


def _attachment_of(file: Any) -> dict[str, Any]:
    kind = file["media_type"] or "application/octet-stream"  # the format requires a type
    size = {"size_in_bytes": file["length"]} if file["length"] else {}
    return {"url": file["url"], "mime_type": kind, **size}
