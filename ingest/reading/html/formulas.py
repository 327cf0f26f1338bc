r"""Show each formula of a page once: as MathML, or otherwise as TeX.

TeX is written as pandoc writes it, `<span class="math inline">\(x\)</span>`. Themes that render
formulas recognise this. In other themes the TeX is at least readable.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import etree

from ingest.reading.html import katex
from ingest.reading.html.mathjax import rebuild
from ingest.reading.html.mathml import clean_math, tex_of

SOURCES = ("data-formula", "data-tex", "data-latex", "data-equation")
_SET_OF_SOURCES = frozenset(SOURCES)
_CLASSES = re.compile(
    r"(?:^|\s)(?:katex|mwe-math-element|MathJax(?:_Display|_SVG|_CHTML)?)(?:\s|$)"
)
# A document without any of these has no formulas.
_SIGNS = "math katex mjx- formula latex equation -tex /tex mimetex codecogs cht=tx".split()
_PREVIEW = re.compile(r"(?:^|\s)MathJax(?:_|\s|$)")
_BLOCKS = frozenset({"div", "section", "figure", "p"})
_DISPLAYED = re.compile(r"block-equation|MathJax_Display|math-display|display=(?:true|block)")
# An element that contains one of these is not only a formula, even if it has such a class.
_OF_ARTICLES = "p h1 h2 h3 h4 h5 h6 li blockquote pre article".split()
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot);")
_UNKNOWN = "[公式]"
# The address of a formula's picture contains the formula's source.
_PICTURED = re.compile(
    r"latex\.php|/equation|codecogs|/tex(?:\W|$)|math/render|mimetex|chart\?cht=tx"
)
_PARAMETERS = ("tex", "latex", "chl")


def settle_formulas(tree: etree._Element, markup: str) -> None:
    """Repair the formulas of a tree in place; the tree was parsed from `markup`."""
    lower = markup.lower()
    if not any(sign in lower for sign in _SIGNS):
        return
    for script in list(tree.iter("script")):
        _settle_script(script)
    for element in [e for e in tree.iter(etree.Element) if _is_container(e)]:
        if element.getroottree().getroot() is tree:
            _settle_container(element)
    for image in tree.iter("img"):
        _describe(image)
    for math in list(tree.iter("math")):
        if next(math.iterancestors("math"), None) is None:
            _settle_math(math)


def _settle_script(script: etree._Element) -> None:
    """Replace a script of MathJax 2, and the drawing before it, by the formula in the script."""
    kind = (script.get("type") or "").lower()
    if kind.startswith("math/tex"):
        # HTML has no character references in scripts, but pages written as XML do.
        tex = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), script.text or "")
        formula: etree._Element | None = _tex_element(tex, is_block="display" in kind)
    elif kind.startswith("math/mml"):
        formula = _parse_markup(script.text or "")
    else:
        return
    if formula is None:
        return
    for drawn in list(script.itersiblings(preceding=True)):
        if not _is_preview(drawn):
            break
        _replace(drawn, None)
    _replace(script, formula)


def _is_preview(drawn: etree._Element) -> bool:
    is_next = not (drawn.tail or "").strip()
    return is_next and bool(_PREVIEW.search(drawn.get("class") or ""))


def is_drawn(classes: str) -> bool:
    """Return whether an element with these classes contains the drawing of a formula."""
    return bool(_CLASSES.search(classes))


def _is_container(element: etree._Element) -> bool:
    """Return whether an element contains only one formula, in one or several forms."""
    if not element.attrib:
        return False
    is_named = element.tag == "mjx-container" or is_drawn(element.get("class") or "")
    if element.tag in {"math", "template"} or not (is_named or _source_of(element)):
        return False
    within = next(element.iterancestors("math", "svg"), None) is not None
    return not within and next(element.iter(*_OF_ARTICLES), None) in {None, element}


def _source_of(element: etree._Element) -> str:
    if not _SET_OF_SOURCES.intersection(element.attrib):
        return ""
    source = next(filter(None, map(element.get, SOURCES)), "").strip()
    return "" if source in {"true", "false"} else source


def _settle_container(container: etree._Element) -> None:
    tex = _source_of(container)
    if container.tag == "img":
        _settle_picture(container, tex)
        return
    maths = list(islice(container.iter("math"), 2))
    math = maths[0] if len(maths) == 1 else _drawn_math(container) if not maths else None
    if math is not None:
        if tex:
            math.set("data-latex", tex)
        if _is_block(container):
            math.set("display", "block")
        _replace(container, math)
    elif tex and not maths:
        _replace(container, _tex_element(tex, is_block=_is_block(container)))
    elif container.tag == "mjx-container" and not maths:
        _replace(container, _unknown())
    elif not maths and katex.find(container, katex.DRAWN) is not None:
        _settle_katex(container)


def _settle_katex(container: etree._Element) -> None:
    """Replace a drawing of KaTeX by its TeX; without TeX, keep a drawing that is only one line."""
    parent = container.getparent()
    if source := katex.source_of(container):
        is_block = parent is not None and "katex-display" in (parent.get("class") or "")
        _replace(container, _tex_element(source, is_block=is_block))
    elif katex.is_stacked(container):
        _replace(container, _unknown())
    elif (twin := katex.find(container, katex.TWIN)) is not None:
        _replace(twin, None)


def _unknown() -> etree._Element:
    mark = etree.Element("span")
    mark.text = _UNKNOWN
    return mark


def _settle_picture(image: etree._Element, tex: str) -> None:
    if image.get("src") or image.get("data-src"):
        image.set("alt", image.get("alt") or tex)
    elif tex:
        _replace(image, _tex_element(tex, is_block=False))


def _drawn_math(container: etree._Element) -> etree._Element | None:
    """Return the formula that MathJax drew: from an attribute (version 2) or from the drawing."""
    if written := container.get("data-mathml"):
        return _parse_markup(written)
    return rebuild(container) if "MathJax" in (container.get("class") or "") else None


def _is_block(container: etree._Element) -> bool:
    said = f"{container.get('class')} display={container.get('display')}"
    return container.tag in _BLOCKS or bool(_DISPLAYED.search(said))


def _settle_math(math: etree._Element) -> None:
    clean_math(math)
    if "".join(math.itertext()).strip():
        return
    tex = tex_of(math)
    formula = _tex_element(tex, is_block=math.get("display") == "block") if tex else None
    _replace(math, formula)


def _describe(image: etree._Element) -> None:
    """Set the alternative text of a formula's picture to the formula's source."""
    address = image.get("src") or image.get("data-src") or ""
    if lacks_source(address, image.get("alt")):
        image.set("alt", next(_sources_in(address), ""))


def lacks_source(address: str, alternative: str | None) -> bool:
    """Return whether a picture shows a formula and has no alternative text."""
    return bool(_PICTURED.search(address)) and not (alternative or "").strip()


def _sources_in(address: str) -> Iterator[str]:
    try:
        query = urlsplit(address).query
        named = parse_qs(query, max_num_fields=20)
    except ValueError:
        return
    yield from (value for name in _PARAMETERS for value in named.get(name, ()))
    if not named:  # the whole query of codecogs and mimetex is the source
        yield unquote(query)


def _tex_element(tex: str, *, is_block: bool) -> etree._Element:
    formula = etree.Element("span")
    formula.set("class", "math display" if is_block else "math inline")
    inside = " ".join(tex.split())
    formula.text = rf"\[{inside}\]" if is_block else rf"\({inside}\)"
    return formula


def _parse_markup(markup: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8")
    tree = etree.fromstring(f"<html><body>{markup}".encode(), parser)
    return next(tree.iter("math"), None)


def _replace(old: etree._Element, new: etree._Element | None) -> None:
    """Replace an element by another one, or remove it; the text after it stays."""
    if new is None:
        old.tag = "template"  # a template shows nothing
    elif (parent := old.getparent()) is not None:
        new.tail = old.tail
        parent.replace(old, new)
