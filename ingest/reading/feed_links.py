"""The addresses at which a site may have its feed, by one of its pages: the likeliest first.

See https://www.rssboard.org/rss-autodiscovery for what a page should say, and the tests for what
pages do say. Whether there is a feed at an address, the page cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from ingest.reading import charset
from ingest.values import Document

_MOST = 30
_FEED_TYPES = frozenset(
    "application/rss+xml application/atom+xml application/feed+json application/rdf+xml".split()
)
# Types that feeds are named by, and other things as well.
_ODD_TYPE = re.compile(r"rss|atom|feed|rdf|^(?:application|text)/(?:xml|json)$|^$")
_NO_FEED = re.compile(r"oembed|opensearch|html|activity\+json|ld\+json|wlwmanifest|rsd\+xml")
_FEED_PATH = re.compile(
    r"/(?:(?:feed|rss|atom|rdf)s?\d?(?:/(?:rss|atom|posts|all)2?)?/?|[^/]*\.(?:rss|atom|rdf)"
    r"|(?:[^/]*[._-])?(?:feed|rss|atom)s?[\d._-]*(?:\.(?:xml|json|php|aspx?))?|index\.xml)$"
    r"|[?&]feed=|^feed:",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed)\b|订阅|訂閱", re.IGNORECASE)
# As WordPress and others call the feed of comments in their languages.
_COMMENTS = re.compile(
    r"comm?ent|komm?ent|coment|коммент|комент|コメント|댓글|评论|評論|留言|回應|迴響|reacties|yorum",
    re.IGNORECASE,
)
_TITLE_OF_COMMENTS = re.compile(
    r"^comments (?:for|on)\b|的评论$|的評論$|^评论|^評論", re.IGNORECASE
)
_NARROW = re.compile(
    r"/(?:categor(?:y|ies)|tags?|topics?|author|authors|users?|search|podcasts?|series)/",
    re.IGNORECASE,
)
_LANGUAGE_FOLDER = re.compile(r"/(en|de|fr|es|it|pt|ru|ja|ko|zh)(?:-\w+)?/", re.IGNORECASE)
_NEVER = re.compile(r"/wp-json(?:/|$)|[?&]rest_route=|sitemap[^/]*\.xml|/xmlrpc\.php|/osd\.xml")
_USUAL = (
    *("feed", "atom.xml", "rss.xml", "index.xml", "feed.xml", "rss", "feed.json"),
    *("feed/", "rss2.xml", "index.rdf", "feed.atom", "?feed=rss2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """An address at which there may be a feed; `is_named` if the page says so of it."""

    url: str
    title: str = ""
    is_named: bool = True
    is_about_comments: bool = False
    rank: tuple[bool | int, ...] = ()


def feed_links(document: Document) -> list[FeedLink]:
    """Return where the feed of a page's site may be.

    First what the page names by `link`, the feed of the whole site before others; then links in
    its text that look like a feed; then the usual addresses; last feeds of comments.
    """
    text = charset.decode(document.body, document.content_type).text
    try:
        tree = lxml.html.document_fromstring(charset.repair(text).encode(), parser=_parser())
    except (etree.ParserError, ValueError):
        tree = lxml.html.document_fromstring("<html></html>")
    base = _join(document.final_url, next(iter(tree.xpath("//base/@href")), "")) or ""
    base = base or document.final_url
    links = [
        *_in_head(tree, base),
        *islice(_in_text(tree, base), _MOST),
        *_usual(document.final_url),
    ]
    first: dict[str, FeedLink] = {}
    for link in sorted(links, key=lambda one: one.rank):
        first.setdefault(link.url, link)
    return list(first.values())[:_MOST]


def is_about_comments(title: str) -> bool:
    """Whether a feed's own title says that it has the comments of a site."""
    return bool(_TITLE_OF_COMMENTS.search(title))


def _in_head(tree: lxml.html.HtmlElement, base: str) -> Iterator[FeedLink]:
    language = _main_language(tree.get("lang"))
    for link in tree.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        url = _join(base, link.get("href"))
        if url is None or not {"alternate", "feed"} & set(relations) or _NO_FEED.search(kind):
            continue
        is_sure = kind in _FEED_TYPES or "feed" in relations
        if not is_sure and (not _ODD_TYPE.search(kind) or _NEVER.search(url)):
            continue
        if kind == "" and not is_sure and not _looks_like_feed(url):
            continue  # another language, or a page for telephones
        spoken = _main_language(link.get("hreflang")) or _language_in(url, base)
        is_foreign = bool(spoken and language and spoken != language)
        yield _link(url, link.get("title") or "", sort=0 if is_sure else 1, is_foreign=is_foreign)


def _in_text(tree: lxml.html.HtmlElement, base: str) -> Iterator[FeedLink]:
    for link in tree.iter("a"):
        url = _join(base, link.get("href"))
        if url is None or _NEVER.search(url):
            continue
        said = " ".join(link.itertext())[:100]
        is_called = bool(_FEED_WORDS.search(f"{said} {link.get('title') or ''}"))
        if _looks_like_feed(url) or (is_called and _is_of_site(url, base)):
            yield _link(url, said.strip(), sort=2 if _looks_like_feed(url) else 3)


def _usual(page_url: str) -> Iterator[FeedLink]:
    """The usual addresses below the page's folder and at the root of its site."""
    for folder in dict.fromkeys((urljoin(page_url, "/"), urljoin(page_url, "."))):
        for number, name in enumerate(_USUAL):
            yield FeedLink(
                url=folder + name, is_named=False, rank=(False, 4, False, folder.count("/"), number)
            )


def _main_language(tag: str | None) -> str:
    return (tag or "").partition("-")[0].strip().lower()


def _language_in(url: str, page_url: str) -> str:
    """The language that an address names in its first folder, unless the page is there too."""
    found = _LANGUAGE_FOLDER.match(urlsplit(url).path)
    is_own = found and urlsplit(page_url).path.startswith(found[0])
    return found[1].lower() if found and not is_own else ""


def _link(url: str, title: str, *, sort: int, is_foreign: bool = False) -> FeedLink:
    is_about_comments = bool(_COMMENTS.search(f"{urlsplit(url).path} {title}")) or (
        "feed=comments" in url
    )
    is_narrow = bool(_NARROW.search(urlsplit(url).path))
    rank = (is_about_comments, sort, is_foreign, is_narrow, 0)
    return FeedLink(url=url, title=title, is_about_comments=is_about_comments, rank=rank)


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_FEED_PATH.search(parts.path + (f"?{parts.query}" if parts.query else "")))


def _is_of_site(url: str, base: str) -> bool:
    return urlsplit(url).netloc == urlsplit(base).netloc


def _join(base: str, href: str | None) -> str | None:
    """The address of a link, without its fragment; None if it is none of the web, or the page."""
    href = re.sub(r"^feed:(?://)?(?=https?://)|^feed(?=://)", "", (href or "").strip())
    href = f"http{href}" if href.startswith("://") else href
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href).partition("#")[0]
        is_web = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if is_web and url != base.partition("#")[0] else None


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8")
