"""A page becomes an Article: its place found, what does not belong left out, its facts read."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.reading.extract import facts, next_page, opinions
from ingest.reading.extract.page import body_of, parse_page, show_as_read
from ingest.reading.extract.sites import place_of_article
from ingest.reading.extract.tally import Tally, Weigh, holder, likeness, shingles, tally
from ingest.reading.extract.trim import trim
from ingest.reading.html import pictures, text_of
from ingest.reading.links import absolute_link
from ingest.values import Article

_UNTAKEN = 0.3  # of a block: then it is not the opinion's article
_TRUST = 0.2  # readability-lxml is the best of the three: the others must agree against it
_SHORTEST = 20  # characters; less is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opinion:
    """An article as one way of looking at the page has it."""

    method: str
    element: HtmlElement
    text: str
    shingles: frozenset[str]


def extract_article(html: str, *, url: str) -> Article | None:
    """Return the article of a page that was found at `url`, None where it has none.

    The place that the site or its content system is known to use comes first; then what
    trafilatura, readability-lxml and the density of prose agree on. Takes any text, and reads no
    more than its first five million characters.
    """
    root = parse_page(html)
    if root is None:
        return None
    base_url = _base_of(root, url)
    said = facts.read(root, base_url)
    following = next_page.find(root, base_url)
    show_as_read(root)
    opinion = _at_known_place(root, url) or _most_agreed(root)
    if opinion is None or len(opinion.text) < _SHORTEST:
        return None
    return Article(
        url=url,
        html=_html_of(opinion.element, base_url),
        text=opinion.text,
        method=opinion.method,
        next_url=following,
        title=said.title,
        author=said.author,
        published=said.published,
        image=said.image,
    )


def _base_of(root: HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    return (base is not None and absolute_link(base.get("href"), url)) or url


def _at_known_place(root: HtmlElement, url: str) -> _Opinion | None:
    body = body_of(root)
    prose = tally(body, opinions.weigh_prose(body))
    place = place_of_article(body, url, prose.taken)
    return None if place is None else _opinion(place.rule, place.element, None)


def _most_agreed(root: HtmlElement) -> _Opinion | None:
    """Return the opinion that is most like the others.

    Where the three do not agree, it is because one of them has lost the article, or taken what
    stands around it.
    """
    body = body_of(root)
    prose = _pointed_at(body, "prose", opinions.weigh_prose(body))
    readability = _read_by("readability", body, opinions.by_readability(root))
    trafilatura = _read_by("trafilatura", body, opinions.by_trafilatura(root))
    held = [opinion for opinion in (readability, trafilatura, prose) if opinion is not None]

    def agreement(opinion: _Opinion) -> float:
        others = (likeness(opinion.shingles, other.shingles) for other in held)
        return sum(others) + (_TRUST if opinion is readability else 0.0)

    return max(held, key=agreement, default=None)


def _read_by(method: str, body: HtmlElement, text: str) -> _Opinion | None:
    known = shingles(text)
    return _pointed_at(body, method, opinions.weigh_shared(known)) if known else None


def _pointed_at(body: HtmlElement, method: str, weigh: Weigh) -> _Opinion:
    sums = tally(body, weigh)
    return _opinion(method, holder(body, sums), sums)


def _opinion(method: str, element: HtmlElement, sums: Tally | None) -> _Opinion:
    article = copy.deepcopy(element)
    untaken = set()
    if sums is not None:
        for twin, original in zip(article.iter(), element.iter(), strict=True):
            share = sums.share(original)
            if share is not None and share < _UNTAKEN:
                untaken.add(twin)
    trim(article, untaken)
    text = text_of(_markup_of(article))
    return _Opinion(method=method, element=article, text=text, shingles=shingles(text))


def _html_of(article: HtmlElement, base_url: str) -> str:
    """Write the article with addresses that mean the same anywhere."""
    for image in article.iter("img"):
        if address := pictures.address_of(image, base_url):
            image.set("src", address)
    for link in article.iter("a"):
        if address := absolute_link(link.get("href"), base_url):
            link.set("href", address)
    return _markup_of(article)


def _markup_of(article: HtmlElement) -> str:
    return etree.tostring(article, method="html", encoding="unicode", with_tail=False)
