"""Read plain HTML in one pass: make its addresses absolute, and return its visible content.

A plain fragment has well-nested paragraphs, lists, links and pictures, for which all parsers make
the same tree. It needs no repair, only sanitizing by nh3. If anything is not plain, the result is
None, and the caller uses `html.cleaning`. Tests check that both give the same result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from ingest.reading import shortcuts
from ingest.reading.html.addresses import LINK_SCHEMES, MEDIA_SCHEMES, absolute
from ingest.reading.html.allowed import sanitize_plain
from ingest.reading.html.formulas import SOURCES, is_drawn, lacks_source
from ingest.reading.html.hidden import hides
from ingest.reading.html.named_players import names_player
from ingest.reading.html.pictures import LATE_ATTRIBUTES
from ingest.reading.html.text import BREAKS, LINES, Shown, join_lines
from ingest.reading.html.tree import make_sound
from ingest.reading.shortcuts.plain_text import OddError, shown_texts
from ingest.values import SafeHtml

_TAG = re.compile(r"<([^<>]*)>")
# Matches adjacent code elements: they may be lines of code, to which `html.lines` adds line ends.
_CODE_LINES = re.compile(r"</code>(?:\s|&[^<\s]*)*+<code")
_ATTRIBUTE = r"[ \n]++([a-z][a-z-]*+)=\"((?:[^\"&\x00-\x1f\x7f-\xa0]++|&amp;)*+)\""
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE)
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE})*+")
_MOST_ATTRIBUTES = 20
_DEEPEST = 50
_MOST_REMEMBERED = 2_000  # tags
_LONGEST_REMEMBERED = 200

_WORDS = frozenset("a b cite code del em i ins kbd mark q s small span strong sub sup u".split())
_PHRASES = _WORDS | {"br", "img"}
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_SECTIONS = frozenset("article blockquote div figcaption figure section".split())
_FLOW = _PHRASES | _PARAGRAPHS | _LISTS | _SECTIONS | {"hr"}
# The elements that each element may contain, so that no standard parser closes or splits it.
_TOP = ""
_HOLDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_WORDS | _PARAGRAPHS, _PHRASES),
    "a": _PHRASES - {"a"},
    **dict.fromkeys(_LISTS, frozenset({"li"})),
    **dict.fromkeys([_TOP, "li", *_SECTIONS], _FLOW),
}
_ODD_STYLE = re.compile(r"display|white-space\s*:\s*(?:pre|break)", re.IGNORECASE)
# This character marks line ends while text is collected, because the text cannot contain it.
_LINE_END = "\0"


class _Tag(NamedTuple):
    """A tag of the fragment.

    `name` is the name of its element. `written` is the tag as it is passed to nh3. `shown` is the
    line end that the tag makes in the visible text, or an empty string.
    """

    name: str
    written: str
    shown: str
    is_closing: bool = False


_KNOWN = {
    f"{name}{end}": _Tag(name, f"<{name}>", _LINE_END if name in BREAKS else "")
    for name in (_FLOW | {"li"}) - {"img"}
    for end in (("",) if name in _HOLDS else ("", "/", " /"))
} | {
    f"/{name}": _Tag(name, f"</{name}>", _LINE_END if name in LINES else "", is_closing=True)
    for name in _HOLDS
    if name != _TOP
}
# Matches addresses that all parsers read alike: no IP address, no IDNA, no unusual port.
_LABEL = "(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_WEB = re.compile(rf"https?://(?:{_LABEL}\.)+[a-z]{{2,}}(?::[1-9][0-9]{{0,3}})?(?=[/?#]|\Z)")
_ADDRESSES = {"a": ("href", LINK_SCHEMES), "img": ("src", MEDIA_SCHEMES)}
# Attributes that only `html.cleaning` handles.
_ODD_ATTRIBUTES = LATE_ATTRIBUTES | {"cite", "name", "srcset", *SOURCES}
# The usual attributes of links and pictures. Plain HTML may have them with any value.
_USUAL_ATTRIBUTES = frozenset("alt border height href rel src target title width".split())


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain fragment: clean HTML, its visible content, and its pictures before cleaning.

    A picture is the attributes of an `img`.
    """

    html: SafeHtml
    shown: Shown
    pictures: list[dict[str, str]]


# HTML that is not yet sanitized, its visible content, and its pictures.
_Read: TypeAlias = tuple[str, Shown, list[dict[str, str]]]


def read(fragment: str, base_url: str | None) -> Plain | None:
    """Clean and read a fragment as `clean` and `text_of` do; None if the fragment is not plain."""
    if (found := _read(make_sound(fragment), base_url)) is None:
        return None
    written, shown, pictures = found
    return Plain(sanitize_plain(written), shown, pictures)


def shown_by(clean: str) -> Shown | None:
    """Return the visible content of clean HTML, or None if the HTML is not plain."""
    if (found := _read(clean, None)) is None:
        return None
    written, shown, _ = found
    return shown if written == clean else None


def _read(text: str, base_url: str | None) -> _Read | None:
    if not shortcuts.ENABLED or _CODE_LINES.search(text):
        return None
    pieces = _TAG.split(text)
    if len(pieces) == 1:
        return None
    try:
        return _Reader(base_url).read(pieces)
    except OddError:
        return None


class _Reader:
    """Reads one fragment, tag by tag."""

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        self._media: list[str] = []
        self._pictures: list[dict[str, str]] = []

    def read(self, pieces: list[str]) -> _Read:
        """Read a fragment that is split at its tags: every second piece is the inside of a tag."""
        tags = [_KNOWN.get(inside) or self._read_attributes(inside) for inside in pieces[1::2]]
        _check_nesting(tags)
        written, shown = pieces[:], pieces[:]
        written[1::2] = [tag.written for tag in tags]
        shown[1::2] = [tag.shown for tag in tags]
        shown[::2] = shown_texts(pieces[::2])
        text = join_lines("".join(shown).split(_LINE_END))
        return "".join(written), Shown(text, self._media), self._pictures

    def _read_attributes(self, written: str) -> _Tag:
        """Return a tag with attributes; make the address of a link or picture absolute."""
        name = _name(written)
        if name not in _ADDRESSES:
            return _remembered(written) if len(written) <= _LONGEST_REMEMBERED else _tag(written)
        attribute, schemes = _ADDRESSES[name]
        attributes = _attributes(name, written)
        resolved = dict(attributes)
        if attribute in attributes:
            resolved[attribute] = self._address(attributes[attribute], schemes)
        if name == "img":
            self._note_picture(attributes, resolved)
        quoted = [f' {key}="{value.replace("&", "&amp;")}"' for key, value in resolved.items()]
        return _Tag(name, f"<{name}{''.join(quoted)}>", "")

    def _note_picture(self, attributes: dict[str, str], resolved: dict[str, str]) -> None:
        if "src" not in resolved or lacks_source(attributes["src"], attributes.get("alt")):
            raise OddError
        self._media.append(resolved["src"])
        self._pictures.append(attributes)

    def _address(self, written: str, schemes: frozenset[str]) -> str:
        url = absolute(written, self._base_url, schemes)
        if url is None or not _WEB.match(url) or written.lstrip().startswith("#"):
            raise OddError
        return url


def _check_nesting(tags: list[_Tag]) -> None:
    """Raise `OddError` if a parser would close or split an element without a tag."""
    opened = [_TOP]
    for name, _, _, is_closing in tags:
        if is_closing:
            if opened.pop() != name:
                raise OddError
        elif name not in _HOLDS[opened[-1]] or (name == "a" and name in opened):
            raise OddError
        elif name in _HOLDS:
            opened.append(name)
            if len(opened) > _DEEPEST:
                raise OddError
    if len(opened) > 1:
        raise OddError


def _name(written: str) -> str:
    """Return the name of a tag's element: the text before the first blank or line end."""
    return written.partition(" ")[0].partition("\n")[0]


def _tag(written: str) -> _Tag:
    """Return a tag whose attributes have no addresses."""
    name = _name(written)
    _attributes(name, written)
    end = "" if name in _HOLDS else "/"
    return _Tag(name, f"<{written.removesuffix(end)}>", _LINE_END if name in BREAKS else "")


_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_tag)


def _attributes(element: str, written: str) -> dict[str, str]:
    """Return the attributes of a tag; raise `OddError` for any that is not plain."""
    rest = written[len(element) :]
    rest = rest if element in _HOLDS else rest.removesuffix("/")
    # Trailing blanks would make the search slow, because it would start again at each blank.
    rest = rest.rstrip(" \n")
    pairs = _EACH_ATTRIBUTE.findall(rest) if _ATTRIBUTES.fullmatch(rest) else []
    attributes = {name: value.replace("&amp;", "&") for name, value in pairs}
    if not attributes or len(attributes) < len(pairs) or len(pairs) > _MOST_ATTRIBUTES:
        raise OddError
    if not attributes.keys() <= _USUAL_ATTRIBUTES:
        _check_unusual(attributes)
    return attributes


def _check_unusual(attributes: Mapping[str, str]) -> None:
    """Raise `OddError` for attributes that are not plain."""
    if not _ODD_ATTRIBUTES.isdisjoint(attributes) or is_drawn(attributes.get("class", "")):
        raise OddError
    if any(map(names_player, attributes)):
        raise OddError
    style = attributes.get("style", "")
    if _ODD_STYLE.search(style) or hides(style):
        raise OddError
