"""Add line ends to code that has an element for each line, but no line ends."""

from __future__ import annotations

import re

from lxml import etree

_HOLDERS = frozenset({"section", "div", "figure"})
_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table)\b", re.IGNORECASE)
_LINE = re.compile(r"(?:^|[\s_-])line(?:$|\s)", re.IGNORECASE)


def part_lines(pre: etree._Element) -> None:
    """Add line ends to a `pre` in which each line is a `code` (WeChat) or a `span.line`."""
    for holder in (pre, *pre.iter("code")):
        lines = list(holder)
        if len(lines) > 1 and _are_lines(holder, lines):
            for line in lines:
                _end(line, is_last=line is lines[-1])


def part_codes(tree: etree._Element) -> None:
    """Put a `<br>` between lines of code outside of a `pre`, if each line is a `code` element."""
    for code in list(tree.iter("code")):
        holder = code.getparent()
        if holder is None or holder.tag not in _HOLDERS or holder[0] is not code:
            continue
        lines = list(holder)
        if len(lines) > 1 and lines[0].tag == "code" and _are_lines(holder, lines):
            for place in range(len(lines) - 1, 0, -1):
                if not is_block(lines[place]):
                    holder.insert(place, etree.Element("br"))


def _are_lines(holder: etree._Element, lines: list[etree._Element]) -> bool:
    between = [holder.text, *(line.tail for line in lines)]
    if any(text and (text.strip() or "\n" in text) for text in between):
        return False
    tag = lines[0].tag
    if any(line.tag != tag for line in lines):
        return False
    return tag == "code" or (
        tag == "span" and all(_is_line(line) for line in lines) and not is_block(lines[0])
    )


def _is_line(span: etree._Element) -> bool:
    return span.get("data-line") is not None or bool(_LINE.search(span.get("class") or ""))


def is_block(element: etree._Element) -> bool:
    """Return whether the style of an element makes it a block."""
    return bool(_BLOCK.search(element.get("style") or ""))


def _end(line: etree._Element, *, is_last: bool) -> None:
    text = "".join(line.itertext())
    breaks = list(line.iter("br"))
    if breaks and not text.strip():  # editors write an empty line like this
        breaks[0].tag = "span"
    elif breaks or text.endswith("\n"):
        return
    if not is_last:
        line.tail = "\n"
