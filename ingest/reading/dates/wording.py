"""A date's string in one spelling: half-width, without invisible characters, in digits."""

from __future__ import annotations

import re
import unicodedata

from ingest.reading.dates.calendars import in_gregorian_years

# No date is longer; what is, is a text.
LONGEST = 200
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f\x7f]+")
_DIGITS = {
    c: n for n, group in enumerate("〇○零 一 二 三 四 五 六 七 八 九".split()) for c in group
}
_DIGITS |= {"两": 2, "兩": 2}
_NUMERAL = re.compile("[〇○零一二三四五六七八九十百廿卅两兩]+")
_LABEL = re.compile(
    r"^(?:(?:原创|转载|最后|最近|首次|本文)?(?:发布|發佈|發布|发表|發表|更新|编辑|編輯|修改|创建|上传|推送"
    r"|刊登|提问|回答|出版|时间|時間|日期|date|time|published|posted|updated|on|于|於|在|的|时间|日期"
    r"|[:：\s|,，])+)+",
    re.IGNORECASE,
)


def plain(raw: str) -> str:
    """Fold a raw string: NFKC, Chinese numerals as digits, years of our era, no labels in front."""
    text = unicodedata.normalize("NFKC", raw[:LONGEST])
    text = _INVISIBLE.sub(" ", text).replace("\u3000", " ").strip()
    text = text.replace("元月", "1月").replace("一昨日", "前天").replace("本日", "今日")
    text = _NUMERAL.sub(lambda run: _number(run[0]), text)
    return _LABEL.sub("", in_gregorian_years(text)).strip()


def _number(run: str) -> str:
    """`二〇二二` → 2022, `二十八` → 28, `廿八` → 28."""
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
