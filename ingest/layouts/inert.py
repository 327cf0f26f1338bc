"""Text and addresses from outside, written so that no theme can take them for code.

Many themes print titles, names and picture addresses as HTML, without escaping them: as the text of
an element, or between the quotes of an attribute. Entities would be no way out, because the other
themes do escape, and would show them.
"""

from __future__ import annotations

import re

# Where HTML opens a tag or a comment (WHATWG 13.2.5.6), and the end: the theme's own text follows.
_OPENING = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
# A quote can end an attribute; what follows is harmful only if it gives another one a value.
_VALUE = re.compile(r"[\w:-]\s?=")
_FULL_WIDTH_QUOTES = str.maketrans({'"': "＂", "'": "＇"})

_UNSAFE_IN_ADDRESS = re.compile(r"""[\s\x00-\x1f\x7f"'<>\\`]""")
_UNSAFE_IN_STYLE = re.compile(r"[()]")


def without_tags(text: str) -> str:
    """Write each `<` that would open a tag as `＜`: it stays visible, and opens nothing."""
    return _OPENING.sub("＜", text) if "<" in text else text


def inert_text(text: str) -> str:
    """Return a line of text that is mere text in an element and in a quoted attribute.

    Quotes become full-width, too, where they could end an attribute and begin another one.
    """
    if "=" in text and _could_end_attribute(text):
        text = text.translate(_FULL_WIDTH_QUOTES)
    return without_tags(text)


def _could_end_attribute(text: str) -> bool:
    quotes = [place for mark in "\"'" if (place := text.find(mark)) >= 0]
    return bool(quotes) and _VALUE.search(text, min(quotes)) is not None


def inert_link(url: str) -> str:
    """Return an address that stays inside of `href="…"` and `href='…'`."""
    return _UNSAFE_IN_ADDRESS.sub(_percent, url)


def inert_picture(url: str) -> str:
    """Return an address that stays inside of `src='…'`, and of `url(…)` in a style."""
    return _UNSAFE_IN_STYLE.sub(_percent, inert_link(url))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
