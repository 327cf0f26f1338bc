"""The settings of the pages: where they are, and who may see them."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, Field

from ingest.config.kinds import SERVER, Listen, Table
from ingest.urls import Secret

_PASSWORD_HASH = re.compile(
    r"\$argon2(?:id|i|d)\$v=\d+\$m=\d{1,8},t=\d{1,4},p=\d{1,3}\$[\w+/-]+\$[\w+/-]+", re.ASCII
)

# The first parts of the paths of the site's own pages. A proxy may remove the path of `url`, and
# then a path below one of these would have two meanings.
_OWN_PATHS = {
    *("healthz", "readyz", "metrics", "log-in", "log-out", "static"),
    *("entries", "e", "feeds", "f", "c", "d", "search", "search.jsonl", "search.zip"),
    *("add", "rsshub", "takedown", "takedowns", "timegate", "timemap", "memento"),
    *("api", "accounts", "reader", "atom.xml", "feed.json", "opml"),
}


def _password_hash(text: str) -> str:
    """Return an argon2 hash or an empty string; raise `ValueError` for a plain password."""
    if text and not _PASSWORD_HASH.fullmatch(text):
        raise ValueError("is no hash of a password; make one with: guidang web password")
    return text


def _site_url(url: str) -> str:
    """Return the address of a site with a slash at its end, or an empty string.

    Raise `ValueError` for anything else, also for an address with a query or a password, and for
    a path that begins like a page of the site itself.
    """
    if not url:
        return url
    match = re.fullmatch(rf"(https?://{SERVER}(?::(\d{{1,5}}))?)((?:/[\w.~-]+)*)/?", url, re.ASCII)
    if match is None or int(match[2] or 80) > 65535 or {".", ".."} & set(match[3].split("/")):
        raise ValueError("write an address such as https://example.org/archive/")
    first = match[3].split("/")[1:2]
    if _OWN_PATHS.intersection(first):
        raise ValueError(
            f"/{first[0]} is a page of the site itself; choose a path such as /archive/"
        )
    return f"{match[1].lower()}{match[3]}/"


def _host_name(name: str) -> str:
    if not re.fullmatch(SERVER, name):
        raise ValueError("write the name of a server without a port, such as nas.local")
    return name.lower()


PasswordHash = Annotated[str, AfterValidator(_password_hash), AfterValidator(Secret)]
SiteUrl = Annotated[str, AfterValidator(_site_url)]
HostName = Annotated[str, AfterValidator(_host_name)]


class WebConfig(Table):
    """The web server of the service: the pages of the archive, /healthz, /readyz and /metrics.

    Without a password, the pages are only for browsers on the same machine.
    """

    listen: Listen = Field(
        "127.0.0.1:8710", description="The address to listen on, HOST:PORT; empty: no web server."
    )
    password: PasswordHash = Field(
        "",
        description="The hash of the password for reading and managing, from: guidang web password",
    )
    read_password: PasswordHash = Field(
        "", description="The hash of another password, only for reading."
    )
    public: bool = Field(default=False, description="Whether everyone may read without a password.")
    url: SiteUrl = Field(
        "",
        description="The address at which browsers find the pages, if a proxy is before them, such "
        "as https://example.org/archive/.",
    )
    hosts: tuple[HostName, ...] = Field(
        (),
        description="More names of this server in the addresses of browsers, such as nas.local. "
        "IP addresses and the name in url are always accepted.",
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="Networks of proxies whose X-Forwarded-For is believed when log-ins are "
        "counted.",
    )

    @property
    def passwords(self) -> dict[str, bool]:
        """Return the hashes of the passwords; true for the one that allows managing."""
        both = {self.read_password: False, self.password: True}
        return {hashed: may_manage for hashed, may_manage in both.items() if hashed}

    @property
    def is_open(self) -> bool:
        """Return whether visitors from other machines may come."""
        return self.public or bool(self.passwords)
