"""Fetch one picture: ask with each Referer that its host may want, and check what comes."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from ingest.config import FeedSettings, ImagesConfig, WaybackConfig
from ingest.errors import SourceError, TooLarge, Unreachable, Unreadable
from ingest.fetch import Fetcher
from ingest.images.captures import captures_of
from ingest.images.retries import is_lasting
from ingest.manners import Manners
from ingest.manners.referers import named_referer, referers_for
from ingest.reading.images.examine import Examined, examine
from ingest.sources.ask import reveal
from ingest.store.images.due import Wanted
from ingest.urls import without_secrets
from ingest.values import NO_VALIDATORS, Document, NotModified, Validators
from ingest.workers import Workers

logger = logging.getLogger(__name__)

_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml,image/*;q=0.8"
_FETCHED_WITHIN = timedelta(seconds=60)
_CHECKED_WITHIN = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that passed all checks: its bytes, and the address and validators of its answer."""

    body: bytes
    examined: Examined
    source: str
    validators: Validators


class Pictures:
    """Fetches pictures as the limits of sites allow, and checks them in a process with limits."""

    def __init__(
        self,
        settings: ImagesConfig,
        wayback: WaybackConfig,
        fetcher: Fetcher,
        manners: Manners,
        workers: Workers,
    ) -> None:
        self._settings = settings
        self._wayback = wayback
        self._fetcher = fetcher
        self._manners = manners
        self._workers = workers

    async def fetch(self, wanted: Wanted) -> Picture | NotModified:
        """Fetch a picture from its server, or else from the web archive if `wayback.images` is set.

        Raise the `SourceError` of the server if neither gives it.
        """
        settings = FeedSettings.model_validate(wanted.settings)
        fetcher = self._fetcher
        try:
            if settings.proxy is not None:
                fetcher = fetcher.via(reveal(settings.proxy, wanted.url))
            return await self._from_server(fetcher, wanted, settings.user_agent)
        except SourceError as error:
            if self._wayback.images and is_lasting(error):
                found = await self._from_archive(wanted.url)
                if found is not None:
                    return found
            raise

    async def _from_server(
        self, fetcher: Fetcher, wanted: Wanted, user_agent: str | None
    ) -> Picture | NotModified:
        """Ask with one Referer after the other; raise the error of the first if none helps.

        A picture that looks like a warning against hot links is kept only if no Referer gives
        another one.
        """
        delay = await self._permitted_delay(wanted.url, fetcher)
        own = {"user-agent": user_agent} if user_agent else {}
        first_error: SourceError | None = None
        doubtful: list[Picture] = []
        own_table = self._settings.referers
        is_named = named_referer(wanted.url, own_table) is not None
        for referer in referers_for(wanted.url, wanted.page, own_table):
            headers = own | ({"referer": referer} if referer else {})
            try:
                answer = await self._ask(fetcher, wanted, headers, delay)
            except SourceError as error:
                first_error = first_error or error
                if is_lasting(error):
                    continue
                break
            if isinstance(answer, NotModified) or not answer.examined.is_flat:
                return answer
            doubtful.append(answer)
        if doubtful and (len({one.examined.digest for one in doubtful}) == 1 or is_named):
            return doubtful[0]
        if doubtful:
            raise Unreadable(wanted.url, "each Referer brings another picture; see images.referers")
        raise first_error or Unreadable(wanted.url, "no request brings it")

    async def _from_archive(self, url: str) -> Picture | None:
        """Return a picture from the web archive; None if it has none, or does not answer."""
        most = self._settings.max_size
        try:
            async for capture in captures_of(self._fetcher, self._wayback, url, max_size=most):
                with contextlib.suppress(Unreadable):
                    found = await self._check(capture)
                    return replace(found, validators=NO_VALIDATORS)
        except SourceError as error:
            logger.debug("no capture of %s: %s", without_secrets(url), error)
        return None

    async def _permitted_delay(self, url: str, fetcher: Fetcher) -> timedelta | None:
        """Return the delay that a server's robots.txt wants; raise `SourceError` if it forbids."""
        if not self._settings.robots:
            return None
        permission = await self._manners.permission(url, fetcher)
        if permission.is_allowed:
            return permission.delay
        if not permission.is_known:
            raise Unreachable(url, "its robots.txt cannot be read")
        raise Unreadable(url, "its robots.txt asks us not to read it")

    async def _ask(
        self, fetcher: Fetcher, wanted: Wanted, headers: dict[str, str], delay: timedelta | None
    ) -> Picture | NotModified:
        most = self._settings.max_size
        try:
            answer = await fetcher.fetch(
                wanted.url,
                validators=wanted.validators,
                accept=_ACCEPT,
                headers=headers,
                max_size=most,
                timeout=_FETCHED_WITHIN,
                host_delay=delay,
            )
        except TooLarge:
            raise TooLarge(wanted.url, most, setting="images.max_size") from None
        return answer if isinstance(answer, NotModified) else await self._check(answer)

    async def _check(self, answer: Document) -> Picture:
        examined = await self._workers.run(
            _CHECKED_WITHIN,
            answer.url,
            examine,
            answer.url,
            answer.body,
            max_pixels=self._settings.max_pixels,
            placeholder_digests=self._settings.placeholders,
        )
        return Picture(
            body=examined.cleaned or answer.body,
            examined=examined,
            source=answer.final_url,
            validators=answer.validators,
        )
