"""How an entry is shown: with names that people know, and as a row of a table of values."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingest.cli.output import local, spoken

_LABELS = {
    "id": "number",
    "feed_title": "feed",
    "feed_url": "feed address",
    "title": "title",
    "link": "link",
    "other_links": "other links",
    "guid": "guid",
    "authors": "authors",
    "feed_author": "author of the feed",
    "categories": "categories of its own",
    "published_at": "published",
    "published_raw": "as the publisher wrote it",
    "published_method": "read as",
    "published_precision": "precise to the",
    "updated_at": "updated",
    "updated_raw": "updated, as written",
    "first_seen_at": "first seen",
    "seen_at": "this text first seen",
    "said_before_at": "went back to a text first seen",
    "version": "version",
    "language": "language",
    "lead_image": "lead image",
    "enclosures": "enclosures",
    "full_text": "text from its page",
    "files": "files",
    "render_due": "file to be written",
}
_AS_YES = frozenset({"full_text", "render_due"})


def facts_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is known of an entry as label and value, without what is empty."""
    for name in [*_LABELS, *(name for name in row if name not in _LABELS)]:
        value = row.get(name)
        if name in {"html", "revisions"} or value in (None, [], "", False, 0):
            continue
        label = _LABELS.get(name, name.replace("_", " "))
        yield label, "yes" if name in _AS_YES else _shown(name, value)
    for revision in row["revisions"]:
        seen, replaced = local(revision["seen_at"]), local(revision["replaced_at"])
        yield f"version {revision['version']}", f"{revision['title']} ({seen} to {replaced})"


def _shown(name: str, value: object) -> str:
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
    """Print rows as CSV (RFC 4180) with a heading; what is a list is joined by semicolons."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for row in rows:
        writer.writerow([_csv_value(row[name]) for name in _CSV_COLUMNS])


def _csv_value(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else value
