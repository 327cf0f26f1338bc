"""Finds the element of a page that best matches the text that a method chose as the article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from ingest.reading.extract.page import without_spaces

SHINGLE = 4  # characters
# A function that returns which share (0 to 1) of a text belongs to the article. It gets the text's
# element, and the text without white space.
Weigh = Callable[[HtmlElement, str], float]


@dataclass(slots=True)
class Tally:
    """The number of characters in each element, and how many of them one method chose."""

    taken: dict[HtmlElement, float] = field(default_factory=lambda: defaultdict(float))
    total: dict[HtmlElement, int] = field(default_factory=lambda: defaultdict(int))

    def share(self, element: HtmlElement, empty: float) -> float:
        """Return the share of an element's text that the method chose.

        `empty` is the value for an element without text.
        """
        total = self.total.get(element, 0)
        return self.taken.get(element, 0.0) / total if total else empty


def tally(body: HtmlElement, weigh: Weigh) -> Tally:
    """Count for each element how many of its characters the function `weigh` chooses.

    The count includes the texts of inner elements. Texts of fewer than four characters are ignored.
    """
    sums = Tally()
    for element, text in runs(body):
        run = without_spaces(text)
        if len(run) >= SHINGLE:
            sums.taken[element] += weigh(element, run) * len(run)
            sums.total[element] += len(run)
    for element in reversed(list(body.iter())):
        if element is not body and (parent := element.getparent()) is not None:
            sums.taken[parent] += sums.taken[element]
            sums.total[parent] += sums.total[element]
    return sums


def runs(body: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield every text between two tags, with its element."""
    for element in body.iter():
        if element.text:
            yield element, element.text
        parent = element.getparent()
        if element is not body and element.tail and parent is not None:
            yield parent, element.tail


def holder(body: HtmlElement, sums: Tally) -> HtmlElement:
    """Return the element whose text is most similar (by F1 score) to the text that a method chose.

    Among elements with the same text, return the outermost, which may also hold pictures.
    """
    everything = sums.taken.get(body, 0.0)

    def f1(element: HtmlElement) -> float:
        return 2 * sums.taken.get(element, 0.0) / (sums.total.get(element, 0) + everything + 1)

    return max(body.iter(), key=f1)


def shingles(text: str) -> frozenset[str]:
    """Return the shingles of a text: all sequences of four characters, without white space."""
    run = without_spaces(text)
    return frozenset(run[i : i + SHINGLE] for i in range(len(run) - SHINGLE + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the similarity (F1 score) of two sets, or 0 if both are empty."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def share_in(run: str, known: frozenset[str]) -> float:
    """Return the share of a text's sequences of four characters that are in `known`.

    The text has at least four characters.
    """
    count = len(run) - SHINGLE + 1
    return sum(run[i : i + SHINGLE] in known for i in range(count)) / count
