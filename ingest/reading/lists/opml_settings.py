"""A feed's settings as attributes of an OPML outline, in a namespace of their own.

Headers, passwords and proxies are neither written nor read: a list from elsewhere must not say
which secrets of this machine are sent to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.config import FeedSettings

NAMESPACE = "https://github.com/guidang/guidang/ns/opml"
FORM = f"{{{NAMESPACE}}}form"  # on the root: the list was written by us, and says all of titles
_PLAIN = ("title", "author", "timezone", "interval", "full_text", "user_agent", "follow_moves")
_REFERENCES = ("env:", "credential:")


def attributes_of(settings: FeedSettings) -> dict[str, str]:
    """The attributes that keep what is set of a feed beside its folders."""
    values = settings.as_json()
    return {_name(key): _written(values[key]) for key in _PLAIN if key in values}


def settings_of(attributes: Mapping[str, str]) -> dict[str, Any]:
    """What attributes of an outline set, not yet checked."""
    found = {key: attributes[_name(key)] for key in _PLAIN if _name(key) in attributes}
    return {key: value for key, value in found.items() if not value.startswith(_REFERENCES)}


def _name(key: str) -> str:
    return f"{{{NAMESPACE}}}{key.replace('_', '-')}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
