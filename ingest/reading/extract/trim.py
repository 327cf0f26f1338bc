"""Removes the parts of an article's element that do not belong to the article.

These are the footer of the site, navigation, share bars, lists of related articles, comments and
requests to scan a QR code. Notes on source, editor and copyright are kept as rights information.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.reading.extract.page import drop, text_lengths, without_spaces
from ingest.reading.extract.tally import runs

_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4"
    " h5 h6 header li main menu nav ol p section table tbody td tfoot thead tr ul".split()
)
_LISTS = frozenset("div dl menu nav ol p section table tbody td tr ul aside h6".split())
_FOREIGN = frozenset("nav form menu dialog".split())
_NAMES = re.compile(
    r"(?:^|[^a-z])(?:(?:bd|b|jia|add|social|article|news|post)?-?(?:share|sharing|this)"
    r"|sharedaddy|related?|relat(?:ed|ion)(?:news|posts?|read|list)?|recommend(?:ed|ation)?s?|tuijian"
    r"|comments?|commentlist|cmts?|cmt-?list|liuyan|pinglun|disqus|replies|respond"
    r"|bread-?crumbs?|crumbs?|weizhi|side-?bar|nav|navbar|navigation|menu|tool-?bar|pager"
    r"|pagination|page-?nav|prev-?next|qr-?code|erweima|ewm|ad|ads|adv|advert(?:isement)?"
    r"|adsbygoogle|guanggao|banner|hot-?(?:news|list|article)s?|rank(?:ing)?|paihang"
    r"|subscribe|newsletter|login|vote|jubao)(?![a-z])"
)
_TALK = re.compile(
    r"(?:^|[^a-z])(?:(?:comment|cmt|pinglun|reply|liuyan)s?[-_]?(?:list|items?|area|wrap|box)|disqus)(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RELATED = re.compile(
    r"[\W_]*(?:相关|相關|延伸|推荐|推薦|更多|热门|熱門|往期|精彩|猜你|大家|网友|網友|最新|今日|编辑|編輯|您可能|你可能)"
    r"(?:的|都|也|还|還)*(?:新闻|新聞|阅读|閱讀|报道|報道|報導|链接|鏈接|連結|文章|推荐|推薦|内容|內容|专题|專題|资讯"
    r"|回顾|喜欢|喜歡|在看|评论|評論|精选|图集|视频|感兴趣|话题|主题)[\w]{0,8}[\W_]*"
)
_LONGEST_IMPRINT = 600  # characters
_LONGEST_LABEL = 20
_LONGEST_TEASER = 600
_ABOVE_TEASER = frozenset("h2 h3 h4 h5 h6 div dt li dl section article".split())
_SHORTEST_ARTICLE = 150
_MOSTLY = 0.6
_HALF = 0.5
# Only the footer of a site gives its licences with their numbers. Articles about licences give no
# numbers.
_LICENCE = re.compile(
    r"ICP\s*[备備证証]\D{0,3}\d{5}|(?:公网安备|公安备案)\D{0,6}\d{8}|网站标识码\D{0,3}\d{6}"
    r"|(?:信息服务|增值电信|网络文化|视听节目|互联网出版|广播电视节目)[\w（）()《》、]{0,20}许可证?[^。]{0,14}?\d{5}"
    r"|all\s*rights\s*reserved",
    re.IGNORECASE,
)
# Lines with these words are probably the footer of a site. The words also occur in the copyright
# notes of articles. These notes are kept, because no licence number is near them.
_LIKELY = re.compile(
    r"ICP|公网安备|公安备案|许可证|标识码|举报|[主承协]办(?:单位|[:：])|主管(?:单位|[:：])|copyright|©|版权所有|著作权|未经[\w、]{0,12}(?:授权|许可|同意|协议)|不代表本?[站网]|不代表[\w、]{2,12}(?:观点|立场)"
    r"|本网站|本站|法律(?:顾问|声明|责任)|免责声明|联系(?:我们|电话|方式)|关于我们|网站地图|广告服务|技术支持"
    r"|浏览器|分辨率|总机|传真|邮编|地址[:：]|热线|编辑部|转载|刊用",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3"})
_SENTENCE = 15  # characters; a shorter text is a name, a number or a label
# A site's footer has at most this many characters in lines without any of these words.
_MOST_ELSE = 60


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The length of each element's text, and the length and number of the links in it."""

    length: dict[HtmlElement, int]
    linked: dict[HtmlElement, int]
    links: dict[HtmlElement, int]


def trim(article: HtmlElement, untaken: AbstractSet[HtmlElement] = frozenset()) -> None:
    """Remove the parts that do not belong to the article, and the blocks in `untaken`."""
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
    """Return whether an element is the heading of a list of other articles."""
    if not 0 < sizes.length[element] <= _LONGEST_LABEL:
        return False
    return bool(_RELATED.fullmatch(without_spaces(str(element.text_content()))))


def _lists_after(label: HtmlElement, sizes: _Sizes) -> list[HtmlElement]:
    def is_of_list(element: HtmlElement) -> bool:
        return _is_linked(element, sizes) or _is_teaser(element, sizes)

    return list(takewhile(is_of_list, label.itersiblings()))


def _is_teaser(element: HtmlElement, sizes: _Sizes) -> bool:
    """Return whether an element is a teaser: another article's linked title and a part of it."""
    if not (sizes.links[element] and sizes.length[element] <= _LONGEST_TEASER):
        return False
    with_text = [one for one in element.iter() if without_spaces(one.text or "")]
    parent = with_text[0].getparent() if with_text and with_text[0].tag == "a" else None
    is_title = parent is not None and parent.tag in _ABOVE_TEASER
    return is_title and any(one.tag in _BLOCKS for one in with_text[1:])


def _is_linked(element: HtmlElement, sizes: _Sizes) -> bool:
    return sizes.links[element] > 0 and sizes.linked[element] > _MOSTLY * sizes.length[element]


def _is_foreign(element: HtmlElement, article: HtmlElement, sizes: _Sizes) -> bool:
    """Return whether an element is a part of the page that does not belong to the article.

    Its tag, id or class names such a part. Most of the article's text must be outside of it.
    """
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    named = element.tag in _FOREIGN or _NAMES.search(_CAMEL.sub("-", names).lower())
    foreign = named or _is_imprint(element, sizes)
    rest = sizes.length[article] - sizes.length[element]
    return bool(foreign) and (rest > _HALF * sizes.length[article] or _is_talk(names, rest))


def _is_talk(names: str, rest: int) -> bool:
    """Return whether an element is a list of comments, which may be longer than the article."""
    return rest >= _SHORTEST_ARTICLE and bool(_TALK.search(_CAMEL.sub("-", names).lower()))


def _is_imprint(element: HtmlElement, sizes: _Sizes) -> bool:
    """Return whether an element is the footer of a site: a short element with a licence number."""
    if sizes.length[element] > _LONGEST_IMPRINT:
        return False
    return bool(_LICENCE.search(str(element.text_content())))


def _is_link_list(element: HtmlElement, sizes: _Sizes) -> bool:
    return element.tag in _LISTS and sizes.links[element] > 1 and _is_linked(element, sizes)


def drop_imprints(body: HtmlElement) -> None:
    """Remove from the tree the elements that hold only the footer of a site.

    By Chinese law the footer names the operator, licences and contacts. It may have more sentences
    than a short article.
    """
    sure: set[HtmlElement] = set()
    rest: dict[HtmlElement, int] = defaultdict(int)
    linked = {element for link in body.iter("a") for element in link.iter()}
    for element, text in runs(body):
        run = without_spaces(text)
        if _LICENCE.search(run):
            sure.add(element)
        elif run and not _LIKELY.search(run) and element not in linked:
            is_text = len(run) >= _SENTENCE or element.tag in _HEADINGS
            rest[element] += len(run) + (_MOST_ELSE if is_text else 0)
    for element in reversed(list(body.iter())):
        parent = element.getparent()
        if element is not body and parent is not None:
            rest[parent] += rest[element]
            if element in sure:
                sure.add(parent)
    for element in sure - {body}:
        if rest[element] <= _MOST_ELSE:
            drop(element)
