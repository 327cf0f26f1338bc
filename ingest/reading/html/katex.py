"""What KaTeX drew without MathML, or with a MathML that somebody took the tags out of."""

from __future__ import annotations

from lxml import etree

DRAWN = "katex-html"
TWIN = "katex-mathml"
_ZERO_WIDTH = "\u200b"
_STACK = "vlist"  # parts above each other, which only KaTeX's styles put there


def find(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first element within that has a class."""
    for inner in element.iterdescendants(etree.Element):
        if name in (inner.get("class") or "").split():
            return inner
    return None


def source_of(formula: etree._Element) -> str:
    """Return the TeX left of a MathML without tags: the letters of the drawing stand before it."""
    twin, drawn = find(formula, TWIN), find(formula, DRAWN)
    if twin is None or drawn is None:
        return ""
    letters, text = _letters(drawn), "".join(twin.itertext())
    return text.strip() if not _letters(twin).startswith(letters) else _after(letters, text)


def _after(letters: str, text: str) -> str:
    """Return what follows the letters in a text, which may have blanks between them."""
    left = len(letters)
    for place, character in enumerate(text):
        if left == 0:
            return text[place:].strip()
        left -= not (character.isspace() or character == _ZERO_WIDTH)
    return ""


def is_stacked(formula: etree._Element) -> bool:
    """Whether a power would read as a product, since the styles do not come along."""
    return find(formula, _STACK) is not None


def _letters(element: etree._Element) -> str:
    return "".join("".join(element.itertext()).replace(_ZERO_WIDTH, "").split())
