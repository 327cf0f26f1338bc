"""Brings the lines of a text to one spelling, without lines and phrases of the page around it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from ingest.reading.language import is_boilerplate
from ingest.reading.likeness.numerals import with_digits
from ingest.reading.terms import fold

LONGEST = 100_000  # characters of a text that are compared
# A line that ends like a sentence and has none of these words is prose.
_SENTENCE = re.compile(r"[。！？!?…”」』.]\s*\Z")
_OF_PAGES = re.compile(
    r"转载|轉載|版权|版權|声明|聲明|©|侵|来源|來源|关注|關注|公众号|公眾號|微信|扫|掃|下载|下載|编辑|編輯|责编|責編"
    r"|记者|記者|作者|来自|來自|全文|原文|点击|點擊|订阅|訂閱|欢迎|歡迎|更多|阅读|閱讀|风险|風險|分享|客户端|客戶端"
    r"|授权|授權|许可|許可|完|[Rr]ead|ontinue|COPYRIGHT|[Cc]opyright|[Rr]ights|[Mm]ore"
)
_AGENCY = r"[\w·]{0,8}(?:社|网|报|台|讯|号|刊|新闻|客户端|电视)"
_DATELINE = re.compile(
    rf"(?:{_AGENCY}[^,。:;]{{0,16}}?(?:\d{{1,2}}月)?\d{{1,2}}日[电讯]|(?:本报|本网|本台){_AGENCY}?讯|{_AGENCY}讯)"
    r"\s*(?:\(?(?:[\w·]{0,6}记者|通讯员)[^)。]{0,40}?\)|(?:记者|通讯员)\s*[\w· 、]{2,20}\s(?=\S))?"
    r"\s*[:—\-]*\s*"
)
_IN_BRACKETS = re.compile(
    r"[(\[【〔][^()\[\]【】〔〕。]{0,12}(?:记者|通讯员|编辑|责编|来源|原标题|图源|编译)[^()\[\]【】〔〕。]{0,40}[)\]】〕]"
    r"|[.…\s]*[(\[【]?(?:点击)?(?:阅读|查看|展开|浏览)(?:更多|全文|原文|全部)[)\]】]?[.…\s]*\Z"
)


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a text, folded, with digits for numerals, without boilerplate."""
    for line in text[:LONGEST].splitlines():
        if line and not line.isspace() and not _is_of_the_page(line):
            folded = fold(line)
            yield with_digits(_without_credits(folded))


def _is_of_the_page(line: str) -> bool:
    if _SENTENCE.search(line) and not _OF_PAGES.search(line):
        return False
    return _is_known_boilerplate(line)


_is_known_boilerplate = functools.lru_cache(4096)(is_boilerplate)


def _without_credits(line: str) -> str:
    """Return a line without the dateline of an agency and the reporters in brackets."""
    dateline = _DATELINE.match(line)
    if dateline:
        line = line[dateline.end() :]
    return _IN_BRACKETS.sub("", line)
