"""Write posts for Pelican: lines of metadata without YAML, the date first, then HTML.

The documentation of the keys: docs.getpelican.com/en/latest/content.html#file-metadata. Pelican
ends the metadata at a YAML list, so names are on one line. Each name ends with a semicolon, so that
Pelican does not split names at commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout
from ingest.outputs.sites.yaml import Value

# Pelican reads the summary as Markdown.
_MARKDOWN = re.compile(r"[\\`*_\[\]{}!#]")


def _names(names: Iterable[str]) -> str:
    return " ".join(f"{name.replace(';', '；')};" for name in names)


class PelicanLayout(PostLayout):
    """A layout for articles below the folder `content`, for Pelican's Markdown reader."""

    name = "pelican"
    pictures = PicturePlace(
        beside="content", folder="content/images/pictures", address="/images/pictures/"
    )
    suffixes = (".md",)
    escapes = False
    keys: ClassVar[Keys] = {
        "Date": "at",
        "Modified": "updated_at",
        "Title": "title",
        "Slug": "slug",
        "Authors": lambda article: _names(article.authors),
        "Category": lambda article: article.categories[-1],
        "Tags": lambda article: _names(article.tags),
        "Summary": lambda article: _MARKDOWN.sub(r"\\\g<0>", article.description),
        "Cover": "cover",
        **SOURCE,
    }

    def head(self, article: Article, values: Mapping[str, Value]) -> str:  # noqa: ARG002
        """Return a line for each key."""
        return "".join(f"{key}: {value}\n" for key, value in self.lines(values))
