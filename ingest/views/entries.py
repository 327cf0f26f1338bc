"""The facts about an entry, with labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.messages import _, message, recognized
from ingest.urls import without_secrets
from ingest.views.text import in_words, list_of, local

_LABELS = {
    "id": message("number"),
    "feed_title": message("feed"),
    "feed_url": message("feed address"),
    "title": message("title"),
    "link": message("link"),
    "other_links": message("other links"),
    "guid": message("guid"),
    "authors": message("authors"),
    "feed_author": message("author of the feed"),
    "categories": message("the entry's own categories"),
    "published_at": message("published"),
    "published_raw": message("as the publisher wrote it"),
    "published_method": message("read as"),
    "published_precision": message("precise to the"),
    "updated_at": message("updated"),
    "updated_raw": message("updated, as written"),
    "first_seen_at": message("first seen"),
    "seen_at": message("this text first seen"),
    "said_before_at": message("returned to a text first seen"),
    "version": message("version"),
    "language": message("language"),
    "lead_image": message("lead image"),
    "enclosures": message("enclosures"),
    "full_text": message("text from its page"),
    "files": message("files"),
    "render_due": message("file to be written"),
}
_PRECISIONS = {
    "second": message("second"),
    "minute": message("minute"),
    "hour": message("hour"),
    "day": message("day"),
    "month": message("month"),
    "year": message("year"),
}
_ADDRESSES = frozenset({"link", "lead_image", "other_links", "guid"})
_AS_YES = frozenset({"full_text", "render_due"})


def facts_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the labels and values of an entry, except empty values."""
    for name in [*_LABELS, *(name for name in row if name not in _LABELS)]:
        value = row.get(name)
        if name in {"html", "revisions"} or value in (None, [], "", False, 0):
            continue
        label = _LABELS.get(name, name.replace("_", " "))
        yield recognized(label), _("yes") if name in _AS_YES else _value(name, value)
    for revision in row["revisions"]:
        seen, replaced = local(revision["seen_at"]), local(revision["replaced_at"])
        label = _("version {number}", number=revision["version"])
        title = revision["title"]
        yield label, _("{title} ({seen} to {replaced})", title=title, seen=seen, replaced=replaced)


def _value(name: str, value: object) -> str:
    if name == "authors" and isinstance(value, list):
        return list_of(map(_author, value))
    if name == "enclosures" and isinstance(value, list):
        return list_of(without_secrets(one["url"]) for one in value)
    if name == "published_precision" and isinstance(value, str):
        return recognized(_PRECISIONS.get(value, value))
    if name in _ADDRESSES and isinstance(value, str):
        return without_secrets(value)
    if name in _ADDRESSES and isinstance(value, list):
        return list_of(map(without_secrets, value))
    return in_words(value)


def _author(author: Mapping[str, str | None]) -> str:
    contacts = " ".join(f"<{c}>" for c in (author.get("email"), author.get("url")) if c)
    return f"{author['name']} {contacts}".strip()
