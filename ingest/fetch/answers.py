"""Receive a response, and decide what it means: a document, "not modified" or an error."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest.errors import BadStatus, Gone, TooLarge, Unreachable
from ingest.fetch.asking import Ask
from ingest.fetch.codings import Damaged
from ingest.fetch.decompress import Body, Overflow
from ingest.fetch.error_pages import detail_of
from ingest.fetch.exchange import Failure, Headers, Response
from ingest.fetch.redirects import FOLLOWED
from ingest.schedule.hints import http_date
from ingest.values import NO_VALIDATORS, Document, NotModified, Validators

if TYPE_CHECKING:
    from ingest.fetch.redirects import Hop

_LONGEST_WAIT = timedelta(days=7)
_SECONDS = re.compile(r"(\d+(?:\.\d*)?)\s*(?:,|\Z)", re.ASCII)
# Longer validators are not worth sending with every request.
_LONGEST_VALIDATOR = 1024
# This many bytes contain the first words of any error page.
_DETAIL_SIZE = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The response to one request of a chain of redirects, with its body decoded."""

    status: int
    headers: Headers
    body: bytes = b""
    truncated: bool = False
    was_gzip_file: bool = False
    cookies: str = ""

    @property
    def is_document(self) -> bool:
        """Return whether the answer is a whole document: any 2xx except 206 (Partial Content)."""
        return self.status // 100 == 2 and self.status != 206

    @property
    def content_type(self) -> str | None:
        """Return the Content-Type, or None if it names gzip but the body was unpacked."""
        if "content-type" not in self.headers:
            return None
        named = self.headers.get("content-type")
        says_gzip = "gzip" in named.partition(";")[0].lower()
        return None if self.was_gzip_file and says_gzip else named

    @property
    def validators(self) -> Validators:
        """Return the ETag and Last-Modified of the answer."""
        return Validators(
            etag=_validator(self.headers, b"etag"),
            last_modified=_validator(self.headers, b"last-modified"),
        )

    @property
    def location(self) -> bytes:
        """Return the Location header as it was sent."""
        return _raw(self.headers, b"location")

    @property
    def header_items(self) -> tuple[tuple[str, str], ...]:
        """Return the headers, with names in lower case."""
        return tuple(self.headers.items())


async def receive(url: str, response: Response, *, max_size: int, truncate: bool) -> Answer:
    """Read a response, with its body if the status needs it; raise `TooLarge` or `Unreachable`."""
    answer = Answer(status=response.status, headers=response.headers)
    if answer.status in FOLLOWED or answer.status == 304:
        return answer
    if answer.is_document:
        return await _receive_document(url, answer, response, max_size, truncate)
    return await _receive_detail(answer, response)


async def _receive_document(
    url: str, answer: Answer, response: Response, max_size: int, truncate: bool
) -> Answer:
    if not truncate and _announced_size(response) > max_size:
        raise TooLarge(url, max_size)
    try:
        body = Body(_coding(response), max_size)
        await _fill(body, response)
    except Overflow:
        if not truncate:
            raise TooLarge(url, max_size) from None
        return replace(answer, body=body.content(), truncated=True)
    except Damaged as error:
        raise Unreachable(url, f"the body cannot be unpacked: {error}") from error
    except Failure as error:
        if error.is_timeout:
            raise
        raise Unreachable(url, f"the body was cut: {error}") from error
    return replace(answer, body=body.content(), was_gzip_file=body.was_gzip_file)


async def _receive_detail(answer: Answer, response: Response) -> Answer:
    """Read the beginning of an error page; ignore errors while it is read."""
    body = Body("", _DETAIL_SIZE)
    with suppress(Overflow, Damaged, Failure):
        body = Body(_coding(response), _DETAIL_SIZE)
        await _fill(body, response)
    return replace(answer, body=body.content())


def _announced_size(response: Response) -> int:
    length = response.headers.get("content-length")
    return int(length) if re.fullmatch(r"[0-9]{1,20}", length) else 0


def _coding(response: Response) -> str:
    return response.headers.get("content-encoding")


async def _fill(body: Body, response: Response) -> None:
    # Other tasks run between the pieces, because decoding a decompression bomb takes long.
    async for data in response.body:
        for _ in body.write(data):
            await asyncio.sleep(0)
    for _ in body.finish():
        await asyncio.sleep(0)


def judge(
    ask: Ask, hop: Hop, answer: Answer, now: datetime, elapsed: timedelta
) -> Document | NotModified:
    """Convert the final answer to a `Document` or `NotModified`; raise `BadStatus` or `Gone`."""
    # A 304 to a request without validators is an error of the server, or of a cache in front of it.
    if answer.status == 304 and ask.validators != NO_VALIDATORS:
        return _not_modified(ask, hop, answer, now, elapsed)
    if not answer.is_document:
        kind = Gone if answer.status in {404, 410} else BadStatus
        wait = retry_after(answer.headers, now)
        raise kind(
            ask.address_at(hop),
            answer.status,
            detail_of(answer.headers, answer.body, ask.secrets),
            wait,
        )
    return Document(
        url=ask.url,
        final_url=str(hop.url),
        permanent_url=_permanent_url(hop),
        body=answer.body,
        fetched_at=now,
        status=answer.status,
        content_type=answer.content_type,
        validators=answer.validators,
        headers=answer.header_items,
        truncated=answer.truncated,
        elapsed=elapsed,
    )


def _not_modified(
    ask: Ask, hop: Hop, answer: Answer, now: datetime, elapsed: timedelta
) -> NotModified:
    latest = answer.validators
    return NotModified(
        url=ask.url,
        fetched_at=now,
        validators=Validators(
            etag=latest.etag or ask.validators.etag,
            last_modified=latest.last_modified or ask.validators.last_modified,
        ),
        permanent_url=_permanent_url(hop),
        headers=answer.header_items,
        elapsed=elapsed,
    )


def _permanent_url(hop: Hop) -> str | None:
    return str(hop.url) if hop.count and hop.permanent else None


def retry_after(headers: Headers, now: datetime) -> timedelta | None:
    """Return how long the server asks to wait (RFC 9110 section 10.2.3), at most a week.

    A date is compared with the server's own clock, if the answer has a Date header.
    """
    value = headers.get("retry-after").strip()
    if found := _SECONDS.match(value):
        wait = timedelta(seconds=min(float(found[1]), _LONGEST_WAIT.total_seconds()))
    elif (until := http_date(value)) is not None:
        wait = until - (http_date(headers.get("date")) or now)
    else:
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)


def _validator(headers: Headers, name: bytes) -> str | None:
    # Latin-1 keeps all bytes, so the server gets back exactly what it sent.
    value = _raw(headers, name).decode("latin-1").strip()
    return value if 0 < len(value) <= _LONGEST_VALIDATOR else None


def _raw(headers: Headers, name: bytes) -> bytes:
    return next((value for key, value in headers.raw if key.lower() == name), b"")


def as_document(answer: Document | NotModified) -> Document:
    """Return an answer that must be a document; raise `BadStatus` if it is a 304."""
    if isinstance(answer, NotModified):
        raise BadStatus(answer.url, 304)
    return answer
