"""What the fetcher has to be told; `config.FetchConfig` is one such."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol


class FetchSettings(Protocol):
    """The settings of the fetcher; an empty string means that a thing is not set."""

    user_agent: str
    contact: str
    max_size: int
    connect_timeout: timedelta
    idle_timeout: timedelta
    total_timeout: timedelta
    max_redirects: int
    allow_private: tuple[IPv4Network | IPv6Network, ...]
    concurrency: int
    per_host: int
    host_delay: timedelta
    proxy: str
    http2: bool
    ca_file: str
