"""The fields of a record for front matter: clean text on one line, and names of pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ingest.outputs.inert import inert_link, inert_picture, inert_text
from ingest.outputs.layout import NOTHING_APART, Names, Options
from ingest.outputs.names import author_names, author_text, category_names, page_name, tag_names
from ingest.outputs.summary import summary_of
from ingest.outputs.text import one_line
from ingest.urls import without_secrets
from ingest.values import Record

_MOST_REMEMBERED = 1_000  # The records of a feed repeat its names and its address.


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The fields of a record for front matter; a field is empty if the record lacks it.

    `slug` is the name of the record's file without its suffix, so it never changes. If the output
    links duplicates, `canonical` is the link of the best entry among them. `robots` is as in `<meta
    name="robots">`.
    """

    slug: str
    title: str
    at: datetime
    updated_at: datetime
    author: str
    authors: tuple[str, ...]
    description: str
    cover: str
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    link: str
    canonical: str
    feed: str
    feed_title: str
    guid: str
    noindex: bool
    robots: str


def article_of(
    record: Record, path: str, options: Options, names: Names = NOTHING_APART, *, escapes: bool
) -> Article:
    """Return the fields of a record; categories, tags and authors are spelled as in `names`.

    With `escapes`, text is not changed, because the program escapes it on its pages. Otherwise,
    text is made inert, so that it contains no HTML.
    """
    clean = one_line if escapes else _inert_line
    cover = record.lead_image or options.default_image
    author = author_text(record)
    categories = category_names(record, options.default_category)
    return Article(
        slug=path.rpartition("/")[2].rpartition(".")[0],
        title=clean(record.title) or f"{record.at:%Y-%m-%d %H:%M}",
        at=record.at,
        updated_at=record.last_change_at,
        author=names.get(("authors", page_name(author)), clean(author)),
        authors=_spellings("authors", author_names(record), names),
        description=clean(summary_of(record.html)),
        cover=inert_picture(cover) if cover else "",
        categories=_spellings("categories", categories, names),
        tags=_spellings("tags", tag_names(record), names),
        link=inert_link(record.link) if record.link else "",
        canonical=inert_link(record.canonical_link) if record.canonical_link else "",
        feed=_address(record.feed_url),
        feed_title=clean(record.feed_title),
        guid=clean(record.guid or ""),
        noindex=record.noindex,
        robots="noindex" if record.noindex else "",
    )


def _spellings(place: str, found: Iterable[str], names: Names) -> tuple[str, ...]:
    """Return the spelling of each of these names, without repetitions."""
    return tuple(dict.fromkeys(names.get((place, name), name) for name in found))


def _inert_line(text: str) -> str:
    return inert_text(one_line(text))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _address(url: str) -> str:
    return inert_link(without_secrets(url))
