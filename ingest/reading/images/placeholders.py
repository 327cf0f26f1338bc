"""Recognize pictures that servers send in place of others: warnings, empty pixels."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from hashlib import sha256
from importlib.resources import files

_LIST = "placeholders.txt"
_DIGEST = re.compile(r"^[0-9a-f]{64}", re.MULTILINE)
_TINIEST = 2  # pixels on the longer side
_THINNEST = 1


def is_known_placeholder(body: bytes, own: Collection[str]) -> bool:
    """Return whether these bytes are on the built-in list, or on the user's list of SHA-256."""
    digest = sha256(body).hexdigest()
    return digest in own or digest in built_in()


@cache
def built_in() -> frozenset[str]:
    """Return the digests of the list that comes with the program."""
    return frozenset(_DIGEST.findall(files(__package__).joinpath(_LIST).read_text("utf-8")))


def is_empty_pixel(width: int, height: int) -> bool:
    """Return whether a picture is too small to show anything."""
    return max(width, height) <= _TINIEST or min(width, height) <= _THINNEST
