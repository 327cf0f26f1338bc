"""Write what another reader holds as JSON Feed documents, and read these documents.

So entries of other readers are read, stored and replayed like any other. A document has one line
for each entry. The member `_guidang` holds what JSON Feed has no member for (JSON Feed 1.1,
"Extensions"). It counts only in documents of this module, never in a document of a publisher.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.errors import ParseError
from ingest.reading.entries.normalize import Context
from ingest.reading.read import Reading, read_items
from ingest.reading.shortcuts.split import Split
from ingest.values import Facts, HeldEntry, HeldFeed

CONTENT_TYPE = "application/feed+json; charset=utf-8"
_VERSION = "https://jsonfeed.org/version/1.1"
_OWN = "_guidang"


def document_of(
    program: str, feed: HeldFeed, entries: Sequence[HeldEntry], *, marks: bool = False
) -> bytes:
    """Return entries that `program` holds as a document; with `marks`, their marks become tags."""
    about = {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.link,
        "feed_url": feed.url or None,
        _OWN: {"program": program, "folders": feed.folders},
    }
    items = ",\n".join(_json(_item(entry, marks=marks)) for entry in entries)
    text = f'{_json(about)[:-1]},"items":[\n{items}\n]}}'
    return text.encode("utf-8", "replace")


def _json(value: Mapping[str, Any]) -> str:
    known = {name: one for name, one in value.items() if one not in (None, "", (), {})}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"), default=str)


def _item(entry: HeldEntry, *, marks: bool) -> dict[str, Any]:
    return {
        "id": entry.guid,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "authors": [{"name": name} for name in entry.authors] or None,
        "tags": tuple(dict.fromkeys([*entry.tags, *(entry.marks if marks else ())])),
        "image": entry.image,
        "date_published": None if entry.is_guess else _text(entry.published),
        "date_modified": None if entry.is_guess else _text(entry.updated),
        "attachments": [
            {"url": one.url, "mime_type": one.media_type, "size_in_bytes": one.length}
            for one in entry.files
        ]
        or None,
        _OWN: _facts(entry),
    }


def _facts(entry: HeldEntry) -> dict[str, Any]:
    facts = {
        "first_seen": _text(entry.first_seen),
        "guess": _text(entry.published or entry.updated) if entry.is_guess else None,
        "perhaps": entry.perhaps or None,
    }
    return {name: value for name, value in facts.items() if value}


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def read_holding(context: Context) -> tuple[Reading, dict[bytes, Facts]]:
    """Read a document of this module; return it, and the facts by the digests of its items.

    Raise `ParseError` if the document is not as `document_of` writes it.
    """
    head, *lines, tail = context.document.body.split(b"\n")
    items = tuple(line.removesuffix(b",") for line in lines if line)
    frame = Split(head=head + b"\n", items=items, tail=b"\n" + tail, separator=b",\n")
    fresh = frame.by_digest()
    reading = read_items(context, frame, fresh, ())
    if reading is None:
        raise ParseError(context.document.url, "it is not as Guidang writes it")
    return reading, {digest: _facts_of(item) for digest, item in fresh.items()}


def folders_of(body: bytes) -> tuple[str, ...]:
    """Return the folders around the feed of a document of this module."""
    head = json.loads(body.partition(b"\n")[0] + b"]}")
    return tuple(head[_OWN].get("folders", ()))


def _facts_of(item: bytes) -> Facts:
    own = json.loads(item).get(_OWN, {})
    return Facts(
        first_seen=_time(own.get("first_seen")),
        guess=_time(own.get("guess")),
        perhaps=tuple(own.get("perhaps", ())),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(microsecond=0) if text else None
