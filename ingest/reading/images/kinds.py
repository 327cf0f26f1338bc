"""Find the type of a picture in its bytes, whatever its server or its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_BOM = b"\xef\xbb\xbf"
# The beginning of a drawing: comments, a document type and processing instructions may come first.
# The quantifiers are possessive (`++`), so that a hostile beginning takes no exponential time.
_SVG = re.compile(rb"(?:\s++|<\?[^>]*+>|<!--(?:(?!-->).)*+-->"
                  rb"|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*+"
                  rb"<(?:\w++:)?svg[\s>/]", re.DOTALL | re.IGNORECASE)  # fmt: skip
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta|div|p|a)[\s>]", re.IGNORECASE)
_BEGINNING = 16_384  # bytes in which the first element of a drawing or a page is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of pictures: its media type, its suffix, and its name in Pillow (None: a drawing)."""

    media_type: str
    suffix: str
    pillow: str | None


PNG = Kind(media_type="image/png", suffix=".png", pillow="PNG")
JPEG = Kind(media_type="image/jpeg", suffix=".jpg", pillow="JPEG")
GIF = Kind(media_type="image/gif", suffix=".gif", pillow="GIF")
WEBP = Kind(media_type="image/webp", suffix=".webp", pillow="WEBP")
AVIF = Kind(media_type="image/avif", suffix=".avif", pillow="AVIF")
SVG = Kind(media_type="image/svg+xml", suffix=".svg", pillow=None)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.media_type: kind for kind in (PNG, JPEG, GIF, WEBP, AVIF, SVG)}
)
# Types that browsers show but Guidang does not keep, by the beginning of their files.
_OTHERS = (
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\1\0", "ICO"),
    (b"%PDF-", "PDF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "gzip"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def kind_of(body: bytes) -> Kind | None:
    """Return the type of a picture, or None if it is none of the types that are kept."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if body.startswith(b"\xff\xd8\xff"):
        return JPEG
    if body.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return WEBP
    if body[4:8] == b"ftyp" and {b"avif", b"avis"} & _brands(body):
        return AVIF
    return SVG if _SVG.match(body.removeprefix(_BOM)[:_BEGINNING]) else None


def _brands(body: bytes) -> set[bytes]:
    """Return the brands of a file in the format of MPEG-4 (ISO 14496-12 section 4.3)."""
    end = min(int.from_bytes(body[:4]), 256)
    return {body[start : start + 4] for start in range(8, end, 4)}


def what_it_is(body: bytes) -> str:
    """Say what the bytes are that are no picture of a type that is kept."""
    if not body:
        return "it is empty"
    if _PAGE.search(body[:_BEGINNING]):
        return "it is a web page, not a picture"
    if body[4:8] == b"ftyp" and set(_HEIF_BRANDS) & _brands(body):
        return "it is HEIC, which is not kept"
    for beginning, name in _OTHERS:
        if body.startswith(beginning):
            return f"it is {name}, which is not kept"
    return "it is not a picture"


def file_name(digest: bytes, media_type: str) -> str:
    """Return the path of a kept picture below its folder, with `/` between folders."""
    name = digest.hex()
    return f"{name[:2]}/{name}{KINDS[media_type].suffix}"
