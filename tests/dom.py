"""HTML compared as a browser has it: elements, attributes and text, not how they are written."""

from __future__ import annotations

from typing import Any

import lxml.html

Node = tuple[str, tuple[tuple[str, str], ...], tuple[Any, ...]]


def dom_of(html: str) -> Node:
    """The tree of a fragment; runs of white space are one blank, as they are shown."""
    return _node(lxml.html.fragment_fromstring(html.strip(), create_parent="main"))


def _node(element: lxml.html.HtmlElement) -> Node:
    preformatted = any(e.tag == "pre" for e in (element, *element.iterancestors()))
    children: list[Any] = [_text(element.text, preformatted)]
    for child in element:
        children += [_node(child), _text(child.tail, preformatted)]
    attributes = tuple(sorted((name, value) for name, value in element.attrib.items()))
    return str(element.tag), attributes, tuple(child for child in children if child)


def _text(text: str | None, preformatted: bool) -> str:
    return (text or "") if preformatted else " ".join((text or "").split())
