"""The queries of the search in addresses."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ingest.errors import UsageError
from ingest.query import Node, parse_query
from ingest.web.rendering import Site

OFF = "the search index is off; set search.enabled = true in the configuration"


def parse(site: Site, query: str) -> Node:
    """Return the tree of a query; raise `UsageError` if it is wrong, or the search is off."""
    if not site.config.search.enabled:
        raise UsageError(OFF)
    return parse_query(query, ZoneInfo(site.config.timezone))
