"""Write pages in HTML that need no other program: a browser shows them from the disk."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import ClassVar

from ingest.outputs.sites.article import Article
from ingest.outputs.sites.posts import Keys, PostLayout, paths
from ingest.outputs.sites.yaml import Value

# A page may show pictures, sound, films and players, but may not run scripts.
_POLICY = (
    "default-src 'none'; img-src * data:; media-src *; frame-src https:; style-src 'unsafe-inline'"
)
_STYLE = "body{max-width:42em;margin:2em auto;padding:0 1em;line-height:1.7}img{max-width:100%}"


class HtmlLayout(PostLayout):
    """A layout for whole pages, one for each entry."""

    name = "html"
    suffixes = (".html",)
    has_pages_of_names = False
    defaults = paths("{feed}/{year}/{month}/{date}-{title}-{id}.html")
    keys: ClassVar[Keys] = {
        "author": "author",
        "description": "description",
        "keywords": "tags",
        "source_feed": "feed",
        "source_guid": "guid",
        "robots": "robots",
    }

    @property
    def shows_source(self) -> bool:
        """Return True, because the line below the title shows the author and the original."""
        return True

    def head(self, article: Article, values: Mapping[str, Value]) -> str:
        """Return the page up to its text, with the values in its `<meta>` elements."""
        metas = "".join(_meta(name, text) for name, text in self.lines(values))
        link = f'<link rel="canonical" href="{escape(article.link)}">\n' if article.link else ""
        return (
            '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{escape(article.title)}</title>\n"
            f"{metas}{link}<style>{_STYLE}</style>\n</head>\n<body>\n<article>\n"
            f"<h1>{escape(article.title)}</h1>\n<p>{self._byline(article)}</p>"
        )

    def body(self, article: Article, html: str) -> str:  # noqa: ARG002
        """Return the text, and the end of the page."""
        return f"<div>\n{html}\n</div>\n</article>\n</body>\n</html>"

    def _byline(self, article: Article) -> str:
        """Return the author, the date, the categories, and the feed with a link to the entry."""
        date = self.write_date(article.at)
        feed = escape(article.feed_title)
        parts = [
            escape(article.author),
            f'<time datetime="{date}">{self.local(article.at):%Y-%m-%d %H:%M}</time>',
            escape(" / ".join(article.categories)),
            f'<a href="{escape(article.link)}">{feed}</a>' if article.link else feed,
        ]
        return " · ".join(parts)


def _meta(name: str, text: str) -> str:
    return f'<meta name="{name}" content="{escape(text)}">\n'
