"""Text and addresses from outside, written so that no theme can take them for code.

Many themes print titles, names and picture addresses as HTML, without escaping them: as the text of
an element, or between the quotes of an attribute. Some read them, decoded, from the page and write
them as HTML once more (volantis: the page's title). Entities would be no way out, because the other
themes do escape, and would show them.
"""

from __future__ import annotations

import html
import re

# Where HTML opens a tag or a comment (WHATWG 13.2.5.6), and the end: the theme's own text follows.
_OPENING = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
# A character reference, if what it names exists; some need no semicolon, in addresses all do.
_REFERENCE = re.compile(r"&(?:#\w+|[A-Za-z][A-Za-z0-9]{0,31});?", re.ASCII)
_REFERENCE_IN_ADDRESS = re.compile(r"&(?:#\w+;?|[A-Za-z][A-Za-z0-9]{0,31};)", re.ASCII)
# A quote can end an attribute; another one has a value, and can do harm, only with a `=`.
_FULL_WIDTH_QUOTES = str.maketrans({'"': "＂", "'": "＇"})

_UNSAFE_IN_ADDRESS = re.compile(r"""[\s\x00-\x1f\x7f"'<>\\`]""")
# Brackets end `url(…)` in a style; `$` means more in what JavaScript replaces with.
_UNSAFE_IN_PICTURE = re.compile(r"[()$]")


def without_tags(text: str) -> str:
    """Write each `<` that would open a tag as `＜`: it stays visible, and opens nothing."""
    return _OPENING.sub("＜", text) if "<" in text else text


def inert_text(text: str) -> str:
    """Return a line of text that is mere text in an element and in a quoted attribute.

    What stands for another character (`&lt;`) becomes full-width, too, and so do quotes where they
    could end an attribute and begin another one.
    """
    if "&" in text:
        text = _REFERENCE.sub(lambda found: _unless_text(found[0], "＆"), text)
    if "=" in text:
        text = text.translate(_FULL_WIDTH_QUOTES)
    return without_tags(text)


def _unless_text(found: str, ampersand: str) -> str:
    return found if html.unescape(found) == found else ampersand + found[1:]


def inert_link(url: str) -> str:
    """Return an address that stays inside of `href="…"` and `href='…'`."""
    if "&" in url:
        url = _REFERENCE_IN_ADDRESS.sub(lambda found: _unless_text(found[0], "%26"), url)
    return _UNSAFE_IN_ADDRESS.sub(_percent, url)


def inert_picture(url: str) -> str:
    """Return an address that stays inside of `src='…'`, and of `url(…)` in a style."""
    return _UNSAFE_IN_PICTURE.sub(_percent, inert_link(url))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
