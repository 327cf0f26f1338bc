"""Clean SVG drawings of all that runs, and of all that loads something else.

A drawing that a page shows with `img` runs nothing, but a drawing that is opened by itself is a
document with scripts and links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_LINK = f"{{{_SVG}}}a"
_HREFS = frozenset({"href", f"{{{_XLINK}}}href"})
_ELEMENTS = frozenset(
    "svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text"
    " tspan textPath linearGradient radialGradient stop clipPath mask pattern marker image switch"
    " filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix"
    " feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB"
    " feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight"
    " feSpecularLighting feSpotLight feTile feTurbulence style".split()
)
# What an address inside a drawing may be: a part of the drawing, or a raster picture in it.
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp|avif);base64,)", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"@import|image-set|\bsrc\s*\(|expression\s*\(|javascript:|behavior\s*:|-moz-binding|\\|url\s*\(\s*['\"]?\s*(?!['\"#\s])",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*(\d{1,6})(?:\.\d+)?(?:px)?\s*\Z")
_MOST_ELEMENTS = 100_000


class NoDrawing(Exception):
    """A file that is not a drawing in well-formed XML; the message says why."""


def clean_drawing(body: bytes) -> bytes:
    """Return a drawing without scripts, events, links and outside addresses; UTF-8.

    The bytes are unchanged if nothing had to be removed. Raise `NoDrawing`.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoDrawing(f"its XML is damaged: {error}") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise NoDrawing("its root is no svg element of SVG's namespace")
    removed = list(_remove_unsafe(root))
    if not removed and _stands_alone(root):
        return body
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, with_tail=False)


def _stands_alone(root: etree._Element) -> bool:
    """Return whether nothing but comments stands around the root."""
    around = [*root.itersiblings(preceding=True), *root.itersiblings()]
    is_typed = root.getroottree().docinfo.doctype != ""
    return not is_typed and all(isinstance(one, etree._Comment) for one in around)  # noqa: SLF001


def _remove_unsafe(root: etree._Element) -> Iterator[str]:
    """Remove everything that is not allowed; yield the name of each removed part."""
    for number, element in enumerate(list(root.iter())):
        if number > _MOST_ELEMENTS:
            raise NoDrawing("it has too many elements")
        if element.tag == _LINK:
            yield str(element.tag)
            element.tag = f"{{{_SVG}}}g"
        if not _is_allowed(element):
            yield str(element.tag)
            _drop(element)
            continue
        for name, value in list(element.attrib.items()):
            if not _is_safe(str(name), str(value)):
                del element.attrib[name]
                yield str(name)


def _is_allowed(element: etree._Element) -> bool:
    if isinstance(element, etree._Comment):  # noqa: SLF001 - lxml has no public name for it
        return True
    if not isinstance(element.tag, str):
        return False
    name = etree.QName(element)
    if name.namespace != _SVG:
        return False
    if name.localname == "style":
        return not len(element) and not _OUTSIDE.search(element.text or "")
    return name.localname in _ELEMENTS


def _is_safe(name: str, value: str) -> bool:
    if name in _HREFS:
        return bool(_INSIDE.match(value))
    if name.startswith("{"):
        return name.startswith(f"{{{_XML}}}") and not name.endswith("}base")
    return not name.lower().startswith("on") and not _OUTSIDE.search(value)


def _drop(element: etree._Element) -> None:
    """Remove an element, but keep the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


def size_of(body: bytes) -> tuple[int | None, int | None]:
    """Return the width and height of a cleaned drawing in pixels, or None if it names none."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    sides = [_LENGTH.match(root.get(name) or "") for name in ("width", "height")]
    if all(sides):
        width, height = (int(side[1]) for side in sides if side)
        return width, height
    return None, None
