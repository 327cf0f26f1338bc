"""Where an article goes on, as far as a link says so; nothing is followed here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.reading.extract.page import squeeze
from ingest.urls import absolute_link

_NEXT = re.compile(r"[\W_]*(?:下一?[页頁]|[后後]一?[页頁]|next ?(?:page)?)[\W_]*", re.IGNORECASE)
_LONGEST = 20
_MOST_LINKS = 50
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
# What the number of a page is written with behind the address of the first one.
_NUMBERED = re.compile(r"(.+?)([-_]p?|[-_]page|/|/p|/page[-/_])(\d{1,2})$", re.IGNORECASE)
_PARAMETER = re.compile(r"(page|pn|pg|pageno|page_?num|paged)=(\d{1,2})", re.IGNORECASE)
_FIRST = (1, 2)  # the second page's number: some count from nought

Reading = tuple[str, int | None]


def find(root: HtmlElement, url: str) -> str | None:
    """Return the address of the article's next page.

    A link counts if it is called so, or rel=next says so, and if its address is that of this
    page but for a number: otherwise "next" is another article.
    """
    here = set(_readings(url))
    for link in islice(filter(_is_called_next, root.iter("a", "link")), _MOST_LINKS):
        following = absolute_link(link.get("href"), url)
        if following and any(_follows(reading, here) for reading in _readings(following)):
            return following
    return None


def _is_called_next(link: HtmlElement) -> bool:
    if "next" in (link.get("rel") or "").lower().split():
        return True
    if link.tag == "link":
        return False
    text = "".join(link.itertext())
    return len(text) <= 5 * _LONGEST and bool(_NEXT.fullmatch(squeeze(text)[:_LONGEST]))


def _readings(url: str) -> Iterator[Reading]:
    """Yield the ways to read an address as one of an article and the number of a page."""
    parts = urlsplit(url)
    site = parts.netloc.lower().removeprefix("www.")
    path = site + _EXTENSION.sub("", parts.path.rstrip("/"))
    pairs = parts.query.split("&")
    numbers = [int(found[2]) for pair in pairs if (found := _PARAMETER.fullmatch(pair))]
    query = "&".join(pair for pair in pairs if not _PARAMETER.fullmatch(pair))
    yield f"{path}?{query}", numbers[0] if numbers else None
    if (found := _NUMBERED.fullmatch(path)) and not numbers:
        yield f"{found[1]}?{query}", int(found[3])


def _follows(there: Reading, here: set[Reading]) -> bool:
    article, number = there
    if number is None:
        return False
    if (article, None) in here:
        return number in _FIRST
    # Slugs count, too (`day-12`, `day-13`): an article's own address ends with its number.
    has_number = article.partition("?")[0][-1:].isdigit() or not article.endswith("?")
    return has_number and (article, number - 1) in here
