"""Distinguishes HTML from plain text about HTML, in Atom texts without a type.

Without `type` a text is plain (RFC 4287 section 3.1.1), but Hexo with feedsmith 2 writes HTML
without a type.
"""

from __future__ import annotations

import re
from itertools import islice

_NAMES = (
    "p|div|h[1-6]|ul|ol|li|dl|dd|pre|blockquote|table|figure|section|article|main|aside|header|footer"
    "|details|center|address"
)
_BLOCK = re.compile(rf"<({_NAMES})(?:\s[^<>]*)?>", re.IGNORECASE)
# A text such as `<p>甲</p> 与 <div>乙</div>` writes about HTML: it shows its tags to the reader.
_BETWEEN_WORDS = re.compile(
    rf"</(?:{_NAMES})>\s{{0,9}}(?:[和与與跟或及、&/]|and|or|vs\.?)\s{{0,9}}<(?:{_NAMES})[\s>]",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BEGINS = re.compile(r"<(?:!--|[a-zA-Z][a-zA-Z0-9]*[\s/>])")
_MOST_BLOCKS = 50
_LOOKED_AT = 2_000  # Words are searched in this many characters of a block.


def is_html(text: str) -> bool:
    """Whether a text without a type is HTML.

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
