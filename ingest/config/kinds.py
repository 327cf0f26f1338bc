"""Parse and validate values of the configuration: durations, sizes, zones, addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ingest.urls import Secret, Url

_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_SIZE_UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_SIZE_UNITS |= {"KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?I?B)?", re.IGNORECASE)
_LONGEST_DURATION = timedelta(days=3660)


def parse_duration(value: object) -> timedelta:
    """Parse a duration such as `30s`, `15m` or `1h30m`; raise `ValueError` for anything else."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower()
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("write a duration such as 30s, 15m, 6h or 1d")
    seconds = sum(float(number) * _DURATION_UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST_DURATION.total_seconds():
        raise ValueError("is longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """Return a duration as text that `parse_duration` can read, such as `1h30m`."""
    rest, written = value.total_seconds(), ""
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, _DURATION_UNITS[unit])
        written += f"{count:.0f}{unit}" if count else ""
    return written + f"{rest:g}s" if rest or not written else written


def parse_size(value: object) -> int:
    """Parse `10MB`, `512KiB` or a number of bytes; raise `ValueError` for anything else."""
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("write a size such as 10MB or 512KiB")
    return int(float(match[1]) * _SIZE_UNITS[(match[2] or "B").upper()])


def format_size(value: int) -> str:
    """Return a size as text that `parse_size` can read, such as `20MB`."""
    for unit in ("GB", "MB", "KB"):
        if value and value % _SIZE_UNITS[unit] == 0:
            return f"{value // _SIZE_UNITS[unit]}{unit}"
    return str(value)


def known_zone(name: str) -> str:
    """Return the name if the time zone database has it; otherwise raise `ValueError`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; write one such as Asia/Shanghai") from None
    return name


def read_feed_url(url: str) -> str:
    """Validate the address of a feed and return its normal form; otherwise raise `ValueError`.

    Scheme and host become lower case; the default port and the fragment (`#…`) are removed.
    """
    # Some addresses begin with `feed:`, or with `feed://` instead of `http://`.
    url = re.sub(r"\Afeed:(?://)?(?=https?://)", "", url, flags=re.IGNORECASE)
    url = re.sub(r"\Afeed://", "http://", url, flags=re.IGNORECASE)
    if not re.match(r"(https?|rsshub)://[^\s/?#]", url, re.IGNORECASE):
        raise ValueError("write an address that begins with http://, https:// or rsshub://")
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme == "rsshub":
        return urlunsplit((scheme, parts.netloc, parts.path, parts.query, ""))
    user, at, server = parts.netloc.rpartition("@")
    server = server.lower().removesuffix({"http": ":80", "https": ":443"}[scheme])
    return urlunsplit((scheme, f"{user}{at}{server}", parts.path or "/", parts.query, ""))


def read_instance_url(url: str) -> str:
    """Validate and return an http(s) address; raise `ValueError` for anything else."""
    if not re.match(r"https?://[^\s/?#]", url, re.IGNORECASE):
        raise ValueError("write an address that begins with http:// or https://")
    return url


SERVER = r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])"
_LISTEN = re.compile(rf"{SERVER}:(\d{{1,5}})")
_PROXY = re.compile(rf"(?:https?|socks5h?)://(?:[^\s/@]*@)?{SERVER}(?::(\d{{1,5}}))?/?")


def read_listen(listen: str) -> str:
    """Validate and return HOST:PORT or an empty string; raise `ValueError` for anything else."""
    if listen and not _has_port(_LISTEN.fullmatch(listen)):
        raise ValueError("write HOST:PORT, such as 127.0.0.1:8710 or [::1]:8710")
    return listen


def read_proxy(proxy: str) -> str:
    """Validate and return a proxy's address or an empty string; otherwise raise `ValueError`."""
    if proxy and not _has_port(_PROXY.fullmatch(proxy)):
        raise ValueError("write an address such as http://127.0.0.1:7890")
    return proxy


def read_feed_proxy(proxy: str) -> str:
    """Validate and return a proxy's address, `none`, or a reference: `env:…`, `credential:…`."""
    if proxy == "none" or proxy.startswith(("env:", "credential:")):
        return proxy
    if not proxy:
        raise ValueError("write an address such as http://127.0.0.1:7890, or the word none")
    return read_proxy(proxy)


def read_host(entry: str) -> str:
    """Return the normal form of a host, domain, IP address or network; or raise `ValueError`."""
    name = entry.strip().lower().removeprefix("*.").strip(".")
    name = name.removeprefix("[").removesuffix("]")
    if "/" in name:
        return str(read_network(name))
    if name != "*" and not re.fullmatch(r"[\w.:-]+", name):
        raise ValueError(f"{entry!r} is not a host, address or network such as 192.168.1.0/24")
    if ":" in name:
        return str(_ipv6_address(entry, name))
    return _as_people_write_it(name) if "xn--" in name else name


def _ipv6_address(entry: str, name: str) -> IPv6Address:
    try:
        return IPv6Address(name)
    except ValueError:
        raise ValueError(f"{entry!r}: write the host alone, without a port") from None


def _as_people_write_it(name: str) -> str:
    """Decode a punycode name, because feeds are fetched by the decoded name."""
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name


def _has_port(match: re.Match[str] | None) -> bool:
    return match is not None and int(match[1] or 80) < 65536


def _one_line(value: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise ValueError("must be one line without control characters")
    return value


def _folder_name(name: str) -> str:
    if not re.fullmatch(r"[^\W_](?:[\w .-]*\w)?", name) or len(name.encode()) > 100:
        raise ValueError("write letters, digits, blanks, hyphens and dots, at most 100 bytes")
    return name


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", name):
        raise ValueError("the name of a header is letters, digits and hyphens, such as Cookie")
    return name


def _yes_no_or_auto(value: object) -> object:
    words = {"true": True, "false": False, "auto": "auto"}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError("write true, false or auto")
    return words[str(value).lower()]


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than zero")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Interval = Annotated[Duration, AfterValidator(_positive)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]
Size = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]
Zone = Annotated[str, AfterValidator(known_zone)]
FeedUrl = Annotated[str, AfterValidator(read_feed_url), AfterValidator(Url)]
Listen = Annotated[str, AfterValidator(read_listen)]
Proxy = Annotated[str, AfterValidator(read_proxy), AfterValidator(Url)]
FeedProxy = Annotated[str, AfterValidator(read_feed_proxy), AfterValidator(Url)]
FolderName = Annotated[str, AfterValidator(_folder_name)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, AfterValidator(_one_line)]
SecretText = Annotated[str, AfterValidator(Secret)]
SecretHeader = Annotated[HeaderValue, AfterValidator(Secret)]
InstanceUrl = Annotated[str, AfterValidator(read_instance_url), AfterValidator(Url)]
FullText = Annotated[bool | Literal["auto"], BeforeValidator(_yes_no_or_auto)]
Category = Annotated[str, Field(min_length=1, max_length=100)]


class Table(BaseModel):
    """A table of the configuration: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def without_password(proxy: str) -> str:
    """Return the address of a proxy without its password."""
    return re.sub(r"//[^/@]*@", "//***@", proxy)


def read_network(network: object) -> IPv4Network | IPv6Network:
    """Parse a network in CIDR form; raise `ValueError` for anything else."""
    try:
        return ip_network(str(network), strict=False)
    except ValueError:
        raise ValueError(f"{network!r} is not a network such as 192.168.1.0/24") from None
