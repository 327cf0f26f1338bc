"""Reads values from feedparser's dictionaries, and recognises HTML in Atom texts without a type.

A text of Atom without `type` is plain (RFC 4287 section 3.1.1), but Hexo with feedsmith 2 writes
HTML without a type.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from ingest.reading.xml.cdata import unwrap

Fields = dict[str, Any]

# The keys of an entry's texts, by role. Each value is a list of dictionaries in feedparser's form.
# The keys contain a blank, so that no element can have the same name.
CONTENT = "content texts"
SUMMARY = "summary texts"
ALTERNATES = "alternate files"
PODCAST = "podcast texts"
SUBTITLE = "subtitle texts"
CAPTION = "caption texts"
MEDIA_TITLE = "media titles"
_BLOCK_NAMES = (
    "p|div|h[1-6]|ul|ol|li|dl|dd|pre|blockquote|table|figure|section|article|main|aside|header|footer"
    "|details|center|address"
)
_BLOCK = re.compile(rf"<({_BLOCK_NAMES})(?:\s[^<>]*)?>", re.IGNORECASE)
# A text such as `<p>甲</p> 与 <div>乙</div>` is about HTML: the reader is meant to see its tags.
_BETWEEN_WORDS = re.compile(
    rf"</(?:{_BLOCK_NAMES})>\s{{0,9}}(?:[和与與跟或及、&/]|and|or|vs\.?)\s{{0,9}}<(?:{_BLOCK_NAMES})[\s>]",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BEGINS = re.compile(r"<(?:!--|[a-zA-Z][a-zA-Z0-9]*[\s/>])")
_MOST_BLOCKS = 50
_LOOKED_AT = 2_000  # Only this many characters of a block are searched for words.


def dicts(holder: Fields, key: str) -> list[Fields]:
    """Return the dictionaries in a list, or an empty list if the value is not a list."""
    value = dict.get(holder, key)  # feedparser's own `get` warns, and substitutes other keys.
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(holder: Fields, key: str) -> str:
    """Return the text of a field, or an empty string if there is no text."""
    value = dict.get(holder, key)
    return unwrap(value.strip()) if isinstance(value, str) else ""


def optional(holder: Fields, key: str) -> str | None:
    """Return the text of a field, or None if there is no text."""
    return string(holder, key) or None


def number(holder: Fields, key: str) -> int | None:
    """Return a number of bytes or pixels, or None if it is invalid."""
    value = string(holder, key).removesuffix("px")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def is_html(text: str) -> bool:
    """Return whether a text without a type is HTML.

    HTML begins or ends with a tag and has blocks with words in them. A text about tags has words
    around the tags, or no words inside them.
    """
    if "</" not in text:
        return False
    text = text.strip()
    ends = [_BEGINS.match(text) is not None, text.endswith(">")]
    if not any(ends) or _BETWEEN_WORDS.search(text):
        return False
    blocks = islice(_BLOCK.finditer(text), _MOST_BLOCKS)
    found = (block for block in blocks if _has_words(text, block))
    return len(list(islice(found, 2))) >= (1 if all(ends) else 2)


def _has_words(text: str, block: re.Match[str]) -> bool:
    end = text.find(f"</{block[1]}", block.end())
    if end < 0:
        return False
    inner = text[block.end() : min(end, block.end() + _LOOKED_AT)]
    return bool(_ANY_TAG.sub("", inner).strip()) or "<img" in inner
