"""Nesting that the HTML standard forbids is undone, so that every parser sees one tree."""

from __future__ import annotations

from lxml import etree

# What ends an open paragraph (HTML 13.2.6.4.7), however deep inside it.
_BLOCKS = frozenset(
    "address article aside blockquote center details div dl dd dt figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table ul".split()
)
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
