"""Entries and feeds in the forms of the API: JSON, and Atom for older feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from ingest.exports.atom import clean
from ingest.store.reader.items import Item
from ingest.store.reader.subscriptions import Subscription
from ingest.web.programs.greader.streams import LABEL, READ, READING_LIST, STARRED, STATE, long_id

_ATOM = "http://www.w3.org/2005/Atom"
_SCHEME = "http://www.google.com/reader/"


def subscription_as_json(feed: Subscription) -> dict[str, Any]:
    """Return a feed in the list of subscriptions."""
    return {
        "id": f"feed/{feed.id}",
        "title": feed.title,
        "categories": [{"id": f"{LABEL}{label}", "label": label} for label in feed.labels],
        "url": feed.url,
        "htmlUrl": feed.link or "",
        "iconUrl": "",
        "sortid": f"{feed.id:08x}"[-8:],
        "firstitemmsec": f"{_seconds(feed.added_at)}000",
    }


def item_as_json(item: Item) -> dict[str, Any]:
    """Return an entry as the API has it; without a link it leads nowhere."""
    links = [{"href": item.link, "type": "text/html"}] if item.link else []
    seen = _seconds(item.first_seen_at)
    return {
        "id": long_id(item.id),
        "crawlTimeMsec": f"{seen}000",
        "timestampUsec": f"{seen}000000",
        "published": _seconds(item.at),
        **({"updated": _seconds(item.updated_at)} if item.updated_at else {}),
        "title": item.title,
        "author": item.author or "",
        "canonical": [{"href": item.link}] if item.link else [],
        "alternate": links,
        "categories": tags_of(item),
        "origin": {
            "streamId": f"feed/{item.feed_id}",
            "title": item.feed_title,
            "htmlUrl": item.feed_link or "",
        },
        "summary": {"direction": "ltr", "content": item.html},
        "enclosure": [_enclosure(one) for one in item.enclosures],
    }


def _enclosure(file: dict[str, Any]) -> dict[str, Any]:
    named = {"href": file["url"], "type": file["media_type"], "length": file["length"]}
    return {name: value for name, value in named.items() if value}


def tags_of(item: Item) -> list[str]:
    """Return the labels and states of an entry."""
    states = (READ, item.is_read), (STARRED, item.is_starred)
    labels = [f"{LABEL}{label}" for label in item.labels]
    return [READING_LIST, *labels, *(name for name, holds in states if holds)]


def as_atom(title: str, address: str, items: Iterable[Item], changed_at: datetime) -> bytes:
    """Return entries as an Atom feed with their states as categories.

    newsboat looks for the labels `read` and `fresh` in the categories of Google Reader.
    """
    feed = etree.Element("feed", {"xmlns": _ATOM})
    _add(feed, "id", address)
    _add(feed, "title", title)
    _add(feed, "updated", changed_at.isoformat())
    for item in items:
        feed.append(_entry(item))
    text: str = etree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(item: Item) -> etree._Element:
    entry = etree.Element("entry")
    _add(entry, "id", long_id(item.id))
    _add(entry, "title", item.title)
    if item.link:
        _add(entry, "link", rel="alternate", href=item.link, type="text/html")
    _add(entry, "published", item.at.isoformat())
    _add(entry, "updated", (item.updated_at or item.at).isoformat())
    _add(_add(entry, "author"), "name", item.author or item.feed_title)
    for label in _labels(item):
        _add(entry, "category", term=f"{STATE}{label}", scheme=_SCHEME, label=label)
    for file in item.enclosures:
        _add(entry, "link", rel="enclosure", href=file["url"], type=file["media_type"])
    _add(entry, "content", item.html, type="html")
    return entry


def _labels(item: Item) -> Sequence[str]:
    state = "read" if item.is_read else "fresh"
    return [state, "starred"] if item.is_starred else [state]


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: Any) -> etree._Element:
    given = {name: clean(value) for name, value in attributes.items() if value}
    element = etree.SubElement(parent, tag, given)
    element.text = clean(text) or None
    return element


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
