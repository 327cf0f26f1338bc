"""Find the address of a picture, even with lazy loading, source sets or `noscript`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import urlsplit

from lxml import etree

from ingest.reading.html.addresses import MEDIA_SCHEMES, absolute
from ingest.reading.html.tree import parse_fragment

# A picture: its element, or only the attributes of its element. `shortcuts.plain_html` gives only
# the attributes, because it does not make a tree.
Picture: TypeAlias = etree._Element | dict[str, str]  # noqa: SLF001 (lxml has no public name for it)

# Each script for lazy loading uses its own attribute. Better known attributes come first.
LAZY_ATTRIBUTES = (
    "data-original data-actualsrc data-src data-original-src data-lazy-src data-lazyload data-lazy"
    " data-real-src real_src data-orig-file data-hi-res-src data-image-src zoomfile file data-echo"
    " data-url lay-src data-imgurl data-croporisrc data-backsrc ess-data _src src2 original"
).split()
LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
LATE_ATTRIBUTES = frozenset({*LAZY_ATTRIBUTES, *LAZY_SETS})
# If the element also has a `src`, these attributes often contain the addresses of pages.
_OF_MANY_MEANINGS = frozenset({"data-url", "data-lazy", "file", "original", "src2"})
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)\b", re.IGNORECASE)

_STAND_IN = re.compile(
    r"(?:.*[_.-])?(?:loading|lazy-?load|lazy|placeholder|blank|spacer|transparent|no-?(?:pic|image|img))\d*"
    r"|none|gr[ae]y|white|empty|clear|dot|pixel|null|undefined|404|1x1",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(r"\.(?:html?|shtml|js|css)\Z", re.IGNORECASE)
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+([^,]*))?(?:,|\s*\Z)")
_LONGEST_SET = 20_000


def address_of(image: Picture, base_url: str | None) -> str | None:
    """Return the absolute address of an `img`'s picture; None if it has only a placeholder.

    Attributes for lazy loading are preferred to `src`, which is then a placeholder. `srcset` is
    also preferred to `src`, because `src` is often its smallest picture.
    """
    late = late_address(image, base_url)
    return late or largest(image.get("srcset"), base_url) or usable(image.get("src"), base_url)


def late_address(image: Picture, base_url: str | None) -> str | None:
    """Return the absolute address that a lazy-loading script would use."""
    if not LATE_ATTRIBUTES.intersection(image.keys()):
        return None
    has_own = usable(image.get("src"), base_url) is not None
    for name in LAZY_ATTRIBUTES:
        value = image.get(name)
        if not value or not ("/" in value or "." in value):
            continue
        if has_own and name in _OF_MANY_MEANINGS and not _PICTURE.search(value):
            continue
        if url := usable(value, base_url):
            return url
    best = (largest(image.get(name), base_url) for name in LAZY_SETS)
    return next(filter(None, best), None)


def usable(value: str | None, base_url: str | None) -> str | None:
    """Return the absolute address of a picture; None for no address and for a placeholder."""
    url = absolute(value, base_url, MEDIA_SCHEMES)
    return None if url is None or is_stand_in(url) else url


def is_stand_in(url: str) -> bool:
    """Return whether a file has the name of a placeholder for lazy loading."""
    path = urlsplit(url).path
    stem = path.rpartition("/")[2].partition(".")[0]
    return bool(_STAND_IN.fullmatch(stem)) or bool(_NO_PICTURE.search(path))


def candidates(srcset: str | None) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a source set, each with its descriptor (HTML 4.8.4.2.1)."""
    if not srcset or len(srcset) > _LONGEST_SET:
        return
    for match in _CANDIDATE.finditer(srcset):
        yield match[1], (match[2] or "").strip()


def largest(srcset: str | None, base_url: str | None) -> str | None:
    """Return the absolute address of the widest or densest picture of a source set."""
    sized = [
        (_size(descriptor), url)
        for value, descriptor in candidates(srcset)
        if (url := usable(value, base_url))
    ]
    return max(sized, key=lambda pair: pair[0])[1] if sized else None


def absolute_set(srcset: str | None, base_url: str | None) -> str:
    """Return the source set with absolute addresses and without placeholders."""
    kept = (
        f"{url} {descriptor}".strip()
        for value, descriptor in candidates(srcset)
        if (url := usable(value, base_url))
    )
    return ", ".join(kept)


def in_noscript(noscript: etree._Element) -> list[etree._Element]:
    """Return the pictures and frames in a `noscript`, whose content some pages escape twice."""
    media = list(noscript.iter("img", "iframe"))
    text = "".join(noscript.itertext())
    if media or not ("<img" in text or "<iframe" in text):
        return media
    return list(parse_fragment(text).iter("img", "iframe"))


def _size(descriptor: str) -> float:
    try:
        return float(descriptor.split(maxsplit=1)[0].rstrip("wxh")) if descriptor else 1.0
    except ValueError:
        return 1.0
