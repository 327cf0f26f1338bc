"""Convert HTML to trees, so that tests compare elements, attributes and text, not markup."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import lxml.html

Node = tuple[str, tuple[tuple[str, str], ...], tuple[Any, ...]]


def dom_of(html: str, *, without: Collection[str] = ()) -> Node:
    """Return the tree of a fragment; outside of <pre>, white space becomes single spaces.

    Attributes named in `without` are left out.
    """
    return _node(lxml.html.fragment_fromstring(html.strip(), create_parent="main"), without)


def _node(element: lxml.html.HtmlElement, without: Collection[str]) -> Node:
    preformatted = any(e.tag == "pre" for e in (element, *element.iterancestors()))
    children: list[Any] = [_text(element.text, preformatted)]
    for child in element:
        children += [_node(child, without), _text(child.tail, preformatted)]
    present = sorted((str(name), str(value)) for name, value in element.attrib.items())
    attributes = tuple(one for one in present if one[0] not in without)
    return str(element.tag), attributes, tuple(child for child in children if child)


def _text(text: str | None, preformatted: bool) -> str:
    return (text or "") if preformatted else " ".join((text or "").split())
