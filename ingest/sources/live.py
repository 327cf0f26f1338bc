"""Fetch the current document of a feed, and older documents that it links to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ingest.errors import MissingSecret
from ingest.feed import FeedState
from ingest.fetch import Fetcher, as_document
from ingest.rsshub.recognition import is_rsshub
from ingest.sources.instances import Answered, Instances
from ingest.urls import server_of
from ingest.values import NO_VALIDATORS, Document, Validators


async def fetch_feed(
    fetcher: Fetcher,
    instances: Instances,
    feed: FeedState,
    *,
    validators: Validators = NO_VALIDATORS,
) -> Answered:
    """Request a feed with the validators of the last document that was stored.

    Raise `SourceError` if there is no usable answer.
    """
    route = instances.route_of(feed.address)
    if route is not None:
        return await instances.fetch(route, validators=validators, validators_of=feed.validators_of)
    timeout = instances.timeout if is_rsshub(feed.generator) else None
    answer = await fetcher.via(proxy_of(feed)).fetch(
        feed.address,
        validators=validators,
        timeout=timeout,
        headers=_headers(feed),
        auth=_auth(feed),
    )
    return Answered(answer=answer, was_conditional=validators != NO_VALIDATORS)


async def fetch_past(fetcher: Fetcher, feed: FeedState, url: str) -> Document:
    """Request an older document of a feed; raise `SourceError`.

    Headers and credentials of the feed go only to the feed's own server.
    """
    is_own = server_of(url) == server_of(feed.address)
    answer = await fetcher.via(proxy_of(feed)).fetch(
        url,
        headers=_headers(feed) if is_own else {},
        auth=_auth(feed) if is_own else None,
    )
    return as_document(answer)


def proxy_of(feed: FeedState) -> str | None:
    """Return the proxy set for a feed, `none`, or None without a setting; raise `MissingSecret`."""
    proxy = feed.settings.proxy
    return None if proxy is None else reveal(proxy, feed.url)


def _headers(feed: FeedState) -> dict[str, str]:
    settings = feed.settings
    own = {name: reveal(value, feed.url) for name, value in settings.headers.items()}
    return own | ({"User-Agent": settings.user_agent} if settings.user_agent else {})


def _auth(feed: FeedState) -> tuple[str, str] | None:
    if feed.settings.auth is None:
        return None
    user, _, password = reveal(feed.settings.auth, feed.url).partition(":")
    return user, password


def reveal(secret: str, url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the value that `env:NAME` or `credential:NAME` refers to; any other text unchanged.

    A credential is a file of systemd's LoadCredential= (systemd.exec(5)). Raise `MissingSecret`.
    """
    kind, _, name = secret.partition(":")
    if kind == "env":
        value: str | None = environment.get(name, "").strip()
    elif kind == "credential":
        value = _credential(name, environment)
    else:
        return secret
    if not value:
        raise MissingSecret(url, secret)
    return value


def _credential(name: str, environment: Mapping[str, str]) -> str | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder or Path(name).name != name:
        return None
    try:
        return (Path(folder) / name).read_text(encoding="utf-8").strip()
    except OSError:
        return None  # the caller reports this
