"""Has what reading needs loaded and made once, for processes that are forked from here."""

from __future__ import annotations

import gc

from ingest.reading import language, parse, read, titles
from ingest.reading.extract import article

__all__ = ["article", "read"]

# Modules, tables and converters that are had when they are first wanted; feedparser among them,
# which is wanted for all but the plainest feeds.
parse.parse(b"<rss version='0.91'><channel><item/></channel></rss>", content_type=None, url="")
language.detect("归档")
titles.title_key("归档")

# What is here by now stays in every process: it need be neither searched for garbage nor copied.
gc.freeze()
