"""Write posts for Hugo, in Markdown files whose body is HTML.

Hugo shows the HTML if `markup.goldmark.renderer.unsafe` is true. HTML files would need no setting
in old versions, but would stop the build in newer versions (0.168) unless `security.allowContent`
is changed. The documentation of the keys: gohugo.io/content-management/front-matter. The keys from
`author` on are read by many themes.
"""

from __future__ import annotations

from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout


class HugoLayout(PostLayout):
    """A layout for posts below the folder `content`."""

    name = "hugo"
    pictures = PicturePlace(beside="content", folder="static/pictures", address="/pictures/")
    canonical_key = "canonicalURL"  # read by PaperMod and other themes
    keys: ClassVar[Keys] = {
        "title": "title",
        "date": "at",
        "lastmod": "updated_at",
        "description": "description",
        "summary": "description",
        "categories": "categories",
        "tags": "tags",
        "images": lambda article: (article.cover,) if article.cover else (),
        "author": "author",
        "cover": lambda article: {"image": article.cover},
        "canonicalURL": "link",
        **SOURCE,
        "robotsNoIndex": lambda article: article.noindex or None,
        "sitemap": lambda article: {"disable": True} if article.noindex else None,
    }
