"""A fragment of anybody's HTML becomes a tree, in linear time and of bounded depth.

Nothing is judged here: what the tree holds is as unsafe as what came in.
"""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

_DEEPEST = 200  # open elements; beyond, tags go and their text stays
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>?")
# These close themselves when the next one opens, or never hold anything: they make no depth.
_SHALLOW = frozenset(
    "a area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot"
    " th thead tr track wbr".split()
)
# What XML cannot hold: controls, lone surrogates, the two non-characters.
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def parse_fragment(fragment: str) -> etree._Element:
    """Return the root of a tree whose `body` holds the fragment; it takes any text."""
    text = flatten(make_sound(fragment))
    # huge_tree lifts libxml2's depth of 256, at which it drops the rest of the document.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    source = f"<html><body>{text}</body></html>".encode()
    # lxml finds no root only in a document without any element; this one has two.
    return cast("etree._Element", etree.fromstring(source, parser))


def make_sound(text: str) -> str:
    """Text with one kind of line end and without characters that no document may hold."""
    return _UNSOUND.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def flatten(text: str) -> str:
    """Drop the tags that open beyond the bound; hostile nesting costs parsers square time.

    The count is rough (it knows neither comments nor quotes), but a page would need hundreds of
    unclosed elements to be touched by it.
    """
    if text.count("<") <= _DEEPEST:
        return text
    opened = dropped = 0

    def count(tag: re.Match[str]) -> str:
        nonlocal opened, dropped
        if tag[2].lower() in _SHALLOW:
            return tag[0]
        if tag[1]:
            if dropped:
                dropped -= 1
                return ""
            opened = max(0, opened - 1)
        elif opened >= _DEEPEST:
            dropped += 1
            return ""
        else:
            opened += 1
        return tag[0]

    return _TAG.sub(count, text)
