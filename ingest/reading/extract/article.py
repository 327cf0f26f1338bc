"""A page becomes an Article: its place found, what does not belong left out, its facts read."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.reading.extract import facts, next_page, opinions
from ingest.reading.extract.bylines import Byline, find_bylines
from ingest.reading.extract.headline import find_headline
from ingest.reading.extract.imprint import drop_imprints
from ingest.reading.extract.page import body_of, parse_page, show_as_read
from ingest.reading.extract.page_dates import find_dates
from ingest.reading.extract.published import choose_date
from ingest.reading.extract.sites import place_of_article
from ingest.reading.extract.surroundings import Surroundings
from ingest.reading.extract.tally import Tally, holder, likeness, shingles, tally
from ingest.reading.extract.trim import trim
from ingest.reading.html import pictures, text_of
from ingest.urls import absolute_link
from ingest.values import Article

_UNTAKEN, _TAKEN = 0.3, 0.7  # of a block's text
_TRUST = 0.2  # readability-lxml is the best of the three: the others must agree against it
_SHORTEST = 20  # characters; less is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opinion:
    """An article as one way of looking at the page has it; `place` is where the page has it."""

    method: str
    place: HtmlElement
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
    said = facts.read(root, base_url, url)
    following = next_page.find(root, base_url)
    shown, bylines = find_dates(root), find_bylines(root)
    show_as_read(root)
    drop_imprints(body_of(root))
    opinion = _at_known_place(root, url) or _most_agreed(root)
    if len(opinion.text) < _SHORTEST:
        return None
    own = (url, said.canonical_url)
    surroundings = Surroundings(opinion.place, base_url=base_url, own=own)
    return Article(
        url=url,
        html=_html_of(opinion.element, base_url),
        text=opinion.text,
        method=opinion.method,
        next_url=following,
        title=said.title,
        author=said.author or _shown_author(bylines, surroundings) or said.credit,
        published=said.published or choose_date(shown, surroundings),
        published_is_shown=not said.published,
        image=said.image,
        canonical_url=said.canonical_url,
    )


def _shown_author(bylines: Sequence[Byline], surroundings: Surroundings) -> str | None:
    own = (one for one in bylines if not surroundings.is_elsewhere(one.inside))
    return next(filter(None, (facts.name_of(one.text) for one in own)), None)


def _base_of(root: HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    return (base is not None and absolute_link(base.get("href"), url)) or url


def _at_known_place(root: HtmlElement, url: str) -> _Opinion | None:
    body = body_of(root)
    prose = tally(body, opinions.weigh_prose(body))
    place = place_of_article(body, url, prose.taken)
    if place is None:
        return None
    headline = find_headline(body, prose.taken)
    # A content system's mark stands on each of several articles.
    if not place.is_of_site and headline and headline.is_of_another(place.element):
        return None
    return _trimmed(place.rule, place.element)


def _most_agreed(root: HtmlElement) -> _Opinion:
    """Return the opinion that is most like the others, unless it is another article's.

    Where the three do not agree, it is because one of them has lost the article, or taken what
    stands around it.
    """
    tallies = _tallies(root)
    held = [_opinion(method, root, tallies) for method in tallies]

    def agreement(opinion: _Opinion) -> float:
        others = (likeness(opinion.shingles, other.shingles) for other in held)
        return sum(others) + (_TRUST if opinion.method == "readability" else 0.0)

    best = max(held, key=agreement)
    prose = tallies["prose"]
    headline = find_headline(body_of(root), prose.taken)
    if headline is None:
        return best
    if headline.is_of_another(best.place):
        return _trimmed("headline", holder(headline.part, prose))
    part = headline.own_part_of(best.place)
    return best if part is best.place else _trimmed("headline", holder(part, prose))


def _tallies(root: HtmlElement) -> dict[str, Tally]:
    """Weigh the page's text in three ways; one that finds no article has no say."""
    body = body_of(root)
    texts = {
        "readability": opinions.by_readability(root),
        "trafilatura": opinions.by_trafilatura(root),
    }
    known = {method: shingles(text) for method, text in texts.items()}
    weighs = {method: opinions.weigh_shared(text) for method, text in known.items() if text}
    weighs["prose"] = opinions.weigh_prose(body)
    return {method: tally(body, weigh) for method, weigh in weighs.items()}


def _opinion(method: str, root: HtmlElement, tallies: dict[str, Tally]) -> _Opinion:
    """Take what a way of looking points at, without the blocks that it alone does not take."""
    own = tallies[method]
    others = [sums for other, sums in tallies.items() if other != method]

    def is_left_out(element: HtmlElement) -> bool:
        taken = own.share(element, 1.0) >= _UNTAKEN
        return not taken and not all(sums.share(element, 0.0) > _TAKEN for sums in others)

    return _trimmed(method, holder(body_of(root), own), is_left_out)


def _trimmed(
    method: str, element: HtmlElement, is_left_out: Callable[[HtmlElement], bool] | None = None
) -> _Opinion:
    article = copy.deepcopy(element)
    pairs = zip(article.iter(), element.iter(), strict=True) if is_left_out else ()
    trim(article, {twin for twin, original in pairs if is_left_out and is_left_out(original)})
    text = text_of(_markup_of(article))
    return _Opinion(
        method=method, place=element, element=article, text=text, shingles=shingles(text)
    )


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
