"""Export entries as an Atom 1.0 feed (RFC 4287), newest entry first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from ingest.exports.format import Format
from ingest.values.exports import About, ExportEntry

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The characters that XML 1.0 forbids, even as references (section 2.2).
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Atom(Format):
    """One feed with all entries; the ids of the feed and of its entries never change."""

    name = "atom"
    is_public = True
    newest_first = True

    def head(self, about: About) -> bytes:
        """Return the feed's own elements."""
        own = etree.Element("feed")
        _add(own, "id", about.id)
        _add(own, "title", about.title, type="text")
        _add(own, "updated", about.changed_at.isoformat())
        _add(own, "generator", about.generator)
        for relation, address, media_type in about.links:
            _add(own, "link", rel=relation, href=address, type=media_type)
        inner = b"\n".join(map(_as_bytes, own))
        xmlns = b'<feed xmlns="http://www.w3.org/2005/Atom">'
        return b'<?xml version="1.0" encoding="utf-8"?>\n' + xmlns + b"\n" + inner + b"\n"

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return the elements of entries."""
        return b"".join(_as_bytes(_element_of(entry)) + b"\n" for entry in entries)

    def tail(self, about: About) -> bytes:
        """Return the end of the feed."""
        return b"</feed>\n"


def author_names(entry: ExportEntry) -> list[str]:
    """Return the names of an entry's authors, or else the feed's author or title."""
    own = [author["name"] for author in entry.authors if author["name"]]
    return own or [entry.feed_author or entry.feed_title]


def _element_of(entry: ExportEntry) -> etree._Element:
    element = etree.Element("entry", {_LANG: clean(entry.language)} if entry.language else {})
    _add(element, "id", entry.id)
    _add(element, "title", entry.title, type="text")
    if entry.link:
        _add(element, "link", rel="alternate", href=entry.link)
    _add(element, "updated", entry.last_change_at.isoformat())
    _add(element, "published", entry.at.isoformat())
    for name in author_names(entry):
        _add(_add(element, "author"), "name", name)
    for category in entry.categories:
        _add(element, "category", term=category)
    for file in entry.enclosures:
        _add(element, "link", rel="enclosure", href=file["url"], type=file["media_type"])
    source = _add(element, "source")
    _add(source, "id", entry.feed_url)
    _add(source, "title", entry.feed_title, type="text")
    _add(source, "updated", entry.seen_at.isoformat())
    _add(element, "content", entry.html, type="html")
    return element


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: Any) -> etree._Element:
    """Add an element; attributes without a value are left out."""
    given = {name: clean(value) for name, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, tag, given)
    if text:
        element.text = clean(text)
    return element


def clean(text: str) -> str:
    """Return a text without the characters that XML forbids."""
    return _IMPOSSIBLE.sub("", text)


def _as_bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="unicode").encode()
