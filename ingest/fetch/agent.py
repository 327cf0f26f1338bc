"""By which name Guidang asks for documents: an honest one, with a way to reach its operator."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.config import FetchConfig


def user_agent(settings: FetchConfig) -> str:
    """Write the User-Agent (RFC 9110 section 10.1.5): `Guidang/0.1.0 (+https://…)`."""
    name = settings.user_agent or _own_name()
    return f"{name} (+{settings.contact})" if settings.contact else name


def product_token(agent: str) -> str:
    """Take the name that robots.txt may call us by (RFC 9309 section 2.2.1)."""
    match = re.match(r"[A-Za-z_-]+", agent)
    return match[0] if match else "Guidang"


def _own_name() -> str:
    try:
        return f"Guidang/{version('guidang')}"
    except PackageNotFoundError:  # run from a checkout
        return "Guidang"
