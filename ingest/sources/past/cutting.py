"""Cut a feed document of any size into smaller documents, with bounded memory."""

from __future__ import annotations

import re
from typing import BinaryIO

from ingest.reading.shortcuts.split import split

AT_ONCE = 200  # items in each smaller document
_BLOCK = 4 << 20
_LARGEST = 64 << 20
_ITEM = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s/>])")
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))")


class UncutError(ValueError):
    """Raised if a document is too large to be read whole, and cannot be cut."""


def cut(stream: BinaryIO, at: int = 0) -> tuple[bytes, int | None]:
    """Return a document with the next items of a large document, and the offset after these items.

    `at` is 0, or the offset that the previous call returned. The offset is None after the last
    items. A small document is returned whole. Raise `UncutError` if it is uncertain where the items
    of a large document begin and end.
    """
    stream.seek(0)
    block = stream.read(_BLOCK)
    is_all = len(block) < _BLOCK
    first = _ITEM.search(block)
    if first is None:
        return (block if is_all else _read_whole(stream, block)), None
    name, head = first[1], block[: first.start()]
    if is_all and at == 0 and block.count(b"</" + name) <= AT_ONCE:
        return block, None
    start = at or first.start()
    stream.seek(start)
    items, has_more = _next_items(stream, name)
    document = head + items + _tail(head)
    if split(document) is None:
        if is_all:
            return block, None
        raise UncutError("it is too large to be read in one, and its items cannot be told apart")
    return document, start + len(items) if has_more else None


def _read_whole(stream: BinaryIO, block: bytes) -> bytes:
    document = block + stream.read(_LARGEST - len(block) + 1)
    if len(document) > _LARGEST:
        raise UncutError(f"it has no items, and more than {_LARGEST >> 20} MiB")
    return document


def _next_items(stream: BinaryIO, name: bytes) -> tuple[bytes, bool]:
    """Return the bytes of the next items, and whether more items follow."""
    closed = re.compile(rb"</" + re.escape(name) + rb"\s*>")
    opened = re.compile(rb"<" + re.escape(name) + rb"(?=[\s/>])")
    buffer = stream.read(_BLOCK)
    ends = [found.end() for found in closed.finditer(buffer)]
    while not ends and len(buffer) < _LARGEST and (more := stream.read(_BLOCK)):
        buffer += more
        ends = [found.end() for found in closed.finditer(buffer)]
    if not ends:
        raise UncutError(f"one of its items has more than {_LARGEST >> 20} MiB, or no end")
    end = ends[:AT_ONCE][-1]
    return buffer[:end], bool(opened.search(buffer, end)) or len(buffer) >= _BLOCK


def _tail(head: bytes) -> bytes:
    """Return the end tags for the elements that are opened before the first item."""
    root = next(found for found in _ROOT.finditer(head) if found[2] != b"xml")
    return (b"</channel>" if root[2] == b"rss" else b"") + b"</" + root[1] + b">"
