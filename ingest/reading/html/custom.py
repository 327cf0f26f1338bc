"""Replace custom elements that show players, pictures and sounds by elements of HTML.

Elements like `amp-youtube`, `mpvoice` or `lite-youtube` come from AMP, WeChat and other pages. A
browser shows them only with the page's script.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

from ingest.reading.html.addresses import MEDIA_SCHEMES, absolute
from ingest.reading.html.allowed import is_player
from ingest.reading.html.named_players import player_named_by, player_of
from ingest.reading.html.players import player_at

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)\Z", re.IGNORECASE)
_PICTURE_OF_WECHAT = re.compile(r"[?&]wx_fmt=")
_SOUND = re.compile(r"\.(?:mp3|m4a|aac|ogg|oga|opus|wav|flac)\Z", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)\Z", re.IGNORECASE)
_ADDRESSES = (
    "src data-src data-lazy-src data-original video-src data-video-src audio-src audiourl"
    " data-audio data-video data-url url data-href href"
).split()
_IDS = (
    "videoid data-videoid video-id data-video-id bvid data-bvid data-mpvid data-vid vid"
    " voice_encode_fileid mid data-trackid data-shortcode data-tweetid tweet-id data-gistid"
    " playback-id data-id aid data-aid"
).split()
_ID = re.compile(r"[\w=-]{1,80}", re.ASCII)
# For each service: a word in the element's name, the HTML element that replaces this element, and
# the address of the medium.
_SERVICES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(name), tag, address)
    for name, tag, address in (
        ("youtube", "iframe", "https://www.youtube.com/embed/{}"),
        ("vimeo", "iframe", "https://player.vimeo.com/video/{}"),
        ("bili", "iframe", "https://player.bilibili.com/player.html?bvid={}"),
        ("dailymotion", "iframe", "https://www.dailymotion.com/embed/video/{}"),
        ("txp|tencent|qq-?video", "iframe", "https://v.qq.com/txp/iframe/player.html?vid={}"),
        (
            "soundcloud",
            "iframe",
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/{}",
        ),
        ("mpvoice|mpaudio", "audio", "https://res.wx.qq.com/voice/getvoice?mediaid={}"),
        ("qqmusic", "a", "https://y.qq.com/n/ryqq/songDetail/{}"),
        (
            "mp-?video",
            "a",
            "https://mp.weixin.qq.com/mp/readtemplate?t=pages/video_player_tmpl&vid={}",
        ),
        ("twitter|tweet", "a", "https://twitter.com/i/status/{}"),
        ("instagram", "a", "https://www.instagram.com/p/{}/"),
        ("gist", "a", "https://gist.github.com/{}"),
        ("mux", "a", "https://stream.mux.com/{}.m3u8"),
    )
)
_NAMES = (
    "data-title title name music_name data-nickname data-miniprogram-title"
    " data-miniprogram-nickname aria-label alt data-desc"
).split()
_KEPT = ("width", "height", "alt", "srcset", "poster")
# Elements that show a card. The name of a card is shown even if it has no address.
_CARD = re.compile(r"mp-?(?:common|miniprogram|weapp|profile|videosnap)")


def replace_custom(element: etree._Element, base_url: str | None) -> bool:
    """Turn a custom element into one that shows its medium; return whether it has a medium."""
    names = filter(None, (element.get(name, "").strip() for name in _NAMES))
    name = next(names, "")
    tag, address = _medium(element, base_url)
    if address is None and not (name and _CARD.match(str(element.tag))):
        return False
    kept = {key: value for key in _KEPT if (value := element.get(key))}
    tail = element.tail
    element.clear()
    element.tag, element.tail = tag, tail
    if tag in {"a", "span"}:
        element.text = name or address
    else:
        element.attrib.update(kept | ({"title": name} if name else {}))
    if tag in {"audio", "video"}:
        element.set("preload", "none")
    if address is not None:
        element.set("href" if tag == "a" else "src", address)
    return True


def _medium(element: etree._Element, base_url: str | None) -> tuple[str, str | None]:
    """Return the HTML element that shows the medium, and the address of the medium."""
    written = filter(None, map(element.get, _ADDRESSES))
    found = (absolute(value, base_url, MEDIA_SCHEMES) for value in written)
    urls = [player_at(url) for url in found if url]
    for url in urls:
        if tag := _tag_for(url):
            return tag, url
    if known := _of_service(element):
        return known
    if urls and re.search("ima?ge?|photo|pic", str(element.tag)):
        return "img", urls[0]
    return ("a", urls[0]) if urls else ("span", None)


def _tag_for(url: str) -> str | None:
    """Return the HTML element for a file or player, if its address shows which kind it is."""
    if is_player(f"https:{url.partition(':')[2]}"):
        return "iframe"
    path = urlsplit(url).path
    for pattern, tag in ((_SOUND, "audio"), (_FILM, "video")):
        if pattern.search(path):
            return tag
    return "img" if _PICTURE.search(path) or _PICTURE_OF_WECHAT.search(url) else None


def _of_service(element: etree._Element) -> tuple[str, str] | None:
    if player := player_named_by(element):
        return "iframe", player
    identity = next(filter(None, map(element.get, _IDS)), "")
    if not _ID.fullmatch(identity):
        return None
    if player := player_of(str(element.tag), identity):
        return "iframe", player
    for pattern, tag, address in _SERVICES:
        if pattern.search(str(element.tag)):
            return tag, address.format(identity)
    return None
