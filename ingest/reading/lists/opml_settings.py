"""Converts a feed's settings to attributes of an OPML outline, in Guidang's namespace, and back.

Headers, passwords and proxies are neither written nor read. Otherwise somebody else's list could
decide where the secrets of this machine are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.config import FeedSettings, feed_settings

NAMESPACE = "https://github.com/guidang/guidang/ns/opml"
# This attribute marks the root element of the lists that Guidang writes.
FORM = f"{{{NAMESPACE}}}form"
_REFERENCES = ("env:", "credential:")


def attributes_of(settings: FeedSettings) -> dict[str, str]:
    """Return the attributes for the settings that may be in lists."""
    values = settings.as_json()
    return {_name(key): _value(values[key]) for key in _keys_in_lists() if key in values}


def settings_of(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in the attributes of an outline, not validated."""
    found = {key: attributes[_name(key)] for key in _keys_in_lists() if _name(key) in attributes}
    return {key: value for key, value in found.items() if not value.startswith(_REFERENCES)}


def _keys_in_lists() -> list[str]:
    return [name for name, setting in feed_settings().items() if setting.in_lists]


def _name(key: str) -> str:
    return f"{{{NAMESPACE}}}{key.replace('_', '-')}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
