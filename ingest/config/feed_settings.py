"""The settings of a single feed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ingest.config.kinds import (
    Category,
    FeedProxy,
    FeedUrl,
    FullText,
    HeaderName,
    HeaderValue,
    Interval,
    Table,
    Zone,
    format_duration,
    hidden,
    without_password,
)


class FeedSettings(Table):
    """The settings of one feed. Settings that are missing follow the feed and the other tables."""

    title: str | None = Field(None, description="A name to use instead of the feed's own.")
    author: str | None = Field(None, description="The author of entries that name none.")
    categories: tuple[Category, ...] = Field(
        (), description="The categories of its records, widest first."
    )
    timezone: Zone | None = Field(
        None, description="The time zone of dates that name none; Asia/Shanghai if not set."
    )
    interval: Interval | None = Field(
        None,
        description="The time between two polls, instead of one that follows the feed's habits.",
    )
    full_text: FullText = Field(
        False,
        description="Whether to fetch article pages: true, false, or auto (if the feed's text "
        "looks shortened).",
    )
    user_agent: HeaderValue | None = Field(
        None, description="The User-Agent for this feed, instead of fetch.user_agent."
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        {},
        description="Headers sent only to the feed's own server, such as Cookie; a value env:NAME "
        "or credential:NAME names where the secret is, and the secret is never stored.",
    )
    auth: str | None = Field(
        None,
        description="USER:PASSWORD for its server (HTTP Basic), or env:NAME, or credential:NAME.",
    )
    proxy: FeedProxy | None = Field(
        None,
        description="The proxy for the feed and its pages, instead of fetch.proxy, or none; "
        "env:NAME or credential:NAME holds the whole address, with its password.",
    )
    follow_moves: bool = Field(
        True,
        description="Whether to use the address that permanent redirects have led to for days; "
        "false goes back to the feed's own address.",
    )

    def as_json(self) -> dict[str, Any]:
        """Only what is set, in the form that config.toml has."""
        settings = self.model_dump(exclude_defaults=True)
        if self.interval is not None:
            settings["interval"] = format_duration(self.interval)
        if self.categories:
            settings["categories"] = list(self.categories)
        return settings

    def as_shown(self) -> dict[str, Any]:
        """The same without secrets: what says where one is to be found may be shown."""
        settings = self.as_json()
        if self.headers:
            settings["headers"] = {name: hidden(value) for name, value in self.headers.items()}
        if self.auth:
            settings["auth"] = hidden(self.auth)
        if self.proxy:
            settings["proxy"] = without_password(self.proxy)
        return settings


class FeedConfig(FeedSettings):
    """One feed of the file; its settings are in `FeedSettings`."""

    url: FeedUrl = Field(description="The address of the feed.")

    @property
    def settings(self) -> FeedSettings:
        """The settings without the address."""
        return FeedSettings.model_validate(self.model_dump(exclude={"url"}))
