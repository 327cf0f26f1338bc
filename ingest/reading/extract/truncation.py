"""Recognises texts that a feed has cut, and pages that have more text than the feed."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_FEW_HAN = 200
_FEW_WORDS = 80
_NEAR_THE_END = 80  # characters
# Only the end of a text is searched for this pattern, because articles may also be about paying.
_MORE = re.compile(
    r"(?:点击|點擊|點選|请|請|[\[(（【<《])*"
    r"(?:(?:阅读|閱讀|查看|展开|展開|浏览|瀏覽|余下|餘下|剩余|剩餘|显示|顯示|继续阅读|繼續閱讀)"
    r"(?:全文|原文|更多|全部|余下全文|餘下全文|剩余|完整)"
    r"|继续阅读|繼續閱讀|(?:剩余|剩餘|还有|還有)\s*\d{1,3}\s*[%％]|未完待续|未完待續"
    r"|(?:登录|登錄|登入|订阅|訂閱|付费|付費|购买|購買|开通会员)(?:后|後|以|即可|才能|可)"
    r"|付费(?:阅读|内容|文章)|付費(?:閱讀|內容|文章)"
    r"|read (?:more|the (?:full|rest))|continue reading|(?:view|see) (?:more|full)"
    r"|the post .{1,200} appeared first on)",
    re.IGNORECASE,
)
_CUT_MARK = re.compile(r"[\[(（【]\s*(?:\.{2,}|…+|&hellip;)\s*[\])）】]\s*\Z")
_ELLIPSIS = re.compile(r"(?:…+|\.{3,}|。{3,})[\s\]）)】\"”]*\Z")
_SENTENCE_END = re.compile(r"[。！？!?…]|\.{3}")
_LINK = re.compile(r"<a\b[^<>]{0,2000}>([^<>]{1,60})</a")


def looks_truncated(html_body: str, text: str) -> bool:
    """Return whether a feed's text seems to be cut, so that it continues on the article's page.

    `text` is the visible text of `html_body`, which is clean HTML. An empty text counts as cut.
    """
    ending = text.rstrip()
    if not ending:
        return True
    if _CUT_MARK.search(ending[-20:]) or _says_more(html_body, ending):
        return True
    return bool(_ELLIPSIS.search(ending[-20:])) and _is_short(ending)


def _says_more(html_body: str, text: str) -> bool:
    last_lines = text[-400:].split("\n")[-4:]
    links = _LINK.findall(html_body[-4000:])
    lines = [line.strip(" \u3000…>»→") for line in (*last_lines, *links)]
    if any(_MORE.match(line) for line in lines if len(line) <= _NEAR_THE_END):
        return True
    tail = _SENTENCE_END.split(text[-_NEAR_THE_END:])[-1].strip()
    return bool(tail) and bool(_MORE.match(tail))


def _is_short(text: str) -> bool:
    han = sum(1 for _ in _HAN.finditer(text))
    return han < _FEW_HAN if han else len(text.split()) < _FEW_WORDS


def page_is_better(feed_text: str, article_text: str) -> bool:
    """Return whether the page's text has more letters and digits than the feed's."""
    return _weight(article_text) > _weight(feed_text)


def _weight(text: str) -> int:
    return sum(1 for character in text if character.isalnum())
