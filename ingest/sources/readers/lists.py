"""Stores that are lists of items in JSON, each item with its feed.

A list is read in batches. Each feed in a batch becomes a document of its own. A new form needs a
line in `FORMS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, BinaryIO

from ingest.reading.holdings import document_of
from ingest.sources.readers import google, wallabag
from ingest.sources.readers.json_items import Items, next_items
from ingest.sources.readers.store import read_rows
from ingest.values import HeldFeed, Planned

# Each has the functions `is_item`, `feed_of` and `entry_of`, and the name of its program.
FORMS: tuple[ModuleType, ...] = (google, wallabag)
AT_ONCE = 200  # items in a batch

_Batch = dict[int | str, tuple[HeldFeed, list[dict[str, Any]]]]


class Lists:
    """The lists of one source. With `marks`, what users marked becomes tags."""

    def __init__(self, *, marks: bool) -> None:
        self._marks = marks
        self._last: tuple[str, int] | None = None
        self._batch: _Batch = {}
        self._form: ModuleType = FORMS[0]
        self._next_at: int | None = None

    def plan(self, stream: BinaryIO, planned: Planned) -> Sequence[Planned] | None:
        """Return a planned document for each feed of the next batch, and one for the rest.

        Return None if the file is no such list. Raise `ValueError` if it is damaged.
        """
        at = planned.hints.get("list_at", 0)
        if not self._read(stream, planned, at):
            return None
        common = planned.hints | {"whole": planned.whole, "list_at": at}
        found = [
            Planned(
                key=f"{planned.whole}@{at}:{name}",
                address=planned.address,
                hints=common | {"held_feed": name, "url": feed.url or feed.title},
            )
            for name, (feed, _) in self._batch.items()
        ]
        rest = [] if self._next_at is None else [planned.rest("list_at", self._next_at)]
        return [*found, *rest]

    def take(self, stream: BinaryIO, planned: Planned) -> tuple[str, bytes, str | None] | None:
        """Return the program's name, and the entries of one feed in a batch as a document.

        The third value is `Batch.lacks`. Return None if the file has changed, and the feed is no
        longer there.
        """
        is_read = self._read(stream, planned, planned.hints["list_at"])
        if not is_read or planned.hints["held_feed"] not in self._batch:
            return None
        feed, items = self._batch[planned.hints["held_feed"]]
        program, batch = self._form.PROGRAM, read_rows(items, self._form.entry_of)
        return program, document_of(program, feed, batch.entries, marks=self._marks), batch.lacks

    def _read(self, stream: BinaryIO, planned: Planned, at: int) -> bool:
        """Read a batch, unless it was the last one; return whether the file has one."""
        if self._last == (planned.whole, at):
            return True
        found = next_items(stream, at, AT_ONCE)
        form = _form_of(found) if found else None
        if found is None or form is None:
            return False
        about = found.about if at == 0 else _about(stream)
        self._batch = {}
        for item in found.items:
            feed = form.feed_of(item, about)
            self._batch.setdefault(feed.key, (feed, []))[1].append(item)
        self._last, self._form, self._next_at = (planned.whole, at), form, found.next_at
        return True


def _about(stream: BinaryIO) -> dict[str, Any]:
    first = next_items(stream, 0, 1)
    return first.about if first else {}


def _form_of(found: Items) -> ModuleType | None:
    """Return the form of a list, or None if it has none. An empty list that is no feed has any."""
    if not found.items and "version" not in found.about:
        return FORMS[0]
    return next((form for form in FORMS if any(map(form.is_item, found.items))), None)
