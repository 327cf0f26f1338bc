"""Make an address absolute and safe to follow."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

# Schemes of links: web, mail, telephone, and the schemes that Chinese download sites use for files.
# None of them runs code in the page.
LINK_SCHEMES = frozenset("http https mailto tel ftp magnet ed2k thunder".split())
MEDIA_SCHEMES = frozenset({"http", "https"})
RASTER_DATA = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif|bmp);base64,[\w+/=\s%]+\Z", re.IGNORECASE
)

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_IGNORED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")
_UNWRITABLE = re.compile(r'[^\x21-\x7e]|["<>`]')
_LONGEST = 8000
# Most addresses look like this, and need no resolving or encoding.
_PLAIN = re.compile(
    r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d+)?(?:/[\w%~-][\w.%~-]*)*/?"
    r"(?:\?[\w.%~=/:,+-]*(?:&(?!amp;)[\w.%~=/:,+-]*)*)?",
    re.ASCII,
)
_PLAIN_PATH = re.compile(r"(?:/[\w%~-][\w.%~-]*)+/?(?:\?[\w.%~=-]+)?", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d+)?(?=[/?#]|\Z)", re.ASCII)
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)


def absolute(
    value: str | None, base_url: str | None, schemes: frozenset[str] = LINK_SCHEMES
) -> str | None:
    """Return the absolute address, percent-encoded where needed; None if its scheme is not allowed.

    The query is unchanged. A protocol-relative address takes the scheme of `base_url`, or https
    without a base. Without a base, any other relative address stays relative.
    """
    return _plain(value or "", base_url or "") or _absolute(value, base_url, schemes)


def _plain(address: str, base_url: str) -> str | None:
    """Return the absolute form of a simple address without parsing it; None for any other."""
    if len(address) > _LONGEST:
        return None
    if _PLAIN_PATH.fullmatch(address):
        origin = _ORIGIN.match(base_url)
        return origin[0] + address if origin else None
    return address if _PLAIN.fullmatch(address) else None


def _absolute(value: str | None, base_url: str | None, schemes: frozenset[str]) -> str | None:
    address = _ESCAPED_AMPERSAND.sub("&", _IGNORED.sub("", value or "").strip())
    if not address or len(address) > _LONGEST:
        return None
    try:
        joined = _join(address, base_url)
        scheme = _SCHEME.match(joined)
        if scheme is None:
            return _percent_encode(joined)
        if scheme[1].lower() not in schemes:
            return None
        return _encode(joined) if scheme[1].lower() in MEDIA_SCHEMES else _percent_encode(joined)
    except ValueError:  # an IPv6 address without its closing bracket
        return None


def _join(address: str, base_url: str | None) -> str:
    if _SCHEME.match(address):
        return address
    # Browsers, too, read a backslash in the path as a slash.
    path, mark, query = address.partition("?")
    address = path.replace("\\", "/") + mark + query
    if not base_url:
        return f"https:{address}" if address.startswith("//") else address
    return urljoin(base_url, address)


def _encode(address: str) -> str | None:
    """Percent-encode an http(s) address, and write its host in IDNA."""
    parts = urlsplit(address)
    if not parts.hostname:
        return None
    scheme, _, rest = address.partition("://")
    end = min((rest.find(mark) for mark in "/?#" if mark in rest), default=len(rest))
    host, path = rest[:end], rest[end:]
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return f"{scheme.lower()}://{_percent_encode(host + path)}"


def _percent_encode(address: str) -> str:
    return _UNWRITABLE.sub(lambda match: quote(match[0]), address)
