"""Make the name of a feed's folder in the outputs from its address."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from models import Feed


def free_slug(connection: sa.Connection, url: str) -> str:
    """Return a folder name for a feed; no other feed has the same name."""
    slug = _slug_of(url)
    if connection.scalar(sa.select(Feed.id).where(Feed.slug == slug)) is None:
        return slug
    return f"{slug}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _slug_of(url: str) -> str:
    """Return a folder name for an address: letters, digits, dots, dashes; at most 80 characters.

    A port or a query is represented by a digest.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    named = f"{host}{unquote(parts.path).removesuffix('.xml').removesuffix('.json')}"
    safe = "".join(c if c.isalnum() or c in "-." else "-" for c in named.casefold())
    squeezed = "-".join(filter(None, safe.split("-"))).strip(".")
    return squeezed.encode()[:80].decode(errors="ignore").strip("-.") or "feed"
