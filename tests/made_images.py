"""Make pictures for tests: of any type, whole or hostile."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><path d="M0 0h40v30z"/></svg>'
)


def made_image(form: str = "JPEG", width: int = 64, height: int = 48, seed: int = 1) -> bytes:
    """Return a picture of noise; each seed gives another one."""
    noise = random.Random(seed).randbytes(width * height * 3)
    return _saved(Image.frombytes("RGB", (width, height), noise), form)


def made_animation(form: str = "GIF", frames: int = 4) -> bytes:
    """Return an animation of noise."""
    first, *others = (
        Image.frombytes("RGB", (32, 24), random.Random(seed).randbytes(32 * 24 * 3))
        for seed in range(frames)
    )
    out = io.BytesIO()
    first.save(out, form, save_all=True, append_images=others)
    return out.getvalue()


def flat_image(form: str = "PNG", width: int = 200, height: int = 120, shade: int = 230) -> bytes:
    """Return a picture of one shade with a short dark line, like a warning against hot links."""
    image = Image.new("RGB", (width, height), (shade, shade, shade))
    for x in range(width // 4, width // 2):
        image.putpixel((x, height // 2), (90, 90, 90))
    return _saved(image, form)


def declared_png(width: int, height: int) -> bytes:
    """Return a small PNG whose header names this size, whatever its data has."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _saved(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
