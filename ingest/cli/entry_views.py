"""Show an entry with labels, or as a row of CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingest.cli.output import local, spoken
from ingest.messages import _, recognized

_LABELS = {
    "id": _("number"),
    "feed_title": _("feed"),
    "feed_url": _("feed address"),
    "title": _("title"),
    "link": _("link"),
    "other_links": _("other links"),
    "guid": _("guid"),
    "authors": _("authors"),
    "feed_author": _("author of the feed"),
    "categories": _("the entry's own categories"),
    "published_at": _("published"),
    "published_raw": _("as the publisher wrote it"),
    "published_method": _("read as"),
    "published_precision": _("precise to the"),
    "updated_at": _("updated"),
    "updated_raw": _("updated, as written"),
    "first_seen_at": _("first seen"),
    "seen_at": _("this text first seen"),
    "said_before_at": _("returned to a text first seen"),
    "version": _("version"),
    "language": _("language"),
    "lead_image": _("lead image"),
    "enclosures": _("enclosures"),
    "full_text": _("text from its page"),
    "files": _("files"),
    "render_due": _("file to be written"),
}
_AS_YES = frozenset({"full_text", "render_due"})


def facts_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the labels and values of an entry, except empty values."""
    for name in [*_LABELS, *(name for name in row if name not in _LABELS)]:
        value = row.get(name)
        if name in {"html", "revisions"} or value in (None, [], "", False, 0):
            continue
        label = _LABELS.get(name) or recognized(name.replace("_", " "))
        yield label, _("yes") if name in _AS_YES else _in_words(name, value)
    for revision in row["revisions"]:
        seen, replaced = local(revision["seen_at"]), local(revision["replaced_at"])
        label = _("version {number}", number=revision["version"])
        title = revision["title"]
        yield label, _("{title} ({seen} to {replaced})", title=title, seen=seen, replaced=replaced)


def _in_words(name: str, value: object) -> str:
    if name == "authors" and isinstance(value, list):
        return ", ".join(map(_author, value))
    if name == "enclosures" and isinstance(value, list):
        return ", ".join(one["url"] for one in value)
    return spoken(value)


def _author(author: Mapping[str, str | None]) -> str:
    contacts = " ".join(f"<{c}>" for c in (author.get("email"), author.get("url")) if c)
    return f"{author['name']} {contacts}".strip()


_CSV_COLUMNS = (
    "id feed_title feed_url feed_categories title author categories published_at published_method"
    " published_precision first_seen_at updated_at language link guid lead_image revisions files"
    " text"
).split()


def write_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as CSV (RFC 4180) with a heading; lists are joined by semicolons."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for row in rows:
        writer.writerow([_csv_value(row[name]) for name in _CSV_COLUMNS])


def _csv_value(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else value
