"""The path below which a proxy shows the pages, such as `/archive`."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from ingest.config.web import WebConfig


def below_prefix(scope: Scope, web: WebConfig) -> Scope:
    """Return the scope of a request below the path of `web.url`.

    Some proxies remove this path from a request, others do not. Starlette expects that `path`
    has it, and that `root_path` is the prefix. A mounted application extends `root_path`, but not
    `app_root_path`. The scheme is that of the browser's address.
    """
    url = urlsplit(web.url)
    prefix = url.path.rstrip("/")
    forwarded = Headers(scope=scope).get("x-forwarded-proto")
    scheme = url.scheme or ("https" if forwarded == "https" else scope["scheme"])
    path: str = scope["path"]
    if prefix and not f"{path}/".startswith(f"{prefix}/"):
        path = prefix + path
    roots = {"root_path": prefix, "app_root_path": prefix}
    return {**scope, **roots, "path": path, "scheme": scheme}


def root_of(scope: Scope) -> str:
    """Return the path of the site: empty, or such as `/archive`."""
    root: str = scope["app_root_path"]
    return root


def path_of(scope: Scope) -> str:
    """Return the path of a request below the prefix."""
    path: str = scope["path"]
    return path.removeprefix(root_of(scope)) or "/"
