"""Find the same tags as the tokenizer of the HTML standard (section 13.2.5), in linear time."""

from __future__ import annotations

import re
from itertools import islice

# Possessive quantifiers keep the time linear.
_ATTRIBUTE = (
    r"[\s/]*+(?:=?[^\s/>=]++|=)"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+"
)
TAG_PATTERN = rf"<(/?)([a-zA-Z][^\s/>]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>?"
TAG = re.compile(TAG_PATTERN)
ATTRIBUTES = re.compile(_ATTRIBUTE)


# Void elements (HTML 13.1.2) that libxml2 does not treat as empty.
_HOLDING_NAMES = ("wbr", "embed", "source", "track")
_HOLDING = re.compile(
    rf"<({'|'.join(_HOLDING_NAMES)})(?=[\s/>])(?:{_ATTRIBUTE})*+[\s/]*+>", re.IGNORECASE
)


def close_voids(text: str) -> str:
    """Return HTML with end tags after void elements, so that no parser puts content in them."""
    lower = text.lower()
    if not any(f"<{name}" in lower for name in _HOLDING_NAMES):
        return text
    return _HOLDING.sub(r"\g<0></\1>", text)


def with_few_attributes(tag: re.Match[str], most: int) -> str:
    """Return a tag with at most `most` attributes."""
    if len(tag[3]) < 2 * most:
        return tag[0]
    few = islice(ATTRIBUTES.finditer(tag[3]), most)
    return f"<{tag[1]}{tag[2]}{''.join(attribute[0] for attribute in few)}>"
