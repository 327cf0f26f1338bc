"""The settings for requests to others: publishers, RSSHub instances, web archives."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from pydantic import Field, field_validator

from ingest.config.kinds import (
    Duration,
    HeaderValue,
    InstanceUrl,
    Interval,
    Proxy,
    SecretText,
    Size,
    Table,
    read_host,
    read_network,
)


class FetchConfig(Table):
    """How documents are fetched."""

    user_agent: HeaderValue = Field(
        "",
        description="The User-Agent sent to publishers; empty: Guidang's name and version.",
    )
    contact: HeaderValue = Field(
        "https://github.com/guidang/guidang",
        description="A page or mail address where publishers can reach you, added to the "
        "User-Agent.",
    )
    max_size: Size = Field(
        20_000_000, description="The largest document accepted, after decompression."
    )
    connect_timeout: Interval = Field(
        timedelta(seconds=15), description="The longest wait for a connection."
    )
    idle_timeout: Interval = Field(
        timedelta(seconds=30), description="The longest pause within a document."
    )
    total_timeout: Interval = Field(
        timedelta(seconds=120), description="The longest time for a whole document."
    )
    max_redirects: int = Field(8, ge=0, le=30, description="The most redirects for one document.")
    allow_private: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="Private networks that Guidang may connect to, such as your own RSSHub's: "
        '["192.168.1.10/32"]; with a fake-IP proxy (Clash, Surge) also "198.18.0.0/15".',
    )
    concurrency: int = Field(
        32, ge=1, le=1000, description="The most documents fetched at the same time."
    )
    per_host: int = Field(
        2, ge=1, le=100, description="The most documents fetched at the same time from one site."
    )
    host_delay: Duration = Field(
        timedelta(milliseconds=500),
        description="The shortest time between two requests to one site.",
    )
    proxy: Proxy = Field(
        "", description="An http://, https:// or socks5:// proxy for every request; empty: none."
    )
    no_proxy: tuple[str, ...] = Field(
        (),
        description="Hosts, domains, addresses and networks to reach without the proxy, such as "
        '["example.cn", "edu.cn"]; this machine and its own network never use it.',
    )
    http2: bool = Field(True, description="Whether to use HTTP/2 if a server offers it.")
    ca_file: str = Field(
        "", description="A file of certificate authorities to trust, in addition to the usual ones."
    )

    @field_validator("no_proxy", mode="before")
    @classmethod
    def _read_hosts(cls, hosts: object) -> object:
        if not isinstance(hosts, list | tuple):
            raise ValueError('write a list of hosts such as ["example.cn"]')  # noqa: TRY004
        return tuple(read_host(str(host)) for host in hosts)

    @field_validator("allow_private", mode="before")
    @classmethod
    def _read_networks(cls, networks: object) -> object:
        if not isinstance(networks, list | tuple):
            # pydantic shows a `ValueError` to the user, but not a `TypeError`.
            raise ValueError('write a list of networks such as ["192.168.1.0/24"]')  # noqa: TRY004
        return tuple(read_network(network) for network in networks)


class RsshubConfig(Table):
    """The RSSHub instances that serve `rsshub://` feeds."""

    instances: tuple[InstanceUrl, ...] = Field(
        ("https://rsshub.app",),
        min_length=1,
        description="The instances, in the order in which they are tried; write one with a key of "
        "its own as https://HOST?key=KEY.",
    )
    access_key: SecretText = Field(
        "", description="The ACCESS_KEY of your instances; never shown, logged or exported."
    )


class WaybackConfig(Table):
    """The web archive that `guidang backfill --source wayback` uses."""

    index: str = Field(
        "https://web.archive.org/cdx/search/cdx",
        description="The address of the index of captures (a CDX server).",
    )
    capture: str = Field(
        "https://web.archive.org/web/{timestamp}id_/{url}",
        description="The address of a capture's bytes, with {timestamp} and {url} in it.",
    )
    delay: Duration = Field(
        timedelta(seconds=4), description="The time between two requests to the archive."
    )
    order: Literal["newest", "oldest"] = Field(
        "newest", description="Which captures are fetched first: newest or oldest."
    )
    pages: bool = Field(
        False, description="Whether to fetch captures of the site's article pages too."
    )
    images: bool = Field(
        False,
        description="Whether to look there for pictures that are to be kept and that their own "
        "servers no longer give.",
    )
