"""Clean a publisher's HTML: repair its tree, then sanitize it with nh3."""

from __future__ import annotations

import html
import re

from lxml import etree

from ingest.reading.html.allowed import sanitize
from ingest.reading.html.names import drop_unknown
from ingest.reading.html.repair import repair
from ingest.reading.html.text import from_text
from ingest.reading.html.tree import make_sound, parse_fragment
from ingest.reading.html.untangle import part_long_text
from ingest.values import SafeHtml

_TAG_BEGINS = re.compile(r"<[a-zA-Z/!?]")
# `if a<b` at the end of a text is not a cut-off tag: no blank before `<`, and no attributes.
_COMPARED_AT_END = re.compile(r"(?<=[A-Za-z0-9_)\]])<(?=[a-zA-Z][^<>=]*\Z)")
_TAGS = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*")
_MOST_PASSES = 5
_WHITE_SPACE = re.compile(r"[ \t\n\f]+")


def clean(fragment: str, *, base_url: str | None, tree: etree._Element | None = None) -> SafeHtml:
    """Return the fragment as safe HTML with absolute addresses; never raise.

    Cleaning clean HTML changes nothing. Text without any tag keeps its lines: blank lines
    separate paragraphs, other line ends become `<br>`. `tree` is the result of `parse_fragment`,
    if the caller already has it. This function changes the tree.
    """
    text = make_sound(fragment)
    as_text = _without_seeming_tags(text)
    if not _TAG_BEGINS.search(as_text):
        return sanitize(as_html(as_text))
    for _ in range(_MOST_PASSES):
        result, is_settled = _pass(text, parse_fragment(text) if tree is None else tree, base_url)
        text, tree = result, None
        if is_settled:
            break
    return result


def _without_seeming_tags(text: str) -> str:
    """Escape or remove what looks like a tag, as in `a<b`, in a text that is probably not HTML.

    Such a text has no `>`, or it has several lines and no closing tag.
    """
    if ">" not in text:
        text = _COMPARED_AT_END.sub("&lt;", text)
    if "\n" in text and "</" not in text and _TAG_BEGINS.search(text):
        return drop_unknown(text)
    return text


def as_html(text: str) -> str:
    """Return a text without tags as HTML that keeps its lines; return HTML unchanged."""
    if _TAG_BEGINS.search(text):
        return text
    return from_text(make_sound(html.unescape(text)))


def _pass(markup: str, tree: etree._Element, base_url: str | None) -> tuple[SafeHtml, bool]:
    """Repair and sanitize once; return the result, and whether the result is final.

    libxml2 and nh3's parser (html5ever) read wrongly nested markup differently. If the result has
    the same tags as `markup`, in the same order, neither parser will move anything again.
    """
    repair(tree, base_url, markup)
    part_long_text(tree, markup)
    repaired = etree.tostring(tree, method="html", encoding="unicode")
    result = sanitize(repaired)
    if not _TAG_BEGINS.search(result):
        # Line ends in HTML mean blanks. Without tags, the next pass would read them as lines.
        return sanitize(from_text(_WHITE_SPACE.sub(" ", html.unescape(result)))), True
    return result, _TAGS.findall(markup) == _TAGS.findall(result)
