"""Write posts for Nikola: HTML files that begin with a comment of metadata.

The documentation of the keys: getnikola.com/handbook.html#metadata-fields. Nikola shows `link` as
the original. Two names with the same page would stop the build, so one of them is spelled
differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from ingest.outputs.layout import Names
from ingest.outputs.names import author_text, category_names, page_name, tag_names
from ingest.outputs.pages import short_name
from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout, paths
from ingest.outputs.sites.yaml import Value
from ingest.values import Record


def _names(names: Iterable[str]) -> str:
    """Return names separated by commas; a comma inside a name becomes full-width."""
    return ", ".join(name.replace(",", "，") for name in names)


class NikolaLayout(PostLayout):
    """A layout for posts below the folder `posts`."""

    name = "nikola"
    pictures = PicturePlace(beside="posts", folder="files/pictures", address="/pictures/")
    suffixes = (".html",)
    defaults = paths("{feed}/{year}/{month}/{date}-{title}-{id}.html")
    keys: ClassVar[Keys] = {
        "title": "title",
        "date": "at",
        "updated": "updated_at",
        "author": lambda article: short_name(article.author),
        "category": lambda article: article.categories[-1],
        "tags": lambda article: _names(article.tags),
        "link": "link",
        "description": "description",
        "previewimage": "cover",
        "type": lambda _: "text",
        **SOURCE,
    }

    @property
    def shows_source(self) -> bool:
        """Return True, because themes show the author, and `link` as the original site."""
        return True

    def names(
        self,
        record: Record,
        written: Names,  # noqa: ARG002
        *,
        guess: bool = False,  # noqa: ARG002
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs: the folder of a page, and the tag, category or author of this page.

        A post has only one category and one author.
        """
        yield "categories", category_names(record, self._options.default_category)[-1]
        yield from (("tags", name) for name in tag_names(record))
        yield "authors", page_name(author_text(record))

    def head(self, article: Article, values: Mapping[str, Value]) -> str:  # noqa: ARG002
        """Return the comment that holds the metadata, with a line for each key."""
        lines = (f".. {key}: {value}" for key, value in self.lines(values))
        return "\n".join(["<!--", *lines, "-->", ""])

    def write_date(self, at: datetime) -> str:
        """Return a date with a space in place of `T`, and ` UTC` in place of `Z`."""
        return super().write_date(at).replace("T", " ").replace("Z", " UTC")
