"""Find the address of a player that a page names only by a service and an id.

The page's script would create the player. Examples are `<div data-plyr-provider="youtube"
data-plyr-embed-id="…">`, `<div class="bilibili" data-bvid="BV…">` and
`<div class="youtube-player" data-id="…">`. The service is named by an attribute, a class, or the
name of the attribute with the id. Each service has its own form of ids.
"""

from __future__ import annotations

import re

from lxml import etree

_PROVIDERS = (
    "data-plyr-provider data-provider data-video-provider data-embed-provider data-service"
    " data-platform data-type data-video-type data-player data-source data-site data-vendor"
    " data-host"
).split()
_IDS = (
    "data-plyr-embed-id data-embed-id data-video-id data-videoid data-id data-vid data-video"
    " data-key data-code data-embed data-bvid data-aid video-id videoid bvid aid"
).split()
# For each service: the words that name it, the form of its ids, and the address of its player.
_SERVICES = tuple(
    (re.compile(rf"(?:{words})", re.IGNORECASE), re.compile(identity), address)
    for words, identity, address in (
        (
            r"youtube|\b(?:yt|ytb|lyte)(?:id)?\b",
            r"[\w-]{11}",
            "https://www.youtube.com/embed/{}",
        ),
        (r"vimeo", r"\d{5,12}", "https://player.vimeo.com/video/{}"),
        (r"bili|bvid", r"BV\w{10}", "https://player.bilibili.com/player.html?bvid={}"),
        (r"bili", r"(?:av)?(\d{1,14})", "https://player.bilibili.com/player.html?aid={}"),
        (r"dailymotion", r"x\w{4,9}", "https://www.dailymotion.com/embed/video/{}"),
        (r"youku", r"X\w{8,24}={0,2}", "https://player.youku.com/embed/{}"),
        (
            r"tencent|qq-?video|v\.qq\.com|\btxp",
            r"[a-z]\w{10}",
            "https://v.qq.com/txp/iframe/player.html?vid={}",
        ),
        (r"xigua", r"\d{15,22}", "https://www.ixigua.com/iframe/{}"),
        (r"acfun", r"(?:ac)?(\d{4,12})", "https://www.acfun.cn/player/ac{}"),
    )
)
_OWN = re.compile(
    r"(?:data-)?(?:youtube|yt|ytid|vimeo|bili\w{0,4}|bvid|dailymotion|youku|xigua|acfun)"
    r"(?:[-_]?(?:video)?[-_]?id)?\Z"
)
# Attributes that may name a player.
NAMING = frozenset({*_PROVIDERS, *_IDS})


def player_named_by(element: etree._Element) -> str | None:
    """Return the address of the player that an element names by service and id, or None."""
    for name, value in element.attrib.items():
        if _OWN.match(str(name)) and (player := player_of(str(name), str(value).strip())):
            return player
    ids = [one.strip() for one in map(element.get, _IDS) if one]
    if not ids:
        return None
    words = " ".join(filter(None, (element.get(name) for name in (*_PROVIDERS, "class", "id"))))
    found = (player_of(words, one) for one in ids)
    return next(filter(None, found), None)


def names_player(name: str) -> bool:
    """Return whether an attribute with this name may name a player."""
    return name in NAMING or _OWN.match(name) is not None


def player_of(words: str, identity: str) -> str | None:
    """Return the address of a player from words that name its service, and from its id."""
    for service, form, address in _SERVICES:
        if (found := form.fullmatch(identity)) and service.search(words):
            return address.format(found[found.lastindex or 0])
    return None
