"""Parse any fragment of HTML into a tree of bounded depth, in linear time.

Nothing is checked here: the tree is as unsafe as the fragment.
"""

from __future__ import annotations

import re

from lxml import etree

from ingest.reading.html.names import drop_unknown
from ingest.reading.html.tags import TAG, close_voids, with_few_attributes

_DEEPEST = 200  # open elements; deeper tags are dropped, but their text is kept
_MOST_ATTRIBUTES = 200  # per element; parsers compare each attribute with all earlier ones
_SMALL = 20_000  # characters; too few for a tag with too many attributes

# These elements do not nest: they are always empty, or end where the next one of the kind begins.
_SHALLOW = frozenset(
    "a area base br col embed hr img input li link meta option p param source tbody td tfoot"
    " th thead tr track wbr".split()
)
# Characters that XML forbids: controls, lone surrogates, the two non-characters.
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TO_MEND = re.compile(f"{_UNSOUND.pattern}|\r")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F])|0*(\d{1,7})(?!\d));?")

# Content after these end tags still belongs to the body (HTML 13.2.6.4.19 and 22), but libxml2
# would put it into a second document.
_EARLY_ENDS = re.compile(r"</(?:body|html)(?=[\s/>])[^<>]{0,100}>", re.IGNORECASE)

# Without huge_tree, libxml2 drops the rest of a document below a depth of 256.
_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True)


def parse_fragment(fragment: str) -> etree._Element:
    """Return the root of a tree whose `body` contains the fragment; any text is accepted."""
    sound = _REFERENCE.sub(_sound_reference, make_sound(keep_open(fragment)))
    text = close_voids(flatten(drop_unknown(sound)))
    # No closing tags are added. If the text ends inside a tag or comment, they would become text.
    return etree.fromstring(f"<html><body>{text}".encode(), _PARSER)


def keep_open(text: str) -> str:
    """Drop `</body>` and `</html>`, so that content after them is part of the body."""
    return _EARLY_ENDS.sub("", text) if "</" in text else text


def make_sound(text: str) -> str:
    """Return a text with line feeds as line ends and without characters that XML forbids."""
    if not _TO_MEND.search(text):
        return text
    return _UNSOUND.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _sound_reference(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code == 0x0D or code > 0x10FFFF or _UNSOUND.match(chr(code)):
        return " "  # an empty string could join the text around it to a new `&lt;`
    return reference[0]


def flatten(text: str) -> str:
    """Drop tags that are nested too deeply, and excess attributes: parsing both is slow.

    The depth is estimated, because some elements close others without a tag. A wrong estimate drops
    tags only in a page with hundreds of unclosed elements.
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
