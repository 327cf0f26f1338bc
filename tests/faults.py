"""Faults of our own, raised where a document is read: in a thread or in another process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from lxml import etree

from ingest.errors import ParseError
from ingest.workers import Workers


def fail() -> NoReturn:
    """Raise an error that cannot be pickled, as a dictionary of elements does."""
    raise KeyError(etree.Element("div"))


def refuse() -> NoReturn:
    """Raise an error of ours."""
    raise ParseError("https://news.example.cn/", "a page")


def exhaust_memory() -> NoReturn:
    """Raise what Python raises when there is no memory left."""
    raise MemoryError


class FaultyWorkers(Workers):
    """Workers whose readers fail on documents whose address holds `sign`."""

    def __init__(self, sign: str, *, pay: bool, fault: Callable[[], NoReturn] = fail) -> None:
        super().__init__(1, pay=pay)
        self._sign, self._fault = sign, fault

    async def run(
        self, within: timedelta, url: str, function: Callable[..., Any], *a: Any, **k: Any
    ) -> Any:
        """Run the fault in place of the function."""
        if self._sign in url:
            return await super().run(within, url, self._fault)
        return await super().run(within, url, function, *a, **k)

    async def run_in_thread(self, url: str, function: Callable[..., Any], *a: Any, **k: Any) -> Any:
        """Run the fault in place of the function."""
        if self._sign in url:
            return await super().run_in_thread(url, self._fault)
        return await super().run_in_thread(url, function, *a, **k)
