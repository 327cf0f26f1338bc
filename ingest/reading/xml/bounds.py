"""Cuts XML for which feedparser would need more than linear time.

feedparser compares every category of an entry with all others, and searches for an address at every
letter of an author. It iterates over all namespaces at every element of an unknown namespace. It
drops leading blanks one by one. Real feeds are far below these bounds.
"""

from __future__ import annotations

import re

MAX_ENTRIES = 10_000  # entries in a document
MAX_DEPTH = 500  # levels of nested elements
MAX_ATTRIBUTES = 200  # attributes of an element
_MAX_NAMESPACES = 200  # namespace prefixes in a document
MAX_TAGS = 500  # categories of an entry
MAX_LENGTH = 500  # characters of an author, or of a list of keywords
_BLANKS = re.compile(r"(?<!\s)\s{1000,}")
_TWO_BLANKS = re.compile(r"\s\s")
_DISGUISED_BLANK = re.compile(
    r"&#(?:0*(?:9|1[03]|32)|x0*(?:9|[ad]|20));|<!\[CDATA\[\s*\]\]>", re.IGNORECASE
)
_MAX_DISGUISED = 1_000
_PREFIX = re.compile(r"xmlns:([\w.-]+)")
_CDATA = "<![CDATA["
_BOUNDED = re.compile(
    r"<!\[CDATA\[|<(?P<name>(?:[\w.-]{1,40}:)?(?:(?P<entry>item|entry)|"
    r"(?P<tag>category|subject)|keywords|tags|"
    r"author|creator|contributor|publisher|managingeditor|webmaster|owner))"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)


class OutOfBoundsError(ValueError):
    """The document exceeds a bound and cannot be cut; the message names the bound."""


def may_be_exceeded(text: str) -> bool:
    """Return whether a text may have too many namespaces, CDATA sections or blanks.

    This is a fast check, which ignores categories and authors.
    """
    marks = text.count("xmlns:"), count_references(text) + text.count("<![CDATA[")
    return marks[0] > _MAX_NAMESPACES or marks[1] > _MAX_DISGUISED or _has_long_blanks(text)


def count_references(text: str) -> int:
    """Return the number of numeric references; `#` alone is found twenty times as fast as `&#`."""
    return text.count("&#") if "#" in text else 0


def _has_long_blanks(text: str) -> bool:
    """Return whether a text has a thousand blanks in a row.

    Every 500th character is checked first, which is faster.
    """
    return bool(_TWO_BLANKS.search(text[::500])) and bool(_BLANKS.search(text))


def cut_to_bounds(text: str) -> str:
    """Remove everything beyond the bounds from a text."""
    if len(set(_PREFIX.findall(text))) > _MAX_NAMESPACES:
        raise OutOfBoundsError(f"XML with more than {_MAX_NAMESPACES} namespaces")
    if len(_DISGUISED_BLANK.findall(text)) > _MAX_DISGUISED:
        text = _DISGUISED_BLANK.sub("\n", text)
    return _cut_elements(_BLANKS.sub("\n", text))


def _cut_elements(text: str) -> str:
    """Drop excess categories and entries, and the text of elements that are too long."""
    pieces: list[str] = []
    kept = pos = entries = tags = 0
    while found := _BOUNDED.search(text, pos):
        pos = found.end()
        if found[0] == _CDATA:
            pos = _end(text, "]]>", pos)
        elif found["entry"]:
            entries, tags = entries + 1, 0
            if entries > MAX_ENTRIES + 1:
                # One entry more than allowed is kept, so that the parser sees the excess and warns.
                text = text[: found.start()]
        else:
            tags += found["tag"] is not None
            cut = _cut_of(text, found, over=tags > MAX_TAGS)
            pieces.append(text[kept : cut.start])
            kept = pos = cut.stop
    pieces.append(text[kept:])
    return "".join(pieces)


def _cut_of(text: str, found: re.Match[str], *, over: bool) -> slice:
    """Return the part of an element to cut: all of it, its text, or nothing.

    `over` is true if there are too many elements of this kind.
    """
    start, end = found.span()
    if found[0].endswith("/>"):
        return slice(start if over else end, end)
    closing = f"</{found['name']}"
    stop = text.find(closing, end)
    stop = len(text) if stop < 0 else stop
    if over:
        return slice(start, _end(text, ">", stop))
    return slice(end, stop if stop - end > MAX_LENGTH else end)


def _end(text: str, mark: str, pos: int) -> int:
    """Return the position after the next `mark`, or the end of the text."""
    found = text.find(mark, pos)
    return len(text) if found < 0 else found + len(mark)
