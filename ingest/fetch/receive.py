"""Read the body of a response up to a limit, or the beginning of an error's page."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import replace

from ingest.errors import TooLarge, Unreachable
from ingest.fetch.answers import Answer
from ingest.fetch.codings import Damaged
from ingest.fetch.decompress import Body, Overflow
from ingest.fetch.exchange import Failure, Response
from ingest.fetch.redirects import FOLLOWED

# Enough for the first words of any error page.
_DETAIL_SIZE = 16384


async def receive(url: str, response: Response, *, max_size: int, truncate: bool) -> Answer:
    """Read the body if it is needed for this status; raise `TooLarge` or `Unreachable`."""
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
    """Read the beginning of an error's page; ignore errors."""
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
    # Let other tasks run between the pieces: a few bytes of a decompression bomb take long.
    async for data in response.body:
        for _ in body.write(data):
            await asyncio.sleep(0)
    for _ in body.finish():
        await asyncio.sleep(0)
