"""Convert HTML to its visible text, one line for each block, and plain text to HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from lxml import etree

from ingest.reading.html.lines import is_block
from ingest.reading.html.mathml import linear
from ingest.reading.html.tree import parse_fragment

LINES = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table"
    " tbody td tfoot th thead title tr ul video audio iframe".split()
)
BREAKS = LINES | {"br"}
_UNSEEN = frozenset("script style template svg head title noscript iframe textarea select".split())
WHITE_SPACE = re.compile(r"white-space\s*:\s*(?:(pre|break-spaces)|\w)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n\n"})
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*(?=\n)")


@dataclass(frozen=True, slots=True)
class Shown:
    """The visible content of HTML: its text, and the addresses of pictures, sounds and films."""

    text: str
    media: list[str]


def text_of(fragment: str) -> str:
    """Return the visible text: a new line for each block, one blank for any white space."""
    return _text_of(parse_fragment(fragment)) if fragment else ""


def shown_by(fragment: str) -> Shown:
    """Return the visible content of a fragment."""
    tree = parse_fragment(fragment)
    media = [element.get("src") or "" for element in tree.iter("img", "video", "audio")]
    return Shown(_text_of(tree), media)


def _text_of(tree: etree._Element) -> str:
    pieces: list[str] = []
    flows = [_Flow()]  # one for each open element
    walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            style = element.get("style")
            flows.append(_flow_in(element, style, flows[-1]))
            if flows[-1].is_line:
                pieces.append("\n")
            if _is_unseen(element, style):
                walker.skip_subtree()
            elif element.tag == "math":
                pieces.append(linear(element))
                walker.skip_subtree()
            elif text := element.text:
                pieces.append(flows[-1].of(text))
        else:
            if event == "end" and flows.pop().is_line and element.tag != "br":
                pieces.append("\n")
            if tail := element.tail:
                pieces.append(flows[-1].of(tail))
    return join_lines("".join(pieces).split("\n"))


@dataclass(frozen=True, slots=True)
class _Flow:
    """The way in which an element is shown.

    `is_line` is true if the element is on a line of its own. `keeps_lines` is true if its line ends
    are kept.
    """

    is_line: bool = False
    keeps_lines: bool = False

    def of(self, text: str) -> str:
        """Return an element's text with its line ends kept or turned into blanks."""
        return text if self.keeps_lines else text.replace("\n", " ")


_FLOWS = {pair: _Flow(*pair) for pair in product((False, True), repeat=2)}


def _flow_in(element: etree._Element, style: str | None, around: _Flow) -> _Flow:
    is_line, keeps_lines = element.tag in BREAKS, around.keeps_lines or element.tag == "pre"
    if style:
        is_line = is_line or is_block(element)
        if white_space := WHITE_SPACE.search(style):
            keeps_lines = white_space[1] is not None
    return _FLOWS[is_line, keeps_lines]


def join_lines(lines: Iterable[str]) -> str:
    """Return the lines that are not blank, with single blanks between their words."""
    return "\n".join(filter(None, [" ".join(line.split()) for line in lines]))


def _is_unseen(element: etree._Element, style: str | None) -> bool:
    if element.tag in _UNSEEN or element.get("hidden") is not None:
        return True
    return bool(style and _HIDDEN.search(style))


def from_text(text: str) -> str:
    """Return a text as HTML: blank lines separate paragraphs, other line ends become `<br>`."""
    text = text.strip().replace("\r\n", "\n").translate(_LINE_ENDS)
    escaped = html.escape(text, quote=False).replace("\xa0", "&nbsp;")
    if "\n" not in escaped:
        return escaped
    paragraphs = _BLANK_LINES.sub("\n", escaped).split("\n\n")
    lines = ("<br>".join(filter(None, map(str.strip, p.split("\n")))) for p in paragraphs)
    return "\n".join(f"<p>{line}</p>" for line in lines if line)
