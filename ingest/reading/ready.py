"""Has what reading needs loaded and made once, for processes that are forked from here."""

from __future__ import annotations

from ingest.garbage import freeze_garbage, search_seldom
from ingest.reading import language, read, titles
from ingest.reading.documents import parse
from ingest.reading.extract import article

__all__ = ["article", "read"]

# Modules, tables and converters that are had when they are first wanted; feedparser among them,
# which is wanted for all but the plainest feeds.
parse.parse(b"<rss version='0.91'><channel><item/></channel></rss>", content_type=None, url="")
language.detect("归档")
titles.title_key("归档")

search_seldom()
freeze_garbage()
