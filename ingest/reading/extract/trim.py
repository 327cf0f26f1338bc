"""What stands in an article's element without belonging to it is taken out.

Navigation, share bars, related lists, comments, requests to scan a code. Notes on source,
editor and copyright stay: they are rights information.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.reading.extract.page import drop
from ingest.reading.extract.tally import Tally, squeeze

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
_LONGEST_LABEL = 20
_MOSTLY = 0.6
_HALF = 0.5


def trim(article: HtmlElement, sums: Tally | None, *, untaken: float = 0.0) -> None:
    """Take out, in place, what does not belong.

    Blocks of which less than `untaken` was taken by the opinion behind `sums` go too.
    """
    length = _length(article)
    for element in list(article.iter(*_BLOCKS, *_FOREIGN)):
        if element is article or not _is_in(element, article):
            continue
        if _is_foreign(element, length) or _is_link_list(element):
            _drop_with_label(element)
        elif sums is not None and _is_untaken(element, sums, untaken):
            drop(element)
    _drop_related(article)


def _is_in(element: HtmlElement, article: HtmlElement) -> bool:
    return any(ancestor is article for ancestor in element.iterancestors())


def _is_foreign(element: HtmlElement, length: int) -> bool:
    """Whether an element is named after something that is no article, and not most of it."""
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    named = element.tag in _FOREIGN or _NAMES.search(_CAMEL.sub("-", names).lower())
    return bool(named) and _length(element) < _HALF * length


def _is_link_list(element: HtmlElement) -> bool:
    if element.tag not in _LISTS:
        return False
    links = [length for link in element.iter("a") if (length := _length(link))]
    if len(links) < 2:
        return False
    rest = _length(element) - sum(links)
    return rest < (1 - _MOSTLY) * sum(links) / _MOSTLY


def _is_untaken(element: HtmlElement, sums: Tally, untaken: float) -> bool:
    share = sums.share(element)
    return share is not None and share < untaken


def _drop_with_label(element: HtmlElement) -> None:
    before = element.getprevious()
    if before is not None and _is_label(before):
        drop(before)
    drop(element)


def _is_label(element: HtmlElement) -> bool:
    text = squeeze(str(element.text_content()))
    return len(text) <= _LONGEST_LABEL and bool(_RELATED.fullmatch(text))


def _drop_related(article: HtmlElement) -> None:
    """Drop labels of related lists, with the blocks after them that are links and no more."""
    for label in [element for element in article.iter(*_BLOCKS) if _is_label(element)]:
        if not _is_in(label, article):
            continue
        while (after := label.getnext()) is not None and _is_only_links(after):
            drop(after)
        drop(label)


def _is_only_links(element: HtmlElement) -> bool:
    linked = sum(_length(link) for link in element.iter("a"))
    return linked > 0 and linked > _MOSTLY * _length(element)


def _length(element: HtmlElement) -> int:
    return sum(len(squeeze(text)) for text in element.itertext())
