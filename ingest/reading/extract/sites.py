"""Finds the article by rules for well-known Chinese sites and content systems.

A rule for a site is trusted. An element with a content system's mark must hold most of the prose
on its page, because any element may have such a mark.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.urls import host_of

_CHARACTERS = 150  # characters of prose; an element with fewer is a caption or a player
_OF_ALL_PROSE = 0.5

# The elements that hold articles, by host or parent domain, the most reliable first. `#` marks an
# id, `.` a class, and `~` the beginning of a generated class name.
_PLACES = {
    "mp.weixin.qq.com": "#js_content #img-content",
    "163.com": "#endText .post_body #content",
    "sina.com.cn": "#artibody #article_content .article #articleContent",
    "sina.cn": "#artibody .art_content .article",
    "sohu.com": "#mp-editor #contentText #article-container .article",
    "qq.com": "#Cnt-Main-Article-QQ #ArticleCnt .content-article #article-content",
    "ifeng.com": "#main_content #artical_real ~main_content ~index_text",
    "people.com.cn": "#rwb_zw #ozoom .rm_txt_con #p_content .show_text .artDet .text_con",
    "people.cn": "#rwb_zw #ozoom .rm_txt_con #p_content .show_text",
    "xinhuanet.com": "#detailContent #detail #p-detail .main-aticle .article",
    "news.cn": "#detailContent #detail #p-detail .main-aticle",
    "thepaper.cn": ".news_txt ~index_cententWrap",
    "guancha.cn": ".all-txt",
    "huanqiu.com": ".l-con #text .la_con",
    "toutiao.com": ".article-content .tt-article-content",
    "baijiahao.baidu.com": "#ssr-content ~index-module_articleWrap .article-content",
    "baike.baidu.com": ".main-content ~mainContent",
    "wikipedia.org": "#mw-content-text",
    "zhihu.com": ".Post-RichText .RichText",
    "jianshu.com": ".show-content ~_2rhmJa",
    "csdn.net": "#content_views #article_content",
    "cnblogs.com": "#cnblogs_post_body",
    "juejin.cn": ".markdown-body .article-content",
    "segmentfault.com": ".article-content",
    "oschina.net": ".article-detail",
    "36kr.com": ".articleDetailContent .common-width",
    "huxiu.com": "#article_content .article__content",
    "ithome.com": "#paragraph",
    "cnbeta.com": "#artibody .article-content",
    "sspai.com": ".article__main__content .wangEditor-txt",
    "douban.com": "#link-report .note",
    "bilibili.com": "#read-article-holder .article-holder",
    "chinanews.com.cn": ".left_zw",
    "chinanews.com": ".left_zw",
    "cctv.com": "#content_area #text_area .cnt_bd",
    "cnr.cn": ".TRS_Editor .article-body",
    "gmw.cn": "#articleBox .u-mainText #contentMain",
    "china.com.cn": "#articleBody #artbody #bigpic",
    "china.com": "#chan_newsDetail #js_article_content",
    "chinadaily.com.cn": "#Content",
    "ce.cn": "#articleText .TRS_Editor",
    "caixin.com": "#Main_Content_Val",
    "yicai.com": "#multi-text .m-txt",
    "eastmoney.com": "#ContentBody",
    "jrj.com.cn": ".texttit_m1",
    "hexun.com": "#artibody .art_contextBox",
    "stcn.com": ".detail-content #ctrlfscont",
    "jiemian.com": ".article-content",
    "southcn.com": "#content .m-article",
    "infzm.com": ".nfzm-content__fulltext",
    "dw.com": ".longText .rich-text",
    "rfi.fr": ".t-content__body",
    "zaobao.com": ".article-content-rawhtml .articleBody",
    "zaobao.com.sg": ".article-content-rawhtml .articleBody",
    "cna.com.tw": ".centralContent .paragraph",
    "ltn.com.tw": ".text",
    "udn.com": ".article-content__editor",
    "ettoday.net": ".story",
    "rthk.hk": ".itemFullText",
}
# These names come from content systems, editors and vocabularies that many sites use.
_MARKS = (
    "#js_content #endText #artibody #UCAP-CONTENT #zoom #Zoom #fontzoom #zoomcon .TRS_Editor"
    " .trs_editor_view .trs_paper_default .TRS_UEDITOR .v_news_content .wp_articlecontent"
    " #vsb_content #vsb_content_2 #vsb_content_4 .pages_content #cnblogs_post_body #ozoom"
    " #ContentBody #articleBody #article_content #article-content #js_article_content"
    " .article-content .article-body .entry-content .post-content .post_content .postText"
    " .post-body .blogpost-body .markdown-body .rich_media_content .ql-editor .fr-view"
    " @articleBody"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The element that holds an article, and the rule that found it."""

    element: HtmlElement
    rule: str

    @property
    def is_of_site(self) -> bool:
        """Return whether the rule is for this site, not for a content system."""
        return self.rule.startswith("site:")


def place_of_article(body: HtmlElement, url: str, prose: dict[HtmlElement, float]) -> Place | None:
    """Return the element of the article and its rule, or None if no rule finds the article.

    `prose` is the amount of prose in each element, in characters.
    """
    site = _places_for(host_of(url))
    for place in site:
        if (found := _fullest(body, place, prose)) is not None and prose[found] >= _CHARACTERS:
            return Place(element=found, rule=f"site:{place}")
    for mark in _MARKS.split():
        found = _fullest(body, mark, prose)
        if found is not None and prose[found] >= max(_CHARACTERS, _OF_ALL_PROSE * prose[body]):
            return Place(element=found, rule=f"mark:{mark}")
    return None


def _places_for(host: str) -> list[str]:
    labels = host.lower().split(".")
    domains = (".".join(labels[i:]) for i in range(len(labels) - 1))
    return next((_PLACES[domain].split() for domain in domains if domain in _PLACES), [])


def _fullest(body: HtmlElement, place: str, prose: dict[HtmlElement, float]) -> HtmlElement | None:
    """Return the element with the most prose that `place` selects; among equals, the outermost."""
    found = _selector(place)(body)
    return max(found, key=lambda element: prose.get(element, 0.0), default=None)


@functools.cache
def _selector(place: str) -> etree.XPath:
    kind, name = place[0], place[1:]
    condition = {
        "#": f"@id='{name}'",
        ".": f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')",
        "~": f"starts-with(@class, '{name}')",
        "@": f"@itemprop='{name}'",
    }[kind]
    return etree.XPath(f"descendant-or-self::*[{condition}]")
