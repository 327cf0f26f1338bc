"""Lists of feeds as OPML 2.0: read whatever programs write, write what every program reads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from ingest.config import FeedConfig, FeedSettings
from ingest.errors import UsageError
from ingest.reading import charset
from ingest.reading.links import without_secrets

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """The feeds of an OPML file, and what of it could not be taken, in words."""

    feeds: tuple[FeedConfig, ...]
    problems: tuple[str, ...] = ()


def read_opml(body: bytes, name: str) -> FeedList:
    """Read an OPML file in any charset; its folders become categories.

    Raise `UsageError` when it is no OPML or lists no feed.
    """
    import listparser

    text = charset.repair(charset.decode(body).text)
    # listparser guesses the charset of text without a declaration; there is nothing to guess.
    declared = '<?xml version="1.0" encoding="utf-8"?>' + _DECLARATION.sub("", text, count=1)
    outline = listparser.parse(declared.encode())
    if not outline.feeds:
        raise UsageError(f"{name}: lists no feeds; is it an OPML file?")
    feeds, problems = [], []
    for listed in outline.feeds:
        try:
            feeds.append(_feed(listed))
        except ValidationError as error:
            problems.append(
                f"{listed.url}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            )
    return FeedList(feeds=tuple(feeds), problems=tuple(problems))


def _feed(listed: dict[str, object]) -> FeedConfig:
    paths = listed.get("categories") or [[]]
    path = paths[0] if isinstance(paths, list) else []
    return FeedConfig(
        url=str(listed["url"]).strip(),
        title=str(listed.get("title") or "").strip() or None,
        categories=tuple(name for one in path if (name := str(one).strip()[:100])),
    )


def write_opml(feeds: Iterable[tuple[str, str, str | None, FeedSettings]]) -> str:
    """Write feeds (address, name, site, settings) as OPML; passwords and keys are left out."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Guidang"
    body = ET.SubElement(root, "body")
    for url, name, site, settings in feeds:
        folder = body
        for category in settings.categories:
            folder = _folder(folder, category)
        outline = {"type": "rss", "text": name, "title": name, "xmlUrl": without_secrets(url)}
        ET.SubElement(folder, "outline", outline | ({"htmlUrl": site} if site else {}))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _folder(parent: ET.Element, name: str) -> ET.Element:
    for child in parent:
        if child.get("text") == name and "xmlUrl" not in child.attrib:
            return child
    return ET.SubElement(parent, "outline", text=name, title=name)
