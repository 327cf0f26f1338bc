"""Makes a digest of an entry's visible content, without counters and relative times."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from itertools import chain
from urllib.parse import quote

_DIGEST_BYTES = 16
_SHORTEST_FILE_NAME = 4
_COUNTED = r"阅读|浏览|播放|评论|回复|点赞|赞|转发|收藏|弹幕|热度|观看|views?|comments?|likes?"
# All repetitions are bounded, because a body may contain a million digits. Where possible, a
# pattern begins with only one kind of character, because the search is then ten times as fast.
_NUMBER = r"\d(?<!\d\d)\d{0,11}(?:[,.]\d{1,6}){0,4}"
_GAP = r"\s{0,20}"
_AGO = rf"{_NUMBER}{_GAP}(?:秒|分钟?|小时|天|日|周|个?月)(?:之?前|以前)"
_DAY_AND_TIME = rf"[昨前今]天{_GAP}\d{{1,2}}:\d{{2}}"
_DAY = rf"[刚昨前今][刚天]{_GAP}(?:$|(?=\d))"
_AGO_IN_ENGLISH = rf"{_NUMBER}{_GAP}(?:seconds?|minutes?|hours?|days?|weeks?|months?)\s+ago"
_COUNTER = rf"{_NUMBER}{_GAP}[万亿kKwW]?{_GAP}(?:次|人|个|条)?{_GAP}(?:{_COUNTED})"
# Sites write "2小时前" at the end of a line, and a day later a date. A date may have no year. But
# "2-1" may be a score and "9.9" a price. So the day must have two digits, and a month before a dot
# must have a leading zero.
_MONTH, _DAY_OF_MONTH = r"(?:0?[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_MONTH}[-/]{_DAY_OF_MONTH}"
    rf"|0[1-9]\.{_DAY_OF_MONTH})(?:{_GAP}\d{{1,2}}:\d{{2}})?"
)
_LONE_DATE = rf"(?:(?<=\s)|^){_DATE}{_GAP}$"
_COUNTER_BEHIND = (
    rf"(?:{_COUNTED})(?:数|量|次数)?{_GAP}[:：(（]?{_GAP}{_NUMBER}{_GAP}[万亿kKwW]?[)）]?"
)
_DATE_MARKS = "-/."
# Noise is text that changes by itself, such as a counter. This dictionary gives the words of each
# kind of noise. If a text in lower case has none of these words, it has no noise of this kind.
_SIGNS = {
    "ago": ("前",),
    "day": ("刚刚", "昨天", "前天", "今天"),
    "day and time": ("昨天", "前天", "今天"),
    "ago in English": ("ago",),
    "counter": tuple(_COUNTED.replace("s?", "").split("|")),
    "date": tuple(_DATE_MARKS),
}
# No word in this set begins with the end of another one. So found words never overlap, and one
# search finds all of them.
_WORDS = {*chain(*_SIGNS.values())} - {*_DATE_MARKS}
_ANY_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
# For each word, the kinds of noise that may be there if a text contains the word. A word also has
# the kinds of the shorter signs in it: "前天" contains "前", the sign of "2天前" (2 days ago).
_KINDS_OF = {
    word: {kind for kind, signs in _SIGNS.items() if any(sign in word for sign in signs)}
    for word in {*_WORDS, *_DATE_MARKS}
}
# These ranges contain the digits of all scripts except those that NFKC changes to ASCII. This
# pattern is twice as fast as `\d`.
_MAYBE_DIGIT = re.compile("[0-9\u0660-\u1c59\ua620-\uabf9\U00010000-\U0010ffff]")
_NUMBERLESS = re.compile(_DAY, re.MULTILINE)  # All other kinds of noise contain a number.
# The order matters. In "阅读 2小时前 8评论", "2小时前" is removed first: "阅读 2" is not a counter.
_NOISE = (
    ("ago", re.compile(_AGO)),
    ("day and time", re.compile(_DAY_AND_TIME)),
    ("day", _NUMBERLESS),
    ("ago in English", re.compile(_AGO_IN_ENGLISH, re.IGNORECASE)),
    ("counter", re.compile(_COUNTER, re.IGNORECASE)),
    ("date", re.compile(_LONE_DATE, re.MULTILINE)),
    ("counter", re.compile(_COUNTER_BEHIND, re.IGNORECASE)),
)

# A title may end with a date, or with words that say how long ago it was published.
AGO_AT_END = re.compile(rf"(?:{_AGO}|{_DAY_AND_TIME}|{_AGO_IN_ENGLISH}|[刚昨前今][刚天])\)?$")
DATE_AT_END = re.compile(rf"(?<!\d){_DATE}\)?$")


def text_digest(title: str, text: str, media: Iterable[str]) -> bytes:
    """Return a digest of what a reader would notice in an entry: its words and its pictures.

    `media` are the addresses of pictures, sounds and films; only their file names count. White
    space, relative times and counters do not count.
    """
    # Image CDNs change a file's host and folder, but not its name.
    names = "\n".join(map(file_name, media))
    words = f"{still(title)}\x00{still(text)}\x00{names}"
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]


def still(text: str) -> str:
    """Return a text without counters, relative times and white space, for comparison only."""
    text = unicodedata.normalize("NFKC", text)
    lasting = _without_noise(text) if _MAYBE_DIGIT.search(text) else _NUMBERLESS.sub(" ", text)
    return "".join(lasting.split())


def _without_noise(text: str) -> str:
    signs = {*_ANY_WORD.findall(text.lower()), *(mark for mark in _DATE_MARKS if mark in text)}
    kinds = set().union(*map(_KINDS_OF.__getitem__, signs))
    for kind, noise in _NOISE:
        if kind in kinds:
            text = noise.sub(" ", text)
    return text


def file_name(source: str) -> str:
    """Return the last segment of an address; if it is short or a number (`/640`), the last two.

    Percent-encoding is normalised.
    """
    *_, folder, name = ("", "", *source.partition("?")[0].rstrip("/").split("/"))
    if name.isdigit() or len(name) < _SHORTEST_FILE_NAME:
        name = f"{folder}/{name}"
    if not name.isascii():
        name = quote(name.encode("utf-8", "replace"), safe=_ASCII)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), name) if "%" in name else name


_ASCII = "".join(map(chr, range(128)))
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)
