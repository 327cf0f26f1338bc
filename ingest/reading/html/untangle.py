"""Nesting that the HTML standard forbids is undone, so that every parser sees one tree."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree

# What ends an open paragraph (HTML 13.2.6.4.7), however deep inside it.
_BLOCKS = frozenset(
    "address article aside blockquote center details div dl dd dt figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table ul".split()
)
_MANY_REFERENCES = 1000
_REFERENCES = re.compile(f"(?:[^&\xa0]*+[&\xa0]){{{_MANY_REFERENCES}}}")
_CELLS = frozenset({"td", "th", "caption"})


def untangle(tree: etree._Element) -> None:
    """Make a paragraph that holds blocks a `div`, and a link that holds a link a `span`.

    A parser by the standard would tear such elements apart, and repeat the formatting inside
    them at each tear: that is how a small text becomes a huge tree.
    """
    paragraphs: list[list[etree._Element]] = [[]]
    links: list[etree._Element] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "end":
            _leave(element, paragraphs, links)
            continue
        if element.tag in _BLOCKS:
            for paragraph in paragraphs[-1]:
                paragraph.tag = "div"
        if element.tag == "p":
            paragraphs[-1].append(element)
        elif element.tag in _CELLS:
            paragraphs.append([])
        elif element.tag == "a":
            for link in links:
                link.tag = "span"
            links.append(element)


def _leave(
    element: etree._Element, paragraphs: list[list[etree._Element]], links: list[etree._Element]
) -> None:
    if element.tag in _CELLS:
        paragraphs.pop()
    for opened in (paragraphs[-1], links):
        if opened and opened[-1] is element:
            opened.pop()


def part_long_text(tree: etree._Element, markup: str) -> None:
    """Put comments into texts full of character references, which nh3 joins in square time.

    `markup` is what the tree was made of: most has too few references to look at its texts.
    """
    if markup.count("&") + markup.count("\xa0") < _MANY_REFERENCES:
        return
    for element in list(tree.iter()):
        for place, text in ((-1, element.tail), (0, element.text)):
            if text and len(text) > _MANY_REFERENCES and _REFERENCES.match(text):
                _part(element, place, text)


def _part(element: etree._Element, place: int, text: str) -> None:
    ends = [0, *(match.end() for match in _REFERENCES.finditer(text)), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    comments = [etree.Comment("") for _ in pieces[1:]]
    for comment, piece in zip(comments, pieces[1:], strict=True):
        comment.tail = piece
    if place == 0:
        element.text = pieces[0]
        element[:0] = comments
    elif (parent := element.getparent()) is not None:
        element.tail = pieces[0]
        after = parent.index(element) + 1
        parent[after:after] = comments
