"""Records with front matter → what their writer said, whoever wrote them: Hexo, Jekyll, Hugo.

The front matter is YAML between `---`, TOML between `+++`, or JSON; broken YAML is read line by
line. The records of the system that Guidang takes the place of are known by their seven keys:
their random pictures, picture proxies, `Invalid Date` and times of the run are not taken over.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ingest.values import Author, ImageField, ImageKind, ParsedEntry

_OLD_KEYS = {"title", "categories", "headimg", "author", "comments", "date", "thumbnail"}
_RANDOM_PICTURE = re.compile(r"https?://(?:picsum\.photos|source\.unsplash\.com|placeimg\.com)/")
_PICTURE_PROXY = re.compile(r"https?://[\w.-]+\.workers\.dev/\?(?=https?://)")
_FENCED = re.compile(
    r"\A\s*(?P<fence>---|\+\+\+|;;;)[ \t]*\r?\n(?P<front>.*?)\r?\n(?P=fence)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_LINE = re.compile(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]*(?P<value>.*)")
_LISTED = re.compile(r"[ \t]*-[ \t]+(?P<value>.*)")
_NAMED_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})-")
_LINKS = ("source_url", "original_url", "original", "source", "link", "url")
_PICTURES = ("headimg", "cover", "thumbnail", "image", "banner", "featured_image", "index_img")


class NoRecordError(ValueError):
    """A text without front matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A record: its entry, the feed it says it came from, and its path of categories.

    `seen` is the raw time at which its writer saw the entry, where that is all it wrote down.
    """

    entry: ParsedEntry
    feed_url: str | None
    categories: tuple[str, ...]
    seen: str | None = None


def read_record(text: str, name: str) -> FrontMatter:
    """Read a record; `name` is its file's. Raise `NoRecordError` if it has no front matter."""
    fields, body = _apart(text.lstrip("\ufeff"))
    is_old = "headimg" in fields and fields.keys() <= _OLD_KEYS
    date = _text(fields.get("date")) or _day_of(name)
    seen = None
    if is_old and date and not date.endswith("GMT"):
        seen = None if date.startswith("Invalid") else f"{date} UTC"
        date = None
    content = _PICTURE_PROXY.sub("", _as_html(body))
    return FrontMatter(
        entry=ParsedEntry(
            guid=_text(fields.get("source_guid") or fields.get("guid")),
            link=_first_link(fields),
            title=_text(fields.get("title")) or "",
            content=content,
            authors=_authors(fields),
            categories=tuple(_names(fields.get("tags"))),
            published=date,
            updated=_text(fields.get("updated") or fields.get("lastmod")),
            images=tuple(_pictures(fields, content, is_old=is_old)),
        ),
        feed_url=_text(fields.get("source_feed")),
        categories=tuple(_names(fields.get("categories"))),
        seen=seen,
    )


def _apart(text: str) -> tuple[dict[str, Any], str]:
    found = _FENCED.match(text)
    if found is None:
        return _leading_json(text)
    front, body = found["front"], text[found.end() :]
    match found["fence"]:
        case "+++":
            return _toml(front), body
        case ";;;":
            return _mapping(_json("{" + front + "}")), body
        case _:
            return _yaml(front), body


def _leading_json(text: str) -> tuple[dict[str, Any], str]:
    start = text.lstrip()
    if not start.startswith("{"):
        raise NoRecordError("no front matter")
    try:
        fields, end = json.JSONDecoder().raw_decode(start)
    except json.JSONDecodeError:
        raise NoRecordError("no front matter") from None
    return _mapping(fields), start[end:]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NoRecordError(f"front matter that is no JSON: {error}") from None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NoRecordError(f"front matter that is no TOML: {error}") from None


def _yaml(text: str) -> dict[str, Any]:
    """Every scalar stays the text it was: a date is read by the rules of dates, not of YAML."""
    try:
        fields = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
    except (yaml.YAMLError, RecursionError):
        return _line_by_line(text)
    return fields if isinstance(fields, dict) else _line_by_line(text)


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NoRecordError("front matter that is no mapping")
    return value


def _line_by_line(text: str) -> dict[str, Any]:
    """What can be had of YAML that is broken, as by a quote within quotes."""
    fields: dict[str, Any] = {}
    key = ""
    for line in text.splitlines():
        if found := _LINE.match(line):
            key = found["key"]
            fields[key] = _unquoted(found["value"])
        elif key and (found := _LISTED.match(line)):
            listed = fields[key] if isinstance(fields[key], list) else []
            fields[key] = [*listed, _unquoted(found["value"])]
    if not fields:
        raise NoRecordError("front matter that is no YAML")
    return fields


def _unquoted(value: str) -> str:
    value = value.strip()
    quote = value[:1]
    if len(value) > 1 and quote in {"'", '"'} and value.endswith(quote):
        value = value[1:-1].replace("''", "'") if quote == "'" else value[1:-1]
    return value


def _text(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None


def _names(value: object) -> Iterable[str]:
    """Names as a list, as one text, or as lists in a list (Hexo's sibling categories)."""
    if isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif (name := _text(value)) is not None:
        yield name


def _day_of(name: str) -> str | None:
    """Jekyll writes the date of a post into the name of its file."""
    found = _NAMED_DAY.match(name.rpartition("/")[2])
    return found[1] if found else None


def _first_link(fields: Mapping[str, Any]) -> str | None:
    values = (_text(fields.get(name)) for name in _LINKS)
    return next((v for v in values if v and v.startswith(("http://", "https://"))), None)


def _authors(fields: Mapping[str, Any]) -> tuple[Author, ...]:
    return tuple(Author(name=name) for name in _names(fields.get("author")))


def _pictures(fields: Mapping[str, Any], content: str, *, is_old: bool) -> Iterable[ImageField]:
    """The pictures that the front matter names.

    The old ones were chosen from the text without looking: what it has, is looked at again.
    """
    for name in _PICTURES:
        url = _PICTURE_PROXY.sub("", _text(fields.get(name)) or "")
        if not url or _RANDOM_PICTURE.match(url) or (is_old and url in content):
            continue
        yield ImageField(url=url, kind=ImageKind.MEDIA_THUMBNAIL)


def _as_html(body: str) -> str:
    """The body as HTML; Markdown, where it is that, is rendered."""
    body = body.strip()
    if body.startswith("<div>") and body.endswith("</div>"):
        return body.removeprefix("<div>").removesuffix("</div>").strip()
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(body))
