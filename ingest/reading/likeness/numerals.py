"""Writes Chinese numerals as digits: 二十三 and 23 become the same."""

from __future__ import annotations

import re

_DIGITS = {**dict(zip("一二三四五六七八九", range(1, 10), strict=True)), "两": 2, "零": 0, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_IN_NUMERALS = "".join((*_DIGITS, *_POWERS))
# A single 一, 零, 百 or 千 is rarely a number (一直, 百姓, 20千米), except 一 before units of time.
# The pattern begins with a set of characters, to which `re` skips five times as fast.
_NUMERAL = re.compile(
    f"[{_IN_NUMERALS}](?:[{_IN_NUMERALS}]{{1,8}}(?![{_IN_NUMERALS}])"
    "|(?<=[二两三四五六七八九十〇])|(?<=一)(?=[月日号时点]))"
)
_SHARE = re.compile(r"百分之(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def with_digits(text: str) -> str:
    """Return a folded text with its Chinese numerals as digits, and without thousands separators.

    万 and 亿 are kept. A single 一 is kept too, unless a unit of time follows it.
    """
    if "," in text:
        text = _THOUSANDS.sub("", text)
    text = _NUMERAL.sub(_digits_of, text)
    return _SHARE.sub("", text) if "百分之" in text else text


def _digits_of(numeral: re.Match[str]) -> str:
    text = numeral[0]
    if len(text) == 1:
        return str(_DIGITS.get(text, 10))
    if not any(power in text for power in _POWERS):
        return "".join(str(_DIGITS[character]) for character in text)
    total = digit = 0
    for character in text:
        if character in _POWERS:
            total, digit = total + (digit or 1) * _POWERS[character], 0
        else:
            digit = 10 * digit + _DIGITS[character]
    return str(total + digit)
