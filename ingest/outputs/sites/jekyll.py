"""Write posts for Jekyll, as HTML files. Liquid is off, and its syntax is made harmless too.

The documentation of the keys: jekyllrb.com/docs/front-matter and jekyllrb.com/docs/posts. The
plugins jekyll-seo-tag and jekyll-feed read `description`, `image`, `canonical_url` and
`last_modified_at`; jekyll-sitemap reads `sitemap`.
"""

from __future__ import annotations

from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout, paths


class JekyllLayout(PostLayout):
    """A layout for posts below the folder `_posts`; their names must begin with the date."""

    name = "jekyll"
    pictures = PicturePlace(beside="_posts", address="/pictures/")
    escapes = False
    defaults = paths("{feed}/{date}-{title}-{id}.html")
    keys: ClassVar[Keys] = {
        "layout": lambda _: "post",
        "title": "title",
        "date": "at",
        "last_modified_at": "updated_at",
        "author": "author",
        "description": "description",
        "excerpt": "description",
        "image": "cover",
        "categories": "categories",
        "tags": "tags",
        "canonical_url": "link",
        **SOURCE,
        "sitemap": lambda article: False if article.noindex else None,
        "render_with_liquid": lambda _: False,
    }
