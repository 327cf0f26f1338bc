"""Write posts for the blog of Material for MkDocs.

Keys: squidfunk.github.io/mkdocs-material/plugins/blog. There is always a `slug`: of two posts with
one title and day, the blog keeps one. `authors` is left out: its values are keys of a file of the
site, and the build stops at others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout
from ingest.outputs.text import quote

# Index pages show what stands before this line: only the title.
_MORE = "<!-- more -->"


def _links(article: Article) -> Sequence[Mapping[str, str]]:
    return [{quote(article.feed_title): article.link}] if article.link else []


class MaterialLayout(PostLayout):
    """Posts below `docs/blog/posts`."""

    name = "material"
    suffixes = (".md",)
    escapes = False
    keys: ClassVar[Keys] = {
        "title": "title",
        "date": lambda article: {"created": article.at, "updated": article.updated_at},
        "slug": "slug",
        "author": "author",
        "description": "description",
        "image": "cover",
        "categories": "categories",
        "tags": "tags",
        "links": _links,
        **SOURCE,
    }

    def body(self, article: Article, html: str) -> str:
        """Return the HTML below the end of the excerpt."""
        return f"{_MORE}\n\n{super().body(article, html)}"
