"""What three ways of looking at a page take for its article; trafilatura lives here only.

Each gives a way of weighing text, so that all three can point at elements of one tree, whatever
they make of pictures and headings themselves.
"""

from __future__ import annotations

import copy
import functools
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml.html import HtmlElement

from ingest.reading.extract.page import squeeze
from ingest.reading.extract.tally import Weigh, share_in
from ingest.reading.html import text_of

_PUNCTUATION = re.compile(r"[。，；！？：、,.;!?]")
_SENTENCE = 12  # characters
_UNPUNCTUATED = 0.3
_FEWEST_PICTURES = 3
_LONGEST_CAPTION = 120  # characters


def by_readability(root: HtmlElement) -> str:
    """Return the text that readability-lxml takes, nothing where it finds no article."""
    from readability.readability import Unparseable

    document = _readability()(copy.deepcopy(root))
    try:
        return text_of(document.summary())
    except Unparseable:  # it wraps whatever was raised inside
        return ""


@functools.cache
def _readability() -> Callable[[HtmlElement], Any]:
    from readability import Document

    # It logs what it raises, with a traceback.
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL + 1)
    reader: Callable[[HtmlElement], Any] = Document
    return reader


def by_trafilatura(root: HtmlElement) -> str:
    """Return the text that trafilatura takes, nothing where it finds no article."""
    import trafilatura

    return trafilatura.extract(copy.deepcopy(root), include_comments=False) or ""


def weigh_prose(body: HtmlElement) -> Weigh:
    """Weigh by density: sentences are an article's, links a page's, the rest may be either.

    So may the captions of a list of pictures, which are sentences as well.
    """
    linked = {element for link in body.iter("a") for element in link.iter()}
    captions = {element for item in _pictured_items(body) for element in item.iter()}

    def weigh(element: HtmlElement, run: str) -> float:
        if element in linked:
            return 0.0
        is_sentence = len(run) > _SENTENCE and _PUNCTUATION.search(run)
        return 1.0 if is_sentence and element not in captions else _UNPUNCTUATED

    return weigh


def _pictured_items(body: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the items of lists of pictures with short texts."""
    for list_ in body.iter("ul", "ol", "dl"):
        items = [item for item in list_.iterchildren("li", "dd") if _is_pictured(item)]
        if len(items) >= _FEWEST_PICTURES:
            yield from items


def _is_pictured(item: HtmlElement) -> bool:
    has_picture = next(item.iter("img"), None) is not None
    return has_picture and len(squeeze(str(item.text_content()))) <= _LONGEST_CAPTION


def weigh_shared(known: frozenset[str]) -> Weigh:
    """Weigh by what a text shares with the shingles of another one."""
    return lambda _, run: share_in(run, known)
