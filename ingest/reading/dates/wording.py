"""Normalises the text of a date: half-width characters, no invisible ones, numbers as digits."""

from __future__ import annotations

import re
import unicodedata

from ingest.reading.dates.day import BUDDHIST_ERA

# A string with more characters is an ordinary text, not a date.
LONGEST = 200
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f\x7f]+")
_DIGITS = {
    c: n for n, group in enumerate("〇○零 一 二 三 四 五 六 七 八 九".split()) for c in group
}
_DIGITS |= {"两": 2, "兩": 2}
_NUMERAL = re.compile("[〇○零一二三四五六七八九十百廿卅两兩]+")
# The year before the first year of each Japanese era. Dates of these eras have Gregorian months and
# days.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s*(\d{{1,2}}|元)\s*(?=年)")
# Buddhist years from 2530 to 2599, which are 1987 to 2056. No time or Gregorian year has these
# digits.
_BUDDHIST_YEAR = re.compile(r"(?<![\d.+])(?:25[3-9]|๒๕[๓-๙])\d(?![\d.]\d)(?!\d)")
_GREGORIAN = re.compile(r"[公西阳陽国國新][历曆]\s*[:：]?\s*")
_LABEL = re.compile(
    r"^(?:(?:原创|转载|最后|最近|首次|本文)?(?:发布|發佈|發布|发表|發表|更新|编辑|編輯|修改|创建|上传|推送"
    r"|刊登|提问|回答|出版|时间|時間|日期|date|time|published|posted|updated|on|于|於|在|的|时间|日期"
    r"|[:：\s|,，])+)+",
    re.IGNORECASE,
)


def plain(raw: str) -> str:
    """Return a raw date in NFKC, with Gregorian years and with digits instead of Chinese numerals.

    A label at the beginning, such as 发布时间, is removed.
    """
    text = unicodedata.normalize("NFKC", _replace_buddhist_year(raw[:LONGEST]))
    text = _INVISIBLE.sub(" ", text).replace("\u3000", " ").strip()
    text = text.replace("元月", "1月").replace("一昨日", "前天").replace("本日", "今日")
    text = _NUMERAL.sub(lambda run: _number(run[0]), text)
    return _LABEL.sub("", _replace_eras(text)).strip()


def _replace_buddhist_year(text: str) -> str:
    """Replace a Thai year by the Gregorian one: `9 Oct 2562` → `9 Oct 2019`."""
    return _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - BUDDHIST_ERA), text, count=1)


def _replace_eras(text: str) -> str:
    """Replace the years of Japanese eras by Gregorian ones: `令和6年3月1日` → `2024年3月1日`."""
    text = _ERA.sub(lambda era: str(_ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))), text)
    return _GREGORIAN.sub("", text)


def _number(run: str) -> str:
    """Convert a Chinese numeral to digits: `二〇二二` → 2022, `二十八` → 28, `廿八` → 28."""
    run = run.replace("廿", "二十").replace("卅", "三十")
    if not set(run) & {"十", "百"}:
        return "".join(str(_DIGITS[c]) for c in run)
    total = current = 0
    for c in run:
        if c in "十百":
            total += (current or 1) * (10 if c == "十" else 100)
            current = 0
        else:
            current = _DIGITS[c]
    return str(total + current)
