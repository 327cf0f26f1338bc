"""Resolve character references in plain HTML if all parsers read them alike."""

from __future__ import annotations

import re
from html.entities import html5, name2codepoint

_REFERENCE = re.compile(r"&(?:#([0-9]{2,5});|([a-zA-Z0-9]{2,8});)?")
# Two names are left out, because they mean different characters in HTML 4 and HTML 5.
_NAMED = {name: code for name, code in name2codepoint.items() if html5.get(f"{name};") == chr(code)}
# Characters that all parsers read alike in a numeric reference.
_NAMED_BY_NUMBER = re.compile("[\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]")


class OddError(Exception):
    """The fragment is not plain."""


def shown_texts(pieces: list[str]) -> list[str]:
    """Return the visible form of texts; raise `OddError` if one is not plain."""
    joined = "".join(pieces)
    if "<" in joined:
        raise OddError
    return [_REFERENCE.sub(_character, one) for one in pieces] if "&" in joined else pieces


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1]) if reference[1] else _NAMED.get(reference[2], 0)
    if not _NAMED_BY_NUMBER.fullmatch(chr(code)):
        raise OddError
    return chr(code)
