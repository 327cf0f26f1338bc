"""HTML as most publishers write it, made safe and read in one pass, in a tenth of the time.

Plain is a fragment of well-nested paragraphs, lists, links and pictures of which all parsers make
the same tree, so that none is asked. Every tag in it is named here; every attribute comes out as
`allowed` would leave it. Where anything is not plain the answer is None, and the long way is gone:
that one is right by definition, and the tests hold this module against it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5, name2codepoint

from lxml import etree

from ingest.reading.html.addresses import LINK_SCHEMES, MEDIA_SCHEMES, absolute
from ingest.reading.html.allowed import ALWAYS_SET, harmless_style, is_allowed
from ingest.reading.html.formulas import SOURCES, is_drawn, lacks_source
from ingest.reading.html.hidden import hides
from ingest.reading.html.named_players import names_player
from ingest.reading.html.pictures import LATE_ATTRIBUTES
from ingest.reading.html.text import BREAKS, LINES, Shown, squeeze
from ingest.reading.html.tree import make_sound

_TAG = re.compile(r"<([^<>]*)>")
_REFERENCE = re.compile(r"&(?:#([0-9]{2,5});|([a-zA-Z0-9]{2,8});)?")
# HTML 4 and HTML 5 know two of these names as different characters.
_NAMED = {name: code for name, code in name2codepoint.items() if html5.get(f"{name};") == chr(code)}
# Characters that mean the same to every parser when they are named by their number.
_NAMED_BY_NUMBER = re.compile("[\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]")
_ATTRIBUTE = r"[ \n]++([a-z][a-z-]*+)=\"((?:[^\"&\x00-\x1f\x7f-\xa0]|&amp;)*+)\""
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE)
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE})*+")
_MOST_ATTRIBUTES = 20
_DEEPEST = 50

_WORDS = frozenset("a b cite code del em i ins kbd mark q s small span strong sub sup u".split())
_PHRASES = _WORDS | {"br", "img"}
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_SECTIONS = frozenset("article blockquote div figcaption figure section".split())
_FLOW = _PHRASES | _PARAGRAPHS | _LISTS | _SECTIONS | {"hr"}
# What may stand in an element: nothing that would close it, or be torn by it.
_TOP = ""
_HOLDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_WORDS | _PARAGRAPHS, _PHRASES),
    "a": _PHRASES - {"a"},
    **dict.fromkeys(_LISTS, frozenset({"li"})),
    **dict.fromkeys([_TOP, "li", *_SECTIONS], _FLOW),
}
_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break)", re.IGNORECASE)
# Stands for a line end while text is gathered, in which it cannot be.
_LINE_END = "\0"


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag without attributes: its element, what is written for it, and the line end it makes."""

    name: str
    written: str
    shown: str


_OPENING = {
    f"{name}{end}": _Tag(name, f"<{name}>", _LINE_END if name in BREAKS else "")
    for name in (_FLOW | {"li"}) - {"img"}
    for end in (("",) if name in _HOLDS else ("", "/", " /"))
}
_CLOSING = {
    f"/{name}": _Tag(name, f"</{name}>", _LINE_END if name in LINES else "")
    for name in _HOLDS
    if name != _TOP
}
# Addresses of which nobody doubts the server: none in numbers, in IDNA or with an odd port.
_LABEL = "(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_WEB = re.compile(rf"https?://(?:{_LABEL}\.)+[a-z]{{2,}}(?::[1-9][0-9]{{0,3}})?(?=[/?#]|\Z)")
_ADDRESSES = {("a", "href"): LINK_SCHEMES, ("img", "src"): MEDIA_SCHEMES}
# Attributes that ask for a closer look than is taken here.
_ODD_ATTRIBUTES = LATE_ATTRIBUTES | {"cite", "name", "srcset", *SOURCES}


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain fragment: clean HTML, what it shows, and its `img` elements as they were written."""

    html: str
    shown: Shown
    pictures: list[etree._Element]


class _OddError(Exception):
    """The fragment is not plain."""


def read(fragment: str, base_url: str | None) -> Plain | None:
    """Clean and read a fragment as `clean` and `text_of` do it; None where it is not plain."""
    pieces = _TAG.split(make_sound(fragment))
    if len(pieces) == 1:
        return None
    try:
        return _Reader(base_url).read(pieces)
    except _OddError:
        return None


class _Reader:
    """Reads one fragment, tag by tag."""

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        self._open = [_TOP]
        self._media: list[str] = []
        self._pictures: list[etree._Element] = []

    def read(self, pieces: list[str]) -> Plain:
        """Read a fragment in pieces, of which every second is a tag without its brackets."""
        written, shown = pieces[:], pieces[:]
        for place in range(1, len(pieces), 2):
            written[place], shown[place] = self._read_tag(pieces[place])
        if len(self._open) > 1:
            raise _OddError
        written[::2], shown[::2] = _texts(pieces[::2])
        text = squeeze("".join(shown).split(_LINE_END))
        return Plain("".join(written), Shown(text, self._media), self._pictures)

    def _read_tag(self, written: str) -> tuple[str, str]:
        """Return what is written for a tag in the end, and the line end that it makes."""
        if (tag := _CLOSING.get(written)) is not None:
            if self._open.pop() != tag.name:
                raise _OddError
            return tag.written, tag.shown
        if (tag := _OPENING.get(written)) is not None:
            self._enter(tag.name)
            return tag.written, tag.shown
        name = written.partition(" ")[0]
        self._enter(name)
        attributes = self._read_attributes(name, written[len(name) :])
        return f"<{name}{attributes}>", _LINE_END if name in BREAKS else ""

    def _enter(self, name: str) -> None:
        if name not in _HOLDS[self._open[-1]] or (name == "a" and name in self._open):
            raise _OddError
        if name in _HOLDS:
            self._open.append(name)
        if len(self._open) > _DEEPEST:
            raise _OddError

    def _read_attributes(self, element: str, written: str) -> str:
        """Return the attributes of a tag as they are written in the end."""
        written = written if element in _HOLDS else written.removesuffix("/")
        # From each of these blanks the search for an attribute would begin anew.
        written = written.rstrip(" \n")
        pairs = _EACH_ATTRIBUTE.findall(written) if _ATTRIBUTES.fullmatch(written) else []
        attributes = {name: value.replace("&amp;", "&") for name, value in pairs}
        if not attributes or len(attributes) < len(pairs) or len(pairs) > _MOST_ATTRIBUTES:
            raise _OddError
        kept = {name: self._kept(element, name, value) for name, value in attributes.items()}
        if element == "img":
            self._note_picture(attributes, kept.get("src"))
            kept |= ALWAYS_SET[element]
        quoted = [
            f' {name}="{value.replace("&", "&amp;")}"'
            for name, value in kept.items()
            if value is not None
        ]
        return "".join(quoted)

    def _note_picture(self, attributes: dict[str, str], source: str | None) -> None:
        if source is None or lacks_source(attributes["src"], attributes.get("alt")):
            raise _OddError
        self._media.append(source)
        self._pictures.append(etree.Element("img", attributes))

    def _kept(self, element: str, name: str, value: str) -> str | None:
        """Return the value of an attribute as it is in the end, None where the attribute goes."""
        if name in _ODD_ATTRIBUTES or names_player(name):
            raise _OddError
        if name == "class" and is_drawn(value):
            raise _OddError
        if name == "style":
            return _style(value)
        if schemes := _ADDRESSES.get((element, name)):
            return self._address(value, schemes)
        return value if is_allowed(element, name) else None

    def _address(self, written: str, schemes: frozenset[str]) -> str:
        url = absolute(written, self._base_url, schemes)
        if url is None or not _WEB.match(url) or written.lstrip().startswith("#"):
            raise _OddError
        return url


def _style(written: str) -> str:
    harmless = harmless_style(written)
    # Where nothing of it is left nh3 puts the other attributes in another order.
    is_odd = "display" in written.lower() or hides(written)
    if not harmless or is_odd or _KEEPS_LINES.search(written):
        raise _OddError
    return harmless


def _texts(pieces: list[str]) -> tuple[list[str], list[str]]:
    """Return texts as they are written in the end, and as they are shown."""
    joined = "".join(pieces)
    if "<" in joined:
        raise _OddError
    if not ("&" in joined or ">" in joined or "\xa0" in joined):
        return pieces, pieces
    shown = [_REFERENCE.sub(_character, piece) for piece in pieces]
    return [html.escape(text, quote=False).replace("\xa0", "&nbsp;") for text in shown], shown


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1]) if reference[1] else _NAMED.get(reference[2], 0)
    if not _NAMED_BY_NUMBER.fullmatch(chr(code)):
        raise _OddError
    return chr(code)
