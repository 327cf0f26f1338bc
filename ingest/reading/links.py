"""Addresses: made absolute, and brought to one canonical form for comparing; never fetched."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from url_normalize import url_normalize

from ingest.urls import PLAIN_LINK

# Two names of one site; what is left must still be one: `m.cn` is a host of its own.
_MOBILE = re.compile(r"^(?:www|m)\.(?=[^.]+\.[^.])")
_TRACKING_PREFIXES = ("utm_", "spm", "share_")
_TRACKING = frozenset(
    "from isappinstalled fbclid gclid scene chksm srcid mpshare weibo_id wx_share_id "
    "nsukey ref_src yclid msclkid igshid _ga"
    # what changes with each look
    " phpsessid jsessionid sessionid session_id _ rand random nocache".split()
)
# Of these, what may be all that tells two articles of a site apart.
_MAY_NAME = frozenset("from scene _ rand random nocache srcid".split())
# A scheme and a host, and nothing behind them.
_SITE = re.compile(r"[a-z]+://[^/?#]*/?\??#?", re.IGNORECASE)
# As WordPress has them, until its user chooses others.
_PLAIN_PERMALINK = re.compile(r"(?:^|&)p=[0-9]+(?:&|$)")
_TRACKING_FRAGMENTS = frozenset({"", "rd", "wechat_redirect", "rss", "xtor"})
# Caches of AMP and MIP pages: the page's own address follows, `s` for https.
_CACHE = re.compile(
    r"(?:[^/]*\.)?(?:cdn\.ampproject\.org|bing-amp\.com|mipcdn\.com|mipcache\.bdstatic\.com)"
    r"/(?:c|v|wp)(?P<page>/.*)|(?:google|bing)\.[a-z.]{2,6}/amp(?P<shown>/.*)"
)
_CACHED = re.compile(r"/(?:s/)?(?P<server>[^/]+\.[^/]+)(?P<path>/.*|)")
_HOST = re.compile(r"^(?:www|m|amp)\.(?=[^.]+\.[^.])")
_SESSION = re.compile(
    r";(?:jsessionid|phpsessid|session_?id)=[^/;]*|/\((?:[A-Z]\([a-z0-9]{20,40}\))+\)(?=/)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"^/index\.php(?=/.)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|shtml|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_FOLDER = re.compile(r"(?<=[^/])/amp(/?)$", re.IGNORECASE)
_AMP_FILE = re.compile(r"\.amp(\.html?)?$", re.IGNORECASE)
_AMP_VALUES = frozenset({"", "1", "true", "yes"})
_OF_VIEWERS = frozenset({"amp_js_v", "amp_gsa", "amp_r", "amp_ct", "usqp"})
# Places within an article's page, not articles of their own as `#comment-7` or `#v2` may be.
_FRAGMENT = re.compile(r"(?:comments|respond|disqus_thread|more(?:-\d+)?|top)?", re.IGNORECASE)
# In a plain link that has another spelling is one of these.
_SIGNS = ("/amp", ".amp", "-amp", "?amp", "=amp", "mipc", "/index.", "/default.", "&")


class Parts(NamedTuple):
    """The parts of an address whose scheme says nothing; the server is in lower case."""

    server: str
    path: str
    query: list[tuple[str, str]]
    fragment: str


def canonical_link(link: str | None) -> str | None:
    """Bring a link to the form in which two links to one article are equal.

    https, lower-case host without `www.` or `m.`, default port and dot segments gone (RFC 3986
    section 6), parameters that only tell where a reader came from dropped, and what `spellings`
    knows. The link itself is kept beside it as it was.
    """
    if link is None:
        return None
    if plain := PLAIN_LINK.fullmatch(link):
        return _plain_canonical_link(plain)
    return _canonical_link(link)


def earlier_form(link: str) -> str | None:
    """The canonical link that earlier versions made of a link, if it was another."""
    if (plain := PLAIN_LINK.fullmatch(link)) and not may_have_others(link):
        return None
    if plain and (pairs := _pairs(plain["query"])):
        earlier = _join(Parts(_MOBILE.sub("", plain["host"]), plain["path"], pairs, ""))
    else:
        parts = _parts(link)
        earlier = link if parts is None else _join(parts)
    return None if earlier == canonical_link(link) else earlier


def exact_link(link: str) -> str | None:
    """The canonical link with the parameters that, on some sites, are all that names an article.

    None where it has none of them.
    """
    if "?" not in link or (parts := _parts(link, but=_MAY_NAME)) is None:
        return None
    exact = _join(one_spelling(parts))
    return None if exact == canonical_link(link) else exact


def _plain_canonical_link(link: re.Match[str]) -> str:
    query, server = link["query"] or "", _MOBILE.sub("", link["host"])
    if may_have_others(link[0]):
        return _join(one_spelling(Parts(server, link["path"], _pairs(query), "")))
    if query and _is_tracking(query.partition("=")[0]):  # one parameter: two have an order
        query = ""
    return f"https://{server}{link['path']}{query and '?'}{query}"


def _pairs(query: str | None) -> list[tuple[str, str]]:
    """The parameters of a plain query, without those that name nothing."""
    split = (pair.partition("=") for pair in query.split("&")) if query else ()
    return [(name, value) for name, _, value in split if not _is_tracking(name)]


def _canonical_link(link: str) -> str:
    parts = _parts(link)
    return link if parts is None else _join(one_spelling(parts))


def _parts(link: str, *, but: frozenset[str] = frozenset()) -> Parts | None:
    """Take a link apart; None if it is malformed. Tracking parameters in `but` stay."""
    try:
        normal = urlsplit(url_normalize(link) or link)
    except (ValueError, UnicodeError):
        return None
    query = [
        (name, value)
        for name, value in parse_qsl(normal.query, keep_blank_values=True)
        if name.lower() in but or not _is_tracking(name)
    ]
    fragment = "" if normal.fragment.lower() in _TRACKING_FRAGMENTS else normal.fragment
    return Parts(_MOBILE.sub("", normal.netloc), normal.path, query, fragment)


def _join(parts: Parts) -> str:
    query = urlencode(parts.query) if parts.query else ""
    return urlunsplit(("https", parts.server, parts.path, query, parts.fragment))


def _is_tracking(name: str) -> bool:
    name = name.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def names_a_site(canonical_link: str | None) -> bool:
    """Whether a link leads to a site's front page, so that it cannot tell articles apart."""
    return canonical_link is None or _SITE.fullmatch(canonical_link) is not None


def is_front_page(link: str) -> bool:
    """Whether a link leads to a front page, whatever its query, if that names no article."""
    try:
        parts = urlsplit(canonical_link(link) or link)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not _PLAIN_PERMALINK.search(parts.query)


def may_have_others(plain_link: str) -> bool:
    """Whether a link without sessions and fragment may be spelled otherwise: quickly said."""
    link = plain_link.lower()
    return any(sign in link for sign in _SIGNS)


def one_spelling(parts: Parts) -> Parts:
    """Bring an address to the spelling in which two addresses of one page are equal."""
    server, path = _from_cache(parts.server, parts.path)
    query = sorted(_without_amp(parts.query), key=lambda pair: pair[0])
    path = _SCRIPT.sub("", _SESSION.sub("", path))
    path = _AMP_FILE.sub(r"\1", _AMP_FOLDER.sub(r"\1", path))
    if not query:  # `index.php?id=7` is an article, `/?id=7` might be a front page
        path = _INDEX.sub("/", path)
    fragment = "" if _FRAGMENT.fullmatch(parts.fragment) else parts.fragment
    return Parts(_HOST.sub("", server), path, query, fragment)


def _from_cache(server: str, path: str) -> tuple[str, str]:
    """Where the page is that an AMP or MIP cache shows."""
    if (cache := _CACHE.fullmatch(f"{server}{path}")) is None:
        return server, path
    page = _CACHED.fullmatch(cache["page"] or cache["shown"] or "")
    return (page["server"].lower(), page["path"] or "/") if page else (server, path)


def _without_amp(query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in query
        if not (name.lower() == "amp" and value.lower() in _AMP_VALUES)
        and (name.lower(), value.lower()) != ("outputtype", "amp")
        and name not in _OF_VIEWERS
    ]


def nearby(address: str) -> set[str]:
    """An address and what it may have been before a site changed the form of its addresses.

    With and without a slash or `.html` at its end. They may be two pages: what they say decides.
    """
    path = address.partition("://")[2].partition("/")[2]
    if not path or "?" in path or "#" in path:
        return {address}
    bare = re.sub(r"(?:\.html?|/)$", "", address)
    return {address, bare, f"{bare}/", f"{bare}.html"}
