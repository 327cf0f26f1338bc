"""Interpret the front matter of records from Hexo, Jekyll, Hugo and others.

Records of the system that Guidang replaces are recognised by their seven keys. Some of their values
are ignored: random pictures, picture proxies, `Invalid Date`, and the time of the program's run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ingest.reading.entries.body import split_files
from ingest.reading.records.front_matter import split_front_matter
from ingest.reading.records.record_body import body_as_html
from ingest.values import Author, ImageField, ImageKind, ParsedEntry

# Names of files that Hexo, Jekyll, Hugo and Astro render.
_MARKDOWN = tuple(
    f".{name}" for name in "md mdx markdown mdown mkd mkdn mdwn mdtxt mdtext qmd rmd".split()
)
_NAMES = (*_MARKDOWN, ".html", ".htm")
_OLD_KEYS = {"title", "categories", "headimg", "author", "comments", "date", "thumbnail"}
_RANDOM_PICTURE = re.compile(r"https?://(?:picsum\.photos|source\.unsplash\.com|placeimg\.com)/")
_PICTURE_PROXY = re.compile(r"https?://[\w.-]+\.workers\.dev/\?(?=https?://)")
_NAMED_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})-")
_LINKS = ("source_url", "original_url", "original", "source", "link", "url")
_PICTURES = ("headimg", "cover", "thumbnail", "image", "banner", "featured_image", "index_img")
_DATES = ("date", "pubdate", "publishdate", "created")
_COMMAS = re.compile(r"[,，、]")
_MOST_NAMES = 1000

# Signs that a file was not published: folders of Hexo, Jekyll and Hugo, and values of fields.
_TEMPLATE_FOLDERS = frozenset({"scaffolds", "archetypes", "_layouts", "_includes"})
_NO = frozenset({"false", "no", "n", "off", "0"})
_YES = frozenset({"true", "yes", "y", "on", "1"})
_UNPUBLISHED = frozenset("draft private pending trash auto-draft".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A record (a post's file): its entry, the address of its feed if given, and its categories.

    `seen` is the raw time at which the program that wrote the record first saw the entry, if the
    record has no other time. `withheld` is the reason why the record was not published.
    """

    entry: ParsedEntry
    feed_url: str | None
    categories: tuple[str, ...]
    seen: str | None = None
    withheld: str | None = None


def may_be_record(name: str) -> bool:
    """Return whether a file may be a post with front matter, judged by its name."""
    return name.lower().removesuffix(".gz").endswith(_NAMES)


def is_markdown(name: str) -> bool:
    """Return whether a file is Markdown, by its name."""
    return name.lower().removesuffix(".gz").endswith(_MARKDOWN)


def read_record(text: str, name: str) -> FrontMatter:
    """Parse a post's file with front matter; `name` is the file's name, with folders.

    Raise `NoRecordError` if the text has no front matter that can be read.
    """
    raw_fields, body = split_front_matter(text)
    name = name.replace("\\", "/")  # archives made on Windows have backslashes
    fields = {str(name).lower(): value for name, value in raw_fields.items()}
    is_old = "headimg" in fields and fields.keys() <= _OLD_KEYS
    date = _first(fields, _DATES) or _day_of(name) or _day_of(name.rpartition("/")[0])
    seen = None
    if is_old and date and not date.endswith("GMT"):
        seen = None if date.startswith("Invalid") else f"{date} UTC"
        date = None
    content, files = split_files(_PICTURE_PROXY.sub("", body_as_html(body, name)))
    return FrontMatter(
        entry=ParsedEntry(
            guid=_text(fields.get("source_guid") or fields.get("guid")),
            link=_first_link(fields),
            title=_text(fields.get("title")) or "",
            content=content,
            authors=tuple(Author(name=author) for author in _names(fields.get("author"))),
            categories=_tags(fields, text.removesuffix(body)),
            published=date,
            updated=_first(fields, ("updated", "lastmod")),
            enclosures=files,
            images=tuple(_pictures(fields, content, is_old=is_old)),
        ),
        feed_url=_text(fields.get("source_feed")),
        categories=_categories(fields, is_jekyll=_day_of(name) is not None),
        seen=seen,
        withheld=_why_withheld(fields, name),
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None


def _first(fields: Mapping[str, Any], names: Iterable[str]) -> str | None:
    values = (_text(fields.get(name)) for name in names)
    return next((value for value in values if value), None)


def _names(value: object) -> tuple[str, ...]:
    """Return the names in a string, a list, or nested lists (Hexo's sibling categories)."""
    return tuple(islice(_each_name(value, depth=3), _MOST_NAMES))


def _each_name(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        for one in value if depth else ():
            yield from _each_name(one, depth - 1)
    elif (name := _text(value)) is not None:
        yield name


def _tags(fields: Mapping[str, Any], front: str) -> tuple[str, ...]:
    """Return the tags; a string without quotes is split, as Jekyll does."""
    value = fields.get("tags") or fields.get("tag")
    if not isinstance(value, str) or re.search(r"^tags?[ \t]*[:=][ \t]*[\"']", front, re.MULTILINE):
        return _names(value)
    parts = _COMMAS.split(value) if _COMMAS.search(value) else value.split()
    return _names([part.strip() for part in parts])


def _categories(fields: Mapping[str, Any], *, is_jekyll: bool) -> tuple[str, ...]:
    """Return the path of categories; a string is split at blanks only for Jekyll."""
    value = fields.get("categories") or fields.get("category")
    if is_jekyll and isinstance(fields.get("categories"), str):
        value = str(value).split()
    return _names(value)


def _day_of(name: str) -> str | None:
    """Return the day in the name of a file or folder, as Jekyll and Hugo write it."""
    found = _NAMED_DAY.match(name.rpartition("/")[2])
    return found[1] if found else None


def _first_link(fields: Mapping[str, Any]) -> str | None:
    values = (_text(fields.get(name)) for name in _LINKS)
    return next((v for v in values if v and v.startswith(("http://", "https://"))), None)


def _pictures(fields: Mapping[str, Any], content: str, *, is_old: bool) -> Iterable[ImageField]:
    """Yield the pictures that the front matter names.

    `is_old` is true for a record of the system that Guidang replaces. This system took the picture
    from the text without a check. Such a picture is ignored, and a lead image is chosen again.
    """
    for name in _PICTURES:
        url = _PICTURE_PROXY.sub("", _text(fields.get(name)) or "")
        if not url or _RANDOM_PICTURE.match(url) or (is_old and url in content):
            continue
        yield ImageField(url=url, kind=ImageKind.MEDIA_THUMBNAIL)


def _why_withheld(fields: Mapping[str, Any], name: str) -> str | None:
    """Return the reason why a record was not published, or None if it was published."""
    *folders, file = name.lower().removeprefix("file:").split("/")
    if not _TEMPLATE_FOLDERS.isdisjoint(folders) or "{{" in str(fields.get("title")):
        return "it is a template for posts"
    if file.startswith("_index."):
        return "it is the page of a section, not a post"
    for is_so, what in (
        ("_drafts" in folders, "it is in a folder of drafts"),
        (_is_one_of(fields.get("draft"), _YES), "it is a draft"),
        (_is_one_of(fields.get("published"), _NO), "it says “published: false”"),
        (_is_one_of(fields.get("status"), _UNPUBLISHED), f"its status is “{fields.get('status')}”"),
        (_is_one_of(fields.get("private"), _YES), "it is private"),
        ((_text(fields.get("password")) or "no").lower() not in _NO, "it has a password"),
    ):
        if is_so:
            return what
    return None


def _is_one_of(value: object, words: frozenset[str]) -> bool:
    return (_text(value) or "").lower() in words
