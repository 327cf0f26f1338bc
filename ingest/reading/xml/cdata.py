"""Repairs CDATA sections that were escaped, nested, or ended too early."""

from __future__ import annotations

import functools
import html
import re

_OPENING = re.compile(r"(?:<|&lt;)!\[CDATA\[", re.IGNORECASE)
_ENDINGS = ("]]>", "]]&gt;")
_MOST_WRAPPINGS = 5


def unwrap(text: str) -> str:
    """Return a text without the marks of a CDATA section around it."""
    for _ in range(_MOST_WRAPPINGS):
        opening = _OPENING.match(text)
        if opening is None:
            break
        inner = text[opening.end() :]
        ending = next((mark for mark in _ENDINGS if inner.endswith(mark)), None)
        if ending is not None:
            inner = inner[: -len(ending)].replace("]]><![CDATA[", "")
        elif any(mark in inner for mark in _ENDINGS):
            break  # The text begins with a CDATA section and continues after it.
        if opening[0].startswith("&") and "<" not in inner:
            inner = html.unescape(inner)
        text = inner.strip()
    return text


# Matches a CDATA section, a comment that an HTML serialiser made from such a section, or the tag of
# an element that shows code.
_IN_HTML = re.compile(
    r"<!\[CDATA\[(?P<inner>.*?)(?:\]\]>|\Z)|<!--\[CDATA\[(?P<comment>.*?)(?:\]\]-->|\Z)"
    r"|<(?P<end>/?)(?:pre|code|kbd|samp|tt)\b",
    re.DOTALL | re.IGNORECASE,
)
_SIGN = re.compile(r"<!(?:--)?\[CDATA\[", re.IGNORECASE)


def without_sections(markup: str) -> str:
    """Return HTML without CDATA sections, which browsers would treat as comments.

    A section inside code is escaped, so that it is shown as text. Elsewhere it is replaced by its
    content.
    """
    if "[" not in markup or not _SIGN.search(markup):
        return markup
    code = 0

    def show(found: re.Match[str]) -> str:
        nonlocal code
        if found["end"] is not None:
            code = max(0, code - 1) if found["end"] else code + 1
            return found[0]
        if found["comment"] is not None:
            return found["comment"]
        return html.escape(found[0], quote=False) if code else found["inner"]

    return _IN_HTML.sub(show, markup)


# Matches a start tag and the `<![CDATA[` that follows it.
_SECTION = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>\s*<!\[CDATA\[")
_BETWEEN_SECTIONS = re.compile(r"[^<>\]]*<!\[CDATA\[")
# At most this many sections may have an uncertain end, because each needs a scan of its entry.
_MOST_GUESSES = 10
# At most this many CDATA sections are closed, because each needs a search for its end.
_MOST_ENDED = 100
_NEXT_ENTRY = re.compile(
    r"</(?:item|entry)\s*>\s*(?:<(?:item|entry)\b|</(?:channel|feed|rss)\s*>)", re.IGNORECASE
)


def end_open_sections(text: str) -> str:
    """Close each CDATA section that is still open at the end of its entry.

    Otherwise the next entry would be part of the section.
    """
    if text.count("<![CDATA[") <= text.count("]]>"):
        return text
    pieces, pos, ended = [], 0, 0
    while ended < _MOST_ENDED and (section := _SECTION.search(text, pos)):
        start = section.end()
        end = text.find("]]>", start)
        limit = end if end >= 0 else len(text)
        close = text.find(f"</{section[1]}>", start, limit)
        if close < 0 or not _NEXT_ENTRY.search(text, close, limit):
            if end < 0:
                break
            pieces.append(text[pos:end])
            pos = end
            continue
        pieces += [text[pos:close], "]]>"]
        pos, ended = close, ended + 1
    return "".join([*pieces, text[pos:]])


def mend_sections(text: str) -> str:
    """Extend each CDATA section that begins an element to the last `]]>` before the closing tag.

    Use it for XML that is not well-formed: an article that quotes `]]>` ends its section early.
    """
    pieces, pos, guesses = [], 0, 0
    while section := _SECTION.search(text, pos):
        start = section.end()
        end, is_certain = _end_of_section(text, start, section[1])
        guesses += not is_certain
        if end < 0 or guesses > _MOST_GUESSES:
            break
        pieces += [text[pos:start], _escape_endings(text[start:end])]
        pos = end
    return "".join(pieces) + text[pos:]


def _end_of_section(text: str, start: int, name: str) -> tuple[int, bool]:
    """Return the end of a CDATA section, and whether all sections quoted in it are closed."""
    depth, quoted, last, guess = 1, 0, -1, -1
    for mark in _marks_within(name).finditer(text, start):
        if mark[0] == "<![CDATA[":
            depth += 1
        elif mark[0] == "]]>":
            depth -= 1
            last = mark.start()
        elif mark["item"] is not None:
            quoted += 1 if not mark["item"] else -1
            if quoted < 0:
                break  # This end tag is the end of the entry itself.
        elif last >= 0 and depth <= 0:
            return last, True
        elif guess < 0:
            guess = last
    return guess, False


@functools.lru_cache(maxsize=32)
def _marks_within(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"<!\[CDATA\[|\]\]>|(?P<own></{re.escape(name)}\s*>)"
        r"|<(?P<item>/?)(?:[\w.-]{1,40}:)?(?:item|entry)\b(?:\s[^<>]*)?>"
    )


def _escape_endings(inner: str) -> str:
    """Escape each `]]>` inside a CDATA section, unless another section follows it."""
    first, *others = inner.split("]]>")
    pieces = [first]
    for other in others:
        is_end = _BETWEEN_SECTIONS.match(other)
        pieces += ["]]>" if is_end else "]]]]><![CDATA[>", other]
    return "".join(pieces)
