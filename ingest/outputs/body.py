"""An entry's HTML in one `<div>`, spelled so that a browser reads what is stored.

Markdown, templates, Hexo and filters of its themes read it before. They look for their signs with
regular expressions, in text and tags alike. A character reference is the same to a browser, and
nothing to them.
"""

from __future__ import annotations

import re

# One hostile entry must not run a template, or stop the build of a whole site.
_BRACES = re.compile(r"\{(?=[{%#])|(?<=\{)\{|\}(?=\})|(?<=[%#}])\}")
# Hexo makes blocks of fences before Markdown is read; fluid makes notes of `[^1]`.
_FENCES = re.compile(r"`{3,}|~{3,}")
_FOOTNOTE = re.compile(r"\[(?=\^\d)")
# Hexo keeps its own marks apart by U+FFFC; with a number it never gave, the build ends.
_PLACEHOLDER = "\ufffc"
_PRE = re.compile(r"(<pre\b[^>]*>)(.*?)(</pre>)", re.DOTALL)

# Hexo adds to a link at the first `href=` or `rel=` in its tag, even inside of a value; `$` means
# more in what JavaScript replaces with. In clean HTML no `<`, `>` or `"` stands in a value.
_VALUE = re.compile(r'="([^"<>]+)"')
_NAME = r"(href|rel|target|src|srcset|class|alt|title)="
_NAME_IN_VALUE = re.compile(rf'="[^"<>]*{_NAME}', re.IGNORECASE)
_NAMES = re.compile(_NAME, re.IGNORECASE)

# What the filter github-emojis takes for an emoji; it reads text as a browser does.
_EMOJI = re.compile(r":(?:(?!\d{1,40}:)\w{1,40}|100|1234):", re.ASCII)


def body_of(html: str) -> str:
    """Spell the HTML so that what reads it before the browser finds nothing in it."""
    text = html.replace("\r\n", "\n").replace("\r", "\n")
    for sign, pattern in _SIGNS:
        if sign in text:
            text = pattern.sub(_as_references, text)
    if "$" in text or _NAME_IN_VALUE.search(text):
        text = _VALUE.sub(_without_signs, text)
    if "<pre" in text:  # clean HTML is in lower case
        text = _PRE.sub(_keep_preformatted_lines, text)
    # A blank line would end the HTML block, and what follows would be read as Markdown.
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
    """Whether the filter github-emojis must be told to pass over it.

    It would make a picture of `:smile:`, and it undoes all references.
    """
    has_emoji = ":" in html and _EMOJI.search(html) is not None
    return has_emoji or _NAME_IN_VALUE.search(html) is not None
