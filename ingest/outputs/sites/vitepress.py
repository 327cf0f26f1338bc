"""Write pages for VitePress. Vue does not compile the body; the title is escaped for Markdown.

The default theme shows no field of a page, so the body begins with its title, author and date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import ClassVar

from ingest.outputs.body import body_of
from ingest.outputs.picture_place import PicturePlace
from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import SOURCE, Keys, PostLayout

# VitePress reads the title of a page as inline Markdown with emojis and attributes.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&{}:~!^=]")

_NOINDEX = ("meta", {"name": "robots", "content": "noindex"})


class VitePressLayout(PostLayout):
    """A layout for pages in any folder of the site."""

    name = "vitepress"
    pictures = PicturePlace(folder="public/pictures", address="/pictures/")
    suffixes = (".md",)
    keys: ClassVar[Keys] = {
        "title": lambda article: _MARKDOWN.sub(r"\\\g<0>", article.title),
        "description": "description",
        "date": "at",
        "updated": "updated_at",
        "author": "author",
        "cover": "cover",
        "categories": "categories",
        "tags": "tags",
        **SOURCE,
        "head": lambda article: tuple(_head(article)),
    }

    @property
    def shows_source(self) -> bool:
        """Return True, because the line below the title shows the author and the original."""
        return True

    def body(self, article: Article, html: str) -> str:
        """Return the title, author and date, then the HTML. Vue does not compile any of these."""
        byline = [escape(article.author), f"{self.local(article.at):%Y-%m-%d %H:%M}"]
        if article.link:
            byline.append(f'<a href="{article.link}">{escape(article.feed_title)}</a>')
        head = f"<h1>{escape(article.title)}</h1>\n<p>{' · '.join(byline)}</p>\n"
        return body_of(head + html).replace("<div>", "<div v-pre>", 1)


def _head(article: Article) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the elements that the page has in its head."""
    if article.noindex:
        yield _NOINDEX
    if article.canonical:
        yield "link", {"rel": "canonical", "href": article.canonical}
