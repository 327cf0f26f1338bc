"""Repair a tree of a publisher's HTML so that it looks the same on any page.

Pictures get their real address, addresses become absolute, unknown players become links. Dangerous
content is removed later, by `allowed`.
"""

from __future__ import annotations

from urllib.parse import unquote

from lxml import etree

from ingest.reading.html import pictures
from ingest.reading.html.addresses import MEDIA_SCHEMES, RASTER_DATA, absolute
from ingest.reading.html.allowed import CONTENTLESS
from ingest.reading.html.custom import replace_custom
from ingest.reading.html.drawings import take_from_drawings
from ingest.reading.html.formulas import settle_formulas
from ingest.reading.html.hidden import reveal
from ingest.reading.html.lines import part_codes, part_lines
from ingest.reading.html.names import ELEMENTS
from ingest.reading.html.players import address_of, identity, settle_medium, settle_players
from ingest.reading.html.untangle import untangle

# Tags that have no meaning outside of a form or a whole page. Their content is kept.
_TAGLESS = (
    "form fieldset legend label button select option optgroup datalist textarea output input"
    " nobr noscript marquee frameset"
).split()
_PREFORMATTED = ("pre", "listing", "xmp", "plaintext")
_CITING = ("blockquote", "q", "ins", "del")
_GONE = "template"  # an element with this name is removed with its content


def repair(tree: etree._Element, base_url: str | None, markup: str) -> None:
    """Repair a tree in place; it was parsed from `markup`."""
    for text in tree.iter(*_PREFORMATTED):
        text.tag = "pre"
        # Parsers drop the first line end of a `pre` (HTML 13.1.2.5).
        text.text = (text.text or "").lstrip("\n")
        part_lines(text)
    part_codes(tree)
    settle_formulas(tree, markup)
    take_from_drawings(tree)
    _replace_unknown(tree, base_url)
    _show_noscript(tree, base_url)
    for image in tree.iter("img"):
        _repair_image(image, base_url)
    for medium in tree.iter("source", "video", "audio", "track"):
        settle_medium(medium, base_url)
    settle_players(tree, base_url)
    _repair_links(tree, base_url)
    etree.strip_elements(tree, etree.Comment, etree.PI, *CONTENTLESS, with_tail=False)
    etree.strip_tags(tree, *_TAGLESS)
    for empty in tree.iter("li", "dt", "dd"):
        if not empty.text and not len(empty):
            empty.text = ""  # otherwise lxml writes no end tag, and later text joins the item
    reveal(tree)
    untangle(tree)


def _replace_unknown(tree: etree._Element, base_url: str | None) -> None:
    """Replace each element that is not HTML or MathML, or remove its tags."""
    elements = tree.iter(etree.Element)
    unknown = [element for element in elements if element.tag not in ELEMENTS]
    names = {str(element.tag) for element in unknown if not replace_custom(element, base_url)}
    etree.strip_tags(tree, *names)


def _show_noscript(tree: etree._Element, base_url: str | None) -> None:
    """Show the pictures and players in `noscript` elements, each only once."""
    noscripts = list(tree.iter("noscript"))
    everywhere = tree.iter("img", "iframe") if noscripts else ()
    outside = [medium for medium in everywhere if not _is_in_noscript(medium)]
    shown = {place for medium in outside if (place := _place(medium, base_url))}
    for noscript in noscripts:
        media = pictures.in_noscript(noscript)
        places = [place for medium in media if (place := _place(medium, base_url))]
        if shown.issuperset(places):
            _keep_unless_message(noscript, bool(media))
        elif (stand_in := _stand_in_before(noscript, base_url)) is not None:
            stand_in.set("src", places[0])
            noscript.tag = _GONE
        elif not len(noscript):
            noscript.text = None
            noscript.extend(media)
        shown.update(places)


def _place(medium: etree._Element, base_url: str | None) -> str | None:
    """Return a string that identifies a picture (its address) or a player."""
    if medium.tag == "img":
        return pictures.address_of(medium, base_url)
    url = address_of(medium, base_url)
    return identity(url) if url else None


def _keep_unless_message(noscript: etree._Element, is_double: bool) -> None:
    # A `noscript` with only text asks readers to enable scripts.
    if is_double or not len(noscript):
        noscript.tag = _GONE


def _is_in_noscript(image: etree._Element) -> bool:
    return next(image.iterancestors("noscript"), None) is not None


def _stand_in_before(noscript: etree._Element, base_url: str | None) -> etree._Element | None:
    before = noscript.getprevious()
    if next(noscript.iter("iframe"), None) is not None:
        return None
    if before is None or before.tag != "img" or pictures.address_of(before, base_url):
        return None
    return before


def _repair_image(image: etree._Element, base_url: str | None) -> None:
    late = pictures.late_address(image, base_url)
    sizes = next(filter(None, map(image.get, pictures.LAZY_SETS)), None) or image.get("srcset")
    own = late or _own_address(image, sizes, base_url)
    _set(image, "srcset", pictures.absolute_set(sizes, base_url))
    _set(image, "src", own)
    if late:
        # Otherwise a theme with lazy loading would load these unchecked addresses.
        for name in (*pictures.LAZY_ATTRIBUTES, *pictures.LAZY_SETS):
            image.attrib.pop(name, None)
    if own is None and not image.get("srcset") and not image.get("alt"):
        image.tag = _GONE


def _own_address(image: etree._Element, sizes: str | None, base_url: str | None) -> str | None:
    source = (image.get("src") or "").strip()
    found = pictures.usable(source, base_url) or pictures.largest(sizes, base_url)
    if found or not RASTER_DATA.match(source):
        return found or absolute(source, base_url, MEDIA_SCHEMES)
    return source


def _repair_links(tree: etree._Element, base_url: str | None) -> None:
    targets: set[str] | None = None
    for link in tree.iter("a", "area"):
        href = (link.get("href") or "").strip()
        if href.startswith("#"):
            targets = _targets(tree) if targets is None else targets
            if href == "#" or unquote(href[1:]) in targets:
                continue
        _set(link, "href", absolute(href, base_url))
    for quoting in tree.iter(*_CITING):
        _set(quoting, "cite", absolute(quoting.get("cite"), base_url))


def _targets(tree: etree._Element) -> set[str]:
    """Return the names in the fragment that a link can lead to."""
    named = [element.get("id") for element in tree.iter()]
    named += [anchor.get("name") for anchor in tree.iter("a")]
    return {name for name in named if name}


def _set(element: etree._Element, name: str, value: str | None) -> None:
    if value:
        element.set(name, value)
    else:
        element.attrib.pop(name, None)
