"""Recognise documents of RSSHub by their headers and content."""

from __future__ import annotations

from collections.abc import Iterable

GENERATOR = "RSSHub"
_ROUTE_HEADER = "x-rsshub-route"
_HEADERS = frozenset({"rsshub-node", _ROUTE_HEADER, "rsshub-cache-status"})
_SIGNATURE = "Powered by RSSHub"
_LONGEST_PATTERN = 500

Headers = Iterable[tuple[str, str]]


def generator_of(headers: Headers, generator: str | None, description: str) -> str | None:
    """Return the generator of a feed: RSSHub if anything indicates it, otherwise the named one."""
    signed = description.rstrip().endswith(_SIGNATURE)
    told = any(name in _HEADERS for name, _ in headers)
    return GENERATOR if signed or told else generator


def is_rsshub(generator: str | None) -> bool:
    """Return whether a feed's generator is RSSHub."""
    return (generator or "").strip().lower() == GENERATOR.lower()


def matched_pattern(headers: Headers) -> str | None:
    """Return the pattern of the route, which RSSHub names in a header: `/zhihu/hot`."""
    pattern = next((value for name, value in headers if name == _ROUTE_HEADER), "").strip()
    return pattern if pattern.startswith("/") and len(pattern) <= _LONGEST_PATTERN else None
