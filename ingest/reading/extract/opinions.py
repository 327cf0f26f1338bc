"""Rates which text of a page belongs to the article, by three methods.

These are trafilatura, readability-lxml and the density of prose. Only the text of a library's
result is used, to find the article in the page's own tree. So the article keeps its pictures and
headings, which the libraries may drop.
"""

from __future__ import annotations

import copy
import functools
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml.html import HtmlElement

from ingest.reading.extract.page import without_spaces
from ingest.reading.extract.tally import Weigh, share_in
from ingest.reading.html import text_of

_PUNCTUATION = re.compile(r"[。，；！？：、,.;!?]")
_SENTENCE = 12  # characters
_UNPUNCTUATED = 0.3
_FEWEST_PICTURES = 3
_LONGEST_CAPTION = 120  # characters


def by_readability(root: HtmlElement) -> str:
    """Return the text of the article that readability-lxml finds, or ""."""
    from readability.readability import Unparseable

    document = _readability()(copy.deepcopy(root))
    try:
        return text_of(document.summary())
    except Unparseable:  # readability-lxml wraps all its errors in this exception.
        return ""


@functools.cache
def _readability() -> Callable[[HtmlElement], Any]:
    from readability import Document

    # readability-lxml logs every error that it raises, with a traceback.
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL + 1)
    reader: Callable[[HtmlElement], Any] = Document
    return reader


def by_trafilatura(root: HtmlElement) -> str:
    """Return the text of the article that trafilatura finds, or ""."""
    import trafilatura

    return trafilatura.extract(copy.deepcopy(root), include_comments=False) or ""


def weigh_prose(body: HtmlElement) -> Weigh:
    """Return a function that rates text: 1 for sentences, 0 for links, 0.3 for other text.

    Captions in a list of pictures count as other text, although they are sentences.
    """
    linked = {element for link in body.iter("a") for element in link.iter()}
    captions = {element for item in _pictured_items(body) for element in item.iter()}

    def weigh(element: HtmlElement, run: str) -> float:
        if element in linked:
            return 0.0
        is_sentence = len(run) > _SENTENCE and _PUNCTUATION.search(run)
        return 1.0 if is_sentence and element not in captions else _UNPUNCTUATED

    return weigh


def with_captions(place: HtmlElement) -> HtmlElement:
    """Return the parent of an element if a list of pictures with captions follows the element.

    Otherwise return the element. Pictures with linked captions do not count, because they lead to
    other galleries.
    """
    parent = place.getparent()
    if parent is None or parent.tag == "body":
        return place
    following = {element for one in place.itersiblings("ul", "ol", "dl") for element in one.iter()}
    own = [item for item in _pictured_items(parent) if item in following and _is_own(item)]
    return parent if len(own) >= _FEWEST_PICTURES else place


def _is_own(item: HtmlElement) -> bool:
    is_linked = any(len(without_spaces(str(link.text_content()))) > 1 for link in item.iter("a"))
    return not is_linked and len(without_spaces(str(item.text_content()))) > _SENTENCE


def _pictured_items(body: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the items of lists of pictures with short texts."""
    for list_ in body.iter("ul", "ol", "dl"):
        items = [item for item in list_.iterchildren("li", "dd") if _is_pictured(item)]
        if len(items) >= _FEWEST_PICTURES:
            yield from items


def _is_pictured(item: HtmlElement) -> bool:
    has_picture = next(item.iter("img"), None) is not None
    return has_picture and len(without_spaces(str(item.text_content()))) <= _LONGEST_CAPTION


def weigh_shared(known: frozenset[str]) -> Weigh:
    """Return a function that rates a text by the share of its shingles that are in `known`.

    A shingle is a sequence of four characters.
    """
    return lambda _, run: share_in(run, known)
