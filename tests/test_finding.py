"""The service answers in time when a visitor adds a feed, whatever the publisher sends."""

from __future__ import annotations

import asyncio
import pickle

import pytest

from ingest.errors import StoreError
from ingest.web.finding import Find, Found, find_within

URL = "https://news.example.cn/"
HUGE = "长" * 100_000
IN_A_PIPE = 150_000  # bytes that a pipe takes though nobody reads


async def good(url: str) -> Found:
    return Found(url=url, notes=("a page",), title="江海新闻", entries=2, newest=("一", "二"))


async def huge(url: str) -> Found:
    return Found(url=url, notes=(HUGE,) * 1_000, title=HUGE, newest=(HUGE,) * 5, problem=HUGE)


async def never(_url: str) -> Found:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def broken(url: str) -> Found:
    raise KeyError(url)


async def refused(_url: str) -> Found:
    raise StoreError("the database is locked")


def found(find: Find) -> Found:
    return asyncio.run(find_within(find, URL, seconds=0.1))


def test_a_feed_is_described() -> None:
    assert found(good) == asyncio.run(good(URL))


@pytest.mark.parametrize(
    ("find", "problem"),
    [
        (never, "the publisher's server is too slow; try again later"),
        (broken, f"a bug in Guidang (KeyError: {URL!r}); please report it"),
        (refused, "the database is locked"),
    ],
)
def test_every_failure_is_an_answer(find: Find, problem: str) -> None:
    assert found(find) == Found(url=URL, problem=problem)


def test_a_bug_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    found(broken)
    (record,) = caplog.records
    assert "in broken" in record.trace  # type: ignore[attr-defined]


def test_an_answer_fits_into_the_pipe() -> None:
    answer = found(huge)
    assert answer.title.startswith("长长长")
    assert len(pickle.dumps((1, answer))) < IN_A_PIPE
