"""Who wrote an article, as its page shows it; comments and side bars have authors, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

_LONGEST = 300
_MOST = 50
_PLACES = (
    "//*[@id='author_baidu' or @id='js_name']",
    "//*[contains(concat(' ', @itemprop, ' '), ' author ')]//*[@itemprop='name']",
    "//*[contains(concat(' ', @itemprop, ' '), ' author ')]",
    "//a[contains(concat(' ', @rel, ' '), ' author ')]",
    *(
        f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
        for name in ("author", "author-name", "byline", "p-author")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """A name on a page; `inside` are the elements that hold it, the closest first."""

    text: str
    inside: Sequence[HtmlElement]


def find_bylines(root: HtmlElement) -> list[Byline]:
    """Find what the page marks as names of authors, the surest marks first."""
    return list(islice(_bylines(root), _MOST))


def _bylines(root: HtmlElement) -> Iterator[Byline]:
    for place in _PLACES:
        for element in root.xpath(place)[:_MOST]:
            text = element.get("content") or str(element.text_content())
            yield Byline(text=text[:_LONGEST], inside=[element, *element.iterancestors()])
