"""A fragment of anybody's HTML becomes a tree, in linear time and of bounded depth.

Nothing is judged here: what the tree holds is as unsafe as what came in.
"""

from __future__ import annotations

import re

from lxml import etree

from ingest.reading.html.names import drop_unknown
from ingest.reading.html.tags import TAG, close_voids, with_few_attributes

_DEEPEST = 200  # open elements; beyond, tags go and their text stays
_MOST_ATTRIBUTES = 200  # of one element; parsers compare each with all before it
_SMALL = 20_000  # characters in which no tag can hold enough attributes to matter

# These close themselves when the next one opens, or never hold anything: they make no depth.
_SHALLOW = frozenset(
    "a area base br col embed hr img input li link meta option p param source tbody td tfoot"
    " th thead tr track wbr".split()
)
# What XML cannot hold: controls, lone surrogates, the two non-characters.
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TO_MEND = re.compile(f"{_UNSOUND.pattern}|\r")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F])|0*(\d{1,7})(?!\d));?")

# Anything after these still belongs to the body (HTML 13.2.6.4.19 and 22); libxml2 would put it
# into a second document.
_EARLY_ENDS = re.compile(r"</(?:body|html)(?=[\s/>])[^<>]{0,100}>", re.IGNORECASE)

# huge_tree lifts libxml2's depth of 256, at which it drops the rest of the document.
_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True)


def parse_fragment(fragment: str) -> etree._Element:
    """Return the root of a tree whose `body` holds the fragment; it takes any text."""
    sound = _REFERENCE.sub(_sound_reference, make_sound(keep_open(fragment)))
    text = close_voids(flatten(drop_unknown(sound)))
    # Left open: in text that ends within a tag or a comment, closing tags would be text as well.
    return etree.fromstring(f"<html><body>{text}".encode(), _PARSER)


def keep_open(text: str) -> str:
    """Drop `</body>` and `</html>`: what follows them is read as part of the body."""
    return _EARLY_ENDS.sub("", text) if "</" in text else text


def make_sound(text: str) -> str:
    """Text with one kind of line end and without characters that no document may hold."""
    if not _TO_MEND.search(text):
        return text
    return _UNSOUND.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _sound_reference(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code == 0x0D or code > 0x10FFFF or _UNSOUND.match(chr(code)):
        return " "  # not nothing: what stands around it must not become a reference
    return reference[0]


def flatten(text: str) -> str:
    """Drop tags nested beyond the bound, and attributes beyond theirs: both cost square time.

    The count is rough (it does not know which tags close others), but a page would need hundreds
    of unclosed elements to be touched by it.
    """
    if len(text) <= _SMALL and text.count("<") <= _DEEPEST:
        return text
    opened = dropped = 0

    def bound(tag: re.Match[str]) -> str:
        nonlocal opened, dropped
        if tag[2].lower() in _SHALLOW:
            return with_few_attributes(tag, _MOST_ATTRIBUTES)
        if tag[1]:
            is_dropped = dropped > 0
            dropped, opened = max(0, dropped - 1), opened if is_dropped else max(0, opened - 1)
        else:
            is_dropped = opened >= _DEEPEST
            dropped, opened = dropped + is_dropped, opened + (not is_dropped)
        return "" if is_dropped else with_few_attributes(tag, _MOST_ATTRIBUTES)

    return TAG.sub(bound, text)
