"""The settings of a feed. Each is declared once, as a field of `FeedSettings`.

A field has the name, type, check and default of the setting. Its `description` explains the
setting, and `examples` has a value for the example file. `Setting` says where else it appears.
All these are derived from the declarations: the keys in config.toml and config.example.toml, the
options of `guidang feeds add` and `set`, the attributes in OPML lists, the output of `feeds show`,
and the table in docs/configuration.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ingest.config.images import Images
from ingest.config.kinds import (
    Category,
    FeedProxy,
    FeedUrl,
    FolderName,
    FullText,
    HeaderName,
    HeaderValue,
    Interval,
    Priority,
    SecretHeader,
    SecretText,
    Table,
    Zone,
    format_duration,
    without_password,
)


def _identity(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The other places where a setting appears, besides the configuration file.

    `option` is the option of `guidang feeds`: "" means an option with the setting's name, None
    means no option. With `in_lists`, OPML lists have the setting. With `in_records`, the setting
    affects the files of entries.
    `show` returns the value without secrets.
    """

    option: str | None = ""
    in_lists: bool = True
    in_records: bool = False
    show: Callable[[Any], Any] = _identity


def _hide_values(headers: dict[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in headers.items()}


class FeedSettings(Table):
    """The settings of one feed.

    If a setting is missing, its value comes from the feed's document or from another table.
    """

    title: Annotated[str | None, Setting(in_records=True)] = Field(
        None,
        description="A name to use instead of the feed's own.",
        examples=["半岛新闻"],
    )
    author: Annotated[str | None, Setting(in_records=True)] = Field(
        None,
        description="The author of entries that name none.",
        examples=["Aljazeera 半岛网"],
    )
    # OPML lists have the categories as folders.
    categories: Annotated[
        tuple[Category, ...], Setting(option="--category", in_lists=False, in_records=True)
    ] = Field(
        (),
        description="The categories of its records, widest first.",
        examples=[["新媒体", "Aljazeera 半岛网", "新闻"]],
    )
    folder: Annotated[FolderName | None, Setting(in_records=True)] = Field(
        None,
        description="The name of its folder in the outputs, instead of one made from the address.",
        examples=["半岛新闻"],
    )
    timezone: Zone | None = Field(
        None,
        description="The time zone of dates that name none; Asia/Shanghai if not set.",
        examples=["Asia/Shanghai"],
    )
    interval: Interval | None = Field(
        None,
        description="The time between two polls, instead of one that follows the feed's habits.",
        examples=["1h"],
    )
    full_text: FullText = Field(
        False,
        description="Whether to fetch article pages: true, false, or auto (if the "
        "feed's text looks shortened).",
        examples=["auto"],
    )
    user_agent: HeaderValue | None = Field(
        None,
        description="The User-Agent for this feed, instead of fetch.user_agent.",
        examples=["my-archive/1.0 (+https://example.com)"],
    )
    headers: Annotated[
        dict[HeaderName, SecretHeader], Setting(option=None, in_lists=False, show=_hide_values)
    ] = Field(
        {},
        description="Headers sent only to the feed's own server, such as Cookie; a "
        "value env:NAME or credential:NAME names where the secret is, and "
        "the secret is never stored.",
        examples=[{"Cookie": "env:MY_COOKIE"}],
    )
    auth: Annotated[SecretText | None, Setting(option=None, in_lists=False, show=str)] = Field(
        None,
        description="USER:PASSWORD for its server (HTTP Basic), or env:NAME, or credential:NAME.",
        examples=["credential:my-feed"],
    )
    proxy: Annotated[FeedProxy | None, Setting(in_lists=False, show=without_password)] = Field(
        None,
        description="The proxy for the feed and its pages, instead of fetch.proxy, or "
        "none; env:NAME or credential:NAME holds the whole address, with "
        "its password.",
        examples=["socks5://127.0.0.1:7890"],
    )
    images: Annotated[Images | None, Setting(in_records=True)] = Field(
        None,
        description="Whether to keep its pictures (keep) or only link to them (link), instead of "
        "images.images.",
        examples=["keep"],
    )
    follow_moves: bool = Field(
        True,
        description="Whether to use the address that permanent redirects have led to "
        "for days; false goes back to the feed's own address.",
        examples=[False],
    )
    excerpt_only: Annotated[bool, Setting(in_records=True)] = Field(
        False,
        description="Whether public outputs have only the beginning of its texts, and no pictures.",
        examples=[True],
    )
    noindex: Annotated[bool, Setting(in_records=True)] = Field(
        False,
        description="Whether public outputs ask search engines not to list its entries.",
        examples=[True],
    )
    publish_after: Annotated[Interval | None, Setting(in_records=True)] = Field(
        None,
        description="How long after their publication entries come into public outputs.",
        examples=["30d"],
    )

    priority: Annotated[Priority, Setting(in_records=True)] = Field(
        0,
        description="Which feed has the canonical entry of a story that several tell: the one with "
        "the highest number.",
        examples=[10],
    )

    def as_json(self) -> dict[str, Any]:
        """Return the settings that are set, in the form of config.toml."""
        settings = self.model_dump(exclude_defaults=True)
        for name, value in settings.items():
            if isinstance(value, timedelta):
                settings[name] = format_duration(value)
        if self.categories:
            settings["categories"] = list(self.categories)
        return settings

    def as_shown(self) -> dict[str, Any]:
        """Return the settings without secrets; a reference such as env:NAME stays readable."""
        declared = feed_settings()
        return {name: declared[name].show(value) for name, value in self.as_json().items()}


def settings_or_problems(given: Mapping[str, Any]) -> FeedSettings | dict[str, str]:
    """Return settings with these values, or the problem of each value by the setting's name."""
    try:
        return FeedSettings.model_validate(given)
    except ValidationError as error:
        return {
            str(fault["loc"][0]): fault["msg"].removeprefix("Value error, ")
            for fault in error.errors()
        }


class FeedConfig(FeedSettings):
    """One feed of the configuration file: its address, and the settings of `FeedSettings`."""

    url: FeedUrl = Field(
        description="The address of the feed.", examples=["rsshub://aljazeera/news"]
    )

    @property
    def settings(self) -> FeedSettings:
        """Return the settings without the address."""
        return FeedSettings.model_validate(self.model_dump(exclude={"url"}))


@cache
def feed_settings() -> dict[str, Setting]:
    """Return every feed setting by its name, in the order of their declaration."""
    return {
        name: next((one for one in field.metadata if isinstance(one, Setting)), Setting())
        for name, field in FeedSettings.model_fields.items()
    }


def option_of(name: str) -> str | None:
    """Return the option of `guidang feeds` for a setting, such as `--full-text`, or None.

    None means that the setting has no option.
    """
    option = feed_settings()[name].option
    return f"--{name.replace('_', '-')}" if option == "" else option
