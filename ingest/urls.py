"""Resolve and split addresses, and show them without secrets.

`Url` and `Secret` are strings whose `str`, `repr` and formats leave out secrets, so log messages
have no secrets either. All other operations, such as joining or encoding, use the whole text.
"""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

_LONGEST = 4000
_SECRETS = frozenset(
    "key code token access_token auth_token password sslpassword passwd pwd pw pass secret apikey"
    " api_key api-key appkey app_key access_key accesskey auth sign signature sig".split()
)
# Most links match this pattern, and then need no normalisation.
PLAIN_LINK = re.compile(
    r"https?://(?P<host>(?:(?!xn--)[a-z0-9]+(?:[.-](?!xn--)[a-z0-9]+)*\.[a-z]{2,}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::(?!80\b|443\b)[1-9][0-9]{0,4})?)"
    r"(?P<path>(?:/[\w~-][\w.~-]*)+/?|/)(?:\?(?P<query>[\w~.-]+=[\w~.-]+(?:&[\w~.-]+=[\w~.-]+)*))?",
    re.ASCII,
)
# The pattern finds an address within a text. It ends before a blank, a quote or a bracket.
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>()]+", re.IGNORECASE)
_REFERENCES = ("env:", "credential:")
_HIDDEN = "***"
_BLANKS = re.compile(r"\s+")
_LINE_END = re.compile(r"[\r\n]")


class Url(str):
    """An address; it is shown without its password and without the keys in its query."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Make a `Url` with all characters of `text`.

        If `text` is a `Url` itself, its `str()` hides secrets, so the characters are read directly.
        """
        return super().__new__(cls, str.__str__(text))

    def __str__(self) -> str:
        return without_secrets(self)

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Secret(Url):
    """A password, a key or a header; only a reference such as `env:NAME` is shown."""

    __slots__ = ()

    def __str__(self) -> str:
        return str.__str__(self) if self.startswith(_REFERENCES) else _HIDDEN


def hide_secrets(text: str) -> str:
    """Return a text in which every address is shown without its secrets."""
    if "://" not in text:
        return text
    return _ADDRESS.sub(lambda address: without_secrets(address[0]), text)


def absolute_link(link: str | None, base_url: str | None) -> str | None:
    """Return a link as an absolute http or https address, or None if that is not possible.

    A relative link needs `base_url`. Blanks are encoded as browsers encode them; line breaks and
    the blanks around them are removed.
    """
    if not link or not (link := link.strip()):
        return None
    if len(link) <= _LONGEST and PLAIN_LINK.fullmatch(link):
        return link
    link = _BLANKS.sub(_encode_blanks, link)
    try:
        joined = urljoin(base_url or "", link)
        parts = urlsplit(joined)
    except ValueError:
        return None
    usable = parts.scheme.lower() in {"http", "https"} and parts.hostname
    return joined if usable and len(joined) <= _LONGEST else None


def _encode_blanks(blanks: re.Match[str]) -> str:
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

    `blog.sina.com.cn` and `news.sina.com.cn` are one site. `a.github.io` and `b.github.io` are two.
    `host` is in lower case and not in punycode.
    """
    if ":" in host or host.rpartition(".")[2].isdigit():
        return host  # An IP address has no registrable domain.
    from tld import get_fld  # The import is here because the list of suffixes loads slowly.

    return get_fld(host, fix_protocol=True, fail_silently=True, search_private=True) or host


def without_secrets(url: str) -> str:
    """Return an address that may be shown: without a password and without keys in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:  # The address is malformed, so any part of it may be secret.
        return url.partition("?")[0].rpartition("@")[2]
    if "@" not in parts.netloc and "=" not in parts.query:
        return str.__str__(url)
    host = parts.netloc.rpartition("@")[2]
    query = query_without_secrets(parts.query)
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))


def query_without_secrets(query: str) -> str:
    """Return the query of an address without passwords and keys."""
    pairs = ((pair, unquote(pair.partition("=")[0])) for pair in query.split("&"))
    return "&".join(pair for pair, name in pairs if name.lower() not in _SECRETS)
