"""What stands in an article's element without belonging to it is taken out.

Navigation, share bars, related lists, comments, requests to scan a code. Notes on source,
editor and copyright stay: they are rights information.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.reading.extract.imprint import LICENCE
from ingest.reading.extract.page import drop, squeeze, text_lengths

_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4"
    " h5 h6 header li main menu nav ol p section table tbody td tfoot thead tr ul".split()
)
_LISTS = frozenset("div dl menu nav ol p section table tbody td tr ul aside h6".split())
_FOREIGN = frozenset("nav form menu dialog".split())
_NAMES = re.compile(
    r"(?:^|[^a-z])(?:(?:bd|b|jia|add|social|article|news|post)?-?(?:share|sharing|this)"
    r"|sharedaddy|related?|relat(?:ed|ion)(?:news|posts?|read|list)?|recommend(?:ed|ation)?s?|tuijian"
    r"|comments?|commentlist|pinglun|disqus|replies|respond"
    r"|bread-?crumbs?|crumbs?|weizhi|side-?bar|nav|navbar|navigation|menu|tool-?bar|pager"
    r"|pagination|page-?nav|prev-?next|qr-?code|erweima|ewm|ad|ads|adv|advert(?:isement)?"
    r"|adsbygoogle|guanggao|banner|hot-?(?:news|list|article)s?|rank(?:ing)?|paihang"
    r"|subscribe|newsletter|login|vote|jubao)(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RELATED = re.compile(
    r"[\W_]*(?:相关|相關|延伸|推荐|推薦|更多|热门|熱門|往期|精彩|猜你|大家|网友|網友|最新|编辑|編輯|您可能|你可能)"
    r"(?:的|都|也|还|還)*(?:新闻|新聞|阅读|閱讀|报道|報道|報導|链接|鏈接|連結|文章|推荐|推薦|内容|內容|专题|專題|资讯"
    r"|回顾|喜欢|喜歡|在看|评论|評論|精选|图集|视频|感兴趣|话题|主题)[\w]{0,8}[\W_]*"
)
_LONGEST_IMPRINT = 600  # characters
_LONGEST_LABEL = 20
_MOSTLY = 0.6
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Of each element: its text's length, and the length and number of the links in it."""

    length: dict[HtmlElement, int]
    linked: dict[HtmlElement, int]
    links: dict[HtmlElement, int]


def trim(article: HtmlElement, untaken: AbstractSet[HtmlElement] = frozenset()) -> None:
    """Take out, in place, what does not belong; of `untaken`, all blocks."""
    sizes = _sizes(article)
    gone: set[HtmlElement] = {article}
    for element in list(article.iter(*_BLOCKS)):
        if element in gone:
            continue
        if _is_label(element, sizes):
            leaving = [element, *_lists_after(element, sizes)]
        elif _is_foreign(element, article, sizes) or _is_link_list(element, sizes):
            leaving = [element]
        else:
            leaving = [element] if element in untaken else []
        for leaf in leaving:
            gone.update(leaf.iter())
            drop(leaf)


def _sizes(article: HtmlElement) -> _Sizes:
    length = text_lengths(article)
    linked, links = defaultdict[HtmlElement, int](int), defaultdict[HtmlElement, int](int)
    for element in reversed(length):
        if element.tag == "a" and length[element]:
            linked[element], links[element] = length[element], 1
        parent = element.getparent()
        if element is not article and parent is not None:
            linked[parent] += linked[element]
            links[parent] += links[element]
    return _Sizes(length, linked, links)


def _is_label(element: HtmlElement, sizes: _Sizes) -> bool:
    """Whether an element is the heading of a list of other articles."""
    if not 0 < sizes.length[element] <= _LONGEST_LABEL:
        return False
    return bool(_RELATED.fullmatch(squeeze(str(element.text_content()))))


def _lists_after(label: HtmlElement, sizes: _Sizes) -> list[HtmlElement]:
    return list(takewhile(lambda element: _is_linked(element, sizes), label.itersiblings()))


def _is_linked(element: HtmlElement, sizes: _Sizes) -> bool:
    return sizes.links[element] > 0 and sizes.linked[element] > _MOSTLY * sizes.length[element]


def _is_foreign(element: HtmlElement, article: HtmlElement, sizes: _Sizes) -> bool:
    """Whether an element is named after something that is no article, and not most of it."""
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    named = element.tag in _FOREIGN or _NAMES.search(_CAMEL.sub("-", names).lower())
    foreign = named or _is_imprint(element, sizes)
    return bool(foreign) and sizes.length[element] < _HALF * sizes.length[article]


def _is_imprint(element: HtmlElement, sizes: _Sizes) -> bool:
    """Whether an element is the foot of a site, which Chinese law has its licences in."""
    if sizes.length[element] > _LONGEST_IMPRINT:
        return False
    return bool(LICENCE.search(str(element.text_content())))


def _is_link_list(element: HtmlElement, sizes: _Sizes) -> bool:
    return element.tag in _LISTS and sizes.links[element] > 1 and _is_linked(element, sizes)
