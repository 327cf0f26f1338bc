"""Sanitize HTML with nh3, the last step for all HTML that is stored.

An element that is not listed here is removed. Its text stays, except in `CONTENTLESS` elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

import nh3

from ingest.reading.html import mathml
from ingest.reading.html.addresses import LINK_SCHEMES, MEDIA_SCHEMES, RASTER_DATA
from ingest.values import SafeHtml

TAGS = frozenset(
    # sections and blocks
    "article section header footer main aside nav hgroup h1 h2 h3 h4 h5 h6 address div p blockquote"
    " pre hr br figure figcaption center details summary ul ol li dl dt dd"
    # tables
    " table caption colgroup col thead tbody tfoot tr td th"
    # formatting of words
    " a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q rb rp rt rtc ruby s samp"
    " small span strike strong sub sup time tt u var wbr"
    # pictures, sound, film
    " img picture source video audio track iframe".split()
)
FORMULAS = mathml.ELEMENTS
# These elements are removed with their content, which is not text for readers.
CONTENTLESS = frozenset(
    "script style template svg title noembed noframes xmp plaintext applet canvas"
    " annotation".split()
)

_CELL = {"colspan", "rowspan", "align", "valign", "width", "height", "headers", "scope"}
_PLAYED = {"src", "controls", "loop", "muted", "preload", "width", "height", "poster"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class", "lang", "dir", "title", "style", "role", "align", "referrerpolicy"},
    "a": {"href", "hreflang", "name", "rel", "type"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding", "border"},
    "source": {"src", "srcset", "sizes", "type", "media", "width", "height"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "video": _PLAYED | {"playsinline"},
    "audio": _PLAYED,
    "iframe": {"src", "width", "height", "allowfullscreen", "frameborder", "scrolling", "loading"},
    "table": {"border", "cellpadding", "cellspacing", "width", "summary"},
    "td": _CELL,
    "th": _CELL | {"abbr"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value", "type"},
    "font": {"color", "size", "face"},
    "hr": {"size", "width"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "ins": {"cite", "datetime"},
    "del": {"cite", "datetime"},
    "time": {"datetime"},
    "data": {"value"},
    "details": {"open"},
    **{name: set(mathml.ATTRIBUTES) for name in FORMULAS},
    "math": {*mathml.ATTRIBUTES, "display", "alttext"},
}
# Hosts of players that only show a film or play a sound. All of them support https.
_PLAYERS = frozenset(
    "player.bilibili.com www.bilibili.com live.bilibili.com player.youku.com v.qq.com"
    " www.ixigua.com open.douyin.com open.iqiyi.com player.iqiyi.com tv.sohu.com www.acfun.cn"
    " player.mgtv.com music.163.com y.qq.com i.y.qq.com www.ximalaya.com www.xiaoyuzhoufm.com"
    " www.youtube.com youtube.com www.youtube-nocookie.com player.vimeo.com www.dailymotion.com"
    " geo.dailymotion.com player.twitch.tv w.soundcloud.com open.spotify.com"
    " embed.podcasts.apple.com embed.music.apple.com".split()
)
_PREFIXES = ("data-", "aria-")
# These attributes are always set on these elements; they replace existing values.
_ALWAYS_SET: dict[str, dict[str, str]] = {
    "img": {"referrerpolicy": "no-referrer"},
    "iframe": {"sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation"},
}

# Style properties that change the appearance of an element, but cannot move it or load anything.
_PROPERTIES = re.compile(
    r"(?:(?:min|max)-)?(?:width|height)|aspect-ratio|object-fit|display|float|clear|box-sizing"
    r"|color|background-color|opacity"
    r"|text-(?:align|align-last|indent|decoration|transform)|vertical-align|white-space"
    r"|font-(?:size|weight|style|variant)|line-height|letter-spacing"
    r"|word-(?:break|wrap|spacing)|overflow-wrap|direction|writing-mode"
    r"|(?:margin|padding)(?:-(?:top|right|bottom|left))?"
    r"|border(?:-(?:top|right|bottom|left))?(?:-(?:width|style|color|radius))?"
    r"|border-(?:collapse|spacing)|list-style-type|table-layout|caption-side"
)
_CHECKED = frozenset({"style", "src", "poster", "srcset"})
_LONG = 200  # characters of a style
_MOST_REMEMBERED = 2_000  # styles; many paragraphs have the same style
_VALUE = re.compile(r"(?:rgba?\(|hsla?\(|calc\(|[\w\s.,%#!+\-*/)])*\Z", re.IGNORECASE)


def sanitize(markup: str) -> SafeHtml:
    """Return HTML that runs no code and loads only media, for any input."""
    return SafeHtml(_CLEANER.clean(markup))


def sanitize_plain(markup: str) -> SafeHtml:
    """Sanitize HTML that has no players, and whose pictures all have http(s) addresses.

    If there are no styles, nh3's own checks are enough. They take half the time.
    """
    return SafeHtml((_CLEANER if "style" in markup else _CLEANER_WITHOUT_CHECK).clean(markup))


def sanitize_for_page(markup: str) -> SafeHtml:
    """Sanitize HTML again for a page that has styles, roles and ids of its own.

    Classes, styles and roles are removed, and ids and the links to them get a prefix.
    """
    return SafeHtml(_CLEANER_FOR_PAGE.clean(markup))


def is_player(url: str) -> bool:
    """Return whether an address is an https address of a known player."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.netloc.lower().removesuffix(":443")
    return parts.scheme == "https" and host in _PLAYERS


def _harmless_style(style: str) -> str:
    """Return a style with only the declarations that are known to be harmless.

    If all declarations are harmless, the style is returned unchanged.
    """
    declarations = style.split(";")
    kept = [declaration for declaration in declarations if _is_harmless(declaration)]
    if len(kept) == len(declarations):
        return style
    return ";".join(declaration.strip() for declaration in kept if declaration.strip())


_remembered_style = lru_cache(maxsize=_MOST_REMEMBERED)(_harmless_style)


def _is_harmless(declaration: str) -> bool:
    name, _, value = declaration.partition(":")
    if not declaration.strip():
        return True
    known = _PROPERTIES.fullmatch(name.strip().lower())
    return bool(known) and bool(_VALUE.match(value)) and "/*" not in value


def _check_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value that nh3 writes for an attribute; None removes the attribute."""
    if name not in _CHECKED:
        return value  # nh3 itself checks the schemes of links
    if name == "style":
        read = _remembered_style if len(value) <= _LONG else _harmless_style
        return read(value) or None
    if name == "src" and tag == "iframe":
        return value if is_player(value) else None
    if name in {"src", "poster"}:
        return value if _is_media(tag, value) else None
    return None if value.startswith("data:") else value  # a srcset


def _is_media(tag: str, value: str) -> bool:
    if value.startswith("https://") or (tag == "img" and RASTER_DATA.match(value)):
        return True
    scheme, colon, _ = value.partition(":")
    return not colon or not scheme.isalpha() or scheme.lower() in MEDIA_SCHEMES


def _cleaner(check: Callable[[str, str, str], str | None] | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS | FORMULAS),
        clean_content_tags=set(CONTENTLESS),
        attributes=_ATTRIBUTES,
        attribute_filter=check,
        generic_attribute_prefixes=set(_PREFIXES),
        set_tag_attribute_values=_ALWAYS_SET,
        url_schemes=set(LINK_SCHEMES | {"data"}),
        link_rel=None,
        strip_comments=True,
    )


# Attributes of styles and roles, which a page has itself, and attributes that HTML 5 forbids.
_NOT_FOR_PAGES = frozenset(
    "class style role align valign border cellpadding cellspacing frameborder scrolling summary"
    " headers color size face".split()
)
_SIZED = frozenset("img video iframe source".split())  # only these may have a size


def _keep_apart(tag: str, name: str, value: str) -> str | None:
    """Check an attribute as `_check_attribute` does, and avoid conflicts with the page's own.

    An id, and a link to an id, gets the prefix `text-`.
    """
    if name in _NOT_FOR_PAGES or name.startswith(_PREFIXES):
        return None
    if name in {"width", "height"} and not (tag in _SIZED and value.isdecimal()):
        return None
    if name == "id" or (name == "href" and value.startswith("#")):
        place = value.removeprefix("#")
        return f"{value[: len(value) - len(place)]}text-{place}"
    return _check_attribute(tag, name, value)


_CLEANER, _CLEANER_WITHOUT_CHECK = _cleaner(_check_attribute), _cleaner(None)
_CLEANER_FOR_PAGE = _cleaner(_keep_apart)
