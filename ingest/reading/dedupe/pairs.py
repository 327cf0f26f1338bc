"""Compares two versions of an entry, and recognises differences that are only noise.

The module `noise` recognises noise (such as counters) in a single text. This module compares two
texts. Some other differences are noise, too, if the rest of both texts is equal: a label or a
source added to a title, another separator, or another signature in a file name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise, product

from ingest.reading.dedupe.noise import AGO_AT_END, DATE_AT_END, file_name, still
from ingest.reading.html import shown_by
from ingest.reading.html.text import Shown

# A text with more characters than this counts as edited, because comparing it takes too long.
_LONGEST = 200_000
_LONGEST_TITLE = 300
_LONGEST_SOURCE = 24
_SHORTEST_TITLE = 4
_SEPARATORS = ";,:、|·•"
_BETWEEN_WORDS = re.compile(
    rf"(?:(?<!\d)[{_SEPARATORS}]|[{_SEPARATORS}](?!\d)|\s)(?:(?<!\d)[{_SEPARATORS}]|\s){{0,20}}"
)
_FULL_STOP = re.compile(r"(?<=[^\s.\d])\.(?=\s*[^\s.])")
_SAME_MARKS = str.maketrans("。“”„‟「」『』‘’–—", "." + '"' * 8 + "''--")
_LABEL = re.compile(
    r"(?:[\[【(〔<《「]?(?:编辑精选|编辑推荐|小编推荐|今日要闻|今日头条|今日推荐|热门推荐|精选"
    r"|推荐|置顶|热门|热点|热榜|热搜|头条|独家|原创|首发|快讯|要闻|最新|专题|视频|图集|组图|直播|深度"
    r"|会员|付费|广告|转载)[\]】)〕>》」]?\s{0,5}[|丨:·\-]?\s{0,5}){1,3}"
)
# Names of newspapers and other media have these endings. Many other words also end with "网" or
# "社", so these two are not listed alone.
_MEDIUM = (
    r"(?:日报|晚报|早报|晨报|时报|商报|都市报|周报|周刊|新闻网|新闻社|通讯社|在线|电视台|广播电台|卫视"
    r"|客户端|公众号|新闻|(?<!互联)(?<![官电上联路入全因球])网|(?<=[华中国])新社|(?<=新华)社|报社|APP)"
)
_MARK = r"[-|丨_/·•—:()]"
_SOURCE = re.compile(
    rf"\s{{0,5}}{_MARK}?\s{{0,5}}(?:来源:?)?[\u3400-\u9fffA-Za-z]{{0,6}}{_MEDIUM}\s{{0,5}}{_MARK}{{0,2}}\s{{0,5}}",
    re.IGNORECASE,
)
_SOURCE_IN_FRONT = re.compile(
    rf"[\[【(]?[\u3400-\u9fffA-Za-z]{{0,6}}{_MEDIUM}(?:\s{{0,5}}[\]】)|丨:·-]|\s)\s{{0,5}}",
    re.IGNORECASE,
)
# Before a time, a short name between spaces or signs is a newspaper or site: "海港发布 · 3小时前".
_SOURCE_BEFORE_TIME = re.compile(
    rf"(?:\s{{0,5}}{_MARK}\s{{0,5}}|\s{{1,5}})[\u3400-\u9fffA-Za-z]{{2,10}}\s{{0,5}}{_MARK}?\s{{0,5}}"
)
# These words change the meaning of a title, as in "大桥通车" and "大桥通车推迟".
_MEANINGFUL = re.compile("[不未无非没否假勿停撤缓]|推迟|取消|延期|终止|辟谣|更正|更新|失败|落空")
_TIMESTAMP = re.compile(r"(?<!\d)1[4-9]\d{8}(?:\d{3})?(?!\d)")
_HASH = re.compile(r"[0-9a-f]{16,128}", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{8,})?")
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_FEWEST_TURNS = 6
_FEWEST_HASHES = 3


def is_noise(title: str, text: str, other_title: str, other_text: str) -> bool:
    """Return whether two versions look the same to a reader; the texts are HTML."""
    if max(len(text), len(other_text)) > _LONGEST:
        return False
    shown, other = shown_by(text), shown_by(other_text)
    return (
        _are_same_titles(title, other_title)
        and _are_same_words(shown.text, other.text)
        and _are_same_pictures(shown, other)
    )


def _are_same_words(one: str, other: str) -> bool:
    """Return whether texts are equal except for separators between words."""
    if still(one) == still(other):
        return True
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    """Split a text at separators and blanks; the last item is the separator at its end, or "".

    A full stop between sentences is a separator, like a comma.
    """
    text = unicodedata.normalize("NFKC", text).translate(_SAME_MARKS).strip()
    text = _FULL_STOP.sub(" ", text)
    words = [still(word) for word in _BETWEEN_WORDS.split(text)]
    return [*filter(None, words), text[-1:] if text[-1:] in _SEPARATORS else ""]


def _are_same_titles(one: str, other: str) -> bool:
    """Return whether titles are equal, apart from additions to one of them.

    Such additions are a label, a time, or the name of a newspaper.
    """
    if _are_same_words(one, other):
        return True
    if max(len(one), len(other)) > _LONGEST_TITLE:
        return False
    forms = (_bare_titles(title) for title in (one, other))
    return any(len(a) >= _SHORTEST_TITLE and a == b for a, b in product(*forms))


def _bare_titles(title: str) -> set[str]:
    """Return the forms of a title without labels, names of newspapers and times at its ends."""
    title = unicodedata.normalize("NFKC", title).strip()
    before = (pattern.match(title) for pattern in (_LABEL, _SOURCE_IN_FRONT))
    found = set()
    for begun in {title, *(title[part.end() :] for part in before if part)}:
        found |= {begun, *_without_end(begun)}
    return {"".join(form.split()).strip("-|丨_/·•—:(") for form in found}


def _without_end(title: str) -> Iterator[str]:
    """Yield a title without the name of a newspaper, the time, or both at its end."""
    ago = AGO_AT_END.search(title)
    time = ago or DATE_AT_END.search(title)
    untimed = title[: time.start()] if time else title
    if ago:
        yield untimed
    for at in range(max(0, len(untimed) - _LONGEST_SOURCE), len(untimed)):
        is_source = _SOURCE.fullmatch(untimed, at) or (
            time and _SOURCE_BEFORE_TIME.fullmatch(untimed, at)
        )
        if is_source and not _MEANINGFUL.search(untimed, at):
            yield untimed[:at]


def _are_same_pictures(one: Shown, other: Shown) -> bool:
    """Return whether the pictures are the same, or differ only in signatures in the file names."""
    pairs = [
        (file_name(here), file_name(there))
        for here, there in zip(one.media, other.media, strict=False)
    ]
    if len(one.media) != len(other.media):
        return False
    differing = [(here, there) for here, there in pairs if here != there]
    if all(_is_signed_anew(here, there) for here, there in differing):
        return True
    # If the hash of one picture changed, it is another picture. If the hashes of all pictures
    # changed, the site has moved them.
    all_hashes = all(_HASH.fullmatch(_stem(name)) for pair in differing for name in pair)
    return all_hashes and len(differing) == len(pairs) >= _FEWEST_HASHES


def _is_signed_anew(here: str, there: str) -> bool:
    """Return whether two file names are both signatures, or differ only in a signature."""
    if _ending(here) != _ending(there) or "/" in f"{here}{there}":
        return False
    if all(_is_token(_stem(name)) for name in (here, there)):
        return True
    stamped = all(_TIMESTAMP.search(name) for name in (here, there))
    return stamped and _without_signature(here) == _without_signature(there)


def _without_signature(name: str) -> str:
    return _HASH.sub("", _TIMESTAMP.sub("", name))


def _is_token(stem: str) -> bool:
    """Return whether a name is a random token.

    Such a token is a JWT, or it mixes digits, upper and lower case. A hexadecimal hash does not.
    """
    if _JWT.fullmatch(stem):
        return True
    longest = max(_RUN.findall(stem), key=len, default="")
    kinds = "".join("d" if c.isdigit() else "u" if c.isupper() else "l" for c in longest)
    turns = sum(a != b for a, b in pairwise(kinds))
    return len(set(kinds)) == 3 and turns >= _FEWEST_TURNS


def _stem(name: str) -> str:
    return name if _JWT.fullmatch(name) else name.rpartition(".")[0] or name


def _ending(name: str) -> str:
    return "" if _JWT.fullmatch(name) else name.rpartition(".")[2] if "." in name else ""
