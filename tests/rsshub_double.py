"""Imitate RSSHub on loopback: access control, headers, caching and failures.

    with RsshubDouble(key="…") as hub:
        hub.routes["/zhihu/hot"] = Route(pattern="/zhihu/hot/:id?", items=[…])
        … poll rsshub://zhihu/hot with rsshub.instances = [hub.address] …
        hub.broken = Answer(status=429)

It follows RSSHub's source. Error pages are HTML: 503 for a route that fails or has no entries,
403 for a wrong key, 404 for an unknown route. While a route is being built, a second request for
it waits, then gets 503. The ETag does not depend on lastBuildDate. The self link is the requested
URL, with the access code.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.site import Answer, Request, Site

_OPEN_TO_ALL = {"/", "/robots.txt", "/favicon.ico", "/logo.png"}
_PATIENCE = 60.0  # seconds that a second request waits for a route that is being built


@dataclass
class Route:
    """The feed of a route; the first request takes `seconds` seconds."""

    items: Sequence[Mapping[str, str]]
    pattern: str = ""
    title: str = "热榜"
    seconds: float = 0
    fails: bool = False
    is_built: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class RsshubDouble:
    """The server; a context manager. If `broken` is set, every request gets that answer."""

    def __init__(self, key: str = "", *, patience: float = _PATIENCE, signed: bool = True) -> None:
        self.key = key
        self.routes: dict[str, Route] = {}
        self.namespaces: dict[str, Any] = {}
        self.broken: Answer | None = None
        self.builds = 0
        self._patience = patience
        self._signed = signed
        self.site = Site()
        self.site.set_default(self._respond)

    def __enter__(self) -> Self:
        self.site.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.site.close()

    @property
    def address(self) -> str:
        return self.site.url("").rstrip("/")

    @property
    def requested_paths(self) -> list[str]:
        """Return the paths of all requests, without queries, in order."""
        return [urlsplit(request.path).path for request in self.site.requests]

    def _respond(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        if self.broken is not None:
            return self.broken
        if not self._is_authorized(parts.path, parse_qs(parts.query)):
            return _error(403, "Authentication failed. Access denied.", request)
        if parts.path == "/":
            return _page(200, "Welcome to RSSHub!")
        if parts.path == "/api/namespace":
            body = json.dumps(self.namespaces, ensure_ascii=False)
            return Answer(body=body, content_type="application/json")
        route = self.routes.get(unquote(parts.path))
        if route is None:
            return _error(404, "wrong path", request)
        return self._serve(route, request, parse_qs(parts.query))

    def _is_authorized(self, path: str, query: Mapping[str, Sequence[str]]) -> bool:
        if not self.key or path in _OPEN_TO_ALL:
            return True
        code = hashlib.md5(f"{unquote(path)}{self.key}".encode()).hexdigest()
        return query.get("key") == [self.key] or query.get("code") == [code]

    def _serve(self, route: Route, request: Request, query: Mapping[str, Sequence[str]]) -> Answer:
        if not route.lock.acquire(timeout=self._patience):
            return _error(503, "This path is currently fetching, please come back later!", request)
        try:
            if not route.is_built:
                self.site._wait(route.seconds)
            if route.fails or not route.items:
                return _error(503, "this route is empty, please check the original site", request)
            route.is_built = True
        finally:
            route.lock.release()
        limit = int(query.get("limit", ["0"])[0]) or None
        return self._feed(route, route.items[:limit], request)

    def _feed(self, route: Route, items: Sequence[Mapping[str, str]], request: Request) -> Answer:
        self.builds += 1
        stable = "".join(_item(one) for one in items)
        signature = " - Powered by RSSHub" if self._signed else ""
        generator = "<generator>RSSHub</generator>" if self._signed else ""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>'
            f"<title>{route.title}</title><link>https://www.example.cn/hot</link>"
            f'<atom:link href="{escape(self.address + request.path)}" rel="self" '
            'type="application/rss+xml"/>'
            f"<description>{route.title}{signature}</description>{generator}"
            "<language>en</language>"
            f"<lastBuildDate>build {self.builds}</lastBuildDate><ttl>5</ttl>\n"
            f"{stable}</channel></rss>"
        )
        return Answer(
            body=body,
            content_type="application/xml; charset=utf-8",
            etag=f'"{hashlib.md5((self.address + stable).encode()).hexdigest()}"',
            headers={
                "Cache-Control": "public, max-age=300",
                "RSSHub-Node": "double",
                **({"X-RSSHub-Route": route.pattern} if route.pattern else {}),
            },
        )


def _item(fields: Mapping[str, str]) -> str:
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return "<item>" + inner.replace("<guid>", '<guid isPermaLink="false">') + "</item>\n"


def _error(status: int, message: str, request: Request) -> Answer:
    return _page(status, f"Looks like something went wrong: {message} Route: {request.path}")


def _page(status: int, text: str) -> Answer:
    body = f"<!DOCTYPE html>\n<html><head><title>RSSHub</title></head><body>{text}</body></html>"
    return Answer(status=status, body=body, content_type="text/html; charset=UTF-8")


def hot_items(*numbers: int) -> list[dict[str, str]]:
    """Return the items of a hot list."""
    return [
        {
            "title": f"第{number}条热榜",
            "description": f"<p>第{number}条热榜的正文。</p>",
            "link": f"https://www.example.cn/q/{number}",
            "guid": f"https://www.example.cn/q/{number}",
            "pubDate": "Fri, 28 Jan 2022 13:34:39 GMT",
            "author": "江海半岛网",
        }
        for number in numbers
    ]
