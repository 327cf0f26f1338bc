"""Parses a page into a tree of bounded size and depth, and removes its invisible parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from ingest.reading.html.tree import flatten, keep_open, make_sound

_LONGEST = 5_000_000  # characters; the rest of a longer page is ignored
_LONGEST_MARKUP = 2_000_000  # characters without scripts and styles
_MOST_ELEMENTS = 100_000
# The content of these elements is not HTML, although it may contain text that looks like tags.
_OPAQUE = re.compile(r"<!--|<(script|style)(?=[\s/>])", re.IGNORECASE)
_ENDS = {
    name: re.compile(rf"</{name}[^<>]{{0,100}}>", re.IGNORECASE) for name in ("script", "style")
}
# JSON-LD scripts are kept, because they give the author and the date.
_DATA = re.compile(r"ld\+json", re.IGNORECASE)
_UNSEEN = ("template", "svg", "textarea", "select", "button", "input", "object", "applet")
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def parse_page(text: str) -> HtmlElement | None:
    """Return the root of a page; None if the text holds no element or too many elements.

    Markup after `</html>`, such as statistics or a second document, becomes part of the body.
    """
    markup = "".join(_without_scripts(make_sound(text[:_LONGEST])))
    source = flatten(keep_open(markup[:_LONGEST_MARKUP])).encode()
    # Without huge_tree, libxml2 drops the rest of a document below a depth of 256.
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(source, parser=parser)
    except etree.LxmlError:  # The page has nothing but white space and comments.
        return None
    return None if _has_too_many_elements(root) else root


def _without_scripts(text: str) -> Iterator[str]:
    pos = 0
    while found := _OPAQUE.search(text, pos):
        yield text[pos : found.start()]
        end = _end_of(text, found)
        if found[1] and _DATA.search(text[found.end() : found.end() + 100].partition(">")[0]):
            yield text[found.start() : end]
        pos = end
    yield text[pos:]


def _end_of(text: str, opening: re.Match[str]) -> int:
    """Return where a comment, script or style ends; if it is not closed, the end of the text."""
    if not opening[1]:
        end = text.find("-->", opening.start() + 2)
        return len(text) if end < 0 else end + 3
    closing = _ENDS[opening[1].lower()].search(text, opening.end())
    return closing.end() if closing else len(text)


def _has_too_many_elements(root: HtmlElement) -> bool:
    return any(number > _MOST_ELEMENTS for number, _ in enumerate(root.iter()))


def body_of(root: HtmlElement) -> HtmlElement:
    """Return the page's body, or its root if the page has no body (a frameset)."""
    body = root.find("body")
    return root if body is None else body


def show_as_read(root: HtmlElement) -> None:
    """Remove from the tree the elements that are invisible after the page's scripts have run.

    WeChat sends articles as invisible elements, which a script shows: these become visible.
    Elements that are not displayed are removed, unless they hold most of the page's text.
    """
    for element in list(root.iter("script", *_UNSEEN)):
        drop(element)
    lengths = text_lengths(root)
    for element in root.xpath("descendant-or-self::*[@hidden or @style]"):
        style = element.get("style") or ""
        if _INVISIBLE.search(style):
            del element.attrib["style"]
        elif element.get("hidden") is not None or _HIDDEN.search(style):
            _show_or_drop(element, is_most=2 * lengths[element] > lengths[root])


def _show_or_drop(element: HtmlElement, *, is_most: bool) -> None:
    if is_most:
        element.attrib.pop("style", None)
        element.attrib.pop("hidden", None)
    else:
        drop(element)


def text_lengths(root: HtmlElement) -> dict[HtmlElement, int]:
    """Count the characters of text in each element, without white space."""
    lengths = {element: len(without_spaces(element.text or "")) for element in root.iter()}
    for element in reversed(lengths):
        parent = element.getparent()
        if element is not root and parent is not None:
            lengths[parent] += lengths[element] + len(without_spaces(element.tail or ""))
    return lengths


def without_spaces(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def drop(element: HtmlElement) -> None:
    """Remove an element from its tree; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()
