"""Remove or escape names in angle brackets that are not HTML elements, so that they hide no text.

`vector<int>` and `cp <path>` are text that was not escaped. A browser hides only `<path>`, but nh3
also removes the rest of the paragraph, because SVG has an element of that name. nh3 also removes
the text after a `<template>` or `<title>` that is never closed.
"""

from __future__ import annotations

import re

from ingest.reading.html.allowed import CONTENTLESS, FORMULAS, TAGS
from ingest.reading.html.tags import TAG, TAG_PATTERN

# HTML elements that are removed later, and elements that `repair` uses.
_PASSING = frozenset(
    "html head body base link meta frame frameset noscript form fieldset legend label button select"
    " option optgroup datalist textarea output input progress meter object param embed map area"
    " dialog menu menuitem dir slot search acronym marquee blink nobr listing keygen basefont"
    " bgsound".split()
)
_KNOWN = (TAGS | CONTENTLESS | _PASSING | {"math"}) - {"annotation"}
ELEMENTS = _KNOWN | FORMULAS
# Parsers read the content of these elements as text, up to the closing tag (HTML 13.2.6.2).
_RAW = frozenset(
    "script style textarea title xmp iframe noembed noframes plaintext amp-iframe".split()
)
# Without a closing tag, these elements would hide, collapse or move everything after them.
_PAIRED = frozenset(
    "template svg math canvas applet noscript video audio object details dialog dir amp-video"
    " amp-audio view".split()
)
# Elements of AMP and other frameworks → the HTML elements with the same meaning.
_RENAMED = {
    "image": "img",
    "amp-img": "img",
    "amp-anim": "img",
    "amp-video": "video",
    "amp-audio": "audio",
    "amp-iframe": "iframe",
    "view": "div",
}
# Namespace prefixes of MathML in XML.
_MATH_PREFIX = re.compile(r"(?:m|mml|math):(?=m)")
_OF_MATHJAX = "mjx-"

_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_MEDIUM_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_SOURCE = re.compile(r"(?:^|[\s\"'])(?:data-[\w-]*)?(?:src|data|original|url)\s*=", re.IGNORECASE)
_SIDES = re.compile(r"\s(?:width|height)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
# Matches an unescaped comparison, such as `a<b 则输出` or `0<x<1`. A real tag has these characters
# only in values of attributes, and contains no second `<`.
_OF_PROSE = r"&;()+,{}\[\]*|\u3400-\u9fff"
_PROSE = rf"<[a-zA-Z][^<>=\"{_OF_PROSE}]*+(?:[{_OF_PROSE}][^<>=\"]*+(?![=\"])|(?=<|\Z))"
_PERHAPS_PROSE = re.compile(_PROSE)
_MARK_OF_PROSE = re.compile(f"[{_OF_PROSE}]")
_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/(?![a-zA-Z]))[^>]*+>?"
_TOKEN = re.compile(rf"({_PROSE})|(?:{_COMMENT})|{TAG_PATTERN}", re.DOTALL)


def drop_unknown(text: str) -> str:
    """Return HTML without the tags of unknown elements, and without certain unclosed tags.

    An unknown element with attributes is kept without its content: it may be a player or picture.
    """
    names = {name.lower() for name in set(_NAME.findall(text))}
    is_plain = names <= _KNOWN and not _PERHAPS_PROSE.search(text)
    if is_plain and _are_closed(text, names & (_RAW | _PAIRED)):
        return text
    first = _Reader(text, frozenset())
    written = first.read()
    return _Reader(text, first.unclosed).read() if first.unclosed else written


def _are_closed(text: str, names: set[str]) -> bool:
    """Return whether all elements with these names are certainly closed, as in most documents."""
    lower = text.lower() if names else ""
    return all(
        lower.count(f"<{name}") == lower.count(f"</{name}>")
        and lower.rfind(f"<{name}") < lower.rfind(f"</{name}>")
        for name in names
    )


class _Reader:
    """Reads a document once, from the beginning to the end, and replaces its tags.

    `known_unclosed` contains the offsets of tags that have no closing tag, from an earlier reading.
    """

    def __init__(self, text: str, known_unclosed: frozenset[int]) -> None:
        self._text = text
        self._known_unclosed = known_unclosed
        self._open: dict[str, list[int]] = {name: [] for name in _PAIRED}
        self._without_end: set[str] = set()
        self._last_end = text.rfind("</")

    @property
    def unclosed(self) -> frozenset[int]:
        """Return the offsets of tags for which no closing tag was found."""
        return frozenset(place for places in self._open.values() for place in places)

    def read(self) -> str:
        """Return the text with its tags replaced."""
        pieces: list[str] = []
        place = 0
        while token := _TOKEN.search(self._text, place):
            pieces.append(self._text[place : token.start()])
            written, place = self._read_token(token)
            pieces.append(written)
        return "".join([*pieces, self._text[place:]])

    def _read_token(self, token: re.Match[str]) -> tuple[str, int]:
        """Return the replacement of a token, and the offset to continue from."""
        if token[1] and self._is_prose(token):
            return f"&lt;{token[1][1:]}", token.end()
        found = TAG.match(self._text, token.start()) if token[1] else token
        if found is None or not found.groups()[-2]:  # a comment, a declaration or an instruction
            return token[0], token.end()
        tag = _Tag(found)
        if tag.is_end:
            written = self._close(tag.name)
        elif tag.name in _RAW and not tag.closes_itself:
            return self._raw(tag)
        else:
            written = self._open_tag(tag)
        return written or self._nothing(tag), tag.end

    def _is_prose(self, token: re.Match[str]) -> bool:
        """Return whether a token that looks like a tag is text.

        In `<p <b>`, the token `<p ` is not text, but a tag without an end.
        """
        if _MARK_OF_PROSE.search(token[1]):
            return True
        name = token[1][1:].split(maxsplit=1)[0].lower()
        if token.end() == len(self._text):  # perhaps a tag that was cut off
            return not any(known.startswith(name) for known in _KNOWN)
        return len(name) == 1 or not self._is_element(name)

    def _nothing(self, tag: _Tag) -> str:
        """Return the replacement of a removed tag: an empty string, or a comment after a `<`.

        Without the comment, the `<` would start a tag with the text that follows.
        """
        return "<!---->" if self._text.endswith("<", 0, tag.start) else ""

    def _close(self, name: str) -> str:
        if name in _PAIRED:
            if not self._open[name]:
                return ""
            self._open[name].pop()
        target = _RENAMED.get(name, name)
        return f"</{target}>" if self._is_element(name) and target != "img" else ""

    def _open_tag(self, tag: _Tag) -> str:
        if tag.name in _PAIRED and not tag.closes_itself:
            if tag.start in self._known_unclosed:
                return f"{tag.written}</{tag.target}>" if tag.has_source else ""
            self._open[tag.name].append(tag.start)
        if self._is_element(tag.name):
            return tag.written
        is_medium = "=" in tag.attributes and _MEDIUM_NAME.fullmatch(tag.name)
        return f"{tag.written}</{tag.target}>" if is_medium else ""

    def _is_element(self, name: str) -> bool:
        is_foreign = bool(self._open["svg"] or self._open["math"])
        known = name in _KNOWN or name in _RENAMED or name.startswith(_OF_MATHJAX)
        return known or is_foreign

    def _raw(self, tag: _Tag) -> tuple[str, int]:
        """Return an element whose content is not HTML, such as a script, and the offset of its end.

        If the element is not closed, it is removed or loses its content.
        """
        end = self._end_of_raw(tag)
        if end is not None:
            return f"{tag.written}{self._text[tag.end : end]}", end
        if tag.has_source:
            return f"{tag.written}</{tag.target}>", tag.end
        is_code = tag.name in {"script", "style"}
        if is_code and (tag.attributes or self._last_end < tag.end):
            return "", len(self._text)  # the document was cut off inside this element
        return self._nothing(tag), tag.end

    def _end_of_raw(self, tag: _Tag) -> int | None:
        if tag.name in self._without_end:
            return None
        if end := _END_OF_RAW[tag.name].search(self._text, tag.end):
            return end.start()
        self._without_end.add(tag.name)
        return None


class _Tag:
    """A tag of the document, and the tag that replaces it."""

    def __init__(self, token: re.Match[str]) -> None:
        self.start, self.end = token.span()
        slash, name, attributes = token.groups()[-3:]
        self.is_end = bool(slash)
        self.name = _MATH_PREFIX.sub("", name.lower())
        self.target = _RENAMED.get(self.name, self.name)
        # In AMP, width and height are usually a ratio, such as 16 and 9.
        is_amp = self.name.startswith("amp-")
        self.attributes = _SIDES.sub("", attributes) if is_amp else attributes
        # A slash at the end of an unquoted value belongs to the value.
        self.closes_itself = "/" in token[0][1 + len(slash) + len(name) + len(attributes) :]

    @property
    def written(self) -> str:
        """Return the tag that replaces this one."""
        end = "/>" if self.closes_itself else ">"
        return f"<{self.target}{self.attributes}{end}"

    @property
    def has_source(self) -> bool:
        """Return whether the tag has the address of a medium."""
        return bool(_SOURCE.search(self.attributes))


_END_OF_RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
