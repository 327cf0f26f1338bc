"""Make text and addresses from outside safe for themes that do not escape them.

Many themes print titles, names and picture addresses as HTML without escaping, in elements or
attributes. Some themes read the decoded text from the page and print it again as HTML; Volantis
does this with the title. Entities do not help, because themes that escape text would show the
entities. So dangerous characters are replaced by similar ones, such as full-width forms.
"""

from __future__ import annotations

import html
import re

# These characters open a tag or a comment in HTML (WHATWG 13.2.5.6). At the end of the text, the
# theme's own text follows, so `<` is dangerous there too.
_OPENING = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
# The patterns match possible character references. In an address, a named reference needs its
# semicolon.
_REFERENCE = re.compile(r"&(?:#\w+|[A-Za-z][A-Za-z0-9]{0,31});?", re.ASCII)
_REFERENCE_IN_ADDRESS = re.compile(r"&(?:#\w+;?|[A-Za-z][A-Za-z0-9]{0,31};)", re.ASCII)
# A quote can end an attribute. This is harmful only if a `=` follows, which begins the value of
# another attribute.
_FULL_WIDTH_QUOTES = str.maketrans({'"': "＂", "'": "＇"})

# The theme Butterfly writes titles and names into a script and escapes only the quotes. So a
# backslash before a quote would end the string, and a backslash at the end would continue the
# string.
_ESCAPE = re.compile(r"\\+(?=['\"`]|\Z)")

_UNSAFE_IN_ADDRESS = re.compile(r"""[\s\x00-\x1f\x7f"'<>\\`]""")
# A bracket ends `url(…)` in a style. `$` is special in replacement strings of JavaScript.
_UNSAFE_IN_PICTURE = re.compile(r"[()$]")


def without_tags(text: str) -> str:
    """Return the text with each `<` that would open a tag replaced by the full-width `＜`."""
    return _OPENING.sub("＜", text) if "<" in text else text


def inert_text(text: str) -> str:
    """Return a line of text that contains no code for an element or a quoted attribute.

    Full-width characters replace a `<` that opens a tag, the `&` of a character reference (`&lt;`),
    and quotes that could end an attribute and begin another. They also replace a backslash before a
    quote or at the end.
    """
    if "&" in text:
        text = _REFERENCE.sub(lambda found: _unless_text(found[0], "＆"), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: "＼" * len(found[0]), text)
    return without_tags(without_quotes(text) if "=" in text else text)


def without_quotes(text: str) -> str:
    """Return the text with full-width quotes, which cannot end an attribute."""
    return text.translate(_FULL_WIDTH_QUOTES)


def _unless_text(found: str, ampersand: str) -> str:
    return found if html.unescape(found) == found else ampersand + found[1:]


def inert_link(url: str) -> str:
    """Return an address that cannot end `href="…"` or `href='…'`."""
    if "&" in url:
        url = _REFERENCE_IN_ADDRESS.sub(lambda found: _unless_text(found[0], "%26"), url)
    return _UNSAFE_IN_ADDRESS.sub(_percent, url)


def inert_picture(url: str) -> str:
    """Return an address that cannot close the `src='…'` or the CSS `url(…)` around it."""
    return _UNSAFE_IN_PICTURE.sub(_percent, inert_link(url))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
