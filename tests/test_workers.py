"""Work in other processes: results, errors, limits of time and memory."""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import Fault, ParseError, Unreadable
from ingest.workers import Workers, cores, processes_for
from tests import faults

URL = "https://news.example.cn/"
SHORT, LONG = timedelta(seconds=1), timedelta(seconds=120)


def run(within: timedelta, function: Callable[..., Any], *arguments: Any) -> Any:
    with Workers(1) as workers:
        return asyncio.run(workers.run(within, URL, function, *arguments))


def test_work_is_done_in_another_process() -> None:
    assert run(LONG, os.getpid) != os.getpid()


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [(int, ["x"], "ValueError: invalid literal"), (faults.fail, [], "KeyError: <Element div")],
)
def test_an_exception_in_a_worker_is_raised_as_a_fault(
    function: Callable[..., Any], arguments: list[Any], words: str
) -> None:
    with pytest.raises(Fault) as raised:
        run(LONG, function, *arguments)
    assert words in str(raised.value)
    assert "Traceback" in raised.value.trace
    assert pickle.loads(pickle.dumps(raised.value)).trace == raised.value.trace


def test_a_result_that_cannot_be_pickled_is_a_fault() -> None:
    with pytest.raises(Fault, match="pickle"):
        run(LONG, threading.Lock)


def test_an_error_of_guidang_is_raised_unchanged() -> None:
    with pytest.raises(ParseError, match="not a feed"):
        run(LONG, faults.refuse)


@pytest.mark.parametrize(
    ("within", "function", "argument", "words"),
    [
        (SHORT, time.sleep, 3600, "takes longer than 1 s"),
        (LONG, bytearray, 3 * 1024**3, "too much memory"),
        (LONG, os._exit, 3, "died"),
    ],
)
def test_work_over_its_limits_is_killed_with_its_process(
    within: timedelta, function: Callable[..., Any], argument: Any, words: str
) -> None:
    async def fail_and_go_on() -> int:
        with Workers(1) as workers:
            with pytest.raises(Unreadable, match=words):
                await workers.run(within, URL, function, argument)
            return await workers.run(LONG, URL, os.getpid)

    assert asyncio.run(fail_and_go_on()) != os.getpid()


def test_work_does_not_block_the_event_loop(tmp_path: Path) -> None:
    """The worker reads a pipe to which the loop writes only while the worker runs."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def write_while_work_runs() -> Any:
        with Workers(1) as workers:
            work = asyncio.create_task(workers.run(LONG, URL, Path.read_bytes, pipe))
            await asyncio.to_thread(pipe.write_bytes, b"from the loop")
            return await work

    assert asyncio.run(write_while_work_runs()) == b"from the loop"


def test_no_process_is_started_for_nothing() -> None:
    with Workers(2) as workers:
        assert workers._pool is None


def test_a_few_feeds_are_read_in_one_process() -> None:
    assert [processes_for(feeds) for feeds in (0, 1, 8, 9)] == [1, 1, 1, cores()]


def test_more_processes_are_started_for_more_feeds_and_the_work_of_the_first_is_finished() -> None:
    async def grow() -> set[int]:
        with Workers(1) as workers:
            first = await workers.run(LONG, URL, os.getpid)
            slow = asyncio.create_task(workers.run(LONG, URL, time.sleep, 0.3))
            await asyncio.sleep(0)
            workers.grow(2)
            second = await workers.run(LONG, URL, os.getpid)
            await slow
            workers.grow(1)
            return {first, second, await workers.run(LONG, URL, os.getpid)}

    assert len(asyncio.run(grow())) >= 2


def test_work_can_be_done_without_an_event_loop() -> None:
    with Workers(1) as workers:
        assert workers.run_and_wait(LONG, URL, os.getpid) != os.getpid()
        with pytest.raises(Unreadable, match="takes longer than 1 s"):
            workers.run_and_wait(SHORT, URL, time.sleep, 60)
        with pytest.raises(Fault, match="KeyError"):
            workers.run_and_wait(LONG, URL, faults.fail)


def test_processes_are_started_anew_after_none_could_be_kept_running() -> None:
    with Workers(1) as workers:
        with pytest.raises(Unreadable):
            workers.run_and_wait(LONG, URL, len, faults.Unopenable())
        assert workers.run_and_wait(LONG, URL, os.getpid) != os.getpid()
