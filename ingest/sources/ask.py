"""Request a feed with validators, unless its server handles them wrongly.

If a request with validators fails, it is repeated at once without validators. If that succeeds, a
third request shows whether the validators were at fault.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ingest.config import ScheduleConfig
from ingest.errors import MissingSecret, ParseError, SourceError
from ingest.feed import Answer, FeedState
from ingest.fetch import Fetcher, as_document
from ingest.reading.documents import not_a_feed
from ingest.rsshub.routes import is_rsshub
from ingest.schedule import trust as trusting
from ingest.schedule.trust import Trust
from ingest.sources.instances import Answered, Instances
from ingest.urls import server_of
from ingest.values import NO_VALIDATORS, Document, NotModified, Validators

_LIED = "it answered 304 (not modified) though its document had changed"
# Bytes. Longer documents are hashed in a thread, so that the event loop is not blocked.
_DIGESTED_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The services that requests for feeds need."""

    fetcher: Fetcher
    instances: Instances
    schedule: ScheduleConfig
    clock: Callable[[], datetime]


async def ask(network: Network, feed: FeedState, *, fresh: bool = False) -> Answer:
    """Request a feed; with `fresh`, without validators. Raise `SourceError` if that fails."""
    now, trust = network.clock(), feed.trust
    kept = feed.validators
    why = trusting.why_without(
        trust, network.schedule, feed.ways.habits, failures=feed.failures, now=now
    )
    if fresh or why or kept == NO_VALIDATORS:
        answered = await _request(network, feed, NO_VALIDATORS)
        may_learn = not feed.failures and (not trust.distrusted_at or trust.is_to_be_tried(now))
        is_check = kept != NO_VALIDATORS and may_learn
        return await _answer(answered, trust, is_check=is_check)
    sent = trusting.spelled(kept, trust.spelling)
    try:
        answered = await _request(network, feed, sent)
    except SourceError as error:
        if not trusting.may_be_their_fault(error):
            raise
        return await _ask_without_validators(network, feed, now)
    if isinstance(answered.answer, Document) and answered.was_conditional:
        given = answered.answer.validators
        trust = trusting.after_document(trust, kept, sent, given)
    return await _answer(answered, trust)


async def check_validators(network: Network, feed: FeedState, answer: Answer) -> Answer:
    """Check whether the server handles validators correctly; return the answer with the result.

    The validators of the last document, which is outdated by now, are sent again. If the server
    answers 304, its validators are no longer trusted.
    """
    reason = await _fault_of(network, feed, feed.validators, are_outdated=True)
    if reason:
        trust = trusting.distrust(answer.trust, reason, network.clock())
    else:
        trust = trusting.believe(answer.trust)
    return replace(answer, trust=trust)


async def _ask_without_validators(network: Network, feed: FeedState, now: datetime) -> Answer:
    """Request a feed again without validators; raise `SourceError` if that fails, too."""
    answered = await _request(network, feed, NO_VALIDATORS)
    trust = feed.trust
    if isinstance(answered.answer, Document):
        reason = await _fault_of(network, feed, answered.answer.validators)
        trust = trusting.distrust(trust, reason, now) if reason else trust
    return await _answer(answered, trust)


async def _fault_of(
    network: Network, feed: FeedState, validators: Validators, *, are_outdated: bool = False
) -> str | None:
    """Send a request with these validators; return what is wrong with the answer, or None.

    `are_outdated` means that the document of the validators has changed since.
    """
    if validators == NO_VALIDATORS:
        return None
    try:
        spelled = trusting.spelled(validators, feed.trust.spelling)
        answered = await _request(network, feed, spelled)
    except SourceError as error:
        is_theirs = trusting.may_be_their_fault(error)
        return f"a request with them failed: {error}" if is_theirs else None
    return _LIED if are_outdated and isinstance(answered.answer, NotModified) else None


async def _request(network: Network, feed: FeedState, validators: Validators) -> Answered:
    """Send one request. Raise `SourceError`, also if the answer is a page and not a feed."""
    answered = await fetch_feed(network.fetcher, network.instances, feed, validators=validators)
    answer = answered.answer
    if answered.was_conditional and isinstance(answer, Document):
        what = not_a_feed.name_bytes(answer.body) or not_a_feed.name_page(answer.body)
        if what:
            raise ParseError(answer.final_url, what)
    return answered


async def _answer(answered: Answered, trust: Trust, *, is_check: bool = False) -> Answer:
    content = answered.answer
    digest = await _digest(content.body) if isinstance(content, Document) else None
    return Answer(
        content=content, trust=trust, digest=digest, instance=answered.instance, is_check=is_check
    )


async def _digest(body: bytes) -> bytes:
    if len(body) > _DIGESTED_AT_ONCE:
        return await asyncio.to_thread(lambda: hashlib.sha256(body).digest())
    return hashlib.sha256(body).digest()


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
    """Return a feed's setting `proxy`; raise `MissingSecret` if its secret is not set."""
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
    """Return the value that `env:NAME` or `credential:NAME` names, or any other text unchanged.

    A credential is a file of systemd's LoadCredential= (systemd.exec(5)). Raise `MissingSecret` if
    there is no value.
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
