"""Writes Chinese numerals as digits: 二十三 and 23 become the same."""

from __future__ import annotations

import re

_DIGITS = str.maketrans("〇二两三四五六七八九", "0223456789")
_POWERS = {"十": 10, "百": 100, "千": 1000}
# A lone 一, 零, 百 or 千 is rarely a number (一直, 百姓); a lone 十 becomes 10, harmlessly.
_NUMERAL = re.compile(r"(?<![0-9.])[0-9零一十百千]{2,9}(?![0-9.零一十百千])")
_LONE_TEN = re.compile(r"(?<![0-9零一十百千])十(?![0-9零一十百千])")
_SHARE = re.compile(r"百分之(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def with_digits(text: str) -> str:
    """Return a folded text with its Chinese numerals as digits, and without signs of thousands.

    万 and 亿 stay, and so does a lone 一: it is rarely a number.
    """
    text = _THOUSANDS.sub("", text.translate(_DIGITS)) if "," in text else text.translate(_DIGITS)
    text = _LONE_TEN.sub("10", _NUMERAL.sub(_digits_of, text))
    return _SHARE.sub("", text)


def _digits_of(numeral: re.Match[str]) -> str:
    text = numeral[0].replace("一", "1")
    if text.isdecimal() or not any(power in text for power in _POWERS):
        return text.replace("零", "0")
    total, digits = 0, ""
    for character in text:
        if character in _POWERS:
            total += int(digits or 1) * _POWERS[character]
            digits = ""
        elif character != "零":
            digits += character
    return str(total + int(digits or 0))
