"""Fit the HTML of an entry into a web page that has headings, landmarks and rules of its own.

Styles are not kept, because the rules of the page (CSP) forbid them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from lxml import etree

from ingest.reading.html.allowed import sanitize_for_page
from ingest.reading.html.tree import parse_fragment
from ingest.values import SafeHtml

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that are landmarks of the whole page, and elements that HTML 5 no longer has.
_RENAMED = {"main": "div", "nav": "div", "aside": "div", "header": "div", "footer": "div"} | {
    "center": "div",
    "font": "span",
    "big": "span",
    "strike": "s",
    "tt": "code",
}
_MEDIA = ("img", "video", "audio", "iframe")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_GONE = "template"  # an element with this name is removed with its content
_LISTS = {"li": ("ul", "ol"), "dt": ("dl", "div"), "dd": ("dl", "div")}
_TINY = ("0", "1")  # pixels, of pictures that count readers


def html_for_page(
    markup: str, *, below: int, names: Mapping[str, str], with_media: bool
) -> SafeHtml:
    """Return the HTML of an entry for a page whose heading above it has the rank `below`.

    `names` has the words for `img`, `video`, `audio` and `iframe` in the language of the page: for
    pictures without a description, and in place of media if `with_media` is false.
    """
    tree = parse_fragment(markup)
    _drop_hidden(tree)
    for element in tree.iter(*_RENAMED):
        element.tag = _RENAMED[str(element.tag)]
    for item in tree.iter(*_LISTS):
        parent = item.getparent()
        if parent is None or parent.tag not in _LISTS[str(item.tag)]:
            item.tag = "div"
    _wrap_items(tree)
    _lower_headings(tree, below)
    _settle_media(tree, names, with_media=with_media)
    _drop_empty_links(tree)
    return sanitize_for_page(etree.tostring(tree, method="html", encoding="unicode"))


def _drop_hidden(tree: etree._Element) -> None:
    """Drop what the styles hide, because without its styles it would be shown."""
    for element in tree.iter(etree.Element):
        if _HIDDEN.search(element.get("style") or ""):
            element.tag = _GONE
    etree.strip_elements(tree, _GONE, with_tail=False)


def _wrap_items(tree: etree._Element) -> None:
    """Put the elements of a list that are not its items into items."""
    for child in list(tree.iterfind(".//ul/*")) + list(tree.iterfind(".//ol/*")):
        if child.tag != "li":
            item = etree.Element("li")
            child.addprevious(item)
            item.tail, child.tail = child.tail, None
            item.append(child)


def _lower_headings(tree: etree._Element, below: int) -> None:
    """Give each heading the rank below the one that it belongs to; no rank is left out."""
    above: list[str] = []
    for heading in tree.iter(*_HEADINGS):
        if not _has_text(heading):
            heading.tag = "div"
            continue
        rank = str(heading.tag)
        while above and above[-1] >= rank:
            above.pop()
        above.append(rank)
        heading.tag = f"h{min(below + len(above), 6)}"


def _settle_media(tree: etree._Element, names: Mapping[str, str], *, with_media: bool) -> None:
    for medium in list(tree.iter(*_MEDIA)):
        name = names[str(medium.tag)]
        if not with_media and not (medium.get("src") or "").startswith("data:"):
            _put_words(medium, name)
        elif medium.tag == "img":
            _describe(medium, name)
        else:
            medium.set("title", medium.get("title") or f"{name} {_host_of(medium)}".strip())
    if not with_media:
        etree.strip_elements(tree, "source", "track", with_tail=False)


def _put_words(medium: etree._Element, name: str) -> None:
    """Replace a picture, sound, film or player by words in brackets; drop tiny pictures."""
    words = (medium.get("alt") or medium.get("title") or _host_of(medium)).strip()
    is_tiny = medium.tag == "img" and _is_tiny(medium)
    tail = medium.tail
    medium.clear()
    medium.tail = tail
    medium.tag = "small"
    medium.text = "" if is_tiny else f"[{name} {words}".rstrip() + "]"


def _describe(image: etree._Element, name: str) -> None:
    """Set the alternative text of a picture that has none."""
    link = next(image.iterancestors("a"), None)
    is_alone = link is not None and not _has_text(link)
    if image.get("alt") is None or (is_alone and not image.get("alt")):
        image.set("alt", "" if _is_tiny(image) and not is_alone else name)


def _drop_empty_links(tree: etree._Element) -> None:
    for link in tree.iter("a"):
        if link.get("href") and not _has_text(link) and link.find(".//img") is None:
            del link.attrib["href"]


def _has_text(element: etree._Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _is_tiny(image: etree._Element) -> bool:
    return image.get("width") in _TINY or image.get("height") in _TINY


def _host_of(medium: etree._Element) -> str:
    source = medium if medium.get("src") else medium.find("source")
    try:
        return urlsplit(source.get("src") or "").hostname or "" if source is not None else ""
    except ValueError:
        return ""
