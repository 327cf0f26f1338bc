"""Finds the dates of a page, in marked elements and in its text.

The dates stay raw strings. `published` chooses one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.reading.extract.page import body_of

UPDATE = 4  # the rank of an update's date; a date of publication has a lower rank
_MOST = 200
_HEAD = 6_000  # Only this many characters of visible text are searched for dates.
_LONGEST = 300
_DATE = re.compile(
    r"(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日?)"
    r"(?:\s*(?:星期|周)[一二三四五六日天])?"
    r"(?:[\sT,，|]*(?:[上下]午|早上|晚上|中午|凌晨)?\s?\d{1,2}[:时點点]\d{1,2}(?:[:分]\d{1,2}秒?)?分?)?"
)
_HAS_CLOCK = re.compile(r"\d[:时點点]\d")
_HAS_DATE = re.compile(r"\d\d")
_UPDATE_LABEL = re.compile(
    r"(?:更新|修改|编辑|編輯|updated|modified)\W*(?:于|於|时间|時間|on)?\W*$", re.IGNORECASE
)
_PUBLISHED_NAMES = frozenset(
    "datepublished published dt-published entry-date publish_time pubtime_baidu pub_date pubtime"
    " pubdate".split()
)
_UPDATED_NAMES = frozenset("datemodified updated dt-updated modified post-updated".split())
_UNREAD = frozenset({"script", "noscript", "style", "option"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDate:
    """A date on a page.

    `inside` are the elements that hold the date, the innermost first. `line` is the text around the
    date. A date with a lower `rank` is more reliable:

    0. an element named as the date of publication
    1. another `time` element
    2. a text with a time of day
    3. a text without a time of day, often today's date
    4. the date of an update
    """

    text: str
    inside: Sequence[HtmlElement]
    rank: int
    line: str = ""


def find_dates(root: HtmlElement) -> list[PageDate]:
    """Return the dates of a page in order: first those in marked elements, then those in text."""
    return [*islice(_dates_in_elements(root), _MOST), *islice(_dates_in_text(root), _MOST)]


def _dates_in_elements(root: HtmlElement) -> Iterator[PageDate]:
    for element in body_of(root).iter("time", "meta", "span", "div", "p", "abbr", "em", "i"):
        names = _names(element)
        is_published = not names.isdisjoint(_PUBLISHED_NAMES)
        if element.tag != "time" and not is_published:
            continue
        text = _date_of(element)
        if _HAS_DATE.search(text):
            rank = 0 if is_published else 1 if names.isdisjoint(_UPDATED_NAMES) else UPDATE
            yield PageDate(text=text, inside=_inside(element), rank=rank)


def _names(element: HtmlElement) -> set[str]:
    values = (element.get(name) or "" for name in ("itemprop", "class", "id"))
    return set(" ".join(values).lower().split())


def _date_of(element: HtmlElement) -> str:
    """Return the date in an attribute of an element, or otherwise the element's text."""
    values = (element.get(name) or "" for name in ("datetime", "content", "title"))
    shown = str(element.text_content())
    text = next((value for value in values if _HAS_DATE.search(value)), shown)
    return " ".join(text.split())[:_LONGEST]


def _inside(element: HtmlElement) -> list[HtmlElement]:
    return [element, *element.iterancestors()]


def _dates_in_text(root: HtmlElement) -> Iterator[PageDate]:
    """Find dates in the first visible text; a day and its time may be in different elements."""
    runs = list(_runs(body_of(root)))
    whole = "\n".join(text for _, text in runs)
    starts = [0]
    for _, text in runs:
        starts.append(starts[-1] + len(text) + 1)
    number = 0
    for match in _DATE.finditer(whole):
        while starts[number + 1] <= match.start():
            number += 1
        element, line = runs[number]
        before = whole[max(0, match.start() - 12) : match.start()]
        is_update = _UPDATE_LABEL.search(before)
        rank = UPDATE if is_update else 2 if _HAS_CLOCK.search(match[0]) else 3
        yield PageDate(
            text=" ".join(match[0].split()), inside=_inside(element), rank=rank, line=line
        )


def _runs(body: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the first visible texts between two tags, each with its element."""
    length = 0
    for found in body.xpath("descendant::text()"):
        parent = found.getparent()
        element = parent.getparent() if found.is_tail else parent
        text = found.strip()
        if text and element is not None and element.tag not in _UNREAD:
            yield element, text
            length += len(text)
        if length > _HEAD:
            return
