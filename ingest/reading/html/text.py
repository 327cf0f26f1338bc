"""The text that a reader of a fragment sees, a line for each block."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from ingest.reading.html.mathml import linear
from ingest.reading.html.tree import parse_fragment

LINES = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table"
    " tbody td tfoot th thead title tr ul video audio iframe".split()
)
BREAKS = LINES | {"br"}
_UNSEEN = frozenset("script style template svg head title noscript iframe textarea select".split())
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is seen of HTML: its text, and the addresses of pictures, sounds and films."""

    text: str
    media: list[str]


def text_of(fragment: str) -> str:
    """Return the visible text: blocks on lines of their own, white space squeezed."""
    return _text_of(parse_fragment(fragment)) if fragment else ""


def shown_by(fragment: str) -> Shown:
    """Return what is seen of a fragment."""
    tree = parse_fragment(fragment)
    media = [element.get("src") or "" for element in tree.iter("img", "video", "audio")]
    return Shown(_text_of(tree), media)


def _text_of(tree: etree._Element) -> str:
    pieces: list[str] = []
    walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start" and _is_unseen(element):
            walker.skip_subtree()
        elif event == "start" and element.tag == "math":
            pieces.append(linear(element))
            walker.skip_subtree()
        elif event == "start":
            if element.tag in BREAKS:
                pieces.append("\n")
            if text := element.text:
                pieces.append(_flowing(text, element))
        else:
            if event == "end" and element.tag in LINES:
                pieces.append("\n")
            if tail := element.tail:
                pieces.append(_flowing(tail, element.getparent()))
    return squeeze("".join(pieces).split("\n"))


def squeeze(lines: Iterable[str]) -> str:
    """Return the text of those lines that are not blank, with single blanks in them."""
    return "\n".join(filter(None, [" ".join(line.split()) for line in lines]))


def _is_unseen(element: etree._Element) -> bool:
    if element.tag in _UNSEEN or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def _flowing(text: str, parent: etree._Element | None) -> str:
    """Text as it flows: only preformatted text keeps its line ends."""
    return text if parent is not None and parent.tag == "pre" else text.replace("\n", " ")
