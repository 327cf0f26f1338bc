"""Write a query that `parse_query` reads again, for links to searches."""

from __future__ import annotations

import re

_QUOTES = (('"', '"', '"＂“”'), ("「", "」", "」"), ("『", "』", "』"))
_QUOTATION_MARKS = re.compile('["＂“”]')


def query_for(name: str, value: str) -> str:
    """Return the query for a field with a value.

    The value is put between quotation marks of a kind that it does not contain. If it contains all
    kinds, its double quotation marks are replaced by blanks.
    """
    value = " ".join(value.split())
    for opening, closing, ending in _QUOTES:
        if not any(sign in value for sign in ending):
            return f"{name}:{opening}{value}{closing}"
    return f'{name}:"{_QUOTATION_MARKS.sub(" ", value)}"'
