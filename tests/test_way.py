"""The way of a feed's bytes: the files that a poll enters, compared with docs/architecture.md."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from ingest.poll import poll_feed
from ingest.services import open_services
from ingest.store import feeds
from ingest.values import Poll
from ingest.workers import Workers
from tests.site import Site
from tests.support import item, rss
from tests.world import World

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
MOST = 30
INGEST = f"{ROOT}/ingest/"


def section(name: str) -> str:
    return PAGE.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]


WAY = re.findall(r"^[0-9]+\. `([^`]+)`", section("way"), re.MULTILINE)
BESIDE = re.findall(r"`([^`]+)`", section("beside"))


class Trail:
    """The files of the program, in the order in which they were entered first."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}

    def note(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(INGEST) and code.co_name != "<module>":
            self.files.setdefault(code.co_filename.removeprefix(INGEST))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record the files that this thread, and threads that start now, enter."""
        before = sys.getprofile()
        threading.setprofile(self.note)
        sys.setprofile(self.note)
        try:
            yield
        finally:
            sys.setprofile(before)
            threading.setprofile(None)


def traced(function: Callable[..., Any], a: Any, k: Any) -> tuple[Any, list[str]]:
    """Call a function in a reader process; return its result and the files it entered."""
    trail = Trail()
    with trail.recording():
        result = function(*a, **k)
    return result, list(trail.files)


class TracingWorkers(Workers):
    """Reader processes that report the files they enter."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(1)
        self.trail = trail

    async def run(
        self, within: timedelta, url: str, function: Callable[..., Any], *a: Any, **k: Any
    ) -> Any:
        result, files = await super().run(within, url, traced, function, a, k)
        self.trail.files |= dict.fromkeys(file for file in files if file not in self.trail.files)
        return result


async def poll(world: World, workers: TracingWorkers) -> Poll:
    [feed] = world.database.query(feeds.every)
    async with open_services(world.config, world.database, world.clock) as opened:
        services = replace(opened, workers=workers)
        with workers.trail.recording():
            return await poll_feed(services, feed)


def is_listed(file: str) -> bool:
    return file in {*WAY, *BESIDE} or f"{file.partition('/')[0]}/" in BESIDE


def test_the_files_of_a_poll_are_those_of_the_map(tmp_path: Path) -> None:
    body = '&lt;p&gt;正文 &lt;img src="/a.jpg"&gt;&lt;/p&gt;'
    world, trail = World(tmp_path, f"sqlite:///{tmp_path}/g.db"), Trail()
    with Site() as site, TracingWorkers(trail) as workers:
        world.add(site.url("/feed"))
        site.set("/feed", rss(*(item(number, description=body) for number in range(3))))
        assert asyncio.run(poll(world, workers)).new == 3
        first = list(trail.files)
        site.set("/feed", rss(*(item(number, description=body) for number in range(2, 6))))
        assert asyncio.run(poll(world, workers)).new == 3
    assert [file for file in first if file in WAY] == WAY
    assert [file for file in trail.files if not is_listed(file)] == []


def test_the_way_has_at_most_thirty_files_each_once() -> None:
    assert len(WAY) <= MOST
    assert len({*WAY, *BESIDE}) == len(WAY) + len(BESIDE)


def test_the_map_of_the_way_names_files_that_exist() -> None:
    assert [name for name in [*WAY, *BESIDE] if not (ROOT / "ingest" / name).exists()] == []
