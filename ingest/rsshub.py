"""RSSHub's routes: where a `rsshub://` feed is asked for; pure."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit, urlunsplit

SCHEME = "rsshub"


def is_route(url: str) -> bool:
    """Whether a feed is kept by its route, not by an instance's address."""
    return url.lower().startswith(f"{SCHEME}://")


def address_of(route: str, instance: str, access_key: str = "") -> str:
    """Where an instance serves a route: `rsshub://zhihu/hot` → `https://host/zhihu/hot`.

    With an access key, its `code` is added: MD5 of path and key, as RSSHub's access control has
    it, so that the key itself never travels.
    """
    base = urlsplit(instance)
    parts = urlsplit(route)
    path = f"{base.path.rstrip('/')}/{parts.netloc}{parts.path}".rstrip("/")
    query = parts.query
    if access_key:
        code = hashlib.md5(f"{path}{access_key}".encode(), usedforsecurity=False).hexdigest()
        query = "&".join(filter(None, [query, f"code={code}"]))
    return urlunsplit((base.scheme, base.netloc, path, query, ""))
