"""Decode a picture, because only decoding shows whether all of it has come in.

Pillow's `verify` accepts a PNG, JPEG or GIF that is cut. Its decoders raise many kinds of
exceptions for damaged files; they are turned into one.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image

from ingest.reading.images import kinds

_MOST_FRAMES = 10_000
# The pixels that are decoded of an animation, in multiples of the limit for one picture.
_MOST_DECODED = 8
_SMALLER = 8  # JPEG is decoded at an eighth of its size, which still reads all of its bytes
_FEW_COLOURS = 16
_MOSTLY = 0.6  # the share of the most frequent colour in a picture that is nearly empty
_THUMBNAIL = 64  # pixels on each side

DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError,
           TypeError, struct.error, zlib.error)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What decoding a picture shows: its size, and whether it is nearly empty."""

    width: int
    height: int
    is_flat: bool


class TooManyPixels(Exception):
    """A picture has more pixels than the limit; the message has its size."""


class Damaged(Exception):
    """A picture cannot be decoded completely; the message says why."""


def decode(body: bytes, kind: kinds.Kind, *, max_pixels: int) -> Pixels:
    """Decode all of a picture; raise `TooManyPixels` or `Damaged`."""
    Image.MAX_IMAGE_PIXELS = None  # the limit below holds instead
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _decode(body, kind, max_pixels)
        except DAMAGED as error:
            raise Damaged(str(error) or type(error).__name__) from None


def _decode(body: bytes, kind: kinds.Kind, max_pixels: int) -> Pixels:
    if not _has_end(body, kind):
        raise Damaged("its end is missing")
    with Image.open(io.BytesIO(body), formats=[kind.pillow or ""]) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise TooManyPixels(f"{width} × {height}")
        if kind is kinds.JPEG:
            image.draft("RGB", (width // _SMALLER, height // _SMALLER))
        image.load()
        is_flat = _is_flat(image)
        _load_frames(image, max_pixels * _MOST_DECODED // max(width * height, 1))
    return Pixels(width=width, height=height, is_flat=is_flat)


def _has_end(body: bytes, kind: kinds.Kind) -> bool:
    """Return whether the end of a picture is there, if its decoder does not need the end."""
    if kind is kinds.PNG:
        return b"IEND\xae\x42\x60\x82" in body
    return kind is not kinds.GIF or body.rstrip(b"\0\r\n").endswith(b";")


def _load_frames(image: Image.Image, most: int) -> None:
    """Decode the other frames of an animation, as many as the limit of pixels allows."""
    for frame in range(1, min(most, _MOST_FRAMES)):
        try:
            image.seek(frame)
        except EOFError:
            return
        image.load()


def _is_flat(image: Image.Image) -> bool:
    """Return whether a picture has few colours and mostly one, as a warning in place of it."""
    small = image.convert("RGB")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL), Image.Resampling.NEAREST)
    coarse = small.point(lambda value: value // _FEW_COLOURS)
    counted = coarse.getcolors(_THUMBNAIL * _THUMBNAIL) or []
    most = max((count for count, _ in counted), default=0)
    return most >= _MOSTLY * small.width * small.height
