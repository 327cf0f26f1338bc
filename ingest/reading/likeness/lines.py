"""Normalises the lines of a text, and removes the lines that its page or feed added."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from ingest.reading.language import is_boilerplate
from ingest.reading.likeness.numerals import with_digits
from ingest.reading.terms import fold

LONGEST = 100_000  # Only this many characters of a text are compared.
_LONGEST_TITLE = 1_000
_LONGEST_BOILERPLATE, _LONGEST_LABEL = 160, 40  # characters of a line
# A line that is long or ends like a sentence is prose if it has none of the words in `_OF_PAGES`.
_ENDS_OF_SENTENCES = tuple("。！？!?…”」』.")
# Each word begins with a plain character, so that `re` skips to the few characters that matter:
# this is twenty times as fast as with a set of characters in front.
_OF_PAGES = re.compile(
    r"转载|轉載|轉载|版[权權]|声明|聲明|©|侵|来源|來源|关注|關注|公[众眾][号號]|微信|扫|掃|下[载載]|编[辑輯]|編[辑輯]"
    r"|责[编編]|責[编編]|记者|記者|作者|来自|來自|全文|原文|点[击擊]|點[击擊]|订[阅閱]|訂[阅閱]|欢迎|歡迎|更多"
    r"|阅[读讀]|閱[读讀]|风[险險]|風[险險]|分享|客[户戶]端|授[权權]|许可|許可|完|Read|read|ontinue|COPYRIGHT"
    r"|Copyright|copyright|Rights|rights|More|more"
)
# Lines that reprints and feeds add to an article. `is_boilerplate` does not recognise them, because
# they are long, or rare enough to be prose in other contexts.
_ADDED = re.compile(
    r"(?:热门推荐|相关(?:阅读|新闻|链接|报道)|(?:推荐|延伸)阅读|猜你喜欢|(?:本文|原文)?链接)\s*:.*"
    r"|图为[^。]{0,40}。?\s*\S{2,4}\s?摄|【?广告】?.{0,40}|(?:#[^#\s]+#?\s*)+|网页链接|本文由.{0,20}推送"
    r"|the post .* appeared first on .*|via \S+ https?://\S+|\[?page\]?|[—\-\s]*\d{1,3}[—\-\s]*"
    r"|\(?本页为第\d+页.{0,12}"
)
_AGENCY = r"[\w·]{0,8}(?:社|网|报|台|讯|号|刊|新闻|客户端|电视|在线|之家)"
_DAY = r"(?:\d{1,2} ?月 ?)?\d{1,2} ?日"
_DATELINE = re.compile(
    rf"(?:{_AGENCY}[^,。:;]{{0,16}}?{_DAY}(?:[电讯]|消息)|(?:本报|本网|本台){_AGENCY}?讯|{_AGENCY}讯)"
    r"\s*(?:\(?(?:[\w·]{0,6}记者|通讯员)[^)。]{0,40}?\)|(?:记者|通讯员)\s*[\w· 、]{2,20}\s(?=\S))?"
    r"[\s,:—\-]*"
    rf"|(?:据{_AGENCY}(?:报道|消息)|{_AGENCY}(?:消息|记者[\w· ]{{2,8}}报道))[\s,:]+"
)
_IN_BRACKETS = re.compile(
    r"[(\[【〔][^()\[\]【】〔〕。]{0,12}"
    r"(?:记者|通讯员|编辑|责编|来源|原标题|图源|编译|报道|讯)[^()\[\]【】〔〕。]{0,40}[)\]】〕]"
)
_READ_ON = re.compile(
    r"[.…\s]*[(\[【]?(?:点击)?(?:阅读|查看|展开|浏览)(?:更多|全文|原文|全部)[)\]】]?[.…\s»>]*\Z"
)
_ENDS_OF_INVITATIONS = tuple("文多部)]】»>.… ")
_INVITATION = re.compile(
    r"(?:(?:[阅閱][读讀]|查看|展开|展開|[浏瀏][览覽])(?:更多|全文|原文|全部)"
    r"|(?:[Rr]ead|READ) ?(?:[Mm]ore|MORE)|[Cc]ontinue reading)[\s\])】»>.…]*\Z"
)
_ELLIPSES = ("…", "...", "[…]", "[...]", "（…）")


class Lines(NamedTuple):
    """The folded lines of an entry's text, and the folded lines that were added around it."""

    text: str
    around: str
    is_cut: bool


def lines_of(text: str) -> Lines:
    """Separate a text from boilerplate, datelines and credits, and write numerals as digits.

    The characters after the first `LONGEST` are not part of the text, but of `around`.
    """
    kept, around = [], [text[LONGEST:]]
    for line in text[:LONGEST].splitlines():
        folded = fold(line)
        if not folded:
            continue
        if _ADDED.fullmatch(folded) or _is_of_the_page(line):
            around.append(folded)
            continue
        bare = _without_credits(folded)
        if len(bare) < len(folded):
            around.append(folded.replace(bare, ""))
        kept.append(with_digits(bare))
    return Lines("\n".join(kept), "\n".join(around), _is_cut(text))


def line_of(title: str) -> str:
    """Return a title, folded, with digits for numerals."""
    return with_digits(fold(title[:_LONGEST_TITLE]))


def _is_cut(text: str) -> bool:
    """Return whether a text ends with an ellipsis, or with an invitation to read on."""
    end = text[-_LONGEST_BOILERPLATE:].rstrip()
    return end.endswith(_ELLIPSES) or _INVITATION.search(end) is not None


def _is_of_the_page(line: str) -> bool:
    bare = line.strip()
    if len(bare) > _LONGEST_BOILERPLATE:
        return False
    is_sentence = len(bare) > _LONGEST_LABEL or bare.endswith(_ENDS_OF_SENTENCES)
    if is_sentence and not _OF_PAGES.search(bare):
        return False
    return _is_known_boilerplate(bare)


_is_known_boilerplate = functools.lru_cache(4096)(is_boilerplate)


def _without_credits(line: str) -> str:
    """Return a folded line without dateline, credits in brackets and an invitation to read on."""
    if "(" in line or "[" in line or "【" in line or "〔" in line:
        line = _IN_BRACKETS.sub("", line).lstrip()
    dateline = _DATELINE.match(line)
    line = line[dateline.end() :] if dateline else line
    return _READ_ON.sub("", line) if line.endswith(_ENDS_OF_INVITATIONS) else line
