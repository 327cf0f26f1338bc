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
        if event == "start":
            if _is_unseen(element):
                walker.skip_subtree()
            else:
                pieces += _opening(element)
        elif event == "end" and element.tag in _LINES:
            pieces.append("\n")
        if event != "start":
            pieces.append(_flowing(element.tail, element.getparent()))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(filter(None, lines))


def media_of(tree: etree._Element) -> list[str]:
    """Return the addresses of pictures, sounds and films, in their order."""
    return [element.get("src") or "" for element in tree.iter("img", "video", "audio")]


def _is_unseen(element: etree._Element) -> bool:
    hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
    return element.tag in _UNSEEN or bool(hidden)


def _opening(element: etree._Element) -> list[str]:
    line_end = "\n" if element.tag in _LINES or element.tag == "br" else ""
    return [line_end, _flowing(element.text, element)]


def _flowing(text: str | None, parent: etree._Element | None) -> str:
    """Text as it flows: only preformatted text keeps its line ends."""
    if not text or (parent is not None and parent.tag == "pre"):
        return text or ""
    return text.replace("\n", " ")
