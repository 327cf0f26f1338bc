"""The format that most site generators share: front matter by a table of keys, then HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar
from zoneinfo import ZoneInfo

from ingest.outputs.body import body_of
from ingest.outputs.layout import NOTHING_APART, Layout, Names
from ingest.outputs.names import author_names, category_names, tag_names
from ingest.outputs.sites.article import Article, article_of
from ingest.outputs.sites.yaml import Value, front_matter
from ingest.outputs.text import one_line
from ingest.values import Record

# The keys of front matter, in order. Each has the name of an attribute of `Article`, or a function
# that computes its value from an `Article`.
Keys = Mapping[str, "str | Callable[[Article], Value]"]

# All layouts have these keys, for the source of a text and for search engines. No generator makes a
# `<meta name="robots">` from `robots`, but some themes do, and templates can.
SOURCE = {
    "source_url": "link",
    "source_feed": "feed",
    "source_guid": "guid",
    "robots": "robots",
}


def paths(template: str, date_style: str = "offset") -> Mapping[str, str]:
    """Return default settings of a layout: the template of paths, and how dates are written."""
    return MappingProxyType({"template": template, "date_style": date_style})


class PostLayout(Layout):
    """A layout whose files have front matter and an HTML body; a table names the keys."""

    keys: ClassVar[Keys]
    escapes: ClassVar[bool] = True
    """Whether the program and its usual themes escape text on their pages."""
    has_pages_of_names: ClassVar[bool] = True
    """Whether the program makes a page for each category, tag and author."""
    date_styles: ClassVar[Sequence[str]] = ("offset", "iso")
    defaults = paths("{feed}/{year}/{month}/{date}-{title}-{id}.md")

    def path(
        self,
        record: Record,
        *,
        apart: bool = True,  # noqa: ARG002
        longest: int | None = None,
    ) -> str:
        """Return a path with a unique last part, because many sites omit folders in addresses."""
        return super().path(record, apart=True, longest=longest)

    def names(
        self,
        record: Record,
        written: Names,  # noqa: ARG002
        *,
        guess: bool = False,  # noqa: ARG002
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs: the folder of a page, and the category, tag or author of this page.

        Categories have no subcategories here.
        """
        if not self.has_pages_of_names:
            return
        yield from (
            ("categories", name) for name in category_names(record, self._options.default_category)
        )
        yield from (("tags", name) for name in tag_names(record))
        yield from (("authors", name) for name in author_names(record))

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Return front matter, a blank line and the body; UTF-8, LF, one newline at the end."""
        path = record.path or self.path(record)
        article = article_of(record, path, self._options, names, escapes=self.escapes)
        head = self.head(article, self.values(article) | self._own_values(record))
        return f"{head}\n{self.body(article, self.html_of(record))}\n".encode()

    def head(self, article: Article, values: Mapping[str, Value]) -> str:  # noqa: ARG002
        """Return the front matter, with these keys and values."""
        return front_matter(values, self.write_date)

    def body(self, article: Article, html: str) -> str:  # noqa: ARG002
        """Return the HTML of an entry, protected from Markdown and templates."""
        return body_of(html)

    def values(self, article: Article) -> dict[str, Value]:
        """Return the keys of the front matter with their values."""
        return {
            key: getattr(article, field) if isinstance(field, str) else field(article)
            for key, field in self.keys.items()
        }

    def _own_values(self, record: Record) -> dict[str, Value]:
        """Return the user's keys, each text on one line."""
        return {
            key: one_line(value) if isinstance(value, str) else value
            for key, value in self.own_keys(record).items()
        }

    def lines(self, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
        """Yield the keys that have a value, with their values on one line."""
        for key, value in values.items():
            if isinstance(value, datetime):
                yield key, self.write_date(value)
            elif isinstance(value, tuple):
                yield key, ", ".join(map(one_line, map(str, value)))
            elif value not in ("", None):
                yield key, one_line(str(value))

    def local(self, at: datetime) -> datetime:
        """Return a date in the time zone of the output."""
        return at.astimezone(ZoneInfo(self._options.timezone))

    def write_date(self, at: datetime) -> str:
        """Return a date to the second with its zone, in ISO 8601."""
        if self._options.date_style == "iso":
            return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return self.local(at).isoformat(timespec="seconds")
