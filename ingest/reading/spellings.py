"""The spellings of one page's address: sessions, AMP, names of indexes, the order of a query."""

from __future__ import annotations

import re
from typing import NamedTuple

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
