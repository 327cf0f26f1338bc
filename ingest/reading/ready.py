"""Loads all modules and tables that reading needs, before the worker processes are forked."""

from __future__ import annotations

from ingest.garbage import freeze_garbage, search_seldom
from ingest.reading import language, read, titles
from ingest.reading.documents import parse
from ingest.reading.extract import article

__all__ = ["article", "read"]

# The first calls load modules, tables and converters. They also load feedparser, because almost all
# feeds need it.
parse.parse(b"<rss version='0.91'><channel><item/></channel></rss>", content_type=None, url="")
language.detect("归档")
titles.title_key("归档")

search_seldom()
freeze_garbage()
