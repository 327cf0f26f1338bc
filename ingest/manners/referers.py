"""Choose the Referer headers with which to ask for a picture. All functions are pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote, urlsplit, urlunsplit

_TABLE = "referers.toml"
_LEFT_AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"


def referers_for(url: str, page: str | None, own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Referers to try, in order: the table's, then the entry's page, then none.

    An empty text means no Referer. `own` is the user's table, which comes before the built-in one.
    `page` is the address of the entry's page.
    """
    known = named_referer(url, own)
    named = () if known is None else (known,)
    return tuple(dict.fromkeys((*named, *_of_page(page), "")))


def named_referer(url: str, own: Mapping[str, str]) -> str | None:
    """Return the Referer that a table names for a picture; None if neither table has its host."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    known = _of_host(host, own)
    return _of_host(host, built_in()) if known is None else known


@cache
def built_in() -> Mapping[str, str]:
    """Return the table that comes with the program: hosts or domains, and their Referers."""
    return tomllib.loads(files(__package__).joinpath(_TABLE).read_text("utf-8"))


def _of_host(host: str, table: Mapping[str, str]) -> str | None:
    """Return the Referer for a host, or for the narrowest of its domains; None without one."""
    labels = host.split(".")
    domains = (".".join(labels[first:]) for first in range(len(labels)))
    return next((table[domain] for domain in domains if domain in table), None)


def _of_page(page: str | None) -> Iterator[str]:
    """Yield the address of a page as browsers send it: without fragment and password."""
    parts = urlsplit(page or "")
    if parts.scheme in {"http", "https"}:
        server = parts.netloc.rpartition("@")[2]
        bare = urlunsplit((parts.scheme, server, parts.path or "/", parts.query, ""))
        yield quote(bare, safe=_LEFT_AS_IT_IS)
