"""Show text that the page's own script, which is removed, would have shown.

WeChat serves a whole article with `opacity: 0`. Small hidden parts stay hidden: spacers, tracking
pixels, and the nonsense words that forums put between lines to make copying hard.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

_ZERO = r"0*(?:\.0+\d{0,3})?(?:px|pt|r?em|%|vh|vw)?"
_FAR = r"-(?:\d{4,}px|\d{3,}(?:\.\d+)?(?:r?em|%|vw))"
_END = r"\s*(?:!\s*important\s*)?(?=;|\Z)"
# An element with such an opacity is about to fade in. Permanently hidden text has other styles.
_NEARLY_ZERO = (  # below a tenth, in any spelling of a number
    r"[+-]?(?:0*\.0\d*|0+\.?(?!\d)|0*\d(?:\.\d*)?%|0*\.\d+%)(?![\d.%e])"
    r"|[+-]?(?:0+(?:\.0*)?e[+-]?\d+|\d?\.?\d+e-0*(?:[2-9]|[1-9]\d+))%?|-[\d.]+%?"
)
_FADED = rf"opacity\s*:\s*(?:{_NEARLY_ZERO}){_END}"
_AWAY = (
    rf"display\s*:\s*none{_END}|(?:font-size|line-height|(?:max-)?(?:height|width))\s*:\s*{_ZERO}{_END}"
    rf"|(?:text-indent|margin-left|margin-top|margin-right|letter-spacing)\s*:\s*{_FAR}{_END}"
    rf"|color\s*:\s*(?:transparent|rgba\([^()]*,\s*0*(?:\.0+)?%?\s*\)|#(?:[\da-f]{{6}}00|[\da-f]{{3}}0)(?![\da-f])){_END}"
)
_HIDING = re.compile(rf"(?:\A|(?<=;))\s*(?:{_FADED}|{_AWAY});?", re.IGNORECASE)
_FADING = re.compile(rf"(?:\A|(?<=;))\s*(?:{_FADED})", re.IGNORECASE)
_BLOCKS = frozenset(
    "address article aside blockquote center details div dl figure footer h1 h2 h3 h4 h5 h6 header"
    " li main nav ol p pre section table tbody td tr ul".split()
)


_STYLED = etree.XPath("descendant::*[@style]")
_DEEPEST = 8
_MOST_REMEMBERED = 2_000
_LONG = 200


def hides(style: str) -> bool:
    """Return whether a style hides its element."""
    return _hides(style) if len(style) <= _LONG else bool(_HIDING.search(style))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _hides(style: str) -> bool:
    """Do the same as `hides`, and cache the result, because many paragraphs share a few styles."""
    return bool(_HIDING.search(style))


def reveal(tree: etree._Element) -> None:
    """Show hidden elements that hold most of the text around them, or that fade in."""
    scopes = [tree]
    for _ in range(_DEEPEST):  # each pass shows one level of nested hidden elements
        scopes = [shown for scope in scopes for shown in _reveal_within(scope)]


def _reveal_within(scope: etree._Element) -> list[etree._Element]:
    """Show the outermost hidden elements that meet the conditions of `reveal`; return them."""
    hiding = [element for element in _STYLED(scope) if hides(element.get("style") or "")]
    if not hiding:
        return []
    within = set(hiding)
    lengths = {e: _length(e) for e in hiding if within.isdisjoint(e.iterancestors())}
    hidden, whole = sum(lengths.values()), _length(scope)
    has_blocks = any(element.tag in _BLOCKS for element in lengths)
    has_media = next(scope.iter("img", "video", "audio", "iframe"), None) is not None
    is_all = hidden == whole and not has_blocks and not has_media
    shown = []
    for element, length in lengths.items():
        is_text = hidden * 2 > whole and element.tag in _BLOCKS
        if length and (is_all or is_text or _FADING.search(element.get("style") or "")):
            _show(element)
            shown.append(element)
    return shown


def _length(element: etree._Element) -> int:
    return sum(len("".join(text.split())) for text in element.itertext())


def _show(element: etree._Element) -> None:
    style = _HIDING.sub("", element.get("style") or "").strip()
    if style:
        element.set("style", style)
    else:
        del element.attrib["style"]
