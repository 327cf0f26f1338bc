"""Put an entry's HTML into one `<div>`, protected from Markdown, templates, Hexo and its themes.

These programs search text and tags for their own syntax. The characters of such syntax are written
as character references. Browsers show the same text, but the other programs find no syntax.
"""

from __future__ import annotations

import re

# Template syntax. With it, a hostile entry could run a template, or stop the build of the whole
# site.
_BRACES = re.compile(r"\{(?=[{%#])|(?<=\{)\{|\}(?=\})|(?<=[%#}])\}")
# Hexo turns fences into code blocks before it reads Markdown. The theme Fluid turns `[^1]` into a
# footnote.
_FENCES = re.compile(r"`{3,}|~{3,}")
_FOOTNOTE = re.compile(r"\[(?=\^\d)")
# Hexo marks its placeholders with U+FFFC. The build fails if an unknown number follows it.
_PLACEHOLDER = "\ufffc"
_PRE = re.compile(r"(<pre\b[^>]*>)(.*?)(</pre>)", re.DOTALL)

# Matches the value of an attribute. Hexo changes links at the first `href=` or `rel=` of a tag,
# even inside a value, so such text must be escaped. `$` must be escaped too, because it is special
# in replacement strings of JavaScript. Values in clean HTML never contain `<`, `>` or `"`.
_VALUE = re.compile(r'="([^"<>]+)"')
_NAME = r"(href|rel|target|src|srcset|class|alt|title)="
_NAME_IN_VALUE = re.compile(rf'="[^"<>]*{_NAME}', re.IGNORECASE)
_NAMES = re.compile(_NAME, re.IGNORECASE)
_EQUALS_IN_VALUE = re.compile(r'="[^"<>=]*=')

# The filter github-emojis decodes character references first, and then replaces `:smile:`.
_EMOJI = re.compile(r":(?:(?!\d{1,40}:)\w{1,40}|100|1234):", re.ASCII)


def body_of(html: str) -> str:
    """Return the HTML in a `<div>`, without syntax for Markdown, templates and Hexo."""
    text = html.replace("\r\n", "\n").replace("\r", "\n")
    for sign, pattern in _SIGNS:
        if sign in text:
            text = pattern.sub(_as_references, text)
    if "$" in text or _has_name_in_value(text):
        text = _VALUE.sub(_without_signs, text)
    if "<pre" in text:  # The names of elements in clean HTML are in lower case.
        text = _PRE.sub(_keep_preformatted_lines, text)
    # A blank line would end the HTML block, and the text after it would be read as Markdown.
    lines = [line for line in text.split("\n") if line.strip(" \t\f\v")]
    return "\n".join(["<div>", *lines, "</div>"])


_SIGNS = (
    ("{", _BRACES),
    ("}", _BRACES),
    ("```", _FENCES),
    ("~~~", _FENCES),
    ("[^", _FOOTNOTE),
    (_PLACEHOLDER, re.compile(_PLACEHOLDER)),
)


def _as_references(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match[0])


def _without_signs(value: re.Match[str]) -> str:
    return '="' + _NAMES.sub(r"\1&#61;", value[1]).replace("$", "&#36;") + '"'


def _keep_preformatted_lines(match: re.Match[str]) -> str:
    return match[1] + match[2].replace("\n", "&#10;") + match[3]


def must_stay_raw(html: str) -> bool:
    """Return whether the filter github-emojis must skip this HTML.

    The filter turns `:smile:` into a picture, and decodes all character references.
    """
    has_emoji = ":" in html and _EMOJI.search(html) is not None
    return has_emoji or _has_name_in_value(html)


def _has_name_in_value(html: str) -> bool:
    """Return whether the value of an attribute contains text such as `href=` or `rel=`."""
    return bool(_EQUALS_IN_VALUE.search(html) and _NAME_IN_VALUE.search(html))
