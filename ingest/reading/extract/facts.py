"""Reads the title, author, date and picture of the article from the page's metadata and text.

Dates and names stay as written. The date comes from metadata only; `page_dates` finds the dates
that the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from ingest.reading.extract.linked_data import article_in_data, name_in
from ingest.reading.extract.page import body_of
from ingest.urls import absolute_link

_TITLE = ("og:title", "twitter:title", "articletitle", "title")
_AUTHOR = ("author", "article:author", "og:article:author", "byl", "dc.creator", "sailthru.author")
_PUBLISHED = (
    "article:published_time og:published_time og:article:published_time weibo:article:create_at"
    " bytedance:published_time publishdate pubdate firstpublishtime datepublished publish_time"
    " article_date_original og:release_date date dc.date dc.date.issued dcterms.created"
    " parsely-pub-date sailthru.date"
).split()
_IMAGE = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "image")
_HEAD = 6_000  # Only this many characters of visible text are searched for the author's name.
_LONGEST_NAME = 40
_LONGEST_TITLE = 300

# Only a short name is accepted, because in an interview a question follows `记者：`.
_CREDIT = re.compile(
    r"(?:^|[\s(（【\[|])(?:本文)?(?:作\s{0,4}者|撰文|撰稿|文|记者|記者)\s{0,4}[:：/]\s{0,4}"
    r"([\w·.\-]{2,12})(?=[\s|,，;；、(（)）【】\[\]]|\Z)",
    re.MULTILINE,
)
_PREFIX = re.compile(r"^(?:作\s?者|撰文|文|记者|記者|by)\s?[:：/ ]\s?", re.IGNORECASE)
# These words and signs belong to sites, accounts, programs and labels, not to a person's name.
_NO_NAME = re.compile(
    r"[@=<>\"_,，]|://|www\.|\.(?:com|cn|net|org)\b|\d{3}|admin|佚名|匿名|未知|本站|管理员|来源|责任|責任"
    r"|编辑|編輯|点击|點擊|时间|日期|浏览|\bteam\b|undefined|^(?:null|none|author|作者)$",
    re.IGNORECASE,
)
_visible = etree.XPath(
    "descendant::text()[not(parent::script or parent::noscript or parent::option)]",
    smart_strings=False,
)
_LONGEST_BYLINE = 300
_MOST_BYLINES = 50
_BYLINE_PLACES = (
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
class Facts:
    """The facts that a page gives about its article; None for each fact that is missing.

    `author` comes from metadata. `credit` is a name in a line of the page's text.
    """

    title: str | None
    author: str | None
    credit: str | None
    published: str | None
    image: str | None
    canonical_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """An author's name on a page; `inside` are the elements around the name, innermost first."""

    text: str
    inside: Sequence[HtmlElement]


def find_facts(root: HtmlElement, base_url: str, url: str) -> Facts:
    """Return the facts of the page at `url`, from its metadata, headings and visible text."""
    fields = _fields(root)
    canonical = _canonical(root) or fields.get("og:url")
    title = _title_of_page(root) or ""
    own = (url, absolute_link(canonical, base_url))
    data = article_in_data(root, base_url=base_url, own=own, title=title)
    published = name_in(data.get("datePublished")) or _first(fields, _PUBLISHED)
    names = (name_in(data.get("author")), *(fields.get(name) for name in _AUTHOR))
    return Facts(
        title=_title(root, fields, data),
        author=next(filter(None, map(name_of, names)), None),
        credit=_credit(root),
        published=_one_line(published or name_in(data.get("pubDate"))),
        image=absolute_link(_first(fields, _IMAGE) or name_in(data.get("image")), base_url),
        canonical_url=own[1],
    )


def _title_of_page(root: HtmlElement) -> str | None:
    title = root.find(".//title")
    return _one_line(title.text) if title is not None else None


def _credit(root: HtmlElement) -> str | None:
    """Return the name after `作者：` in the first visible text."""
    credit = _CREDIT.search(_head(root))
    return name_of(credit[1]) if credit else None


def _canonical(root: HtmlElement) -> str | None:
    """Return the canonical link of a page (RFC 6596)."""
    return next((str(href) for href in root.xpath("//link[@rel='canonical']/@href")), None)


def _fields(root: HtmlElement) -> dict[str, str]:
    """Return the first content of each `meta` element by name.

    Microdata counts only in the head: in the body it may describe another article.
    """
    fields: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or _itemprop_of_page(meta)
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            fields.setdefault(name.lower(), content)
    return fields


def _itemprop_of_page(meta: HtmlElement) -> str | None:
    parent = meta.getparent()
    return meta.get("itemprop") if parent is not None and parent.tag == "head" else None


def _first(fields: dict[str, str], names: tuple[str, ...] | list[str]) -> str | None:
    return next((fields[name] for name in names if name in fields), None)


def _title(root: HtmlElement, fields: dict[str, str], data: dict[str, Any]) -> str | None:
    heading = _only(root.xpath("//h1"))
    page_title = _title_of_page(root)
    # An h1 that is not in the page's title may be the name of the site.
    if heading and page_title and heading in page_title:
        return heading
    return name_in(data.get("headline")) or _first(fields, _TITLE) or page_title or heading


def _only(found: list[HtmlElement]) -> str | None:
    return _one_line(str(found[0].text_content())) if len(found) == 1 else None


def _one_line(text: str | None) -> str | None:
    return " ".join((text or "").split())[:_LONGEST_TITLE] or None


def name_of(value: str | None) -> str | None:
    """Return the person's name in a field for names, or None if the field has no usable name."""
    name = _PREFIX.sub("", _one_line(value) or "")
    usable = name and len(name) <= _LONGEST_NAME and not _NO_NAME.search(name)
    return name if usable else None


def _head(root: HtmlElement) -> str:
    """Return the first visible text of the page, with a line for each text between two tags."""
    pieces: list[str] = []
    length = 0
    for text in _visible(body_of(root)):
        pieces.append(text.strip())
        length += len(pieces[-1])
        if length > _HEAD:
            break
    return "\n".join(filter(None, pieces))


def find_bylines(root: HtmlElement) -> list[Byline]:
    """Find the texts that a page marks as names of authors; the most reliable come first."""
    return list(islice(_bylines(root), _MOST_BYLINES))


def _bylines(root: HtmlElement) -> Iterator[Byline]:
    for place in _BYLINE_PLACES:
        for element in root.xpath(place)[:_MOST_BYLINES]:
            text = element.get("content") or str(element.text_content())
            yield Byline(text=text[:_LONGEST_BYLINE], inside=[element, *element.iterancestors()])
