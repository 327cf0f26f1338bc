"""Convert an entry's HTML to blocks of XHTML for books, which are valid even if the HTML is not.

Publishers nest elements in ways that HTML forbids, and e-book readers refuse such files. So the
text becomes a flat list of blocks: paragraphs, headings, list items, quotations and code. Inside
the blocks are only links, emphasis, code and line breaks. Pictures and films are replaced by links.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from ingest.reading.html.text import LINES
from ingest.reading.html.tree import parse_fragment

_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em"} | {
    name: name for name in ("code", "sub", "sup", "mark", "del", "ins", "small")
}
_KINDS = {"li": "li", "blockquote": "quote", "pre": "pre"} | dict.fromkeys(
    ("h1", "h2", "h3", "h4", "h5", "h6", "dt"), "h2"
)
_UNSEEN = frozenset("script style template head title noscript textarea select svg math".split())
_MEDIA = frozenset("img video audio iframe embed object source".split())
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class _Block(NamedTuple):
    kind: str
    markup: str


def blocks_of(html: str) -> str:
    """Return the blocks of an entry's HTML as XHTML."""
    blocks = _Writer().write(parse_fragment(html)) if html else []
    return "\n".join(_join(kind, list(same)) for kind, same in groupby(blocks, lambda b: b.kind))


def _join(kind: str, blocks: list[_Block]) -> str:
    """Put blocks of one kind, such as list items, into the element that must contain them."""
    if kind == "li":
        return f"<ul>{''.join(f'<li>{one.markup}</li>' for one in blocks)}</ul>"
    if kind == "quote":
        return f"<blockquote>{''.join(f'<p>{one.markup}</p>' for one in blocks)}</blockquote>"
    return "\n".join(f"<{kind}>{one.markup}</{kind}>" for one in blocks)


def text_in_xml(text: str) -> str:
    """Return a text escaped for XML, without characters that XML forbids."""
    return escape(_IMPOSSIBLE.sub("", text))


def link_in_xml(address: str | None) -> str | None:
    """Return an address as a quoted attribute, or None if it is not a valid web address."""
    try:
        parts = urlsplit(_IMPOSSIBLE.sub("", (address or "").strip()))
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        return None
    rest = parts._replace(scheme="", netloc="").geturl()
    safe = quote(_STRAY_PERCENT.sub("%25", rest), safe="%/:?#@!$&'()*+,;=~-._")
    head, mark, fragment = safe.partition("#")
    return quoteattr(f"{parts.scheme}://{parts.netloc}{head}{mark}{fragment.replace('#', '%23')}")


class _Writer:
    """A writer that visits the elements of a tree, and begins a new block at each block element."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._pieces: list[str] = []
        self._open: list[tuple[str, str]] = []  # start tag and end tag of open inline elements
        self._kinds = ["p"]
        self._has_text = False

    def write(self, tree: etree._Element) -> list[_Block]:
        """Return the blocks of a tree."""
        walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                if element.tag in _UNSEEN:
                    walker.skip_subtree()
                else:
                    self._start(element)
            else:
                if event == "end":
                    self._end(element)
                self._text(element.tail)
        self._end_block()
        return self._blocks

    def _start(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag in LINES:
            self._end_block()
            self._kinds.append(_KINDS.get(tag, self._kinds[-1]))
        if tag in _MEDIA:
            self._name_media(element)
        elif tag == "br" and self._has_text:
            self._pieces.append("<br/>")
        elif tag in _INLINE:
            self._open_inline(f"<{_INLINE[tag]}>", f"</{_INLINE[tag]}>")
        elif tag == "a":
            address = None if self._is_in_link() else link_in_xml(element.get("href"))
            self._open_inline(*((f"<a href={address}>", "</a>") if address else ("", "")))
        self._text(element.text)

    def _end(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag in _UNSEEN:
            return
        if tag in LINES:
            self._end_block()
            self._kinds.pop()
        elif tag in _INLINE or tag == "a":
            self._pieces.append(self._open.pop()[1])

    def _is_in_link(self) -> bool:
        return any(end == "</a>" for _, end in self._open)

    def _open_inline(self, start: str, end: str) -> None:
        self._open.append((start, end))
        self._pieces.append(start)

    def _text(self, text: str | None) -> None:
        if text:
            self._has_text = self._has_text or not text.isspace()
            self._pieces.append(text_in_xml(text))

    def _name_media(self, element: etree._Element) -> None:
        address = link_in_xml(element.get("src"))
        name = text_in_xml(element.get("alt") or element.get("title") or "").strip()
        if address is None or self._is_in_link():
            markup = f"[{name or '图'}]" if element.tag == "img" else ""
        else:
            kind = "图" if element.tag == "img" else "媒体"
            markup = f"<a href={address}>[{name or kind}]</a>"
        if markup:
            self._pieces.append(markup)
            self._has_text = True

    def _end_block(self) -> None:
        """End the current block; open inline elements continue in the next block."""
        if self._has_text:
            ends = "".join(end for _, end in reversed(self._open))
            self._blocks.append(_Block(self._kinds[-1], "".join(self._pieces).strip() + ends))
        self._pieces = [start for start, _ in self._open]
        self._has_text = False
