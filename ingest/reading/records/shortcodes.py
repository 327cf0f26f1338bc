"""Convert WordPress's shortcodes for pictures and players to HTML.

An export contains shortcodes as the author wrote them. A picture is shown if the export contains
its address. Other shortcodes are unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

# A shortcode in double brackets (`[[gallery]]`) or in code is text: it is not converted.
_VERBATIM = re.compile(r"(<(?P<name>pre|code)\b[^<>]*>)", re.IGNORECASE)
_GALLERY = re.compile(r"(?<!\[)\[gallery(?P<options>\s[^\[\]]{0,2000})?/?\](?!\])", re.IGNORECASE)
_EMBED = re.compile(
    r"(?<!\[)\[embed(?:\s[^\[\]]{0,500})?\]\s*(?P<url>https?://[^\s<>\[\]\"]{1,2000})\s*\[/embed\]",
    re.IGNORECASE,
)
_MEDIUM = re.compile(
    r"(?<!\[)\[(?P<name>video|audio)(?P<options>\s[^\[\]]{0,2000})\](?:\s*\[/(?P=name)\])?",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption(?P<options>\s[^\[\]]{0,2000})?\]"
    r"(?P<picture>\s*(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)"
    r"(?P<text>[^\[]*)\[/(?:wp_)?caption\]",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"([\w-]{1,40})\s*=\s*(?:[\"“”]([^\"“”]{0,1000})[\"“”]|'([^']{0,1000})'|([^\s\"']+))"
)
_SOURCES = "src mp4 m4v webm ogv flv wmv mp3 m4a ogg wav wma".split()


def rendered(text: str, *, pictures: Mapping[str, str], attached: Sequence[str] = ()) -> str:
    """Return a post's text with its shortcodes converted to HTML.

    `pictures` maps the numbers of attachments to addresses. `attached` are the numbers of the
    pictures that belong to the post.
    """
    if "[" not in text:
        return text
    pieces, at = [], 0
    while code := _VERBATIM.search(text, at):
        end = text.find(f"</{code['name']}", code.end())
        if end < 0:
            break
        pieces += [_show(text[at : code.start()], pictures, attached), text[code.start() : end]]
        at = end
    return "".join([*pieces, _show(text[at:], pictures, attached)])


def _show(text: str, pictures: Mapping[str, str], attached: Sequence[str]) -> str:
    text = _CAPTION.sub(_replace_captions, text)
    text = _EMBED.sub(lambda code: f'\n\n<iframe src="{escape(code["url"])}"></iframe>\n\n', text)
    text = _MEDIUM.sub(_medium, text)
    return _GALLERY.sub(lambda code: _gallery(code, pictures, attached), text)


def _options(code: re.Match[str]) -> dict[str, str]:
    found = _OPTION.findall(code["options"] or "")
    return {name.lower(): double or single or bare for name, double, single, bare in found}


def _replace_captions(code: re.Match[str]) -> str:
    text = " ".join((code["text"].strip() or _options(code).get("caption", "")).split())
    inner = f"<figcaption>{text}</figcaption>" if text else ""
    return f"\n\n<figure>{code['picture'].strip()}{inner}</figure>\n\n"


def _medium(code: re.Match[str]) -> str:
    options = _options(code)
    url = next((options[name] for name in _SOURCES if options.get(name)), None)
    if url is None:
        return code[0]
    name = code["name"].lower()
    poster = f' poster="{escape(options["poster"])}"' if options.get("poster") else ""
    return f'\n\n<{name} controls src="{escape(url)}"{poster}></{name}>\n\n'


def _gallery(code: re.Match[str], pictures: Mapping[str, str], attached: Sequence[str]) -> str:
    """Return the HTML of a gallery's known pictures; keep a shortcode for the unknown ones."""
    options = _options(code)
    named = options.get("ids") or options.get("include") or ""
    numbers = re.findall(r"\d+", named) if named else list(attached)
    known = [number for number in numbers if number in pictures]
    if not known:
        return code[0]
    images = "".join(f'<img src="{escape(pictures[number])}">' for number in known)
    unknown = [number for number in numbers if number not in pictures]
    rest = f'\n\n[gallery ids="{",".join(unknown)}"]\n\n' if unknown else "\n\n"
    return f"\n\n<figure>{images}</figure>{rest}"
