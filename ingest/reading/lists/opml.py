"""Reads and writes lists of feeds as OPML 2.0; accepts the mistakes of other programs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pydantic import ValidationError

from ingest.config import FeedConfig, FeedSettings, feed_settings
from ingest.errors import UsageError
from ingest.reading.documents import charset
from ingest.reading.xml.xml_text import mend, repair
from ingest.urls import without_secrets

_END = re.compile(r"</opml\s*>", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


# These addresses look like addresses of feeds.
_LIKE_FEED = re.compile(
    r"rsshub://|.*(?:\.(?:rss|atom|rdf|xml)|[/=](?:rss|atom|feeds?)(?:\.\w+)?)/?(?:[?#].*)?\Z",
    re.IGNORECASE,
)
_TYPES_OF_FEED = frozenset({"rss", "atom", "rdf", "feed", "rss1", "rss2", "jsonfeed"})
_TYPES_OF_LIST = frozenset({"include", "source"})
_LONGEST_SHOWN = 200
NAMESPACE = "https://github.com/guidang/guidang/ns/opml"
# This attribute marks the root element of the lists that Guidang writes.
FORM = f"{{{NAMESPACE}}}form"
# Headers, passwords and proxies are neither written nor read (`in_lists`). Otherwise, a list from
# somebody else could decide where this machine sends its secrets.
_REFERENCES = ("env:", "credential:")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """The feeds of an OPML file, and messages about outlines that could not be read.

    `damage` says where a damaged file is cut or broken; the rest of the file was not read.
    """

    feeds: tuple[FeedConfig, ...]
    problems: tuple[str, ...] = ()
    damage: str | None = None


def read_opml(body: bytes, name: str) -> FeedList:
    """Read an OPML file in any charset; its folders become categories.

    Raise `UsageError` if the file is not OPML or lists no feed.
    """
    import listparser

    root, damage = _read_xml(repair(charset.decode(body).text))
    problems = [] if root is None else [word for word in map(_mend, _outlines(root)) if word]
    # With the declaration, listparser does not guess the charset.
    text = b"" if root is None else etree.tostring(root, encoding="utf-8", xml_declaration=True)
    own = {} if root is None else _own_settings(root)
    feeds = []
    for listed in listparser.parse(text).feeds:
        try:
            feeds.append(_feed(listed, own))
        except ValidationError as error:
            problems.append(
                f"{listed.url}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            )
    if not feeds and not problems:
        cut = f"; it is {damage}" if damage else ""
        raise UsageError(f"{name}: lists no feeds; is it an OPML file?{cut}")
    return FeedList(feeds=tuple(feeds), problems=tuple(problems), damage=damage)


def _read_xml(text: str) -> tuple[etree._Element | None, str | None]:
    """Parse XML as far as possible; return the root, and where the text is cut or broken."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(mend(_DECLARATION.sub("", text, count=1)).encode(), parser)
    except etree.XMLSyntaxError:
        return None, None
    if not parser.error_log:
        return root, None
    error = parser.error_log[0]
    is_cut = not _END.search(text[-1_000:])
    return root, f"{'cut off' if is_cut else 'broken'} at line {error.line} ({error.message})"


def _outlines(root: etree._Element) -> Iterator[etree._Element]:
    return root.iter("{*}outline")


def _mend(outline: etree._Element) -> str | None:
    """Move the address of a feed to `xmlUrl`; return a message if the outline is not a feed."""
    given = {name.lower(): value.strip() for name, value in outline.attrib.items()}
    url, page, kind = given.get("url", ""), given.get("htmlurl", ""), given.get("type", "").lower()
    feed = given.get("xmlurl", "")
    if kind in _TYPES_OF_LIST and (feed or url):
        for name in [name for name in outline.attrib if str(name).lower() == "xmlurl"]:
            del outline.attrib[name]
        return f"{_shorten(feed or url)}: a list of its own; save it and import it"
    if feed:
        return None
    if url and (kind in _TYPES_OF_FEED or _LIKE_FEED.match(url)):
        outline.set("xmlUrl", url)
        return None
    if page or url:
        return f"{_shorten(page or url)}: a page; find its feed with: guidang feeds add ADDRESS"
    named = given.get("text") or given.get("title") or "an outline"
    is_named = kind in _TYPES_OF_FEED | _TYPES_OF_LIST
    return f"{_shorten(named)}: names no address" if is_named else None


def _shorten(text: str) -> str:
    return text[:_LONGEST_SHOWN]


def _own_settings(root: etree._Element) -> dict[str, dict[str, Any]]:
    """Return the settings in Guidang's namespace, by the addresses of the feeds.

    In a list that Guidang wrote, an ordinary title is the feed's own, so it is not a setting. Only
    a title in this namespace was set by the user.
    """
    is_ours = FORM in root.attrib
    found = {}
    for outline in _outlines(root):
        settings = settings_of({str(name): str(text) for name, text in outline.attrib.items()})
        if is_ours or settings:
            url = str(outline.get("xmlUrl") or "").strip()
            found[url] = ({"title": None} if is_ours else {}) | settings
    return found


def _feed(listed: dict[str, object], own: Mapping[str, dict[str, Any]]) -> FeedConfig:
    paths = listed.get("categories") or [[]]
    path = paths[0] if isinstance(paths, list) else []
    url = str(listed["url"]).strip()
    given: dict[str, Any] = {
        "title": str(listed.get("title") or "").strip() or None,
        "categories": tuple(name for one in path if (name := str(one).strip()[:100])),
    }
    return FeedConfig(url=url, **(given | own.get(url, {})))


def write_opml(feeds: Iterable[tuple[str, str, str | None, FeedSettings]]) -> str:
    """Write feeds (address, name, site, settings) as OPML; passwords and keys are left out."""
    ET.register_namespace("guidang", NAMESPACE)
    root = ET.Element("opml", {"version": "2.0", FORM: "1"})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Guidang"
    body = ET.SubElement(root, "body")
    for url, name, site, settings in feeds:
        folder = body
        for category in settings.categories:
            folder = _folder(folder, category)
        outline = {"type": "rss", "text": name, "title": name, "xmlUrl": without_secrets(url)}
        outline |= {"htmlUrl": without_secrets(site)} if site else {}
        ET.SubElement(folder, "outline", outline | attributes_of(settings))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _folder(parent: ET.Element, name: str) -> ET.Element:
    for child in parent:
        if child.get("text") == name and "xmlUrl" not in child.attrib:
            return child
    return ET.SubElement(parent, "outline", text=name, title=name)


def attributes_of(settings: FeedSettings) -> dict[str, str]:
    """Return the attributes of an outline for the settings that may be in lists."""
    values = settings.as_json()
    return {_name(key): _value(values[key]) for key in _keys_in_lists() if key in values}


def settings_of(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in the attributes of an outline, without validating them."""
    found = {key: attributes[_name(key)] for key in _keys_in_lists() if _name(key) in attributes}
    return {key: value for key, value in found.items() if not value.startswith(_REFERENCES)}


def _keys_in_lists() -> list[str]:
    return [name for name, setting in feed_settings().items() if setting.in_lists]


def _name(key: str) -> str:
    return f"{{{NAMESPACE}}}{key.replace('_', '-')}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
