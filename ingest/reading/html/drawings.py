"""Replace each SVG drawing by the HTML and the pictures in it."""

from __future__ import annotations

from lxml import etree

_HTML = "foreignobject"
_ADDRESSES = ("href", "xlink:href")
_MEDIA = ("img", "video", "audio", "iframe")


def take_from_drawings(tree: etree._Element) -> None:
    """Replace each drawing by the HTML and the pictures in it; lines and shapes are dropped."""
    for drawing in list(tree.iter("svg")):
        parts = [part for part in drawing.iter(_HTML, "img") if _is_shown(part, drawing)]
        if parts:
            _replace(drawing, parts)


def _is_shown(part: etree._Element, drawing: etree._Element) -> bool:
    """Return whether a part shows something, and is not inside another part of the drawing."""
    holders = part.iterancestors(_HTML, "svg")
    if next(holders, None) is not drawing:
        return False
    if part.tag == "img":
        return any(map(part.get, ("src", *_ADDRESSES)))
    return bool("".join(part.itertext()).strip()) or next(part.iter(*_MEDIA), None) is not None


def _replace(drawing: etree._Element, parts: list[etree._Element]) -> None:
    for part in parts:
        part.tail = None
        if part.tag == "img":
            source = part.get("src") or next(filter(None, map(part.get, _ADDRESSES)), "")
            part.set("src", source)
        else:
            part.attrib.clear()
            part.tag = "div"
    tail = drawing.tail
    drawing.clear()
    drawing.tag, drawing.tail = "span" if parts[0].tag == "img" else "div", tail
    drawing.extend(parts)
