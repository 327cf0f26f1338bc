"""Write content for Eleventy, as HTML files that no template language reads.

The documentation of the keys: 11ty.dev/docs/data-frontmatter and 11ty.dev/docs/dates. The other
keys are data for the site's own layouts.
"""

from __future__ import annotations

from typing import ClassVar

from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout, paths


class EleventyLayout(PostLayout):
    """A layout for files in any folder of the site's input."""

    name = "eleventy"
    pictures = PicturePlace(address="/pictures/")
    escapes = False
    defaults = paths("{feed}/{year}/{month}/{date}-{title}-{id}.html")
    keys: ClassVar[Keys] = {
        "title": "title",
        "date": "at",
        "updated": "updated_at",
        "author": "author",
        "description": "description",
        "cover": "cover",
        "categories": "categories",
        "tags": "tags",
        **SOURCE,
        "templateEngineOverride": lambda _: False,
    }
