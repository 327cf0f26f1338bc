"""Finds the link to the next page of an article; fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.reading.extract.page import without_spaces
from ingest.urls import absolute_link

_NEXT = re.compile(r"[\W_]*(?:下一?[页頁]|[后後]一?[页頁]|next ?(?:page)?)[\W_]*", re.IGNORECASE)
_LONGEST = 20
_MOST_LINKS = 50
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
# These separators stand between the address of the first page and the number of a later page.
_NUMBERED = re.compile(r"(.+?)([-_]p?|[-_]page|/|/p|/page[-/_])(\d{1,2})$", re.IGNORECASE)
_PARAMETER = re.compile(r"(page|pn|pg|pageno|page_?num|paged)=(\d{1,2})", re.IGNORECASE)
_SECOND = (1, 2)  # The number of the second page is 1 on sites that count from zero.

_Numbered = tuple[str, int | None]  # the address of an article, and the number of its page


def find(root: HtmlElement, url: str) -> str | None:
    """Return the address of the article's next page, or None.

    The text or the `rel` of the link must say "next". Its address must differ from `url` only in
    the number of the page. If more differs, the link leads to the next article.
    """
    here = set(_split_number(url))
    for link in islice(filter(_is_called_next, root.iter("a", "link")), _MOST_LINKS):
        following = absolute_link(link.get("href"), url)
        if following and any(_follows(there, here) for there in _split_number(following)):
            return following
    return None


def _is_called_next(link: HtmlElement) -> bool:
    if "next" in (link.get("rel") or "").lower().split():
        return True
    if link.tag == "link":
        return False
    text = "".join(link.itertext())
    return len(text) <= 5 * _LONGEST and bool(_NEXT.fullmatch(without_spaces(text)[:_LONGEST]))


def _split_number(url: str) -> Iterator[_Numbered]:
    """Yield the ways to split an address into an article's address and a page number."""
    parts = urlsplit(url)
    site = parts.netloc.lower().removeprefix("www.")
    path = site + _EXTENSION.sub("", parts.path.rstrip("/"))
    pairs = parts.query.split("&")
    numbers = [int(found[2]) for pair in pairs if (found := _PARAMETER.fullmatch(pair))]
    query = "&".join(pair for pair in pairs if not _PARAMETER.fullmatch(pair))
    yield f"{path}?{query}", numbers[0] if numbers else None
    if (found := _NUMBERED.fullmatch(path)) and not numbers:
        yield f"{found[1]}?{query}", int(found[3])


def _follows(there: _Numbered, here: set[_Numbered]) -> bool:
    article, number = there
    if number is None:
        return False
    if (article, None) in here:
        return number in _SECOND
    # Without this check, the articles `day-12` and `day-13` would seem to be pages of one article.
    has_number = article.partition("?")[0][-1:].isdigit() or not article.endswith("?")
    return has_number and (article, number - 1) in here
