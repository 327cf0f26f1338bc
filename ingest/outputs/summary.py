"""Summarize an entry by the beginning of its text, for lists of posts and search engines."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from ingest.outputs.naming import cut

LONGEST = 140  # Chinese characters

# These patterns find whole elements, because clean HTML has no comments and closes its elements,
# and its values contain no `<` and no `>`.
_ASIDE = re.compile(
    r"<(audio|figcaption|iframe|math|pre|table|video)\b[^>]*>.*?(?:</\1>|\Z)", re.DOTALL
)
_REPEATED = re.compile(r"<(rp|rt)\b[^>]*>.*?(?:</\1>|\Z)", re.DOTALL)  # pronunciations
_INLINE = "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|ruby|s|samp|small|span"
_INLINE += "|strike|strong|sub|sup|time|tt|u|var|wbr|rb"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^>]*)?>")
_TAG = re.compile(r"<[^>]*>")
# How many characters of HTML are searched for text. If they have too little text, the next number
# is used.
_SEARCHED = (700, 2_500, 20_000)

_MAY_BE_NARROW = re.compile("[^\u3001-\u3020\u4e00-\u9fff\uff01-\uff5e]")
_END = re.compile(r"[。！？…，；：、—]+[”」』）]*|[.!?,;:]+[\"')]*(?=\s)|\s+")
_SENTENCE_ENDS = frozenset("。！？….!?")


def summary_of(fragment: str, longest: int = LONGEST) -> str:
    """Return the beginning of the text of clean HTML on one line.

    It is at most as wide as `longest` Chinese characters, and is cut after a sentence or clause. If
    the sentence continues, `…` follows. Tables, code and captions are used only if there is no
    other text.
    """
    room = 2 * longest
    text = _beginning_of_text(fragment, room + 1)
    fits = _count_fitting(text, room)
    if fits == len(text):
        return text
    return _shorten(text, len(cut(text, fits)))


def _beginning_of_text(fragment: str, enough: int) -> str:
    text = ""
    for searched in _SEARCHED:
        beginning = _whole_tags(fragment, searched)
        text = _text(_ASIDE.sub(" ", beginning)) or _text(beginning)
        if len(text) >= enough or len(beginning) == len(fragment):
            break
    return text[:enough]


def _whole_tags(fragment: str, longest: int) -> str:
    """Return the beginning of a fragment, without a tag that is cut off."""
    if len(fragment) <= longest:
        return fragment
    beginning = fragment[:longest]
    opened = beginning.rfind("<")
    return beginning if opened < beginning.rfind(">") else beginning[:opened]


def _text(markup: str) -> str:
    """Return the text of markup; inline elements do not add spaces."""
    joined = _INLINE_TAG.sub("", _REPEATED.sub("", markup))
    return " ".join(html.unescape(_TAG.sub(" ", joined)).split())


def _count_fitting(text: str, room: int) -> int:
    """Return how many characters of a text fit into `room` columns."""
    count = 0
    while room > 1 and count < len(text):
        # These characters fit into the room, because no character is wider than two columns.
        some = text[count : count + room // 2]
        room -= _columns_of(some)
        count += len(some)
    return count + (room == 1 and count < len(text) and _columns_of(text[count]) == 1)


def _columns_of(text: str) -> int:
    """Return the width of a text in columns; only characters that may be narrow are looked up."""
    return 2 * len(text) - sum(map(_is_narrow, _MAY_BE_NARROW.findall(text)))


@cache
def _is_narrow(character: str) -> bool:
    return unicodedata.east_asian_width(character) not in "WF"


def _shorten(text: str, room: int) -> str:
    """Return at most `room` characters of a text, and "…" unless a sentence ends there.

    The text is cut at the last end of a sentence, clause or word in the second half of these
    characters. If there is no such end, it is cut after `room` characters.
    """
    ends = [end for end in _END.finditer(text, room // 2, room + 1) if end.start() <= room]
    ends = [end for end in ends if not end[0].isspace() and end.end() <= room] or ends
    if ends and not _SENTENCE_ENDS.isdisjoint(ends[-1][0]):
        return text[: ends[-1].end()]
    return text[: ends[-1].start() if ends else room].rstrip() + "…"
