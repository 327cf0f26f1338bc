"""Write records for Hexo: front matter as in docs/record.md, then the entry's HTML in a `<div>`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.outputs.body import body_of, must_stay_raw
from ingest.outputs.inert import inert_link, inert_picture, inert_text, without_tags
from ingest.outputs.layout import NOTHING_APART, Layout, Names
from ingest.outputs.naming import author_of_record
from ingest.outputs.own_keys import OwnValue, with_own_keys
from ingest.outputs.pages import page_of, short_name
from ingest.urls import without_secrets
from ingest.values import Record

# The first pattern matches text that needs no quotes in YAML. The second matches text that YAML 1.1
# or 1.2 reads as another type.
_PLAIN = re.compile(r"[^\W\d_][\w ./·•・－—–-]*", re.UNICODE)
_NOT_TEXT = re.compile(r"(?i)(y|n|yes|no|true|false|on|off|null|none|nan|inf|[.]?nan|[.]?inf)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+")

_LONGEST_PLACE = 1_000  # bytes; PostgreSQL allows 2,700 bytes for all columns of an index entry

# All records of a feed repeat its names and its address. These may be long, so few are cached.
_MOST_REMEMBERED = 100


class HexoLayout(Layout):
    """The default layout."""

    name = "hexo"
    form = 2

    @property
    def shows_source(self) -> bool:
        """Return true: themes show `author`, and an archive without a profile stays as it is."""
        return True

    def names(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Yield each category with the place that its parents give it, then the tags."""
        yield from self._category_places(record, written, guess=guess)
        yield from (("tags", tag) for tag in _pages(record.tags))

    def _category_places(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        place = "categories"
        for name in self._categories(record):
            yield place, name
            if not guess and (place, name) not in written:
                return
            place = _below(place, written.get((place, name), name))

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Return front matter, a blank line and the body; UTF-8, LF, one newline at the end."""
        lines = self._front_matter(record, names)
        if own := self.own_keys(record):
            lines = with_own_keys(lines, {key: _value(value) for key, value in own.items()})
        front_matter = "\n".join(lines)
        return f"---\n{front_matter}\n---\n\n{body_of(self.html_of(record))}\n".encode()

    def _front_matter(self, record: Record, names: Names) -> Iterator[str]:
        image = record.lead_image or self._options.default_image
        date = self._date(record.at)
        yield f"title: {_quote(inert_text(_one_line(record.title)) or date)}"
        yield from _list("categories", self._written_categories(record, names))
        if image:
            yield f"headimg: {_quote(inert_picture(image))}"
        yield f"author: {_write_scalar(author_of_record(record))}"
        yield "comments: false"
        yield f"date: {date}"
        if image:
            yield f"thumbnail: {_quote(inert_picture(image))}"
        yield from self._provenance(record)
        if tags := [names.get(("tags", tag), tag) for tag in _pages(record.tags)]:
            yield from _list("tags", dict.fromkeys(tags))
        if must_stay_raw(record.html):
            yield "no-emoji: true"

    def _provenance(self, record: Record) -> Iterator[str]:
        if record.link:
            yield f"source_url: {_quote(inert_link(record.link))}"
        yield f"source_feed: {_address(record.feed_url)}"
        if record.guid:
            yield f"source_guid: {_quote(without_tags(_one_line(record.guid)))}"
        # Without `updated`, Hexo uses the file's time, which after a `git clone` is the time of the
        # clone.
        yield f"updated: {self._date(record.last_change_at)}"

    def _written_categories(self, record: Record, names: Names) -> list[str]:
        if not names:
            return self._categories(record)
        return [names.get(one, one[1]) for one in self._category_places(record, names)]

    def _categories(self, record: Record) -> list[str]:
        """Return the categories as Hexo's path, from the widest to the narrowest."""
        path = record.feed_categories
        if len(path) < 1:
            path = (self._options.default_category, record.feed_title)
        return _pages(path) or [self._options.default_category]

    def _date(self, at: datetime) -> str:
        if self._options.date_style == "local":
            return f"{at.astimezone(ZoneInfo(self._options.timezone)):%Y-%m-%d %H:%M:%S}"
        if self._options.date_style == "iso":
            return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if self._options.date_style == "offset":
            return at.astimezone(ZoneInfo(self._options.timezone)).isoformat(timespec="seconds")
        return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _value(value: OwnValue) -> str:
    """Return the text after the colon of a key; empty if there is no value."""
    if isinstance(value, bool):
        return " true" if value else " false"
    if isinstance(value, int):
        return f" {value}"
    if isinstance(value, str):
        return f" {_quote(value)}" if value.strip() else ""
    return "".join(f"\n - {_quote(text)}" for text in value if text.strip())


def _list(key: str, values: Iterable[str]) -> Iterator[str]:
    yield f"{key}:"
    for value in values:
        yield f" - {_write_scalar(value)}"


def _distinct(names: Iterable[str]) -> list[str]:
    """Return each name once, without names that are empty, `.` or `..`."""
    clean = (_one_line(name) for name in names)
    return list(dict.fromkeys(name for name in clean if name.strip("./ ")))


def _pages(names: Iterable[str]) -> list[str]:
    """Return the names in the form for files; Hexo makes a page for each."""
    return list(dict.fromkeys(short_name(inert_text(name)) for name in _distinct(names)))


def _below(place: str, category: str) -> str:
    """Return the place of a category's children; a digest of it if it is too long for an index."""
    inner = f"{place}/{page_of(category)}"
    return inner if len(inner.encode()) < _LONGEST_PLACE else f"…/{_digest(inner)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _one_line(text: str) -> str:
    seen = text if text.isprintable() else _CONTROL.sub(" ", text)
    return " ".join(seen.split())


def _quote(text: str) -> str:
    """Return a single-quoted YAML scalar; only the quote needs an escape (YAML 1.2, 7.3.2)."""
    escaped = _one_line(text).replace("'", "''")
    return f"'{escaped}'"


@lru_cache(maxsize=_MOST_REMEMBERED)
def _address(url: str) -> str:
    return _quote(inert_link(without_secrets(url)))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _write_scalar(text: str) -> str:
    """Return a plain YAML scalar if it can only be read as this text, otherwise a quoted one."""
    text = inert_text(_one_line(text))
    is_plain = _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text)
    return text if is_plain else _quote(text)
