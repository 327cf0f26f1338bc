"""Turn drawings of MathJax 3 and 4, made with SVG or CSS, back into MathML.

A drawing states the MathML element of each of its parts, and the code point of each glyph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from ingest.reading.html.mathml import ELEMENTS, TOKENS

_GLYPH = re.compile(r"mjx-c([0-9A-F]{2,6})(?![0-9A-F])")
# MathJax draws variables with these italic letters.
_ITALIC = re.compile("[\U0001d434-\U0001d467\U0001d6e2-\U0001d71b\u210e]")
_OF_TEX = "texatom"
_SURD = "√"
_PREFIX = "mjx-"
# In drawings made with CSS, the last child of these elements is drawn first.
_TURNED = frozenset({"mover", "munderover", "mroot"})


def rebuild(drawing: etree._Element) -> etree._Element | None:
    """Return the `math` element for a drawing; None if the drawing does not describe a formula."""
    top = next((node for node in drawing.iter(etree.Element) if _name(node) == "math"), None)
    if top is None:
        return None
    math = _element(top)
    if tex := top.get("data-latex"):
        math.set("alttext", tex)
    return math if "".join(math.itertext()).strip() else None


def _name(node: etree._Element) -> str | None:
    """Return the name of the MathML element that a part of the drawing shows."""
    tag = str(node.tag)
    named = tag[len(_PREFIX) :] if tag.startswith(_PREFIX) else node.get("data-mml-node", "")
    name = named.lower()
    return name if name in ELEMENTS or name == _OF_TEX else None


def _element(node: etree._Element) -> etree._Element:
    name = _name(node)
    element = etree.Element("mrow" if name == _OF_TEX else str(name))
    if name in TOKENS:
        element.text = _ITALIC.sub(_upright, "".join(_glyphs(node)))
        return element
    parts = [_element(child) for child in _parts(node)]
    if name in {"msqrt", "mroot"}:
        parts = [part for part in parts if part.text != _SURD]
    if name == "msubsup" and len(parts) == 3:
        parts[1:] = parts[:0:-1]
    elif name in _TURNED and str(node.tag).startswith(_PREFIX):
        parts = parts[1:] + parts[:1]
    if name == "munderover" and len(parts) == 2:  # the lower part is in an inner element
        element.tag = "mover"
    element.extend(parts)
    return element


def _upright(letter: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", letter[0])


def _parts(node: etree._Element) -> Iterator[etree._Element]:
    for child in node.iterchildren(etree.Element):
        if _name(child):
            yield child
        else:
            yield from _parts(child)


def _glyphs(token: etree._Element) -> Iterator[str]:
    for part in token.iter(etree.Element):
        in_class = _GLYPH.search(part.get("class") or "")
        code = in_class[1] if in_class else part.get("data-c", "")
        if re.fullmatch(r"[0-9A-Fa-f]{2,6}", code) and int(code, 16) <= 0x10FFFF:
            yield chr(int(code, 16))
        elif part.text:
            yield part.text
