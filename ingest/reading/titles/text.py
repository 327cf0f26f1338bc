"""Converts a title with markup to plain text on one line.

Markup is removed. Tags in a title about HTML (`the <b> tag`) are kept.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

# These elements format words. Their tags in a title are always markup.
_FORMATTING = frozenset(
    "a abbr b bdi bdo big br center cite code div em font h1 h2 h3 h4 h5 h6 i img ins kbd mark p"
    " q s small span strike strong sub sup tt u var wbr".split()
)
# These elements run or embed something.
_ACTIVE = frozenset("script style iframe object embed svg math link meta base form".split())
_KNOWN = (
    _FORMATTING
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
# In a real CDATA section, the text begins immediately. A title about CDATA has a space there.
_SECTION = re.compile(r"<!\[CDATA\[(?=\S)(.{0,2000}?)\]\]>", re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,8}|#[xX][0-9a-fA-F]{1,8});")
_JOINERS = "\u200c\u200d"
_PLAIN_SCRIPTS = re.compile("[\\s\x00-\x7f\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
# A flag of a region is a black flag and the tags that name the region (UTS 51, ED-14a).
_FLAG = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f)")
# These format characters (Cf) are visible signs around Arabic, Syriac and Kaithi numbers.
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_VOWEL_SEPARATOR = "\u180e"


def without_markup(raw_html: str) -> str:
    """Return a title without tags and with entities decoded, also if it was escaped twice."""
    text = raw_html
    if "<!" in text:
        text = _COMMENT.sub("", _SECTION.sub(r"\1", text))
    text = _strip(text, is_escaped=False)
    return _decode(_strip(_decode(text), is_escaped=True))


def _decode(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of elements in a title.

    The elements in `closed` have an end tag. Those in `mentioned` have a tag that is used like a
    word, as in `the <b> tag`.
    """

    closed: frozenset[str]
    mentioned: frozenset[str]


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
    """Return whether an opening tag has blanks on both sides, like a word."""
    before = tag.string[max(0, tag.start() - 1) : tag.start()]
    after = tag.string[tag.end() : tag.end() + 1]
    return not tag[1] and not tag[3] and before.isspace() and after.isspace()


def _is_markup(tag: re.Match[str], names: _Names, *, is_escaped: bool) -> bool:
    """Return whether a tag is markup, as in `<b>重磅</b>`.

    Otherwise it is a word of the title, as in `C<T>` and `the <video> tag`.
    """
    name = tag[2].lower()
    if tag[3] and tag[3].strip(" /"):
        return _ATTRIBUTES.fullmatch(tag[3]) is not None
    if name in names.mentioned:
        return False
    if is_escaped:
        # An escaped tag is meant to be visible, unless it formats or runs something.
        is_markup = name in _FORMATTING | _ACTIVE
        return name in _FORMATTING & _ALONE or (name in names.closed and is_markup)
    if name in _ALONE or (name in names.closed and name in _KNOWN):
        return True
    return name in _FORMATTING and _begins_with(tag)


def _begins_with(tag: re.Match[str]) -> bool:
    """Return whether a title begins with this tag and a word; its end tag was probably cut off."""
    after = tag.string[tag.end() : tag.end() + 1]
    return tag.start() == 0 and bool(after.strip())


def one_line(text: str) -> str:
    """Return a text on one line, with single blanks and without invisible characters."""
    if text.isprintable():  # Every character is visible, and the only white space is U+0020.
        return " ".join(text.split())
    pieces = _FLAG.split(text)
    pieces[::2] = [_drop_invisible(piece) for piece in pieces[::2]]
    return " ".join("".join(pieces).split())


def _drop_invisible(text: str) -> str:
    return "".join(
        " " if character.isspace() else character
        for place, character in enumerate(text)
        if not _is_invisible(character) or _is_needed(text, place)
    )


def _is_invisible(character: str) -> bool:
    if character.isspace() or character in _VISIBLE_FORMATS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in "\ufffe\uffff"


def _is_needed(text: str, place: int) -> bool:
    """Return whether an invisible character changes how its neighbours look.

    Joiners are needed in emoji and in Arabic and Indic words, the vowel separator in Mongolian.
    """
    if not 0 < place < len(text) - 1:
        return False
    if text[place] == _VOWEL_SEPARATOR:
        return _MONGOLIAN.match(text[place - 1]) is not None
    if text[place] not in _JOINERS:
        return False
    return not any(_PLAIN_SCRIPTS.match(text[beside]) for beside in (place - 1, place + 1))
