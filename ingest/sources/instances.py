"""Request routes from RSSHub's instances, one after the other, until one answers.

`manners.health` decides the order of the instances. Returned values and errors contain no secrets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

from ingest.config import Config
from ingest.errors import BadStatus, ParseError, SourceError
from ingest.fetch import FEED_ACCEPT, NO_VALIDATORS, Fetcher, as_document
from ingest.manners.health import Health, after_failure, in_order, is_fault_of_instance
from ingest.reading.documents import not_a_feed
from ingest.rsshub import Instance, address_of, instance_of, instances_of, is_route, route_of
from ingest.rsshub.routes import SCHEME, path_of, secrets_in, without_access
from ingest.values import Document, NotModified, Validators

T = TypeVar("T")

# In RSSHub, a second request for a route can wait up to a minute for the first request to end.
_ROUTE_TIMEOUT = timedelta(seconds=75)
METADATA_PATH = "/api/namespace"
METADATA_ACCEPT = "application/json"
METADATA_MAX_SIZE = 50_000_000  # bytes; in practice, 2,014 namespaces are 8 MB

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and the name of the RSSHub instance that sent it, if any.

    `was_conditional` is true if validators were sent.
    """

    answer: Document | NotModified
    instance: str | None = None
    was_conditional: bool = False


class Instances:
    """The RSSHub instances of a configuration, for one event loop.

    `health` is the last known state of each instance, by its name. Changes are kept in memory until
    the caller stores them. `timeout` limits the time that RSSHub may take to make a route's feed.
    """

    def __init__(
        self,
        config: Config,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
        *,
        health: Mapping[str, Health],
    ) -> None:
        self.timeout = max(config.fetch.total_timeout, _ROUTE_TIMEOUT)
        self._instances = instances_of(config.rsshub)
        self._fetcher = fetcher
        self._clock = clock
        self._health = dict(health)
        self._changed: dict[str, Health] = {}
        self._being_tried: set[str] = set()
        self._in_progress: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def take_health(self, health: Mapping[str, Health]) -> None:
        """Replace the known states by the stored states; keep changes that are not stored yet."""
        self._health = {**health, **self._changed}

    def changes(self) -> Sequence[Health]:
        """Return the states that are not stored yet."""
        return tuple(self._changed.values())

    def note_stored(self, stored: Sequence[Health]) -> None:
        """Forget these changes, unless an instance has changed again."""
        self._changed = {name: one for name, one in self._changed.items() if one not in stored}

    def route_of(self, url: str) -> str | None:
        """Return the route of a `rsshub://` address or of an instance's address; otherwise None."""
        return url if is_route(url) else route_of(url, self._instances)

    async def fetch(
        self, route: str, *, validators: Validators, validators_of: str | None
    ) -> Answered:
        """Request a route from one RSSHub instance after the other until one answers with a feed.

        The validators are sent only to the instance that they came from. Raise `SourceError` if no
        instance answers. If an instance reported an error of the route itself, raise that error.
        """

        async def ask(instance: Instance) -> Answered:
            known = validators if instance.name == validators_of else NO_VALIDATORS
            answer = await self._ask(instance, route, validators=known)
            return Answered(
                answer=answer, instance=instance.name, was_conditional=known != NO_VALIDATORS
            )

        lock = self._in_progress.setdefault(path_of(route), asyncio.Lock())
        async with lock:
            return await self._first_answer(ask, self._instances)

    async def fetch_document(self, route: str) -> Document:
        """Request a route without validators; raise `SourceError`."""
        return await self._first_answer(partial(self._document, route=route), self._instances)

    async def fetch_metadata(self, url: str | None = None) -> Document:
        """Request the list of routes from the instance at `url`, or from the first that answers.

        Raise `SourceError` if no instance answers.
        """
        ask = partial(
            self._document,
            route=f"{SCHEME}:/{METADATA_PATH}",
            accept=METADATA_ACCEPT,
            max_size=METADATA_MAX_SIZE,
        )
        named = instance_of(url, self._instances) if url else None
        return await self._first_answer(ask, [named] if named else self._instances)

    async def _first_answer(
        self, ask: Callable[[Instance], Awaitable[T]], instances: Sequence[Instance]
    ) -> T:
        errors: list[SourceError] = []
        now = self._clock()
        for instance in in_order(instances, self._health, now, being_tried=self._being_tried):
            before = self._health_of(instance)
            try:
                answer = await self._try(instance, before, ask)
            except SourceError as error:
                errors.append(error)
                self._note_failure(before, error)
            else:
                self._note_answer(before)
                return answer
        raise _most_telling(errors)

    async def _try(
        self, instance: Instance, before: Health, ask: Callable[[Instance], Awaitable[T]]
    ) -> T:
        """Ask an RSSHub instance, one request at a time if the instance has failed before."""
        if not before.failures:
            return await ask(instance)
        self._being_tried.add(instance.name)
        try:
            return await ask(instance)
        finally:
            self._being_tried.discard(instance.name)

    async def _document(
        self,
        instance: Instance,
        route: str,
        accept: str = FEED_ACCEPT,
        max_size: int | None = None,
    ) -> Document:
        answer = await self._ask(instance, route, accept=accept, max_size=max_size)
        return as_document(answer)

    async def _ask(
        self,
        instance: Instance,
        route: str,
        *,
        validators: Validators = NO_VALIDATORS,
        accept: str = FEED_ACCEPT,
        max_size: int | None = None,
    ) -> Document | NotModified:
        url = address_of(route, instance)
        try:
            answer = await self._fetcher.fetch(
                url,
                validators=validators,
                accept=accept,
                max_size=max_size,
                timeout=self.timeout,
            )
        except SourceError as error:
            raise _without_secrets(error, secrets_in(url, instance.key)) from None
        answer = _without_access(answer, secrets_in(url))
        # A web page with status 200 may be a captcha, a notice, or another site at this address.
        if isinstance(answer, Document) and (what := not_a_feed.name_page(answer.body)):
            raise ParseError(answer.final_url, what)
        return answer

    def _health_of(self, instance: Instance) -> Health:
        return self._health.get(instance.name) or Health(instance=instance.name)

    def _note_failure(self, before: Health, error: SourceError) -> None:
        if not is_fault_of_instance(error):
            if isinstance(error, BadStatus):
                self._note_answer(before)
            return
        if self._health.get(before.instance, before) != before:
            return  # another request has already noted this failure
        after = after_failure(before, error, now=self._clock())
        logger.warning("RSSHub instance %s: %s", after.instance, error)
        self._set(after)

    def _note_answer(self, before: Health) -> None:
        if before.failures:
            logger.info("RSSHub instance %s answers again", before.instance)
            self._set(Health(instance=before.instance))

    def _set(self, health: Health) -> None:
        self._health[health.instance] = self._changed[health.instance] = health


def _most_telling(errors: Sequence[SourceError]) -> SourceError:
    of_route = (error for error in errors if not is_fault_of_instance(error))
    return next(of_route, errors[0])


def _without_secrets(error: SourceError, secrets: Sequence[str]) -> SourceError:
    """Return the error without the secrets of the request."""

    def scrub(fact: object) -> object:
        if not isinstance(fact, str):
            return fact
        for secret in secrets:
            fact = fact.replace(secret, "…")
        return fact

    return type(error)(*map(scrub, error.args))


def _without_access(
    answer: Document | NotModified, secrets: Sequence[str]
) -> Document | NotModified:
    """Return the answer without the access code, which RSSHub repeats in the feed's self link."""
    # The route stays the same even if an instance redirects.
    if isinstance(answer, NotModified):
        return replace(answer, url=without_access(answer.url), permanent_url=None)
    body = answer.body
    for secret in secrets:
        body = body.replace(secret.encode(), b"")
    return replace(
        answer,
        url=without_access(answer.url),
        final_url=without_access(answer.final_url),
        permanent_url=None,
        body=body,
    )
