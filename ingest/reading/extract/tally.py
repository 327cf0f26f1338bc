"""Finds the element of a page that best matches the text that a method takes for the article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from ingest.reading.extract.page import without_spaces

SHINGLE = 4  # characters
# A function that returns how much (0 to 1) of a text without white space belongs to the article.
Weigh = Callable[[HtmlElement, str], float]


@dataclass(slots=True)
class Tally:
    """The number of characters in each element, and how many of them the method chose."""

    taken: dict[HtmlElement, float] = field(default_factory=lambda: defaultdict(float))
    total: dict[HtmlElement, int] = field(default_factory=lambda: defaultdict(int))

    def share(self, element: HtmlElement, empty: float) -> float:
        """Return the share of an element's text that the method chose; `empty` without text."""
        total = self.total.get(element, 0)
        return self.taken.get(element, 0.0) / total if total else empty


def tally(body: HtmlElement, weigh: Weigh) -> Tally:
    """Weigh each run of text, and add up the weights from the leaves to the body.

    Runs of fewer than four characters are not counted.
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
    """Yield every run of text with its element."""
    for element in body.iter():
        if element.text:
            yield element, element.text
        parent = element.getparent()
        if element is not body and element.tail and parent is not None:
            yield parent, element.tail


def holder(body: HtmlElement, sums: Tally) -> HtmlElement:
    """Return the element whose text is most similar (F1) to the text that the method chose.

    Among elements with the same text, return the outermost, which may also hold pictures.
    """
    everything = sums.taken.get(body, 0.0)

    def f1(element: HtmlElement) -> float:
        return 2 * sums.taken.get(element, 0.0) / (sums.total.get(element, 0) + everything + 1)

    return max(body.iter(), key=f1)


def shingles(text: str) -> frozenset[str]:
    """Return all sequences of four characters in a text without white space."""
    run = without_spaces(text)
    return frozenset(run[i : i + SHINGLE] for i in range(len(run) - SHINGLE + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the similarity (F1) of two sets of shingles, or 0 if both are empty."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def share_in(run: str, known: frozenset[str]) -> float:
    """Return the share of a run's shingles in `known`; the run has at least four characters."""
    count = len(run) - SHINGLE + 1
    return sum(run[i : i + SHINGLE] in known for i in range(count)) / count
