"""Converts the addresses of pages to a canonical form, so that they can be compared."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from url_normalize import url_normalize

from ingest.urls import PLAIN_LINK

# A host with one of these prefixes is the same site as the host without it. The rest must still be
# a host, so `m.cn` keeps its prefix.
_MOBILE = re.compile(r"^(?:www|m)\.(?=[^.]+\.[^.])")
_TRACKING_PREFIXES = ("utm_", "spm", "share_")
_TRACKING = frozenset(
    "from isappinstalled fbclid gclid scene chksm srcid mpshare weibo_id wx_share_id "
    "nsukey ref_src yclid msclkid igshid _ga"
    # These values change with each request.
    " phpsessid jsessionid sessionid session_id _ rand random nocache".split()
)
# On some sites, one of these parameters identifies the article.
_MAY_NAME = frozenset("from scene _ rand random nocache srcid".split())
# An address that has only a scheme and a host.
_SITE = re.compile(r"[a-z]+://[^/?#]*/?\??#?", re.IGNORECASE)
# This is WordPress's default form of permalinks.
_PLAIN_PERMALINK = re.compile(r"(?:^|&)p=[0-9]+(?:&|$)")
_TRACKING_FRAGMENTS = frozenset({"", "rd", "wechat_redirect", "rss", "xtor"})
# Addresses of caches for AMP and MIP pages. The path contains the address of the original page;
# a segment `s` before it means https.
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
# These fragments are positions in an article's page. `#comment-7` or `#v2` may be articles.
_FRAGMENT = re.compile(r"(?:comments|respond|disqus_thread|more(?:-\d+)?|top)?", re.IGNORECASE)
# A plain link without any of these texts has only one form.
_SIGNS = ("/amp", ".amp", "-amp", "?amp", "=amp", "mipc", "/index.", "/default.", "&")


class Parts(NamedTuple):
    """The parts of an address without its scheme; the server is in lower case."""

    server: str
    path: str
    query: list[tuple[str, str]]
    fragment: str


def canonical_link(link: str | None) -> str | None:
    """Return the canonical form of a link: two links to one article have the same form.

    This form has the scheme https and a lower-case host without `www.` or `m.`. The default port,
    dot segments (RFC 3986 section 6), tracking parameters, sessions, AMP and the names of index
    files are removed. The parameters are sorted.
    """
    if link is None:
        return None
    if plain := PLAIN_LINK.fullmatch(link):
        return _plain_canonical_link(plain)
    return _canonical_link(link)


def earlier_form(link: str) -> str | None:
    """Return the canonical form that earlier versions gave a link, or None if it is the same."""
    if (plain := PLAIN_LINK.fullmatch(link)) and not may_have_others(link):
        return None
    if plain and (pairs := _pairs(plain["query"])):
        earlier = _join(Parts(_MOBILE.sub("", plain["host"]), plain["path"], pairs, ""))
    else:
        parts = _parts(link)
        earlier = link if parts is None else _join(parts)
    return None if earlier == canonical_link(link) else earlier


def exact_link(link: str) -> str | None:
    """Return the canonical link with the parameters that identify the article on some sites.

    Return None if the link has no such parameter.
    """
    if "?" not in link or (parts := _parts(link, but=_MAY_NAME)) is None:
        return None
    exact = _join(one_spelling(parts))
    return None if exact == canonical_link(link) else exact


def _plain_canonical_link(link: re.Match[str]) -> str:
    query, server = link["query"] or "", _MOBILE.sub("", link["host"])
    if may_have_others(link[0]):
        return _join(one_spelling(Parts(server, link["path"], _pairs(query), "")))
    if query and _is_tracking(query.partition("=")[0]):  # A single parameter needs no sorting.
        query = ""
    return f"https://{server}{link['path']}{query and '?'}{query}"


def _pairs(query: str | None) -> list[tuple[str, str]]:
    """Return the parameters of a plain query, without those for tracking."""
    split = (pair.partition("=") for pair in query.split("&")) if query else ()
    return [(name, value) for name, _, value in split if not _is_tracking(name)]


def _canonical_link(link: str) -> str:
    parts = _parts(link)
    return link if parts is None else _join(one_spelling(parts))


def _parts(link: str, *, but: frozenset[str] = frozenset()) -> Parts | None:
    """Split a link and drop its tracking parameters, except those in `but`; None if malformed."""
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
    """Return whether a link identifies no article: it is missing or leads to a front page."""
    return canonical_link is None or _SITE.fullmatch(canonical_link) is not None


def is_front_page(link: str) -> bool:
    """Return whether a link leads to a front page, even with a query; `/?p=7` is an article."""
    try:
        parts = urlsplit(canonical_link(link) or link)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not _PLAIN_PERMALINK.search(parts.query)


def may_have_others(plain_link: str) -> bool:
    """Return whether a plain link may have other spellings: it contains a string in `_SIGNS`."""
    link = plain_link.lower()
    return any(sign in link for sign in _SIGNS)


def one_spelling(parts: Parts) -> Parts:
    """Return the parts of an address in the canonical form, which all addresses of a page share."""
    server, path = _from_cache(parts.server, parts.path)
    query = sorted(_without_amp(parts.query), key=lambda pair: pair[0])
    path = _SCRIPT.sub("", _SESSION.sub("", path))
    path = _AMP_FILE.sub(r"\1", _AMP_FOLDER.sub(r"\1", path))
    if not query:  # `index.php?id=7` is an article, but `/?id=7` might be a front page.
        path = _INDEX.sub("/", path)
    fragment = "" if _FRAGMENT.fullmatch(parts.fragment) else parts.fragment
    return Parts(_HOST.sub("", server), path, query, fragment)


def _from_cache(server: str, path: str) -> tuple[str, str]:
    """Return the server and the path of the page that an AMP or MIP cache shows."""
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
    """Return the forms of an address with each of these endings: none, a slash, `.html`.

    A site may have changed its addresses in this way. The results may also be different pages:
    the caller must compare their content.
    """
    path = address.partition("://")[2].partition("/")[2]
    if not path or "?" in path or "#" in path:
        return {address}
    bare = re.sub(r"(?:\.html?|/)$", "", address)
    return {address, bare, f"{bare}/", f"{bare}.html"}
