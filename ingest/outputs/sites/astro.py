"""Write Markdown for Astro's content collections.

The keys are those of Astro's blog template. Dates are YAML timestamps, which a strict schema
(`z.date()`) accepts. `heroImage` is left out: in that template it must be a local file. Astro makes
ids from paths, without case, dots and quotes. These ids are unique, because the last part of each
path is unique.
"""

from __future__ import annotations

from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout


class AstroLayout(PostLayout):
    """A layout for the entries of a content collection."""

    name = "astro"
    pictures = PicturePlace(beside="src", folder="public/pictures", address="/pictures/")
    suffixes = (".md",)
    keys: ClassVar[Keys] = {
        "title": "title",
        "description": lambda article: article.description or article.title,
        "pubDate": "at",
        "updatedDate": "updated_at",
        "author": "author",
        "cover": "cover",
        "categories": "categories",
        "tags": "tags",
        "canonicalURL": "link",
        **SOURCE,
    }
