"""Addresses: made absolute, and brought to one canonical form for comparing; never fetched."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from tld import get_fld
from url_normalize import url_normalize

from ingest.reading.spellings import Parts, may_have_others, one_spelling

_LONGEST = 4000
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
_SECRETS = frozenset(
    "key code token access_token auth_token password passwd pwd pw pass secret apikey api_key"
    " api-key appkey app_key access_key accesskey auth sign signature sig".split()
)
# What most links look like: nothing in them can be written otherwise, save what is made https.
_PLAIN_LINK = re.compile(
    r"https?://(?P<host>(?:(?!xn--)[a-z0-9]+(?:[.-](?!xn--)[a-z0-9]+)*\.[a-z]{2,}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::(?!80\b|443\b)[1-9][0-9]{0,4})?)"
    r"(?P<path>(?:/[\w~-][\w.~-]*)+/?|/)(?:\?(?P<query>[\w~.-]+=[\w~.-]+(?:&[\w~.-]+=[\w~.-]+)*))?",
    re.ASCII,
)
_BLANKS = re.compile(r"\s+")
_LINE_END = re.compile(r"[\r\n]")
# A scheme and a host, and nothing behind them.
_SITE = re.compile(r"[a-z]+://[^/?#]*/?\??#?", re.IGNORECASE)
# As WordPress has them, until its user chooses others.
_PLAIN_PERMALINK = re.compile(r"(?:^|&)p=[0-9]+(?:&|$)")
_TRACKING_FRAGMENTS = frozenset({"", "rd", "wechat_redirect", "rss", "xtor"})


def absolute_link(link: str | None, base_url: str | None) -> str | None:
    """Return the address a reader can open, or None where there is none.

    Only http and https; a relative one needs `base_url`. Blanks in it are encoded as browsers
    encode them; where it is folded into lines, it is joined.
    """
    if not link or not (link := _BLANKS.sub(_encoded, link.strip())):
        return None
    if len(link) <= _LONGEST and _PLAIN_LINK.fullmatch(link):
        return link
    try:
        joined = urljoin(base_url or "", link)
        parts = urlsplit(joined)
    except ValueError:
        return None
    usable = parts.scheme.lower() in {"http", "https"} and parts.hostname
    return joined if usable and len(joined) <= _LONGEST else None


def _encoded(blanks: re.Match[str]) -> str:
    return "" if _LINE_END.search(blanks[0]) else quote(blanks[0].replace("\t", ""))


def canonical_link(link: str | None) -> str | None:
    """Bring a link to the form in which two links to one article are equal.

    https, lower-case host without `www.` or `m.`, default port and dot segments gone (RFC 3986
    section 6), parameters that only tell where a reader came from dropped, and what `spellings`
    knows. The link itself is kept beside it as it was.
    """
    if link is None:
        return None
    if plain := _PLAIN_LINK.fullmatch(link):
        return _plain_canonical_link(plain)
    return _canonical_link(link)


def earlier_form(link: str) -> str | None:
    """The canonical link that earlier versions made of a link, if it was another."""
    if (plain := _PLAIN_LINK.fullmatch(link)) and not may_have_others(link):
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


def host_of(url: str) -> str:
    """The host of an address, without its port; empty if it names none, or is malformed."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def server_of(url: str) -> str:
    """The server that an address is asked at: host and port; empty if it is not http(s)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower())
    if default is None:
        return ""
    return parts.netloc.rpartition("@")[2].lower().removesuffix(default)


def site_of(host: str) -> str:
    """Name the site that a host belongs to: its registrable domain, or the IP address itself.

    `blog.sina.com.cn` and `news.sina.com.cn` are one, two users of `github.io` are two. `host` is
    in lower case and not punycode.
    """
    if ":" in host or host.rpartition(".")[2].isdigit():
        return host  # an IP address, for which no list of suffixes has to be read
    return get_fld(host, fix_protocol=True, fail_silently=True, search_private=True) or host


def without_secrets(url: str) -> str:
    """An address that may be shown: without a password and without keys in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:  # it is malformed, so nothing tells what in it is secret
        return url.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(
        pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() not in _SECRETS
    )
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))
