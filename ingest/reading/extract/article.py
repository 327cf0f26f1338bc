"""Extracts the Article of a page: finds its element, trims it, and reads its facts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.reading.extract import facts, next_page, opinions
from ingest.reading.extract.headline import find_headline
from ingest.reading.extract.page import body_of, parse_page, show_as_read
from ingest.reading.extract.page_dates import find_dates
from ingest.reading.extract.published import choose_date
from ingest.reading.extract.sites import place_of_article
from ingest.reading.extract.surroundings import Surroundings
from ingest.reading.extract.tally import Tally, holder, likeness, shingles, tally
from ingest.reading.extract.trim import drop_imprints, trim
from ingest.reading.html import pictures, text_of
from ingest.urls import absolute_link
from ingest.values import Article

# A method rejects a block if it chose less than the first share of the block's text. It accepts the
# block if it chose more than the second share.
_UNTAKEN, _TAKEN = 0.3, 0.7
# The result of readability-lxml gets a bonus, because it is the best of the three methods.
_TRUST = 0.2
_SHORTEST = 20  # characters of an article


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opinion:
    """The article that one method finds.

    `place` is the article's element in the page. `element` is a trimmed copy of this element.
    """

    method: str
    place: HtmlElement
    element: HtmlElement
    text: str
    shingles: frozenset[str]


def extract_article(html: str, *, url: str) -> Article | None:
    """Return the article of the page at `url`, or None if the page has no article.

    A known rule for the site or its content system is used if there is one. Otherwise trafilatura,
    readability-lxml and the density of prose each find an article, and the one that is most similar
    to the others is returned. Any text is accepted. Only its first five million characters are
    read.
    """
    root = parse_page(html)
    if root is None:
        return None
    base_url = _base_of(root, url)
    found = facts.find_facts(root, base_url, url)
    following = next_page.find(root, base_url)
    dates, bylines = find_dates(root), facts.find_bylines(root)
    show_as_read(root)
    drop_imprints(body_of(root))
    opinion = _at_known_place(root, url) or _most_agreed(root)
    if len(opinion.text) < _SHORTEST:
        return None
    own = (url, found.canonical_url)
    surroundings = Surroundings(opinion.place, base_url=base_url, own=own)
    return Article(
        url=url,
        html=_html_of(opinion.element, base_url),
        text=opinion.text,
        method=opinion.method,
        next_url=following,
        title=found.title,
        author=found.author or _author_by_byline(bylines, surroundings) or found.credit,
        published=found.published or choose_date(dates, surroundings),
        published_is_shown=not found.published,
        image=found.image,
        canonical_url=found.canonical_url,
    )


def _author_by_byline(bylines: Sequence[facts.Byline], surroundings: Surroundings) -> str | None:
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
    # If a page shows several articles, each of them has the content system's mark. So the element
    # may hold another article.
    if not place.is_of_site and headline and headline.is_of_another(place.element):
        return None
    return _trim(place.rule, place.element)


def _most_agreed(root: HtmlElement) -> _Opinion:
    """Return the article of the method whose result is most similar to the other results.

    A result that differs from the others is probably wrong: its method missed the article or
    included other text. If the page's headline stands above another part of the page, or above
    only a part of the chosen result, return that part instead.
    """
    tallies = _tallies(root)
    held = [_opinion(method, root, tallies) for method in tallies]

    def agreement(opinion: _Opinion) -> float:
        others = (likeness(opinion.shingles, other.shingles) for other in held)
        return sum(others) + (_TRUST if opinion.method == "readability" else 0.0)

    best = max(held, key=agreement)
    prose = tallies["prose"]
    headline = find_headline(body_of(root), prose.taken)
    if (place := opinions.with_captions(best.place)) is not best.place:
        best = _trim("captions", place)
    if headline is None:
        return best
    if headline.is_of_another(best.place):
        return _trim("headline", holder(headline.part, prose))
    part = headline.own_part_of(best.place)
    return best if part is best.place else _trim("headline", holder(part, prose))


def _tallies(root: HtmlElement) -> dict[str, Tally]:
    """Count, for each method that finds an article, how much of each element it chose."""
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
    """Return the article that one method finds.

    A block that the method rejects is removed, unless all other methods accept the block.
    """
    own = tallies[method]
    others = [sums for other, sums in tallies.items() if other != method]

    def is_left_out(element: HtmlElement) -> bool:
        taken = own.share(element, 1.0) >= _UNTAKEN
        return not taken and not all(sums.share(element, 0.0) > _TAKEN for sums in others)

    return _trim(method, holder(body_of(root), own), is_left_out)


def _trim(
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
    """Return the article as HTML with absolute addresses."""
    for image in article.iter("img"):
        if address := pictures.address_of(image, base_url):
            image.set("src", address)
    for link in article.iter("a"):
        if address := absolute_link(link.get("href"), base_url):
            link.set("href", address)
    return _markup_of(article)


def _markup_of(article: HtmlElement) -> str:
    return etree.tostring(article, method="html", encoding="unicode", with_tail=False)
