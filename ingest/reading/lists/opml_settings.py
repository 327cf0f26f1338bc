"""A feed's settings as attributes of an OPML outline, in a namespace of their own.

Headers, passwords and proxies are neither written nor read: a list from elsewhere must not
decide which secrets of this machine are sent to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.config import FeedSettings, feed_settings

NAMESPACE = "https://github.com/guidang/guidang/ns/opml"
FORM = f"{{{NAMESPACE}}}form"  # on the root element of lists that we write
_REFERENCES = ("env:", "credential:")


def attributes_of(settings: FeedSettings) -> dict[str, str]:
    """Return the attributes for those settings of a feed that lists carry."""
    values = settings.as_json()
    return {_name(key): _written(values[key]) for key in _carried() if key in values}


def settings_of(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that the attributes of an outline name; they are not checked."""
    found = {key: attributes[_name(key)] for key in _carried() if _name(key) in attributes}
    return {key: value for key, value in found.items() if not value.startswith(_REFERENCES)}


def _carried() -> list[str]:
    return [name for name, setting in feed_settings().items() if setting.in_lists]


def _name(key: str) -> str:
    return f"{{{NAMESPACE}}}{key.replace('_', '-')}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
