"""Finds the headline of a page's own article, and recognises texts of other articles.

A portal's page also shows summaries or whole texts of other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.reading.extract.page import without_spaces

_SHORTEST = 6  # characters; a shorter heading may be the name of a section or of the site
_LONGEST = 120
_MOST_RUNS = 9
_MOST = 20
_CLEARLY = 0.2
_LEAST_PROSE = 150  # characters
_HEADINGS = ("h1", "h2", "h3", "h4")
_PLAIN = ("div", "p", "td", "span", "strong", "b", "font", "center")
_DATE = re.compile(r"(?:19|20)\d\d(?:[-/.]\d|年)")
# These headings may stand between the headline and the text of an article.
_OF_A_PART = re.compile(
    r"目[录錄次]|文章目录|本文目录|摘要|导[读語语]|導[讀語]|内容提要|内容简介|核心提示|编者按|編者按|正文|前言|引言"
    r"|(?:tableof)?contents|summary|abstract|introduction|keypoints",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[_|｜]\s*|\s+[-–—]\s+|[-–—]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A page's headline, and `part`: the smallest element that holds it and some prose."""

    element: HtmlElement
    part: HtmlElement

    def is_of_another(self, place: HtmlElement) -> bool:
        """Return whether an element holds another article.

        An element before the headline or below another heading holds another article, unless its
        text repeats the words of the headline.
        """
        inner, own = set(place.iter()), set(self.part.iter())
        if place in own or self.part in inner:
            return False
        return self._is_apart(place, own) and not self._repeats_words(place)

    def _is_apart(self, place: HtmlElement, own: AbstractSet[HtmlElement]) -> bool:
        has_begun = False
        for element in self.part.getroottree().getroot().iter():
            if element is place:
                return not has_begun
            has_begun = has_begun or element is self.element
            is_heading = element.tag in _HEADINGS and _heads_an_article(element)
            if has_begun and is_heading and element not in own:
                return True
        return False

    def _repeats_words(self, place: HtmlElement) -> bool:
        """Return whether an element contains clearly more of the headline's words than `part`."""
        words = without_spaces(str(self.element.text_content()))
        pairs = {words[i : i + 2] for i in range(len(words) - 1)}
        there, here = (
            without_spaces(str(one.text_content())).replace(words, "") for one in (place, self.part)
        )
        more = sum(pair in there for pair in pairs) - sum(pair in here for pair in pairs)
        return more > _CLEARLY * len(pairs)

    def own_part_of(self, place: HtmlElement) -> HtmlElement:
        """Return the part of an element that belongs to this headline.

        An element may hold several articles. They are in sibling elements of the same kind, and
        each has a heading of the same level as this headline. (Sections of one article have lower
        headings.) If the element holds only one article, return the whole element.
        """
        part: HtmlElement | None = self.part
        while part is not None and part is not place:
            if any(map(self._is_article, _alike(part))):
                return part
            part = part.getparent()
        return place

    def _is_article(self, element: HtmlElement) -> bool:
        heading = next(element.iter(str(self.element.tag)), None)
        if self.element.tag not in _HEADINGS or heading is None or not _headline_text(heading):
            return False
        text = without_spaces(str(element.text_content()))
        is_sure = heading.tag == "h1" or (element.get("class") and _DATE.search(text))
        return bool(is_sure) and len(text) >= _LEAST_PROSE


def find_headline(body: HtmlElement, prose: dict[HtmlElement, float]) -> Headline | None:
    """Find the headline: the only heading, or other element, whose text is in the page's title.

    `prose` is the amount of prose in each element, in characters. Return None if no prose is near
    the headline.
    """
    headline = _headline(body)
    element = headline
    while headline is not None and element is not None and element is not body:
        if prose.get(element, 0.0) - prose.get(headline, 0.0) >= _LEAST_PROSE:
            return Headline(element=headline, part=element)
        element = element.getparent()
    return None


def _alike(element: HtmlElement) -> Iterator[HtmlElement]:
    name = element.get("class")
    for preceding in (False, True):
        for one in islice(element.itersiblings(preceding=preceding), _MOST):
            if one.tag == element.tag and one.get("class") == name:
                yield one


def _headline(body: HtmlElement) -> HtmlElement | None:
    title = body.getroottree().getroot().find(".//title")
    text = (title.text or "") if title is not None else ""
    whole, first = without_spaces(text), without_spaces(_PARTS.split(text.strip())[0])
    headings = [one for one in body.iter(*_HEADINGS) if _agree(_headline_text(one), whole, first)]
    if not headings:
        headings = [one for one in body.iter(*_PLAIN) if _headline_text(one) == first]
    headings = headings[:_MOST]
    # An element around a headline may have the same text. Only the innermost one is counted.
    inmost = [one for one in headings if not any(one in e.iterancestors() for e in headings)]
    is_one = len({_headline_text(one) for one in inmost}) == 1
    return inmost[0] if is_one else None


def _heads_an_article(heading: HtmlElement) -> bool:
    text = without_spaces(str(heading.text_content()))
    return bool(text) and not _OF_A_PART.fullmatch(text)


def _agree(heading: str, whole: str, first: str) -> bool:
    """Return whether a heading is part of the page's title, or begins with its first part."""
    if not heading:
        return False
    return heading in whole or (len(first) >= _SHORTEST and heading.startswith(first))


def _headline_text(element: HtmlElement) -> str:
    """Return an element's text, or "" if it cannot be a headline: a link, too short or too long."""
    text = without_spaces("".join(islice(element.itertext(), _MOST_RUNS)))
    if not _SHORTEST <= len(text) <= _LONGEST:
        return ""
    return "" if any(one.tag == "a" for one in element.iterancestors()) else text
