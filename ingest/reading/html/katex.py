"""Read drawings of KaTeX that have no MathML, or whose MathML has lost its tags."""

from __future__ import annotations

from lxml import etree

DRAWN = "katex-html"
TWIN = "katex-mathml"
_ZERO_WIDTH = "\u200b"
_STACK = "vlist"  # a class of parts that KaTeX's styles place above each other


def find(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first element inside `element` with the class `name`."""
    for inner in element.iterdescendants(etree.Element):
        if name in (inner.get("class") or "").split():
            return inner
    return None


def source_of(formula: etree._Element) -> str:
    """Return the TeX of a formula whose MathML has lost its tags, or an empty string.

    The remaining text of the MathML is the letters of the drawing, followed by the TeX.
    """
    twin, drawn = find(formula, TWIN), find(formula, DRAWN)
    if twin is None or drawn is None:
        return ""
    letters, text = _letters(drawn), "".join(twin.itertext())
    return text.strip() if not _letters(twin).startswith(letters) else _after(letters, text)


def _after(letters: str, text: str) -> str:
    """Return `text` without the `letters` at its beginning; blanks between them are ignored."""
    left = len(letters)
    for place, character in enumerate(text):
        if left == 0:
            return text[place:].strip()
        left -= not (character.isspace() or character == _ZERO_WIDTH)
    return ""


def is_stacked(formula: etree._Element) -> bool:
    """Return whether a formula has parts above each other, which are unreadable without styles."""
    return find(formula, _STACK) is not None


def _letters(element: etree._Element) -> str:
    return "".join("".join(element.itertext()).replace(_ZERO_WIDTH, "").split())
