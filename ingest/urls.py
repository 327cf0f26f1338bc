"""Addresses: resolve them, take them apart, and show them without secrets."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from tld import get_fld

_LONGEST = 4000
_SECRETS = frozenset(
    "key code token access_token auth_token password passwd pwd pw pass secret apikey api_key"
    " api-key appkey app_key access_key accesskey auth sign signature sig".split()
)
# What most links look like. Such a link has one spelling only, apart from http and https.
PLAIN_LINK = re.compile(
    r"https?://(?P<host>(?:(?!xn--)[a-z0-9]+(?:[.-](?!xn--)[a-z0-9]+)*\.[a-z]{2,}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::(?!80\b|443\b)[1-9][0-9]{0,4})?)"
    r"(?P<path>(?:/[\w~-][\w.~-]*)+/?|/)(?:\?(?P<query>[\w~.-]+=[\w~.-]+(?:&[\w~.-]+=[\w~.-]+)*))?",
    re.ASCII,
)
_BLANKS = re.compile(r"\s+")
_LINE_END = re.compile(r"[\r\n]")


def absolute_link(link: str | None, base_url: str | None) -> str | None:
    """Return a link as an absolute http or https address, or None if it is not one.

    A relative link needs `base_url`. Blanks are encoded as browsers encode them; line breaks and
    the blanks around them are removed.
    """
    if not link or not (link := _BLANKS.sub(_encoded, link.strip())):
        return None
    if len(link) <= _LONGEST and PLAIN_LINK.fullmatch(link):
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


def host_of(url: str) -> str:
    """Return the host of an address without its port, or "" if it has none or is malformed."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def server_of(url: str) -> str:
    """Return the host of an http(s) address, with its port if that is not the default, or ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower())
    if default is None:
        return ""
    return parts.netloc.rpartition("@")[2].lower().removesuffix(default)


def site_of(host: str) -> str:
    """Return the site of a host: its registrable domain, or the IP address itself.

    `blog.sina.com.cn` and `news.sina.com.cn` are one site, two users of `github.io` are two.
    `host` is in lower case and not in punycode.
    """
    if ":" in host or host.rpartition(".")[2].isdigit():
        return host  # an IP address; loading the list of suffixes is not necessary
    return get_fld(host, fix_protocol=True, fail_silently=True, search_private=True) or host


def without_secrets(url: str) -> str:
    """Return an address that may be shown: without a password and without keys in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:  # malformed: any part of it may be secret
        return url.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(
        pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() not in _SECRETS
    )
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))
