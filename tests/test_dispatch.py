"""The dispatcher starts no polls after it is told to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.config import Config
from ingest.daemon.dispatch import Dispatcher
from tests.support import FrozenClock


class SlowDatabase:
    """Services with a database that answers a query only when `may_answer` is set."""

    def __init__(self) -> None:
        self.config = Config()
        self.clock = FrozenClock()
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()

    database = SimpleNamespace(check_room=lambda: None)

    async def in_database_thread(self, work: Callable[[], None]) -> None:
        work()

    async def query(self, *_: object, **__: object) -> list[Any]:
        self.is_asked.set()
        await self.may_answer.wait()
        return []


@pytest.mark.parametrize("answers", [True, False])
def test_rest_waits_for_a_poll_that_is_being_started_up_to_a_limit(answers: bool) -> None:
    async def rest() -> bool:
        services: Any = SlowDatabase()
        part: Any = SimpleNamespace(is_waiting=False, over=lambda: None)
        counts: Any = SimpleNamespace(tick=lambda: None)
        parts: Any = SimpleNamespace(database=part, followers={})
        dispatcher = Dispatcher(services, counts, counts, parts)
        filling = asyncio.create_task(dispatcher.fill())
        await services.is_asked.wait()
        within = timedelta(seconds=60 if answers else 0.2)
        resting = asyncio.create_task(dispatcher.rest(within))
        if answers:
            await asyncio.sleep(0.05)
            assert not resting.done()
            services.may_answer.set()
        await resting
        is_filled = filling.done()
        services.may_answer.set()
        await filling
        return is_filled

    assert asyncio.run(rest()) is answers
