"""Markup in titles: what is markup goes, what speaks of markup stays."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# Their tags dress words: in a title they are markup wherever they stand.
_DRESSING = frozenset(
    "a abbr b bdi bdo big br center cite code div em font h1 h2 h3 h4 h5 h6 i img ins kbd mark p"
    " q s small span strike strong sub sup tt u var wbr".split()
)
# They run something, or bring something in.
_ACTIVE = frozenset("script style iframe object embed svg math link meta base form".split())
_KNOWN = (
    _DRESSING
    | _ACTIVE
    | frozenset(
        "address area article aside audio blockquote body button canvas caption col colgroup"
        " data datalist dd del details dfn dialog dl dt fieldset figcaption figure footer frame"
        " frameset head header hr html input label legend li main map marquee menu meter nav"
        " noscript ol optgroup option output param picture pre progress rp rt ruby samp section"
        " select source summary table tbody td template textarea tfoot th thead time title tr"
        " track ul video".split()
    )
)
_ALONE = frozenset({"br", "img", "wbr"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([\s/][^<>]*)?>")
_ATTRIBUTES = re.compile(
    r"(?:[\s/]++(?:[^\s/=<>\"']++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>][^\s\"'<>]*+)"
    r"|async|controls|defer|disabled|hidden|open))++[\s/]*+"
)
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
# A section wraps words; who speaks of sections leaves a blank.
_SECTION = re.compile(r"<!\[CDATA\[(?=\S)(.{0,2000}?)\]\]>", re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,8}|#[xX][0-9a-fA-F]{1,8});")


def without_markup(raw_html: str) -> str:
    """Return the words of a title: tags go, entities are decoded, at most twice."""
    text = raw_html
    if "<!" in text:
        text = _COMMENT.sub("", _SECTION.sub(r"\1", text))
    text = _strip(text, is_escaped=False)
    return _decode(_strip(_decode(text), is_escaped=True))


def _decode(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


@dataclass(frozen=True, slots=True)
class _Names:
    """Which elements a title closes, and which it speaks of: `the <b> tag`."""

    closed: frozenset[str]
    spoken_of: frozenset[str]


def _strip(text: str, *, is_escaped: bool) -> str:
    if "<" not in text:
        return text
    tags = list(_TAG.finditer(text))
    names = _Names(
        frozenset(tag[2].lower() for tag in tags if tag[1]),
        frozenset(tag[2].lower() for tag in tags if _stands_apart(tag)) - _ALONE,
    )

    def replace(tag: re.Match[str]) -> str:
        if not _is_markup(tag, names, is_escaped=is_escaped):
            return tag[0]
        return " " if tag[2].lower() in {"br", "p", "div", "li"} else ""

    return _TAG.sub(replace, text)


def _stands_apart(tag: re.Match[str]) -> bool:
    """Whether an opening tag has blanks on both sides, as a word has."""
    before = tag.string[max(0, tag.start() - 1) : tag.start()]
    after = tag.string[tag.end() : tag.end() + 1]
    return not tag[1] and not tag[3] and before.isspace() and after.isspace()


def _is_markup(tag: re.Match[str], names: _Names, *, is_escaped: bool) -> bool:
    """Tell markup from words about markup: `<b>重磅</b>` from “C<T>” or “the <video> tag”."""
    name = tag[2].lower()
    if tag[3] and tag[3].strip(" /"):
        return _ATTRIBUTES.fullmatch(tag[3]) is not None
    if name in names.spoken_of:
        return False
    if is_escaped:  # written on purpose, unless it is an element that dresses or runs
        return name in _DRESSING & _ALONE or (name in names.closed and name in _DRESSING | _ACTIVE)
    if name in _ALONE or (name in names.closed and name in _KNOWN):
        return True
    return name in _DRESSING and _begins_with(tag)


def _begins_with(tag: re.Match[str]) -> bool:
    """Whether a title begins with a tag, and its word: the end of it was cut off."""
    after = tag.string[tag.end() : tag.end() + 1]
    return tag.start() == 0 and bool(after.strip())
