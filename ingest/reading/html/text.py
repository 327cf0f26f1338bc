"""The text that a reader of a fragment sees, a line for each block."""

from __future__ import annotations

import re

from lxml import etree

from ingest.reading.html.tree import parse_fragment

_LINES = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table"
    " tbody td tfoot th thead title tr ul video audio iframe".split()
)
_BREAKS = _LINES | {"br"}
_UNSEEN = frozenset("script style template svg head title noscript iframe textarea select".split())
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def text_of(fragment: str) -> str:
    """Return the visible text: blocks on lines of their own, white space squeezed."""
    return text_of_tree(parse_fragment(fragment)) if fragment else ""


def text_of_tree(tree: etree._Element) -> str:
    """Return the visible text of a fragment that was parsed."""
    pieces: list[str] = []
    walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start" and _is_unseen(element):
            walker.skip_subtree()
        elif event == "start":
            if element.tag in _BREAKS:
                pieces.append("\n")
            if text := element.text:
                pieces.append(_flowing(text, element))
        else:
            if event == "end" and element.tag in _LINES:
                pieces.append("\n")
            if tail := element.tail:
                pieces.append(_flowing(tail, element.getparent()))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(filter(None, lines))


def media_of(tree: etree._Element) -> list[str]:
    """Return the addresses of pictures, sounds and films, in their order."""
    return [element.get("src") or "" for element in tree.iter("img", "video", "audio")]


def _is_unseen(element: etree._Element) -> bool:
    if element.tag in _UNSEEN or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def _flowing(text: str, parent: etree._Element | None) -> str:
    """Text as it flows: only preformatted text keeps its line ends."""
    return text if parent is not None and parent.tag == "pre" else text.replace("\n", " ")
