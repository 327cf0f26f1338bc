"""Fetch one picture: ask with each Referer that its host may want, and check what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ingest.config import FeedSettings, ImagesConfig
from ingest.errors import SourceError, TooLarge, Unreachable, Unreadable
from ingest.fetch import Fetcher
from ingest.images.retries import can_referer_help
from ingest.manners import Manners
from ingest.manners.referers import referers_for
from ingest.reading.images.examine import Examined, examine
from ingest.sources.ask import reveal
from ingest.store.images.due import Wanted
from ingest.values import Document, NotModified, Validators
from ingest.workers import Workers

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
        self, settings: ImagesConfig, fetcher: Fetcher, manners: Manners, workers: Workers
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._manners = manners
        self._workers = workers

    async def fetch(self, wanted: Wanted) -> Picture | NotModified:
        """Fetch a picture; raise the `SourceError` of the first request if none brings it.

        A picture that looks like a warning against hot links is kept only if another Referer gives
        no other picture.
        """
        settings = FeedSettings.model_validate(wanted.settings)
        fetcher = self._fetcher
        if settings.proxy is not None:
            fetcher = fetcher.via(reveal(settings.proxy, wanted.url))
        delay = await self._permitted_delay(wanted.url, fetcher)
        first_error: SourceError | None = None
        doubtful: list[Picture] = []
        for referer in referers_for(wanted.url, wanted.page, self._settings.referers):
            headers = {"referer": referer} if referer else {}
            if settings.user_agent:
                headers["user-agent"] = settings.user_agent
            try:
                answer = await self._ask(fetcher, wanted, headers, delay)
            except SourceError as error:
                first_error = first_error or error
                if can_referer_help(error):
                    continue
                break
            if isinstance(answer, NotModified) or not answer.examined.is_flat:
                return answer
            doubtful.append(answer)
        if doubtful:
            return doubtful[-1]
        raise first_error or Unreadable(wanted.url, "no request brings it")

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
