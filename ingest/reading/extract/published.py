"""Chooses the date of the article among the dates of its page.

Lists of other posts, comments and side bars have dates too. Many pages have only such dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from ingest.reading.extract.page_dates import UPDATE, PageDate
from ingest.reading.extract.surroundings import Surroundings

# The longest item in a list of other posts, in characters, if it has no link, has a link, or is an
# element of `_ITEMS`. A longer item is a post of a forum thread, which is the article.
_LONGEST_LINE_OF_LIST = 120
_LONGEST_LINKED = 400
_LONGEST_ITEM = 2_000
_MOST_OF_IT = 0.5
_ITEMS = frozenset({"article", "dd", "li", "tr"})
# Themes link the date of a post to the list of that day's or month's posts.
_ARCHIVE = re.compile(r"/(?:19|20)\d\d/\d{1,2}(?:/\d{1,2})?/?(?:[?#].*)?\Z")
_SENTENCE = re.compile(r"[。！？；]")
_LONGEST_LINE = 40  # characters; a longer line that contains the end of a sentence is prose
# These labels stand beside the article's own date: `来源：新华网`, `发布时间`, `Posted on`.
_LABELS = re.compile(
    r"[^\W\d]{1,8}\s?[:：]\s?\S{0,30}"
    r"|[^\W\d]{0,4}(?:日期|时间|時間|发布|發佈|發布|发表|發表|更新|修改|阅读|浏览)[于於]?"
    r"|\b(?:posted|published|updated|date|on|at|by)\b|[\W\d_]+|[年月日时分秒]|星期.|周.|[上下]午",
    re.IGNORECASE,
)


def choose_date(dates: Sequence[PageDate], surroundings: Surroundings) -> str | None:
    """Return the date of the article as written, or None if the page shows none."""
    view = _View(dates, surroundings)
    found = [date for date in dates if not view.is_of_another(date)]
    # A date above the headline may be today's date, which many sites show.
    best = min(found, key=lambda one: (one.rank, view.is_above(one)), default=None)
    return best.text if best else None


class _View:
    """Decides which dates of a page belong to its article."""

    def __init__(self, dates: Sequence[PageDate], around: Surroundings) -> None:
        self._dates, self._around = dates, around
        self._dated = {one for date in dates if date.rank < UPDATE for one in date.inside}
        self._has_more: dict[HtmlElement, bool] = {}

    def is_above(self, date: PageDate) -> bool:
        """Return whether a date comes before the headline."""
        return self._around.is_above_headline(date.inside[0])

    def is_of_another(self, date: PageDate) -> bool:
        """Return whether a date belongs to something other than the article."""
        return (
            self._is_linked(date)
            or self._around.is_elsewhere(date.inside)
            or self._around.is_below_next_heading(date.inside[0])
            or self._is_prose(date)
            or self._is_listed(date)
        )

    def _is_linked(self, date: PageDate) -> bool:
        links = [element for element in date.inside if element.tag == "a"]
        if date.inside[0].tag == "time":
            links += date.inside[0].iter("a")
        away = filter(self._around.leads_away, links)
        return any(not _ARCHIVE.search(link.get("href") or "") for link in away)

    def _is_prose(self, date: PageDate) -> bool:
        return len(date.line) > _LONGEST_LINE and bool(_SENTENCE.search(date.line))

    def _is_listed(self, date: PageDate) -> bool:
        """Return whether a date is in one of several items of a list."""
        if self._shares_its_element(date):
            return True
        is_one_of_two = False
        for section in self._around.sections(date.inside):
            if section not in self._dated or not self._is_item(section):
                continue
            alike = [section, *self._twins(section)]
            if self._is_thread(alike):
                return False
            count = sum(map(self._is_item, alike))
            if count > 2 or self._is_item_below(section):
                return True
            is_one_of_two = is_one_of_two or count > 1
        return is_one_of_two

    def _is_item_below(self, section: HtmlElement) -> bool:
        """Return whether an element of `_ITEMS` is below the article and links to another page."""
        is_below = section.tag in _ITEMS and self._around.is_below_article(section)
        return is_below and self._around.has_link(section)

    def _shares_its_element(self, date: PageDate) -> bool:
        """Return whether the date's element has several lines, each with a date and other words."""
        lines = {one.line for one in self._dates if one.line and one.inside[0] is date.inside[0]}
        return bool(date.line) and sum(len(_rest(line)) > 1 for line in lines) > 1

    def _is_thread(self, alike: list[HtmlElement]) -> bool:
        """Return whether the elements are posts of a forum thread, which is then the article."""
        lengths = list(map(self._around.length, alike))
        if len(alike) < 2 or sum(lengths) < _LONGEST_LINE_OF_LIST * len(alike):
            return False
        is_most = sum(lengths) > _MOST_OF_IT * self._around.length(self._around.article)
        is_in_article = self._around.is_in_article(alike[0].getparent())
        return any(map(self._is_long, alike)) or (is_most and is_in_article)

    def _is_long(self, element: HtmlElement) -> bool:
        longest = _LONGEST_ITEM if element.tag in _ITEMS else _LONGEST_LINKED
        return self._around.length(element) > longest

    def _twins(self, section: HtmlElement) -> Iterator[HtmlElement]:
        """Yield the siblings of a section that have a date and are the same kind of element.

        Stop at the article or another long text. Siblings without a class must be adjacent, unless
        their tag is in `_ITEMS`.
        """
        name = section.get("class")
        is_sure = bool(name) or section.tag in _ITEMS
        for preceding in (False, True):
            for one in self._around.siblings(section, preceding=preceding):
                is_dated = one in self._dated
                is_alike = one.get("class") == name or one.tag in _ITEMS
                is_break = self._around.length(one) > _LONGEST_LINKED and not is_dated
                if is_dated and is_alike and one.tag == section.tag:
                    yield one
                elif is_break or not (is_sure or one.tag == "br"):
                    break

    def _is_item(self, element: HtmlElement) -> bool:
        """Return whether an element has a title or a link to another page, besides its date."""
        if element not in self._has_more:
            self._has_more[element] = self._has_title_or_link(element)
        return self._has_more[element]

    def _has_title_or_link(self, element: HtmlElement) -> bool:
        if element.tag == "dd" or self._around.has_link(element):
            return True
        if self._around.has_link(element.getprevious()):
            return True
        if self._around.length(element) > _LONGEST_LINKED:
            return False
        return 1 < len(_rest(str(element.text_content()))) <= _LONGEST_LINE_OF_LIST


def _rest(text: str) -> str:
    """Return a line without its date and labels."""
    return _LABELS.sub("", text)
