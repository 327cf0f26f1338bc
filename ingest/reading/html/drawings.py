"""What of HTML and pictures stands in an SVG drawing is shown; the drawing itself goes."""

from __future__ import annotations

from lxml import etree

_HTML = "foreignobject"
_ADDRESSES = ("href", "xlink:href")
_MEDIA = ("img", "video", "audio", "iframe")


def take_from_drawings(tree: etree._Element) -> None:
    """Put in the place of each drawing what stands in it beside lines and shapes."""
    for drawing in list(tree.iter("svg")):
        parts = [part for part in drawing.iter(_HTML, "img") if _is_shown(part, drawing)]
        if parts:
            _replace(drawing, parts)


def _is_shown(part: etree._Element, drawing: etree._Element) -> bool:
    """Whether it shows something, and stands in no other part of the same drawing."""
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
