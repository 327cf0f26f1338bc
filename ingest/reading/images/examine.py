"""Check a picture: its type, whether it is whole, within the limits, and harmless."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from ingest.errors import Unreadable
from ingest.reading.images import drawings, hostile, kinds, pixels, placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A picture that may be kept.

    `cleaned` has the bytes to keep if they differ from those that came in; only drawings are
    cleaned. `is_flat` is true if the picture has mostly one colour, as a warning in place of a
    picture has.
    """

    media_type: str
    suffix: str
    width: int | None
    height: int | None
    digest: bytes
    size: int
    is_flat: bool = False
    cleaned: bytes | None = None


def examine(
    url: str, body: bytes, *, max_pixels: int, placeholder_digests: Collection[str] = ()
) -> Examined:
    """Return a picture's properties; raise `Unreadable` if the bytes must not be kept.

    `placeholder_digests` are SHA-256 sums, in hexadecimal, of pictures that are never kept.
    """
    if placeholders.is_known_placeholder(body, placeholder_digests):
        raise Unreadable(url, "it is a placeholder, not the picture")
    kind = kinds.kind_of(body)
    if kind is None:
        raise Unreadable(url, kinds.what_it_is(body))
    if kind is kinds.SVG:
        return _examine_drawing(url, body)
    if found := hostile.other_content(body):
        raise Unreadable(url, f"it is a picture and something else: it contains {found}")
    return _examine_pixels(url, body, kind, max_pixels)


def _examine_pixels(url: str, body: bytes, kind: kinds.Kind, max_pixels: int) -> Examined:
    try:
        found = pixels.decode(body, kind, max_pixels=max_pixels)
    except pixels.TooManyPixels as error:
        raise Unreadable(
            url, f"{error} pixels are more than images.max_pixels ({max_pixels:,})"
        ) from None
    except pixels.Damaged as error:
        raise Unreadable(url, f"the picture is cut or damaged: {error}") from None
    if placeholders.is_empty_pixel(found.width, found.height):
        raise Unreadable(url, f"it is a placeholder of {found.width} × {found.height} pixels")
    return Examined(
        media_type=kind.media_type,
        suffix=kind.suffix,
        width=found.width,
        height=found.height,
        digest=sha256(body).digest(),
        size=len(body),
        is_flat=found.is_flat,
    )


def _examine_drawing(url: str, body: bytes) -> Examined:
    try:
        kept = drawings.clean_drawing(body)
    except drawings.NoDrawing as error:
        raise Unreadable(url, f"the drawing cannot be cleaned: {error}") from None
    width, height = drawings.size_of(kept)
    return Examined(
        media_type=kinds.SVG.media_type,
        suffix=kinds.SVG.suffix,
        width=width,
        height=height,
        digest=sha256(kept).digest(),
        size=len(kept),
        cleaned=None if kept is body else kept,
    )
