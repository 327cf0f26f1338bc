"""Whether CST in the dates of a feed is China's time or America's Central Standard Time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from ingest import urls

_CHINESE = ("zh", "yue", "ja", "ko")
_REGIONS = ("cn", "tw", "hk", "mo", "sg", "my")
# China's papers in English say CST, too, and many have an address in .com.
_PLACES = re.compile(
    r"\b(?:china(?!town)|chinese|beijing|shanghai|guangzhou|shenzhen|hong ?kong|taiwan|taipei"
    r"|singapore|xinhua|caixin)",
    re.IGNORECASE,
)


def is_american(
    *, zone: tzinfo, now: datetime, said: str | None, title: str, url: str | None, detected: str
) -> bool:
    """Whether the feed is an American one: by the zone of its dates, its language and its words.

    `said` is the language that it gives, `detected` that of an entry's text. What a feed says is
    not enough: programs say `en` of Chinese feeds. A feed of which nothing is known is Chinese.
    """
    if (zone.utcoffset(now) or timedelta(0)) < timedelta(0):
        return True
    language, _, region = (said or "").lower().replace("_", "-").partition("-")
    if language in _CHINESE or detected.startswith(_CHINESE) or region in _REGIONS:
        return False
    if any("\u3400" <= character <= "\u9fff" for character in title):
        return False
    if _PLACES.search(f"{title} {urls.host_of(url or '')}"):
        return False
    if urls.host_of(url or "").rpartition(".")[2] in _REGIONS:
        return False
    return bool(language) or detected == "en"
