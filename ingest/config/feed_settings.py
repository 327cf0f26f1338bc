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
    """What a user sets for one feed; what is not set follows the feed and the tables above."""

    title: str | None = Field(None, description="The name to use instead of the feed's own.")
    author: str | None = Field(None, description="The author of entries that name none.")
    categories: tuple[Category, ...] = Field(
        (), description="The categories of its records, from the widest to the narrowest."
    )
    timezone: Zone | None = Field(
        None, description="The zone of its dates that name none; Asia/Shanghai if not set."
    )
    interval: Interval | None = Field(
        None, description="The time between two looks, instead of a fitting one."
    )
    full_text: FullText = Field(
        False,
        description="Whether article pages are fetched: true, false, or auto (where the feed's "
        "text is cut short).",
    )
    user_agent: HeaderValue | None = Field(
        None, description="The name told to its publisher, instead of fetch.user_agent."
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        {},
        description="Headers sent to its server alone, such as Cookie; a value env:NAME or "
        "credential:NAME is taken from there, and never stored.",
    )
    auth: str | None = Field(
        None,
        description="USER:PASSWORD for its server (HTTP Basic), or env:NAME, or credential:NAME.",
    )
    proxy: FeedProxy | None = Field(
        None,
        description="The proxy for it and its pages instead of fetch.proxy, or none; its password "
        "may be in env:NAME or credential:NAME, which hold the whole address.",
    )
    follow_moves: bool = Field(
        True,
        description="Whether it is asked at the address that permanent redirects have led to for "
        "days; false goes back to its own.",
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
