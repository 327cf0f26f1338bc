"""Write posts for the blog of Material for MkDocs.

The documentation of the keys: squidfunk.github.io/mkdocs-material/plugins/blog. Each post has a
`slug`, because the blog keeps only one of two posts with the same title and day. `authors` is left
out, because an author that a file of the site does not define stops the build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout
from ingest.outputs.text import quote

# Index pages show only the part of a post before this line: the title.
_MORE = "<!-- more -->"


def _links(article: Article) -> Sequence[Mapping[str, str]]:
    return [{quote(article.feed_title): article.link}] if article.link else []


class MaterialLayout(PostLayout):
    """A layout for posts below the folder `docs/blog/posts`."""

    name = "material"
    pictures = PicturePlace(beside="docs", folder="docs/pictures", address="/pictures/")
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
        """Return the HTML, after the line that ends the excerpt."""
        return f"{_MORE}\n\n{super().body(article, html)}"
