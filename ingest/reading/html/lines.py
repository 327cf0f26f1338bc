"""Code that is written one element a line, without line ends, gets its line ends."""

from __future__ import annotations

import re

from lxml import etree

_LINE = re.compile(r"(?:^|[\s_-])line(?:$|\s)", re.IGNORECASE)


def part_lines(pre: etree._Element) -> None:
    """End each line of a `pre` that holds one `code` (WeChat) or one `span.line` for each."""
    for holder in (pre, *pre.iter("code")):
        lines = list(holder)
        if len(lines) > 1 and _are_lines(holder, lines):
            for line in lines:
                _end(line, is_last=line is lines[-1])


def _are_lines(holder: etree._Element, lines: list[etree._Element]) -> bool:
    between = [holder.text, *(line.tail for line in lines)]
    if any(text and (text.strip() or "\n" in text) for text in between):
        return False
    tag = lines[0].tag
    if any(line.tag != tag for line in lines):
        return False
    return tag == "code" or (
        tag == "span" and all(_LINE.search(line.get("class") or "") for line in lines)
    )


def _end(line: etree._Element, *, is_last: bool) -> None:
    text = "".join(line.itertext())
    breaks = list(line.iter("br"))
    if breaks and not text.strip():  # an empty line, as editors write it
        breaks[0].tag = "span"
    elif breaks or text.endswith("\n"):
        return
    if not is_last:
        line.tail = "\n"
