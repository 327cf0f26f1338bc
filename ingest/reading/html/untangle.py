"""Undo nesting that the HTML standard forbids, so that every parser makes the same tree."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree

# Elements that end an open paragraph at any depth (HTML 13.2.6.4.7).
_BLOCKS = frozenset(
    "address article aside blockquote center details div dl dd dt figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table ul".split()
)
_MANY_REFERENCES = 1000
_REFERENCES = re.compile(f"(?:[^&\xa0]*+[&\xa0]){{{_MANY_REFERENCES}}}")
_CELLS = frozenset({"td", "th", "caption"})


def untangle(tree: etree._Element) -> None:
    """Turn a paragraph that contains blocks into a `div`, and a link around a link into a `span`.

    A standard parser splits such elements, and repeats their formatting after each split, so that a
    small text could become a huge tree.
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
    """Split texts with many character references by comments, because nh3 is slow with long ones.

    nh3 joins the pieces of such a text in quadratic time. The tree was parsed from `markup`. Most
    markup has too few references, and is left unchanged.
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
