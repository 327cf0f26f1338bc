"""Recognises lines that name a text's source or describe its author.

All patterns are for lines in Simplified Chinese, NFKC and lower case.
"""

from __future__ import annotations

import re

from ingest.reading.language.clauses import is_clause_after_label

# Names of newspapers and titles of their articles do not contain the excluded characters. Most
# sentences do.
_NAMED = r"[^。!?;我你他她它这那哪谁了的]"
_TAKEN_FROM = r"(?:转载?自|摘自|选自|节选自|改编自|来自|来源于|源自|出自)"
_PUBLISHED_IN = r"(?:原载于?|原刊于?|刊于|载于|发表于|首发于?)"
_ORIGIN = re.compile(
    rf"(?:本文|此文|文章|图片|图文|照片|视频|素材)(?:均|皆|系)?{_TAKEN_FROM}{_NAMED}{{1,30}}"
    rf"|(?:本文|此文)(?:系)?{_PUBLISHED_IN}{_NAMED}{{1,30}}"
    rf"|转自(?!行|动|然|从){_NAMED}{{1,24}}"
    rf"|(?:本文)?(?:作者|译者|笔者|受访者|口述者)系(?!统|列|着|好|紧){_NAMED}{{2,50}}"
)
_ORIGIN_IN_BRACKETS = re.compile(
    rf"(?:{_TAKEN_FROM}|{_PUBLISHED_IN}|来源)(?!,)(?:(?!,){_NAMED}){{1,40}}"
    rf"|(?:据(?!说|此|悉|了解)|综合(?!来看|来说|而言|起来|分析))(?:(?!,){_NAMED}){{1,40}}"
    rf"|(?:本文)?(?:作者|译者|受访者|口述者)(?:为|是|现为|现任|曾任|单位|简介)\s*:?{_NAMED}{{2,60}}"
    r"|.{1,30}对(?:本文|此文)亦?有(?:所)?贡献"
)

_LABEL = re.compile(r"([^:|/丨>]{1,12})[:|/丨>]\s*(.*)")
# Titles of other articles, or requests to the reader, follow these labels.
_FREE_LABEL = re.compile(
    r"相关|延伸|推荐|扩展|拓展|精彩|热门|往期|[上下前后][一1]?[篇条页章]|原标题|原题|猜你|精选|更多"
    r"|联系(?!人)|投稿(?!人)|商务|合作|举报|投诉|报料(?!人)|服务|客服|当前|阅读原文|点击"
)
# Lists of words follow these labels; such a list may be any short text.
_LABEL_OF_LIST = re.compile(r"标签|关键|tags?|分类|栏目|专题|位置|字[号体]")
_RIGHTS = re.compile(r"代表|侵权|转载|版权|授权|删除|关注|下载|公众号|客户端|观点")
_OF_SENTENCES = re.compile(
    r"[了是没不也都就把被这那哪谁吗呢么吧我你他她它们着很再却]|从|直到|因为|所以|在(?!线|读|职)|一[张个座位片场]"
)
_SHORTEST_SENTENCE = 6
_SHORTEST_CLAUSE = 10


def names_an_origin(line: str, *, in_brackets: bool) -> bool:
    """Return whether a line names the source of a text, or describes its author."""
    if _ORIGIN.fullmatch(line):
        return True
    return in_brackets and _ORIGIN_IN_BRACKETS.fullmatch(line) is not None


def is_sentence_after_label(line: str) -> bool:
    """Return whether a sentence or clause (来源：没人知道) follows a label, and not a name."""
    found = _LABEL.match(line)
    if found is None or _FREE_LABEL.search(found[1]) or _RIGHTS.search(found[2]):
        return False
    value = found[2].strip()
    signs = len(_OF_SENTENCES.findall(value))
    if value.endswith(("。", "!", "?", "…", ".")) and len(value) >= _SHORTEST_SENTENCE:
        return signs >= 1 or _has_clause(found[1], value)
    if signs > 1 and "," in value and len(value) >= _SHORTEST_CLAUSE:
        return True
    return _has_clause(found[1], value)


def _has_clause(label: str, value: str) -> bool:
    return not _LABEL_OF_LIST.search(label) and is_clause_after_label(label, value)
