"""Chooses the lead image of an entry by addresses and attributes, without fetching pictures.

Counters, avatars, emoticons, QR codes, logos and placeholders are never chosen, because no picture
is better than a wrong one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from lxml import etree

from ingest.reading.entries.body import Fragment
from ingest.reading.html import pictures
from ingest.reading.html.addresses import MEDIA_SCHEMES, absolute
from ingest.values import Enclosure, ImageField, ImageKind

_ORDER = (ImageKind.MEDIA_CONTENT, ImageKind.MEDIA_THUMBNAIL)
_AFTER_ENCLOSURES = (ImageKind.ITUNES_IMAGE, ImageKind.JSON_IMAGE, ImageKind.JSON_BANNER)
# Chinese image hosts put instructions after the suffix: x.jpg@640w, x.png!large, x.jpg_640.
_SUFFIX = re.compile(r"\.(?:jpe?g|jfif|png|gif|webp|avif|bmp|heic)(?:\Z|[@!_~:-])", re.IGNORECASE)
_ANY_TYPE = frozenset({"", "application/octet-stream", "binary/octet-stream"})

# These parts of an address show that a picture is a decoy: it does not illustrate the entry.
_DECOY_PART = re.compile(
    r"qr_?-?code|erweima|tongji|hm\.gif|feedburner|feedsportal|feedblitz|shields\.io|badge\."
    r"|/badges?/|timeline_card_small|placeholder|favicon|google-analytics|doubleclick|cnzz"
    r"|scorecardresearch|stats?\.wordpress|pixel\.wp\.com|weixin_?code|wechat_?code"
    r"|zhihu\.com/equation|codecogs|/share[_-]|(?<![a-z])(?:ewm|adimg|guanggao|51la)(?![a-z])"
    r"|(?<![a-z0-9])(?:ads?|advert)(?![a-z0-9])"
    r"|(?:\A|[/.])(?:pixel|counter|beacon|spacer|track(?:er|ing)?|stat)(?:[/.]|\Z)|\.svg\Z"
)
# These parts of an address indicate a small picture. They are ignored if the HTML gives the picture
# a large size, because 36kr keeps all its pictures below /avatar/. WeChat keeps profile pictures at
# wx.qlogo.cn, but the pictures of articles at mmbiz.qlogo.cn.
_SMALL_PART = re.compile(
    r"emoji|emoticon|smiley|smilie|avatar|(?<!mmbiz\.)qlogo|touxiang|/face/|/face\d*\."
    r"|(?<![a-z0-9])(?<!mmbiz\.)(?:[a-z]*logo|icons?)(?![a-z])"
)
_LARGE = 200
_DECOY_CLASS = re.compile(
    r"emo(?:ji|ticon)|smil|avatar|(?<![a-z])(?:face|icon|logo|qr|ewm|ads?)(?![a-z])"
)
_DECOY_ALT = re.compile(
    r"扫码|掃碼|扫一扫|掃一掃|二维码|二維碼|头像|頭像|广告|廣告|\A\[(?!图|image|img)[^\[\]]{1,8}\]\Z"
)
_UNSEEN = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[0-2](?:\.\d+)?r?em\b)"
)
_PIXELS = re.compile(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*\Z")
_STYLED = re.compile(r"(?:\A|[;\s])(width|height)\s*:\s*(\d{1,6})(?:\.\d+)?px")
_SITE_WIDE = re.compile(
    r"default|(?<![a-z])(?:share|site|common)[-_]?(?:image|img|pic|card)?\.|og-?image\."
)

_TINIEST = 3
_SMALLEST = 50
_THIN = 100
_NARROWEST = 12  # If one side is more than this many times the other, the picture is a banner.
_FLATTEST = 0.15  # If the height divided by the width is below this, the picture is a banner.


def choose(
    fields: Sequence[ImageField],
    enclosures: Sequence[Enclosure],
    body: Fragment,
    *,
    page_image: str | None = None,
    channel_images: Collection[str] = (),
) -> str | None:
    """Return the absolute address of the entry's lead image, or None.

    The feed's fields come first, then the body, then the picture that the article's page names.
    `channel_images` are the pictures of the feed itself, which are never chosen.
    """
    refused = {absolute(url, body.base_url, MEDIA_SCHEMES) for url in channel_images}
    for url in _in_order(fields, enclosures, body, page_image):
        if url not in refused and not _is_private(url):
            return url
    return None


def _in_order(
    fields: Sequence[ImageField],
    enclosures: Sequence[Enclosure],
    body: Fragment,
    page_image: str | None,
) -> Iterator[str]:
    named = [
        *_of_kinds(fields, _ORDER),
        *(enclosure.url for enclosure in enclosures if _is_picture(enclosure)),
        *_of_kinds(fields, _AFTER_ENCLOSURES),
    ]
    for value in named:
        if (url := pictures.usable(value, body.base_url)) and not _is_decoy_address(url):
            yield url
    yield from _in_body(body.pictures(), body.base_url)
    url = pictures.usable(page_image, body.base_url)
    if url and not _is_decoy_address(url) and not _SITE_WIDE.search(urlsplit(url).path.lower()):
        yield url


def _of_kinds(fields: Sequence[ImageField], kinds: Sequence[ImageKind]) -> Iterator[str]:
    if not fields:
        return
    for kind in kinds:
        named = [field for field in fields if field.kind is kind and _is_image_field(field)]
        named.sort(key=lambda field: field.width or 0, reverse=True)
        yield from (field.url for field in named)


def _is_image_field(field: ImageField) -> bool:
    if _is_too_small([field.width, field.height]):
        return False
    if field.kind is not ImageKind.MEDIA_CONTENT or field.medium == "image":
        return True
    media_type = (field.media_type or "").lower()
    if field.medium or media_type not in _ANY_TYPE:
        return not field.medium and media_type.startswith("image/")
    return bool(_SUFFIX.search(_path(field.url)))


def _is_picture(enclosure: Enclosure) -> bool:
    media_type = (enclosure.media_type or "").strip().lower()
    if media_type in _ANY_TYPE:
        return bool(_SUFFIX.search(_path(enclosure.url)))
    return media_type.startswith("image")


def _in_body(elements: Sequence[pictures.Picture], base_url: str | None) -> Iterator[str]:
    """Yield the pictures of the body that may be its lead image, in their order."""
    for element in elements:
        if isinstance(element, dict):
            url = _of_image(element, base_url)
        elif element.tag == "video":
            url = pictures.usable(element.get("poster"), base_url)
        elif element.tag == "picture":
            url = _of_picture(element, base_url)
        elif element.tag == "noscript":
            yield from _of_noscript(element, base_url)
            continue
        else:
            url = _of_image(element, base_url)
        if url:
            yield url


def _of_picture(picture: etree._Element, base_url: str | None) -> str | None:
    """Return the address of the `img` in a `picture`, or of one of its `source` elements."""
    images = [image for image in picture.iter("img") if not _is_decoy(image)]
    urls = [_of_image(image, base_url) for image in images]
    for source in picture.iter("source") if images or not picture.findall("img") else ():
        sizes = source.get("data-srcset") or source.get("srcset")
        url = pictures.largest(sizes, base_url)
        urls.append(None if url is None or _is_decoy_address(url) else url)
    return next(filter(None, urls), None)


def _of_noscript(noscript: etree._Element, base_url: str | None) -> Iterator[str]:
    if next(noscript.iter("img"), None) is None:
        escaped = [medium for medium in pictures.in_noscript(noscript) if medium.tag == "img"]
        yield from filter(None, (_of_image(image, base_url) for image in escaped))


def _of_image(image: pictures.Picture, base_url: str | None) -> str | None:
    url = None if _is_decoy(image) else pictures.address_of(image, base_url)
    if url is None or _is_decoy_anywhere(url):
        return None
    return None if _is_small_by_nature(url) and not _is_large(image) else url


def _is_decoy(image: pictures.Picture) -> bool:
    style = (image.get("style") or "").lower()
    return (
        image.get("smilieid") is not None
        or image.get("hidden") is not None
        or bool(_UNSEEN.search(style))
        or bool(_DECOY_CLASS.search((image.get("class") or "").lower()))
        or bool(_DECOY_ALT.search((image.get("alt") or "").strip()))
        or _is_too_small(_sides(image, style))
        or _is_flat(image.get("data-ratio"))
    )


def _sides(image: pictures.Picture, style: str) -> list[int | None]:
    styled = dict(_STYLED.findall(style))
    written = (styled.get(side) or image.get(side) or "" for side in ("width", "height"))
    found = [int(match[1]) if (match := _PIXELS.match(side)) else None for side in written]
    if found == [None, None] and (width := _PIXELS.match(image.get("data-w") or "")):
        return [int(width[1]), None]
    return found


def _is_too_small(sides: Sequence[int | None]) -> bool:
    known = [side for side in sides if side is not None]
    if not known:
        return False
    shortest, longest = min(known), max(known)
    too_long = len(known) == 2 and shortest < _THIN and longest > _NARROWEST * shortest
    return shortest <= _TINIEST or longest < _SMALLEST or too_long


def _is_flat(ratio: str | None) -> bool:
    try:
        return 0 < float(ratio or 1) < _FLATTEST
    except ValueError:
        return False


def _is_large(image: pictures.Picture) -> bool:
    sides = _sides(image, (image.get("style") or "").lower())
    written = image.get("data-img-size-val") or image.get("data-rawwidth") or ""
    sides += [int(side) for side in re.findall(r"\d{1,6}", written[:20])]
    return max((side for side in sides if side is not None), default=0) >= _LARGE


def _is_decoy_address(url: str) -> bool:
    return _is_decoy_anywhere(url) or _is_small_by_nature(url)


def _is_decoy_anywhere(url: str) -> bool:
    return bool(_DECOY_PART.search(_address(url)))


def _is_small_by_nature(url: str) -> bool:
    return bool(_SMALL_PART.search(_address(url)))


def _address(url: str) -> str:
    """Return host and path in lower case."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".lower()


def _is_private(url: str) -> bool:
    """Return whether the host is private: its name has no dot, or it is a private IP address."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    name, _, last = host.rpartition(".")
    if ":" in host or last.isdigit():
        with contextlib.suppress(ValueError):
            return not ipaddress.ip_address(host).is_global
    return not name or last.isdigit() or last in {"local", "localhost", "internal", "lan", "home"}


def _path(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]
