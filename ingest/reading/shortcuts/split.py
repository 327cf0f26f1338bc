"""Split a feed's bytes into head, items and tail, so that only new items have to be parsed.

The items keep the publisher's own bytes; their content is not parsed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.reading import shortcuts

_DIGEST_SIZE = 20
_UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A feed document in pieces; `head` + `items` + `tail` is the document.

    `scope` contains the start tags around the items, whose namespaces, xml:base and xml:lang apply
    to every item. `separator` stands between items (a comma in JSON).
    """

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes
    scope: bytes = b""
    separator: bytes = b""

    def document(self, items: Sequence[bytes]) -> bytes:
        """Return a document with only these items."""
        return self.head + self.separator.join(items) + self.tail

    def of(self, items: Iterable[bytes]) -> Split:
        """Return the parts of a document with only these items."""
        return replace(self, items=tuple(items))

    def by_digest(self) -> dict[bytes, bytes]:
        """Return the items in order, each with its digest as key; a repeated item occurs once."""
        return {item_digest(self.scope, item): item for item in self.items}


def item_digest(scope: bytes, item: bytes) -> bytes:
    """Return the digest of an item's bytes together with the start tags around it."""
    digest = hashlib.blake2b(scope, digest_size=_DIGEST_SIZE)
    digest.update(b"\0")  # Otherwise another pair of scope and item could have the same bytes.
    digest.update(item)
    return digest.digest()


def split(body: bytes) -> Split | None:
    """Split an RSS, RDF, Atom or JSON Feed at its items; None if their positions are uncertain.

    Documents in UTF-16, ISO-2022 and HZ are not split: `<` may be part of another character there.
    """
    if not shortcuts.ENABLED or b"\0" in body or b"\x1b" in body:
        return None
    if b"~" in body and b"~{" in body:  # One byte is found ten times as fast as two.
        return None
    start = len(_UTF8_BOM) if body.startswith(_UTF8_BOM) else 0
    if body[start : start + 100].lstrip().startswith(b"{"):
        return _split_json(body[start:])
    return _split_xml(body, start)


# Each attribute begins with a blank and ends with its quote, so that matching takes linear time.
_TAG = re.compile(
    rb"<((?:[A-Za-z_][\w.-]*:)?)([A-Za-z_][\w.-]*)"
    rb"(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*(/?)>"
)
_ITEM_OF = {b"rss": b"item", b"RDF": b"item", b"feed": b"entry"}
# These are patterns, because searching for a byte string takes twice as long.
_END_OF = {
    b"<![CDATA[": re.compile(rb"\]\]>"),
    b"<!--": re.compile(rb"-->"),
    b"<?": re.compile(rb"\?>"),
}
_ITEM_END = re.compile(rb"</(?:item|entry)[\s>]", re.IGNORECASE)
_END_OF_TAG = re.compile(rb">")
_BLANK = re.compile(rb"\s*")
_PLAIN_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[<>]*>")


def _split_xml(body: bytes, start: int) -> Split | None:
    root = _TAG.match(body, _skip_prolog(body, start))
    if root is None or root[2] not in _ITEM_OF:
        return None
    first = _TAG.match(body, _skip_comments(body, root.end()))
    scope = root[0] + first[0] if first and first[2] == b"channel" else root[0]
    # In RDF, the root has the prefix of RDF. The channel has the prefix of RSS, like the items.
    model = first if root[2] == b"RDF" else root
    if model is None:
        return None
    try:
        spans = list(_spans(body, model[1] + _ITEM_OF[root[2]], root.end()))
    except _UncertainError:
        return None
    return _split_at(body, spans, scope)


def _split_at(body: bytes, spans: list[tuple[int, int]], scope: bytes) -> Split | None:
    """Split at the items' positions; return None if other content is between two items."""
    if not spans:
        return Split(head=body, items=(), tail=b"", scope=scope)
    if any(_skip_comments(body, end) != start for (_, end), (start, _) in pairwise(spans)):
        return None
    return Split(
        head=body[: spans[0][0]],
        items=tuple(body[start:end] for start, end in spans),
        tail=body[spans[-1][1] :],
        scope=scope,
    )


class _UncertainError(Exception):
    """The positions of the items are not certain."""


def _spans(body: bytes, name: bytes, pos: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each element `name`.

    CDATA sections, comments and instructions are skipped. Raise `_UncertainError` for an item
    inside an item, or without an end.
    """
    token = re.compile(rb"<!\[CDATA\[|<!--|<\?|<(/?)" + re.escape(name) + rb"(?=[\s/>])")
    opened: int | None = None
    while found := token.search(body, pos):
        if found[0] in _END_OF:
            pos = _after(body, _END_OF[found[0]], found.end())
            if _ITEM_END.search(body, found.end(), pos) and found[0] == b"<![CDATA[":
                raise _UncertainError  # an unclosed CDATA section may contain the next item
        elif found[1] and opened is not None:
            pos = _after(body, _END_OF_TAG, found.end())
            yield opened, pos
            opened = None
        else:
            tag = _TAG.match(body, found.start())
            if tag is None or opened is not None:
                raise _UncertainError
            pos = tag.end()
            if tag[3]:
                yield found.start(), pos
            else:
                opened = found.start()
    if opened is not None:
        raise _UncertainError


def _after(body: bytes, end: re.Pattern[bytes], pos: int) -> int:
    """Return the position after the next `end`."""
    found = end.search(body, pos)
    if found is None:
        raise _UncertainError
    return found.end()


def _skip_prolog(body: bytes, pos: int) -> int:
    """Return the position of the root element, after the prolog (XML 1.0 section 2.8).

    A DOCTYPE with its own declarations is not skipped, because they may change every item.
    """
    while (pos := _skip_comments(body, pos)) < len(body):
        if body.startswith(b"<?", pos):
            end = body.find(b"?>", pos)
            if end < 0:
                break
            pos = end + 2
        elif doctype := _PLAIN_DOCTYPE.match(body, pos):
            pos = doctype.end()
        else:
            break
    return pos


def _skip_comments(body: bytes, pos: int) -> int:
    """Return the position after any blanks and comments."""
    while True:
        pos = _BLANK.match(body, pos).end()  # type: ignore[union-attr]  # matches anything
        if not body.startswith(b"<!--", pos) or (end := body.find(b"-->", pos + 4)) < 0:
            return pos
        pos = end + 3


_DECODER = json.JSONDecoder(strict=False)  # allows control characters in strings
_JSON_BLANK = re.compile(r"[ \t\r\n]*")


def _split_json(body: bytes) -> Split | None:
    """Split a JSON Feed at the elements of its array `items`."""
    try:
        text = body.decode("utf-8")
        spans = _json_spans(text)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested too deeply
        return None
    if not spans:
        return None
    return Split(
        head=text[: spans[0][0]].encode(),
        items=tuple(text[start:end].encode() for start, end in spans),
        tail=text[spans[-1][1] :].encode(),
        separator=b",",
    )


def _json_spans(text: str) -> list[tuple[int, int]]:
    """Return the positions of the elements of `items`; raise `ValueError` if this is not JSON."""
    spans: list[tuple[int, int]] = []
    pos = _expect(text, "{", 0)
    while True:
        key, pos = _DECODER.raw_decode(text, pos)
        pos = _expect(text, ":", pos)
        if key == "items" and text.startswith("[", pos):
            if spans:
                raise ValueError("two arrays of items")
            spans, pos = _elements(text, pos)
        else:
            _, pos = _DECODER.raw_decode(text, pos)
        if text.startswith("}", _skip(text, pos)):
            return spans
        pos = _expect(text, ",", pos)


def _elements(text: str, pos: int) -> tuple[list[tuple[int, int]], int]:
    """Return the positions of an array's elements, and the position after the array."""
    pos = _expect(text, "[", pos)
    spans: list[tuple[int, int]] = []
    while not text.startswith("]", pos):
        start = _expect(text, ",", pos) if spans else pos
        _, end = _DECODER.raw_decode(text, start)
        spans.append((start, end))
        pos = _skip(text, end)
    return spans, pos + 1


def _expect(text: str, mark: str, pos: int) -> int:
    """Return the position after `mark` and the blanks around it; raise `ValueError` without it."""
    pos = _skip(text, pos)
    if not text.startswith(mark, pos):
        raise ValueError(f"{mark} expected")
    return _skip(text, pos + 1)


def _skip(text: str, pos: int) -> int:
    return _JSON_BLANK.match(text, pos).end()  # type: ignore[union-attr]  # matches anything
