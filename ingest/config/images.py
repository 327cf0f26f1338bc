"""The settings of kept pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from ingest.config.kinds import HeaderValue, Size, Table, read_host, read_instance_url

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _referer(value: str) -> str:
    return read_instance_url(value) if value else value


Referer = Annotated[HeaderValue, AfterValidator(_referer)]
Images = Literal["link", "keep"]


class ImagesConfig(Table):
    """The pictures of entries, kept as files beside the archive."""

    enabled: bool = Field(
        default=True, description="Whether to keep pictures at all, whatever feeds say."
    )
    images: Images = Field(
        "link",
        description="What to do with the pictures of feeds that do not say: link (to the "
        "publisher) or keep.",
    )
    path: Path = Field(
        Path("images"), description="The folder of the kept pictures, relative to this file."
    )
    max_size: Size = Field(20_000_000, description="The largest picture that is kept.")
    max_pixels: int = Field(
        50_000_000,
        ge=1,
        le=1_000_000_000,
        description="The most pixels of a picture that is kept.",
    )
    max_feed_size: Size = Field(5_000_000_000, description="The most bytes of pictures of a feed.")
    max_total_size: Size = Field(50_000_000_000, description="The most bytes of pictures in all.")
    max_width: int = Field(
        2560,
        ge=1,
        le=100_000,
        description="Of several sizes of a picture, the largest up to this width is kept.",
    )
    concurrency: int = Field(
        16,
        ge=1,
        le=1000,
        description="The most pictures fetched at the same time; at most half of "
        "fetch.concurrency is used.",
    )
    robots: bool = Field(
        default=True, description="Whether to keep away from pictures that robots.txt excludes."
    )
    referers: dict[str, Referer] = Field(
        {},
        description="The Referer for more picture hosts, by host or domain; empty: send none.",
        examples=[{"img.example.com": "https://www.example.com/", "cdn.example.net": ""}],
    )
    placeholders: tuple[str, ...] = Field(
        (),
        description="More pictures that are served in place of others, by SHA-256; they are never "
        "kept.",
    )

    @field_validator("referers", mode="before")
    @classmethod
    def _read_hosts(cls, table: Any) -> Any:
        if not isinstance(table, Mapping):
            raise ValueError('write a table such as {"img.example.com" = "https://example.com/"}')  # noqa: TRY004
        return {read_host(str(host)): referer for host, referer in table.items()}

    @field_validator("placeholders", mode="before")
    @classmethod
    def _read_digests(cls, digests: Any) -> Any:
        if not isinstance(digests, list | tuple):
            raise ValueError("write a list of SHA-256 sums")  # noqa: TRY004
        for digest in digests:
            if not _SHA256.fullmatch(str(digest).lower()):
                raise ValueError(f"{digest!r} is not a SHA-256 sum of 64 hexadecimal digits")
        return tuple(str(digest).lower() for digest in digests)
