"""Write the corpus card of an export: what a researcher must know to use the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.store.export_rows import FeedFacts
from ingest.store.export_summary import FeedTotal, Summary
from ingest.values.exports import SCHEMA_VERSION, About

_MOST_FEEDS = 1_000
_HOW = """\
Guidang polls feeds, and can import older documents from web archives and files. It stores the
publisher's bytes of each entry, and makes its fields of them: HTML is cleaned and its links are
absolute; dates are read from the publisher's text, which is in `published_raw` and `updated_raw`;
the language is found from the text. If a publisher edits an entry, the earlier text is kept. The
name of the field `published_method` is the rule that read a date; `capture` means that no date was
given, and that the day of the first capture stands in for it.
"""
_RIGHTS = """\
Unknown. The texts belong to their authors and publishers, and no licence is given with them (the
field `licence` is empty). Check the terms of each feed, and the law where you work, before you
publish texts from this file. Entries may name persons.
"""
_RESTRICTED = """\
The owner of the archive has set limits for these feeds. They hold in this file only if it was
exported with `--public`; respect them when you pass it on.
"""


def card(about: About, summary: Summary, file: Path, form: str) -> str:
    """Return the card of a finished file, as Markdown."""
    return "\n".join(
        [
            f"# {_plain(about.title)}: {file.name}\n",
            _table(("", ""), _facts(about, summary, file, form)),
            f"## How it was made\n\n{_HOW}",
            f"## Licences\n\n{_RIGHTS}",
            *_restrictions(summary.feeds.values()),
            f"## Years\n\n{_counts('year of publication', summary.years)}",
            f"## Languages\n\n{_counts('language', summary.languages)}",
            f"## Dates\n\n{_counts('method', summary.methods)}",
            _counts("precision", summary.precisions),
            f"## Feeds\n\n{_feeds(summary.feeds.values())}",
        ]
    )


def _restrictions(feeds: Iterable[FeedTotal]) -> Iterable[str]:
    """Yield a section on the feeds for which the owner of the archive has set limits."""
    restricted = [(feed, limits) for feed in feeds if (limits := list(_limits(feed.facts)))]
    if restricted:
        in_order = sorted(restricted, key=lambda one: one[0].facts.slug)
        rows = ((feed.title, feed.facts.url, ", ".join(limits)) for feed, limits in in_order)
        table = _table(("feed", "address", "public outputs"), islice(rows, _MOST_FEEDS))
        yield f"## Restrictions\n\n{_RESTRICTED}\n{table}"


def _limits(feed: FeedFacts) -> Iterable[str]:
    if feed.excerpt_only:
        yield "have excerpts only"
    if feed.publish_after:
        yield f"wait for {feed.publish_after}"
    if feed.noindex:
        yield "ask search engines not to list them"


def _facts(about: About, summary: Summary, file: Path, form: str) -> Iterable[tuple[str, object]]:
    yield "Format", f"{form}, schema version {SCHEMA_VERSION}"
    yield "Made by", about.generator
    yield "Chosen by", ", ".join(about.choice) or "everything in the archive"
    yield "Entries", f"{summary.entries:,}"
    yield "Earlier versions in the archive", f"{summary.revisions:,}"
    yield "Lines, rows or records of entries", f"{about.entries:,}"
    yield "Texts from article pages", f"{summary.full_texts:,}"
    yield "First and last date of publication", f"{_day(summary.first)} to {_day(summary.last)}"
    yield "Last change in the archive", about.changed_at.isoformat()
    yield "Bytes", f"{file.stat().st_size:,}"
    with file.open("rb") as stream:
        yield "SHA-256", f"`{hashlib.file_digest(stream, 'sha256').hexdigest()}`"


def _counts(heading: str, counts: Mapping[Any, int]) -> str:
    rows = sorted((str(name) if name is not None else "unknown", n) for name, n in counts.items())
    return _table((heading, "entries"), ((name, f"{count:,}") for name, count in rows))


def _feeds(feeds: Iterable[FeedTotal]) -> str:
    in_order = sorted(feeds, key=lambda feed: (-feed.entries, feed.facts.slug))
    rows = (
        (feed.title, feed.facts.url, f"{feed.entries:,}", _day(feed.first), _day(feed.last))
        for feed in in_order[:_MOST_FEEDS]
    )
    table = _table(("feed", "address", "entries", "first", "last"), rows)
    left_out = len(in_order) - _MOST_FEEDS
    return table + (f"\nand {left_out:,} more feeds\n" if left_out > 0 else "")


def _table(heading: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "".join(f"| {' | '.join(map(_plain, line))} |\n" for line in lines)


def _plain(value: object) -> str:
    """Return a value as one line with Markdown escaped, because titles are untrusted text."""
    text = " ".join(str(value).split())
    return "".join(f"\\{c}" if c in "\\|<>[]*_" else c for c in text)


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else "unknown"
