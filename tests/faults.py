"""Raise errors on purpose in the process that reads a document."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, NoReturn

from lxml import etree

from ingest.errors import ParseError
from ingest.reading.entries.normalize import Context
from ingest.workers import Workers


def fail() -> NoReturn:
    """Raise an error that cannot be pickled, because it has an lxml element as argument."""
    raise KeyError(etree.Element("div"))


def refuse() -> NoReturn:
    """Raise one of Guidang's own errors."""
    raise ParseError("https://news.example.cn/", "a page")


def die() -> NoReturn:
    """Kill the process, as the kernel does when no memory is left."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL cannot be caught")


def exhaust_memory() -> NoReturn:
    """Raise MemoryError, as Python does when no memory is left."""
    raise MemoryError


class Unopenable:
    """A value that raises an error when another process unpickles it; that process then ends."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return a function that raises when it is called at unpickling."""
        return fail, ()


class FaultyWorkers(Workers):
    """Workers that raise `fault` for documents whose URL contains `sign`."""

    def __init__(self, sign: str, *, fault: Callable[[], NoReturn] = fail) -> None:
        super().__init__(1)
        self._sign, self._fault = sign, fault

    async def run(
        self, within: timedelta, url: str, function: Callable[..., Any], *a: Any, **k: Any
    ) -> Any:
        """Run the function, or the fault if the URL contains the sign."""
        if self._sign in url:
            return await super().run(within, url, self._fault)
        return await super().run(within, url, function, *a, **k)

    def run_and_wait(
        self, within: timedelta, url: str, function: Callable[..., Any], *a: Any, **k: Any
    ) -> Any:
        """Run the function, or the fault if the URL contains the sign."""
        if self._sign in url:
            return super().run_and_wait(within, url, self._fault)
        return super().run_and_wait(within, url, function, *a, **k)


class BrokenZone(tzinfo):
    """A time zone that raises for times of one year, so that entries of that year fail."""

    def __init__(self, year: int) -> None:
        self._year = year

    def __getinitargs__(self) -> tuple[int]:
        """Return the arguments that make the same zone in another process."""
        return (self._year,)

    def utcoffset(self, at: datetime | None) -> timedelta:
        """Return an offset of zero; raise for a time of the year."""
        if at is not None and at.year == self._year:
            fail()
        return timedelta(0)

    def dst(self, at: datetime | None) -> timedelta:
        """Return zero, because the zone has no summer time."""
        return timedelta(0)


class BrokenYear(Workers):
    """Workers that raise for entries of one year."""

    def __init__(self, year: int) -> None:
        super().__init__(1)
        self._zone = BrokenZone(year)

    async def run(
        self, within: timedelta, url: str, function: Callable[..., Any], *a: Any, **k: Any
    ) -> Any:
        """Run the function with the time zone that raises."""
        a = tuple(replace(one, zone=self._zone) if isinstance(one, Context) else one for one in a)
        return await super().run(within, url, function, *a, **k)
