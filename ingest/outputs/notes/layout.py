"""Write notes in Markdown, for Obsidian, Logseq and other programs that keep notes in files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ingest.outputs.notes.convert import markdown_of
from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import Keys, PostLayout, paths
from ingest.outputs.sites.yaml import Value

# A tag of Obsidian has no spaces and no ASCII punctuation except `_-/`. At least one of its
# characters is not a digit.
_SIGN_IN_TAG = re.compile(r"[!-,.:-@\[-^`{-~]")
_GAP_IN_TAG = re.compile(r"[\s\u2000-\u206f\u2e00-\u2e7f]+")
_FULL_WIDTH = 0xFEE0  # the distance from an ASCII character to its full-width form
# The special characters of inline Markdown, links between notes, tags and properties.
_SIGN = re.compile(r"[\\`*_\[\]<>#{}$^~=|]|:(?=:)")
# The special characters of Logseq in the value of a property. A comma separates values.
_SIGN_IN_PROPERTY = re.compile(r"[,#]|\[(?=\[)|\((?=\()|\{(?=\{)")


def _full_width(sign: re.Match[str]) -> str:
    return chr(ord(sign[0]) + _FULL_WIDTH)


def _tag(name: str) -> str:
    tag = _SIGN_IN_TAG.sub(_full_width, _GAP_IN_TAG.sub("-", name)).strip("-/")
    return f"_{tag}" if tag.isdigit() else tag


def _tags(article: Article) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_tag, article.tags))))


class MarkdownLayout(PostLayout):
    """A layout for notes with properties; the keys are those of Obsidian's Web Clipper."""

    name = "markdown"
    suffixes = (".md",)
    has_pages_of_names = False
    profiles = ("obsidian", "logseq")
    defaults = paths("{feed}/{year}/{month}/{date}-{title}-{id}.md", date_style="local")
    date_styles = ("local", "offset", "iso")
    keys: ClassVar[Keys] = {
        "title": "title",
        "source": "link",
        "author": "authors",
        "published": "at",
        "updated": "updated_at",
        "description": "description",
        "cover": "cover",
        "categories": "categories",
        "tags": _tags,
        "source_feed": "feed",
        "source_guid": "guid",
    }

    @property
    def shows_source(self) -> bool:
        """Return True, because the properties of a note show the author and the original."""
        return True

    def head(self, article: Article, values: Mapping[str, Value]) -> str:
        """Return properties in front matter, or for Logseq as the first block of the page."""
        if self._options.profile != "logseq":
            return super().head(article, values)
        given = ((key, value) for key, value in values.items() if key not in _NOT_IN_LOGSEQ)
        lines = self.lines({key: _property(value) for key, value in given})
        return "".join(f"{key}:: {value}\n" for key, value in lines)

    def body(self, article: Article, html: str) -> str:
        """Return the title as a heading, then the text."""
        title = _SIGN.sub(r"\\\g<0>", article.title)
        return f"# {title}\n\n{markdown_of(html)}".rstrip("\n")

    def write_date(self, at: datetime) -> str:
        """Return a date without a zone, because Obsidian's dates have no zone."""
        if self._options.date_style == "local":
            return f"{self.local(at):%Y-%m-%dT%H:%M:%S}"
        return super().write_date(at)


# Keys that are left out for Logseq. It names a page after the property `title`, and stops at two
# pages with the same name; without `title`, it uses the name of the file. The values of the other
# keys would become links to pages.
_NOT_IN_LOGSEQ = frozenset({"title", "description", "cover", "categories"})


def _property(value: Value) -> Value:
    """Return a value without links; a list becomes values separated by commas."""
    if isinstance(value, tuple):
        return tuple(_one_value(str(one)) for one in value)
    return _one_value(value) if isinstance(value, str) else value


def _one_value(text: str) -> str:
    is_address = text.startswith(("https://", "http://"))
    return text if is_address else _SIGN_IN_PROPERTY.sub(_full_width, text)
