"""Finds the time zone of a date, given by an offset, an abbreviation or a Chinese word."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest import urls

_WIDEST = timedelta(hours=14)
_OFFSET = re.compile(
    r"(?:\b(?:GMT|UTC|UT|Z))?\s*([+-])(\d{1,2})(?::?([0-5]\d))?(?!\d)", re.IGNORECASE
)
# The lookahead excludes a part of another date: `-05` in `2024-05-20 至 2024-05-22`.
_OFFSET_APART = re.compile(rf"(?<!\d){_OFFSET.pattern}(?!-)", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:Asia|Europe|America|Africa|Australia|Pacific)/[A-Z][A-Za-z_]{2,20}\b")
_NAME = re.compile(r"(?<![A-Za-z])([A-Z]{1,5})(?![A-Za-z])")
_CHINA = timezone(timedelta(hours=8))
_CENTRAL = timezone(timedelta(hours=-6))
# These are the zones of RFC 5322 section 4.3. CST, however, means China Standard Time by default.
_HOURS = {
    "CST": 8, "BJT": 8, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "ICT": 7, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "MEZ": 1, "MESZ": 2, "WEST": 1,
    "WIB": 7, "BRT": -3, "ART": -3,
}  # fmt: skip
_WORDS = {
    "北京|中国|台北|臺北|台湾|臺灣|香港|澳门|上海|新加坡": "Asia/Shanghai",
    "美东|美東|美国东部|纽约|紐約": "America/New_York",
    "美西|美国西部|太平洋|洛杉矶|洛杉磯": "America/Los_Angeles",
    "东京|東京|日本": "Asia/Tokyo",
    "首尔|首爾|韩国": "Asia/Seoul",
    "伦敦|倫敦|英国": "Europe/London",
    "莫斯科": "Europe/Moscow",
    "巴黎|柏林|欧洲中部": "Europe/Paris",
    "格林尼治|格林威治|世界标准|协调世界": "UTC",
}
_CHINESE_LANGUAGES = ("zh", "yue", "ja", "ko")
_CHINESE_REGIONS = ("cn", "tw", "hk", "mo", "sg", "my")
# Names of Chinese newspapers in English (many have a .com host), in which CST means China time.
_CHINESE_PLACES = re.compile(
    r"\b(?:china(?!town)|chinese|beijing|shanghai|guangzhou|shenzhen|hong ?kong|taiwan|taipei"
    r"|singapore|xinhua|caixin)",
    re.IGNORECASE,
)


def find_zone(text: str, start: int, *, cst_is_american: bool = False) -> tzinfo | None:
    """Find an offset or abbreviation after position `start`, or otherwise a zone in Chinese words.

    Return the object `datetime.UTC` for GMT and its synonyms. Raise `ValueError` for an offset that
    no place on Earth uses.
    """
    behind = text[start:]
    if match := _OFFSET.match(behind.lstrip(" .")) or _OFFSET_APART.search(behind):
        return _offset(match)
    if match := _PLACE.search(behind):
        return _zone_of(match[0])
    for name in _NAME.findall(behind):
        if name in {"GMT", "UTC", "UT", "Z"}:
            return UTC
        if name == "CST" and cst_is_american:
            return _CENTRAL
        if name in _HOURS:
            return timezone(timedelta(hours=_HOURS[name]))
    return _zone_in_words(text)


def _offset(match: re.Match[str]) -> tzinfo:
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if len(match[2]) == 2 and match[3] is None and int(match[2]) > 14:  # `+80` is not an offset.
        raise ValueError(f"no place has the offset {match[0]}")
    if offset > _WIDEST:
        raise ValueError(f"no place has the offset {match[0]}")
    if not offset:
        return UTC
    return timezone(-offset if match[1] == "-" else offset)


def _zone_of(place: str) -> tzinfo | None:
    try:
        return ZoneInfo(place)
    except ZoneInfoNotFoundError:
        return None


def _zone_in_words(text: str) -> tzinfo | None:
    if "时间" not in text and "時間" not in text:
        return None
    for words, name in _WORDS.items():
        if re.search(f"(?:{words})(?:标准|標準)?(?:时间|時間)", text):
            return UTC if name == "UTC" else ZoneInfo(name)
    return None


def means_american_cst(
    *, zone: tzinfo, now: datetime, stated: str | None, title: str, url: str | None, detected: str
) -> bool:
    """Return whether CST in a feed's dates is US Central Standard Time, not China Standard Time.

    `stated` is the language that the feed states, `detected` the language of an entry's text. The
    stated language alone proves little, because programs write `en` in Chinese feeds. A feed
    without any evidence counts as Chinese. `title` and `url` are the feed's.
    """
    if (zone.utcoffset(now) or timedelta(0)) < timedelta(0):
        return True
    language, _, region = (stated or "").lower().replace("_", "-").partition("-")
    if (
        language in _CHINESE_LANGUAGES
        or detected.startswith(_CHINESE_LANGUAGES)
        or region in _CHINESE_REGIONS
    ):
        return False
    if any("\u3400" <= character <= "\u9fff" for character in title):
        return False
    if _CHINESE_PLACES.search(f"{title} {urls.host_of(url or '')}"):
        return False
    if urls.host_of(url or "").rpartition(".")[2] in _CHINESE_REGIONS:
        return False
    return bool(language) or detected == "en"
