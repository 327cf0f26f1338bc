"""Set the real address of players, sounds and films, even if a script would set it later."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from ingest.reading.html import pictures
from ingest.reading.html.addresses import MEDIA_SCHEMES, absolute
from ingest.reading.html.allowed import is_player
from ingest.reading.html.named_players import player_named_by
from ingest.reading.html.pictures import LATE_ATTRIBUTES

_LATE = (
    "data-src data-lazy-src data-litespeed-src data-original data-lazyload data-lazy data-url"
    " data-original-src data-orig-src data-real-src data-iframe-src data-video-src data-href"
).split()
# Attributes with these words in their names contain the addresses of other files, such as posters.
_BESIDE = re.compile(r"poster|thumb|img|image|cover|avatar|icon|logo|track|ping|api|config")
_NO_PAGE = re.compile(r"(?:blank|empty|loading|placeholder|lazy)[\w-]*\.html?\Z", re.IGNORECASE)
_URL = re.compile(r"(?:https?:)?//[^\s\"'<>\\]{4,500}")
# If the path of an address matches this, the address without its query identifies the medium.
_NAMED_BY_PATH = re.compile(r"/(?:embed|video)/[\w-]+\Z")
# Pages that show a player → the address of the player. The pages themselves cannot be in a frame.
_PAGES = tuple(
    (re.compile(page), player)
    for page, player in (
        (
            r"https?://(?:(?:www|m)\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|live/)([\w-]{3,20})",
            "https://www.youtube.com/embed/{}",
        ),
        (r"https?://youtu\.be/([\w-]{3,20})", "https://www.youtube.com/embed/{}"),
        (r"https?://(?:www\.)?vimeo\.com/(\d{1,15})(?![\w-])", "https://player.vimeo.com/video/{}"),
        (
            r"https?://(?:(?:www|m)\.)?bilibili\.com/video/(BV\w{1,20})",
            "https://player.bilibili.com/player.html?bvid={}",
        ),
    )
)
_FACADES = frozenset({"div", "span", "a", "figure", "button", "section", "p"})
_ATTRIBUTES_OF_FACADES = LATE_ATTRIBUTES | {"data-plyr-embed-id"}
_LATER = etree.XPath(
    "descendant::*[@*[starts-with(name(), 'data-')] or @videoid or @video-id or @bvid or @aid]"
)


def settle_players(tree: etree._Element, base_url: str | None) -> None:
    """Keep known players; turn other frames into links to their content."""
    for frame in list(tree.iter("iframe", "frame", "embed", "object")):
        _settle(frame, base_url)
    facades = [element for element in _LATER(tree) if _is_facade(element)]
    if facades:
        shown = {identity(str(frame.get("src"))) for frame in tree.iter("iframe")}
        for facade in facades:
            _play_in(facade, base_url, shown)


def identity(url: str) -> str:
    """Return a string that is the same for all addresses of one player."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = "" if _NAMED_BY_PATH.search(parts.path) else parts.query
    return f"{parts.netloc}{parts.path}?{query}"


def player_at(url: str) -> str:
    """Return the address of the player that a page shows; return any other address unchanged."""
    for page, player in _PAGES:
        if found := page.match(url):
            return player.format(found[1])
    return url


def address_of(frame: etree._Element, base_url: str | None) -> str | None:
    """Return the absolute address of a frame's content, even if a script would set it later."""
    own = absolute(frame.get("src") or frame.get("data"), base_url, MEDIA_SCHEMES)
    own = None if own and _NO_PAGE.search(urlsplit(own).path) else own and player_at(own)
    if own and is_player(_secure(own)):
        return own
    late = list(_late_addresses(frame, base_url))
    player = next((url for url in late if is_player(_secure(url))), None)
    return player or own or player_named_by(frame) or (late[0] if late else None)


def settle_medium(medium: etree._Element, base_url: str | None) -> None:
    """Set the addresses of a sound, film or source, and show the controls of a player."""
    names = ("src", *_LATE)
    urls = (absolute(medium.get(name), base_url, MEDIA_SCHEMES) for name in names)
    sizes = medium.get("data-srcset") or medium.get("srcset")
    poster = medium.get("poster") or medium.get("data-poster")
    addresses = {
        "src": next(filter(None, urls), None),
        "poster": absolute(poster, base_url, MEDIA_SCHEMES),
        "srcset": pictures.absolute_set(sizes, base_url),
    }
    for name, value in addresses.items():
        if value:
            medium.set(name, value)
        else:
            medium.attrib.pop(name, None)
    if medium.tag in {"video", "audio"} and medium.get("controls") is None:
        medium.set("controls", "")  # The script that would start the player is removed.


def _late_addresses(frame: etree._Element, base_url: str | None) -> Iterator[str]:
    for name in _LATE:
        if url := absolute(frame.get(name), base_url, MEDIA_SCHEMES):
            yield player_at(url)
    for name, value in frame.attrib.items():
        is_address = str(name).startswith("data-") and _URL.match(str(value).strip())
        if not is_address or _BESIDE.search(str(name)):
            continue
        if url := absolute(str(value), base_url, MEDIA_SCHEMES):
            yield player_at(url)
    # The `srcdoc` of a frame may be a page that links to the player.
    linked = _URL.findall(html.unescape(frame.get("srcdoc") or ""))
    urls = filter(None, (absolute(url, base_url, MEDIA_SCHEMES) for url in linked))
    yield from (url for url in urls if is_player(_secure(url)))


def _secure(url: str) -> str:
    return f"https:{url.partition(':')[2]}"


def _settle(frame: etree._Element, base_url: str | None) -> None:
    url = address_of(frame, base_url)
    if url is None:
        frame.tag = "template" if frame.tag == "iframe" else frame.tag
        return
    if frame.tag == "iframe" and is_player(_secure(url)):
        frame.set("src", _secure(url))
        frame.text = None
        for late in _LATE:  # otherwise a theme's script would load these addresses unchecked
            frame.attrib.pop(late, None)
        return
    name, tail = frame.get("title"), frame.tail
    frame.clear()
    frame.tag, frame.text, frame.tail = "a", name or url, tail
    frame.set("href", url)


def _is_facade(element: etree._Element) -> bool:
    """Return whether an element is a placeholder for a player; a link with an address is not."""
    if element.tag not in _FACADES:
        return False
    if _is_late_and_empty(element):
        return True
    is_link = element.tag == "a" and element.get("href")
    return not is_link and player_named_by(element) is not None


def _is_late_and_empty(element: etree._Element) -> bool:
    is_late = not _ATTRIBUTES_OF_FACADES.isdisjoint(element.attrib)
    return is_late and not "".join(element.itertext()).strip()


def _play_in(facade: etree._Element, base_url: str | None, shown: set[str]) -> None:
    """Put the player into its placeholder, unless the player is already shown elsewhere."""
    players = (url for url in _late_addresses(facade, base_url) if is_player(_secure(url)))
    player = next(players, None) or player_named_by(facade)
    if player is None or identity(player) in shown:
        return
    shown.add(identity(player))
    frame = etree.Element("iframe")
    frame.set("src", _secure(player))
    if not "".join(facade.itertext()).strip():
        facade[:] = [frame]
        return
    frame.tail, facade.text = facade.text, None
    facade.insert(0, frame)
