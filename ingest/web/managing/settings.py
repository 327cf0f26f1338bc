"""Change the settings of a feed: the same as `guidang feeds set`, from the same declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.config import FeedSettings
from ingest.config.feed_settings import feed_settings, option_of, settings_or_problems
from ingest.errors import UsageError
from ingest.feed import FeedState
from ingest.messages import _
from ingest.store import feeds
from ingest.web.access.forms import text_in
from ingest.web.managing.answers import feed_of, go_to, is_in_file
from ingest.web.rendering import page, site_of

_REMOVED: tuple[object, ...] = ("", [])  # what an emptied field means; false is a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the form: a setting, its text, and the problem with the text."""

    name: str
    about: str
    text: str
    choices: tuple[str, ...]
    is_list: bool
    example: str
    problem: str


def show(request: Request) -> Response:
    """Show the form: /f/ID/settings."""
    feed = feed_of(request)
    return _form(request, feed, _texts_of(feed.settings), {})


def save(request: Request, form: FormData) -> Response:
    """Store the changed settings; show the form again, as typed, if one is wrong."""
    feed = feed_of(request)
    if is_in_file(site_of(request), feed):
        raise UsageError("this feed is set in the configuration file; change it there")
    shown = _texts_of(feed.settings)
    typed = {name: text_in(form, name).replace("\r\n", "\n") for name in shown}
    changes = {name: _value(name, typed[name]) for name in shown if typed[name] != shown[name]}
    merged = feed.settings.as_json() | changes
    found = settings_or_problems({k: v for k, v in merged.items() if v not in _REMOVED})
    if isinstance(found, dict):
        return _form(request, feed, typed, found)
    site_of(request).database.transact(feeds.change, feed.id, found, now=system_clock())
    return go_to(request, f"/f/{feed.id}", "folder" if "folder" in changes else "settings")


def _form(
    request: Request, feed: FeedState, texts: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    return page(
        request,
        "feed_settings.html",
        status=400 if problems else 200,
        feed=feed,
        fields=list(_fields(texts, problems)),
        is_in_file=is_in_file(site_of(request), feed),
    )


def _fields(texts: Mapping[str, str], problems: Mapping[str, str]) -> Iterator[Field]:
    for name, text in texts.items():
        declared = FeedSettings.model_fields[name]
        yield Field(
            name=name,
            about=_(declared.description or ""),
            text=text,
            choices=_choices(name),
            is_list=_is_list(name),
            example=_text_of((declared.examples or [""])[0]),
            problem=problems.get(name, ""),
        )


def _texts_of(settings: FeedSettings) -> dict[str, str]:
    """Return the settings that have an option, as texts without secrets; "" if not set."""
    shown = settings.as_shown()
    return {name: _text_of(shown.get(name, "")) for name in feed_settings() if option_of(name)}


def _text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "\n".join(value) if isinstance(value, list | tuple) else str(value)


def _value(name: str, text: str) -> Any:
    """Return the value of a typed text; "" and an empty list remove the setting."""
    return [line for line in map(str.strip, text.split("\n")) if line] if _is_list(name) else text


def _is_list(name: str) -> bool:
    return get_origin(FeedSettings.model_fields[name].annotation) is tuple


def _choices(name: str) -> tuple[str, ...]:
    """Return the words that a setting may have, if these are few."""
    if FeedSettings.model_fields[name].annotation is bool:
        return ("", "true", "false")
    return ("", "true", "false", "auto") if name == "full_text" else ()
