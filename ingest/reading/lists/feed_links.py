"""Finds addresses at which a site may have its feed, from one of its pages.

https://www.rssboard.org/rss-autodiscovery says what a page should contain; the tests show what
real pages contain. Nothing is fetched, so it is not certain that an address has a feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from ingest.reading.lists.page import links_of_headers, tree_of
from ingest.values import Document

_MOST = 30
_FEED_TYPES = frozenset(
    "application/rss+xml application/atom+xml application/feed+json application/rdf+xml".split()
)
# Types that some feeds have, and types of documents that are never feeds.
_ODD_TYPE = re.compile(r"rss|atom|feed|rdf|^(?:application|text)/(?:xml|json)$|^$")
_NO_FEED = re.compile(r"oembed|opensearch|activity\+json|ld\+json|wlwmanifest|rsd\+xml")
_FEED_PATH = re.compile(
    r"/(?:(?:feed|rss|atom|rdf)s?\d?(?:/(?:rss|atom|posts|all)2?)?/?|[^/]*\.(?:rss|atom|rdf)"
    r"|(?:[^/]*[._-])?(?:feed|rss|atom)s?[\d._-]*(?:\.(?:xml|json|php|aspx?))?|index\.xml)$"
    r"|[?&]feed=",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed)\b|订阅|訂閱", re.IGNORECASE)
# In WordPress and other programs, the title of the feed of comments has one of these words.
_COMMENTS = re.compile(
    r"comm?ent|komm?ent|coment|коммент|комент|コメント|댓글|评论|評論|留言|回應|迴響|reacties|yorum"
    r"|hozzászól|bình luận|[σΣ]χ[οό]λ|ความ(?:คิด)?เห็น|تعليق|دیدگاه|תגוב|टिप्पण|মন্তব্য|კომენტარ"
    r"|մեկնաբան|iruzkin|athugasemd|каментар|сэтгэгдэл",
    re.IGNORECASE,
)
_TITLE_OF_COMMENTS = re.compile(
    r"^(?:comments|comm?entaires?|comentarios|commenti|kommentarer?|reacties)"
    r" (?:for|on|pour|sur|en|a|su|zu|för|til|op)\b|^comments:"
    r"|的评论$|的評論$|^评论|^評論|へのコメント$",
    re.IGNORECASE,
)
_NARROW = re.compile(
    r"/(?:categor(?:y|ies)|tags?|topics?|author|authors|users?|search|podcasts?|series)/"
    r"|[?&](?:cat|category|tag|author|s|q)=",
    re.IGNORECASE,
)
_LANGUAGE_FOLDER = re.compile(r"/(en|de|fr|es|it|pt|ru|ja|ko|zh)(?:-\w+)?/", re.IGNORECASE)
_NEVER = re.compile(r"/wp-json(?:/|$)|[?&]rest_route=|sitemap[^/]*\.xml|/xmlrpc\.php|/osd\.xml")
_NO_ADDRESS = "the link has no address of its own"
_NEVER_A_FEED = "what is at such an address is no feed"
_MOST_WORDS = 300  # characters
_USUAL = (
    *("feed", "atom.xml", "rss.xml", "index.xml", "feed.xml", "rss", "feed.json"),
    *("feed/", "rss2.xml", "index.rdf", "feed.atom", "?feed=rss2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """An address that may have a feed; `is_named` is true if the page links to the address.

    `refusal` is the reason not to fetch the address, or "". An address with a lower `rank` is more
    likely to have the feed.
    """

    url: str
    title: str = ""
    is_named: bool = True
    is_about_comments: bool = False
    refusal: str = ""
    rank: tuple[bool | int, ...] = ()


def feed_links(document: Document) -> list[FeedLink]:
    """Return the possible addresses of a site's feed, the most likely first.

    The order is:

    1. `link` elements and `Link` headers, beginning with the feed of the whole site
    2. links in the text that look like a feed
    3. the usual addresses of feeds
    4. feeds of comments
    """
    tree = tree_of(document)
    base = _join(document.final_url, next(iter(tree.xpath("//base/@href")), "")) or ""
    base = base or document.final_url
    links = [
        *_in_head(tree, base, document),
        *islice(_in_text(tree, base), _MOST),
        *_usual(document.final_url),
    ]
    first: dict[str, FeedLink] = {}
    for link in sorted(links, key=lambda one: one.rank):
        first.setdefault(link.url, link)
    return list(first.values())[:_MOST]


def is_about_comments(title: str) -> bool:
    """Return whether a feed's title says that it is a feed of comments."""
    return bool(_TITLE_OF_COMMENTS.search(title))


def _in_head(tree: lxml.html.HtmlElement, base: str, document: Document) -> Iterator[FeedLink]:
    language = _main_language(tree.get("lang"))
    site_name = tree.findtext(".//title") or ""
    links = ({str(name): str(v) for name, v in one.items()} for one in tree.iter("link"))
    for link in (*links, *links_of_headers(document)):
        relations = set((link.get("rel") or "").lower().split())
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if not {"alternate", "feed"} & relations or _NO_FEED.search(kind):
            continue
        url, title = _join(base, link.get("href")), link.get("title") or ""
        is_sure = kind in _FEED_TYPES or ("feed" in relations and "html" not in kind)
        refusal = _refusal(url, is_sure=is_sure, is_typed=bool(kind and _ODD_TYPE.search(kind)))
        if refusal:
            yield FeedLink(url=url or base, title=title, refusal=refusal, rank=(True, 9))
        elif url and (is_sure or _may_be_feed(url, kind, title)):
            spoken = _main_language(link.get("hreflang")) or _language_in(url, base)
            is_foreign = bool(spoken and language and spoken != language)
            sort = 0 if is_sure else 1
            yield _link(url, title, sort=sort, is_foreign=is_foreign, site_name=site_name)


def _refusal(url: str | None, *, is_sure: bool, is_typed: bool) -> str:
    """Return the reason not to fetch a link that is marked as a feed, or ""."""
    if url is None:
        return _NO_ADDRESS if is_sure else ""
    return _NEVER_A_FEED if is_typed and not is_sure and _NEVER.search(url) else ""


def _may_be_feed(url: str, kind: str, title: str) -> bool:
    """Return whether an alternate link without a feed's type may lead to a feed.

    Such a link may also lead to a translation of the page.
    """
    if _NEVER.search(url):
        return False
    if _looks_like_feed(url):
        return True
    return bool(_ODD_TYPE.search(kind) if kind else _FEED_WORDS.search(title))


def _in_text(tree: lxml.html.HtmlElement, base: str) -> Iterator[FeedLink]:
    for link in tree.iter("a"):
        url = _join(base, link.get("href"))
        if url is None or _NEVER.search(url):
            continue
        is_feed = _looks_like_feed(url) or link.get("href", "").strip().lower().startswith("feed:")
        is_called = _is_of_site(url, base) and _FEED_WORDS.search(_words_of(link))
        if is_feed or is_called:
            title = " ".join(link.itertext())[:100].strip()
            yield _link(url, title, sort=2 if is_feed else 3)


def _words_of(link: lxml.html.HtmlElement) -> str:
    """Return the words of a link: its text, and the attributes that describe it."""
    words = [" ".join(link.itertext())[:_MOST_WORDS]]
    for element in islice(link.iter(etree.Element), _MOST):
        words += [element.get(name) or "" for name in ("title", "alt", "aria-label", "class")]
    return " ".join(words)


def _usual(page_url: str) -> Iterator[FeedLink]:
    """Yield the usual addresses at the root of the site and in the folder of the page.

    A page without a file ending (`/blog`) counts as a folder.
    """
    path = urlsplit(page_url).path
    folder = urljoin(page_url, "." if "." in path.rpartition("/")[2] else f"{path.rstrip('/')}/")
    for at in dict.fromkeys((urljoin(page_url, "/"), folder)):
        for number, name in enumerate(_USUAL):
            rank = (False, 4, False, at.count("/"), number)
            yield FeedLink(url=at + name, is_named=False, rank=rank)


def _main_language(tag: str | None) -> str:
    return (tag or "").partition("-")[0].strip().lower()


def _language_in(url: str, page_url: str) -> str:
    """Return the language in an address's first folder, or "" if the page is in that folder."""
    found = _LANGUAGE_FOLDER.match(urlsplit(url).path)
    is_own = found and urlsplit(page_url).path.startswith(found[0])
    return found[1].lower() if found and not is_own else ""


def _link(
    url: str, title: str, *, sort: int, is_foreign: bool = False, site_name: str = ""
) -> FeedLink:
    is_about_comments = bool(
        _COMMENTS.search(urlsplit(url).path)
        or "feed=comments" in url
        or _names_comments(title, site_name)
    )
    is_narrow = bool(_NARROW.search(_path_of(url)))
    rank = (is_about_comments, sort, is_foreign, is_narrow, 0)
    return FeedLink(url=url, title=title, is_about_comments=is_about_comments, rank=rank)


def _names_comments(title: str, site_name: str) -> bool:
    """Return whether a feed's title, without the site's name, says that the feed has comments."""
    _, part, own = title.rpartition("»")
    found = _COMMENTS.search(own)
    return bool(found and (part or found[0] not in site_name))


def _looks_like_feed(url: str) -> bool:
    return bool(_FEED_PATH.search(_path_of(url)))


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _is_of_site(url: str, base: str) -> bool:
    return urlsplit(url).netloc == urlsplit(base).netloc


def _join(base: str, href: str | None) -> str | None:
    """Return a link's web address without fragment; None for other schemes and the page itself."""
    href = re.sub(r"(?i)^feed:(?://)?(?=https?://)|^feed(?=://)", "", (href or "").strip())
    href = f"http{href}" if href.startswith("://") else href
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href).partition("#")[0]
        is_web = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if is_web and url != base.partition("#")[0] else None
