"""Clean the MathML of a formula, or write the formula as plain text."""

from __future__ import annotations

import re

from lxml import etree

TOKENS = frozenset({"mi", "mn", "mo", "ms", "mtext"})
# The presentation elements of MathML Core, and older elements that browsers still support.
ELEMENTS = TOKENS | frozenset(
    "math mrow mfrac msqrt mroot mstyle merror mpadded mphantom mspace msub msup msubsup munder"
    " mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr menclose".split()
)
ATTRIBUTES = frozenset(
    "mathvariant displaystyle scriptlevel accent accentunder stretchy form fence separator lspace"
    " rspace movablelimits symmetric largeop minsize maxsize linethickness columnalign rowalign"
    " columnspacing rowspacing columnlines rowlines frame notation columnspan rowspan width height"
    " depth voffset".split()
)
_TEX = re.compile(r"tex", re.IGNORECASE)
_LONGEST_TEX = 5000


def clean_math(math: etree._Element) -> None:
    """Keep only the presentation elements of a formula, and its TeX source as the `alttext`."""
    tex = tex_of(math)
    for fence in list(math.iter("mfenced")):
        _unfold(fence)
    for action in math.iter("maction"):
        del action[1:]  # the other children are shown only after a click
    etree.strip_elements(math, "annotation", "annotation-xml", "script", "style", with_tail=False)
    unknown = {str(e.tag) for e in math.iter(etree.Element)} - ELEMENTS
    etree.strip_tags(math, etree.Comment, etree.PI, *unknown)
    for element in math.iter():
        for name in set(element.attrib) - ATTRIBUTES - {"display", "alttext"}:
            del element.attrib[name]
    for inner in list(math.iter("math"))[1:]:
        inner.tag = "mrow"
    for token in list(math.iter(*TOKENS)):
        # HTML parsers read elements inside `mi`, `mn` etc. as HTML and not as MathML, so nh3 would
        # drop them with their text. Here, the tags are removed and the text is kept.
        etree.strip_tags(token, *ELEMENTS)
    if tex:
        math.set("alttext", tex)


def tex_of(math: etree._Element) -> str:
    """Return the formula's source in TeX, or an empty string."""
    for annotation in math.iter("annotation"):
        if _TEX.search(annotation.get("encoding") or ""):
            return _short("".join(annotation.itertext()))
    return _short(math.get("data-latex") or math.get("alttext") or "")


def _short(tex: str) -> str:
    tex = " ".join(tex.split())
    return tex if len(tex) <= _LONGEST_TEX else ""


def _unfold(fence: etree._Element) -> None:
    """Replace `mfenced`, which browsers no longer support, by its brackets and commas."""
    parts = list(fence)
    separators = "".join(fence.get("separators", ",").split())
    fence.tag = "mrow"
    fence[:] = []
    fence.append(_operator(fence.get("open", "(")))
    for place, part in enumerate(parts):
        if place and separators:
            fence.append(_operator(separators[min(place, len(separators)) - 1]))
        fence.append(part)
    fence.append(_operator(fence.get("close", ")")))


def _operator(text: str) -> etree._Element:
    operator = etree.Element("mo")
    operator.text = text
    return operator


def linear(math: etree._Element) -> str:
    """Return a formula as one line of text, in which `x^2` is a power and `1/2` a fraction."""
    alternative = " ".join((math.get("alttext") or "").split())
    return alternative or " ".join(_linear(math).split())


def _linear(element: etree._Element) -> str:
    name = str(element.tag)
    if name in TOKENS:
        return "".join(element.itertext())
    if name in {"annotation", "annotation-xml", "mphantom"}:
        return ""
    children = list(element.iterchildren(etree.Element))
    pattern = _SHAPES.get((name, len(children)))
    if pattern is not None:
        return pattern.format(*map(_one_thing, children))
    inside = _BETWEEN.get(name, "").join(map(_linear, children))
    if name == "msqrt":
        return f"√{_one_thing(children[0])}" if len(children) == 1 else f"√({inside})"
    return (element.text or "") + inside


def _one_thing(element: etree._Element) -> str:
    """Return a part of a formula as text, in brackets unless it is one letter, word or number."""
    text = _linear(element).strip()
    while element.tag not in TOKENS and len(element) == 1:
        element = element[0]
    return text if element.tag in TOKENS or len(text) < 2 else f"({text})"


_BETWEEN = {"mtable": "; ", "mtr": ", ", "mlabeledtr": ", "}
_SHAPES = {
    ("mfrac", 2): "{}/{}",
    ("msup", 2): "{}^{}",
    ("msub", 2): "{}_{}",
    ("msubsup", 3): "{}_{}^{}",
    ("munder", 2): "{}_{}",
    ("mover", 2): "{}^{}",
    ("munderover", 3): "{}_{}^{}",
    ("mroot", 2): "{}^(1/{})",
}
