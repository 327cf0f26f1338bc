"""The keys of a post's front matter, for each theme: a table of keys and fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from ingest.outputs.hexo import fields
from ingest.outputs.hexo.post import Post
from ingest.outputs.hexo.yaml import Value

Keys: TypeAlias = "Mapping[str, Callable[[Post], Value | None]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How to write a post for a theme.

    `shows_source` is true if the pages of the theme show the author, and a link to the original,
    with the theme's default settings. `data_file` is the path, within `source`, of the file in
    which the theme looks up authors.
    """

    keys: Keys
    shows_source: bool
    data_file: str | None = None


_HEAD: Keys = {
    "title": fields.title,
    "categories": fields.categories,
    "author": fields.author,
    "date": fields.date,
}
_TAIL: Keys = {
    "source_url": fields.link,
    "source_feed": fields.feed,
    "source_guid": fields.guid,
    "updated": fields.updated,
    "tags": fields.tags,
    "robots": fields.robots,  # read by the themes Volantis, Redefine and Stellar
    "sitemap": fields.no_if_noindex,  # read by hexo-generator-sitemap
    "no-emoji": fields.yes_if_raw,
}


def _keys(of_theme: Keys) -> Keys:
    return {**_HEAD, **of_theme, **_TAIL}


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "": Profile(
            shows_source=True,
            keys={
                "title": fields.title,
                "categories": fields.categories,
                "headimg": fields.image,
                "author": fields.author,
                "comments": fields.no,
                "date": fields.date,
                "thumbnail": fields.image,
                **_TAIL,
            },
        ),
        "volantis": Profile(
            shows_source=True,
            data_file="_data/author.yml",
            keys=_keys(
                {
                    "author": fields.author_key,
                    "headimg": fields.image,
                    "title_display": fields.yes,
                    "description": fields.description,
                    "comments": fields.no,
                    "toc": fields.has_contents,
                    "copyright": fields.no,
                    "references": fields.references_of_volantis,
                }
            ),
        ),
        "butterfly": Profile(
            shows_source=True,
            keys=_keys(
                {
                    "cover": fields.image_or_none,
                    "top_img": fields.image_or_none,
                    "description": fields.description,
                    "comments": fields.no,
                    "toc": fields.has_contents,
                    "copyright_author": fields.author,
                    "copyright_author_href": fields.author_page,
                    "copyright_url": fields.original_if_readable,
                    "copyright_info": fields.rights_in_html,
                }
            ),
        ),
        "fluid": Profile(
            shows_source=False,
            keys=_keys(
                {
                    "index_img": fields.image,
                    "banner_img": fields.image,
                    "description": fields.description,
                    "comments": fields.no,
                    "toc": fields.has_contents,
                    "license": fields.rights,
                }
            ),
        ),
        "next": Profile(
            shows_source=False,
            keys=_keys(
                {
                    "photos": fields.photos,
                    "description": fields.description,
                    "comments": fields.no,
                    "toc": fields.contents_of_next,
                    "noindex": fields.yes_if_noindex,
                    "copyright": fields.no,
                }
            ),
        ),
        "redefine": Profile(
            shows_source=True,
            keys=_keys(
                {
                    "title": fields.title_without_percent,
                    "cover": fields.image_address,
                    "thumbnail": fields.image_address,
                    "excerpt": fields.description_in_markdown,
                    "description": fields.description,
                    "comment": fields.no,
                    "copyright": fields.rights_in_html,
                }
            ),
        ),
        "keep": Profile(
            shows_source=False,
            keys=_keys(
                {
                    "title": fields.title_without_percent,
                    "home_cover": fields.image,
                    "post_cover": fields.image,
                    "excerpt": fields.description,
                    "description": fields.description,
                    "comment": fields.no,
                    "toc": fields.has_contents,
                    "copyright_info": fields.no,
                }
            ),
        ),
        "icarus": Profile(
            shows_source=True,
            keys=_keys(
                {
                    "cover": fields.image,
                    "thumbnail": fields.image,
                    "excerpt": fields.description,
                    "description": fields.description,
                    "comment": fields.no,
                    "toc": fields.has_contents,
                    "article": fields.article_of_icarus,
                }
            ),
        ),
        "stellar": Profile(
            shows_source=True,
            data_file="_data/authors.yml",
            keys=_keys(
                {
                    "author": fields.author_key,
                    "cover": fields.image_address,
                    "banner": fields.image_address,
                    "description": fields.description,
                    "comments": fields.no,
                    "license": fields.rights_in_markdown,
                    "references": fields.references_of_stellar,
                }
            ),
        ),
        "landscape": Profile(
            shows_source=False,
            keys=_keys(
                {
                    "photos": fields.photos,
                    "excerpt": fields.description,
                    "description": fields.description,
                    "comments": fields.no,
                }
            ),
        ),
    }
)
