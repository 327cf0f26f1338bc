"""Where an article goes on, as far as a link says so; nothing is followed here."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.reading.extract.tally import squeeze
from ingest.reading.links import absolute_link, canonical_link

_NEXT = re.compile(r"[\W_]*(?:下一?[页頁]|后一?页|後一?頁|next ?page|next)[\W_]*", re.IGNORECASE)
_LONGEST = 20
# What a page's number adds to the address of the first: `_2`, `-2`, `/2`, `?page=2`.
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[-_/](?:p(?:age)?)?|(?<=\d)[_-])\d{1,3}/?$", re.IGNORECASE)
_PAGE_PARAMETER = re.compile(
    r"(?:^|&)(?:page|p|pn|pg|pageno|page_?num|paged|cpage)=\d{1,3}(?=&|$)", re.IGNORECASE
)


def find(root: HtmlElement, url: str) -> str | None:
    """Return the address of the article's next page.

    A link counts if it is called so, or rel=next says so, and if its address is that of this
    page but for a number: otherwise "next" is another article.
    """
    for link in root.iter("a", "link"):
        if not _is_called_next(link):
            continue
        following = absolute_link(link.get("href"), url)
        if following and _continues(url, following):
            return following
    return None


def _is_called_next(link: HtmlElement) -> bool:
    if "next" in (link.get("rel") or "").lower().split():
        return True
    if link.tag == "link":
        return False
    text = squeeze("".join(link.itertext()))
    return len(text) <= _LONGEST and bool(_NEXT.fullmatch(text))


def _continues(url: str, following: str) -> bool:
    if canonical_link(url) == canonical_link(following):
        return False
    here, there = urlsplit(url), urlsplit(following)
    if here.netloc.lower() != there.netloc.lower():
        return False
    return (
        _stem(here.path) == _stem(there.path)
        and _page_number(there.path, there.query) == _page_number(here.path, here.query) + 1
    )
