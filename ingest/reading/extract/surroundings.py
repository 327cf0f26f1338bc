"""Says where the elements of a page are, relative to the page's article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from ingest.reading.extract.page import text_lengths
from ingest.reading.links import canonical_link
from ingest.urls import absolute_link

# These sections do not belong to the article, unless they contain most of it.
_OTHERS = frozenset({"article", "nav", "menu", "dialog"})
_BESIDE = frozenset({"aside", "footer"})
_NAMES = re.compile(
    r"(?:^|[^a-z])(?:comments?|commentlist|pinglun|replies|respond|related?|recommend(?:ed|ation)?s?"
    r"|tuijian|side-?bar|widgets?|rank(?:ing)?|paihang|(?:hot|recent|latest|more|popular|other)"
    r"-?(?:news|lists?|articles?|posts?|entries))(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_SIBLINGS = 200
_HALF = 0.5


class Surroundings:
    """Says where elements are, relative to the article; `own` are the page's addresses.

    The page is measured only once, when the object is created.
    """

    def __init__(self, article: HtmlElement, *, base_url: str, own: Sequence[str | None]) -> None:
        root = article.getroottree().getroot()
        self.article = article
        self._base_url, self._own = base_url, {page_of(url) for url in own if url}
        self._inner = set(article.iter())
        self._order = {element: number for number, element in enumerate(root.iter())}
        self._lengths = text_lengths(root)
        half = _HALF * self._lengths[article]
        middle = (element for element in self._inner if self._lengths[element] > half)
        self._around = {article, *article.iterancestors(), *middle}
        self._linked = self._holders_of_links(root)
        last = self._last = max(self._order[element] for element in self._inner)
        self._headline = self._place_of_headline(root, last)
        after = (self._order[heading] for heading in root.iter(*_HEADINGS))
        self._next_heading = min((n for n in after if n > last), default=len(self._order))

    def _holders_of_links(self, root: HtmlElement) -> set[HtmlElement]:
        holders: set[HtmlElement] = set()
        for link in filter(self.leads_away, root.iter("a")):
            element: HtmlElement | None = link
            while element is not None and element not in holders:
                holders.add(element)
                element = element.getparent()
        return holders

    def _place_of_headline(self, root: HtmlElement, last: int) -> int:
        """Return the position of the last h1 above the article, or else of the first h1 in it."""
        places = [place for h1 in root.iter("h1") if (place := self._order[h1]) <= last]
        above = [place for place in places if place < self._order[self.article]]
        return max(above, default=min(places, default=0))

    def leads_away(self, link: HtmlElement) -> bool:
        """Return whether a link leads to another page."""
        href = (link.get("href") or "").strip()
        if not href or href.startswith("#"):
            return False
        address = absolute_link(href, self._base_url)
        return address is not None and page_of(address) not in self._own

    def has_link(self, element: HtmlElement | None) -> bool:
        """Return whether an element is, or contains, a link to another page."""
        return element in self._linked

    def length(self, element: HtmlElement) -> int:
        """Return the number of characters in an element, without white space."""
        return self._lengths.get(element, 0)

    def is_in_article(self, element: HtmlElement | None) -> bool:
        """Return whether an element is the article's element or inside it."""
        return element in self._inner

    def is_above_headline(self, element: HtmlElement) -> bool:
        """Return whether an element comes before the headline."""
        return self._order.get(element, self._headline) < self._headline

    def is_below_article(self, element: HtmlElement) -> bool:
        """Return whether an element comes after the article."""
        return self._order.get(element, 0) > self._last

    def is_below_next_heading(self, element: HtmlElement) -> bool:
        """Return whether an element comes after the first heading that follows the article."""
        return self._order.get(element, 0) > self._next_heading

    def sections(self, inside: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
        """Yield the elements of `inside` up to the first one that holds the article."""
        for element in inside:
            if element in self._around:
                return
            yield element

    def is_elsewhere(self, inside: Sequence[HtmlElement]) -> bool:
        """Return whether one of these elements is a section beside the article.

        The tag, id or class of such a section says so.
        """
        shares = any(one.tag == "article" and one in self._around for one in inside)
        return any(
            section.tag in _OTHERS
            or (section.tag in _BESIDE and not shares)
            or bool(_NAMES.search(_names(section)))
            for section in self.sections(inside)
        )

    def siblings(self, section: HtmlElement, *, preceding: bool) -> Iterator[HtmlElement]:
        """Yield the siblings of a section in one direction, up to the article."""
        for one in islice(section.itersiblings(preceding=preceding), _MOST_SIBLINGS):
            if one in self._around:
                return
            yield one


def page_of(url: str) -> str:
    """Return the canonical form of an address without its fragment."""
    return (canonical_link(url) or url).partition("#")[0].rstrip("/")


def _names(element: HtmlElement) -> str:
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    return _CAMEL.sub("-", names).lower()
