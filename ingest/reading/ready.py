"""Has what reading needs loaded and made once, for processes that are forked from here."""

from __future__ import annotations

from ingest.reading import language, read, titles

__all__ = ["read"]

# Tables and converters that are made when they are first wanted.
language.detect("归档")
titles.title_key("归档")
