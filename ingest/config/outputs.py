"""The settings of an output: a folder of files, one for each entry, in the form of a layout."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ingest.config.kinds import Category, Interval, Table, Zone
from ingest.outputs import LAYOUTS
from ingest.outputs.naming import PATH_FIELDS
from ingest.outputs.own_keys import FIELDS, OwnValue, unknown_fields

# bytes; eCryptfs allows 143 bytes for a file name, and the id and the year also need room
_LONGEST_OWN = 120
# The values of these settings are always stored, as older versions did. Newer settings are stored
# only if they are set. Otherwise each new version of Guidang would write every file again.
_OF_EVERY_FILE = {"layout", "timezone", "date_style", "default_category", "default_image"}
_KEY = re.compile(r"[A-Za-z_][\w-]{0,60}", re.ASCII)
_NAME = re.compile(r"[\w-]{1,40}")


def _known_layout(name: str) -> str:
    if name not in LAYOUTS:
        raise ValueError(f"no such layout; known are {', '.join(LAYOUTS)}")
    return name


def _output_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("write at most 40 letters, digits, hyphens and underscores")
    return name


def _front_matter_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key; write letters, digits, hyphens and underscores")
    return key


def _front_matter_value(value: object) -> object:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise ValueError("write text, a whole number, true, false, or a list of texts")


OwnKey = Annotated[str, AfterValidator(_front_matter_key)]
LayoutName = Annotated[str, AfterValidator(_known_layout)]
OutputName = Annotated[str, AfterValidator(_output_name)]


class OutputConfig(Table):
    """A folder of files, one for each entry that passes its filters."""

    name: OutputName = Field(
        description="The name of the output in commands and metrics; it never changes.",
        examples=["notes"],
    )
    path: Path = Field(
        description="The folder of the files, relative to this file.", examples=["notes"]
    )
    layout: LayoutName = Field("hexo", description="The file format of the records.")
    profile: str = Field(
        "", description="The theme or program to write for, if the layout knows several."
    )
    template: str = Field(
        "{feed}/{year}/{month}/{date}-{title}-{id}.md",
        description="The path of a record below `path`; {id} must be in its last part.",
    )
    split: Literal["", "year", "feed"] = Field(
        "",
        description="Write a folder for each year or feed, each for a site of its own: `template` "
        "is then the path below it; empty: one folder.",
    )
    timezone: Zone = Field(
        "Asia/Shanghai",
        description="The time zone of the dates in paths and of `local` dates.",
    )
    date_style: Literal["rfc822", "local", "iso", "offset"] = Field(
        "rfc822",
        description="How `date` is written: rfc822 (GMT), local (in `timezone`), iso (UTC) or "
        "offset (iso in `timezone`).",
    )
    default_category: Category = Field(
        "未分类", description="The first category of a feed without categories."
    )
    default_image: str = Field(
        "", description="The headimg of an entry without a picture; empty: no headimg."
    )
    source_line: bool | Literal["auto"] = Field(
        "auto",
        description="Whether a text ends with a line on its author and a link to the original: "
        "true, false, or auto (if the pages of the layout do not show them).",
    )
    front_matter: dict[OwnKey, Annotated[OwnValue, BeforeValidator(_front_matter_value)]] = Field(
        {},
        description="Keys to add to the front matter, or to write instead; an empty value removes "
        "a key. Fields: " + ", ".join(f"{{{name}}}" for name in FIELDS) + ".",
        examples=[{"toc": True, "copyright": "{link}", "thumbnail": ""}],
    )
    feeds: tuple[str, ...] = Field(
        (),
        description="Only entries of these feeds, by address, title or folder name; empty: all.",
    )
    categories: tuple[Category, ...] = Field(
        (), description="Only entries with one of these categories or tags; empty: all."
    )
    languages: tuple[str, ...] = Field(
        (), description='Only entries in these languages, such as ["zh", "en"]; empty: all.'
    )
    since: date | None = Field(
        None, description="Only entries of this day or later, in `timezone`; empty: all."
    )
    until: date | None = Field(
        None, description="Only entries of this day or earlier, in `timezone`; empty: all."
    )
    duplicates: Literal["keep", "link", "canonical"] = Field(
        "keep",
        description="What to do with entries that tell one story: keep (write all), link (write "
        "all, with links between them in the front matter) or canonical (write only one).",
    )
    images: Literal["local", "original"] = Field(
        "local",
        description="Which pictures it shows: local (the kept files, or else the publisher's) or "
        "original (the publisher's).",
    )
    images_path: Path | None = Field(
        None,
        description="The folder of its pictures, relative to this file; empty: where its program "
        "expects them.",
        examples=["site/static/pictures"],
    )
    images_url: str = Field(
        "",
        description="The address of that folder on the site; empty: as its program makes it.",
        examples=["/blog/pictures/"],
    )
    private: bool = Field(
        False,
        description="Whether only you read it; excerpt_only, noindex and publish_after of feeds "
        "then do not apply.",
    )
    publish_after: Interval | None = Field(
        None,
        description="How long after their publication entries come into it; the feed's own setting "
        "holds if it is longer.",
        examples=["30d"],
    )

    @model_validator(mode="before")
    @classmethod
    def _take_defaults_of_the_layout(cls, given: Any) -> Any:
        layout = LAYOUTS.get(given.get("layout", "")) if isinstance(given, dict) else None
        return {**layout.defaults, **given} if layout else given

    @field_validator("images_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not re.fullmatch(r"(?:https?:/)?/[^\s\"'<>]*", url):
            raise ValueError("write an address such as /blog/pictures/ or https://HOST/pictures/")
        return url if not url or url.endswith("/") else f"{url}/"

    @field_validator("since", "until", "publish_after", "images_path", mode="before")
    @classmethod
    def _empty_is_none(cls, given: object) -> object:
        return None if given == "" else given

    @field_validator("profile", "date_style")
    @classmethod
    def _suits_the_layout(cls, given: str, info: ValidationInfo) -> str:
        layout = LAYOUTS.get(info.data.get("layout", ""))
        if layout is None:
            return given
        known = layout.date_styles if info.field_name == "date_style" else ("", *layout.profiles)
        if given not in known:
            names = ", ".join(filter(None, known)) or "none"
            raise ValueError(f"the layout {layout.name} has no such {info.field_name}: {names}")
        return given

    @field_validator("template")
    @classmethod
    def _identifies_every_entry(cls, template: str, info: ValidationInfo) -> str:
        unknown = set(re.findall(r"\{([^{}]*)\}", template)) - PATH_FIELDS
        if unknown:
            known = ", ".join(sorted(PATH_FIELDS))
            raise ValueError(f"unknown field {min(unknown)}; known are {known}")
        parts = template.split("/")
        if "{id}" not in parts[-1]:
            raise ValueError("the last part must hold {id}, or two entries could share a file")
        layout = LAYOUTS.get(info.data.get("layout", ""))
        if layout and not parts[-1].endswith(tuple(layout.suffixes)):
            raise ValueError(f"must end with {' or '.join(layout.suffixes)}")
        if any(part in {"", ".", ".."} for part in parts):
            raise ValueError("must be a path below archive.path, without empty parts or ..")
        own = (re.sub(r"\{[^{}]*\}", "", part) for part in parts)
        if any(len(text.encode()) > _LONGEST_OWN for text in own):
            raise ValueError(f"a part may have {_LONGEST_OWN} bytes beside what it is filled with")
        return template

    @field_validator("front_matter")
    @classmethod
    def _knows_the_fields(cls, keys: dict[str, OwnValue]) -> dict[str, OwnValue]:
        for key, value in keys.items():
            if unknown := unknown_fields(value):
                known = ", ".join(FIELDS)
                raise ValueError(f"{key}: unknown field {min(unknown)!r}; known are {known}")
        return keys

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if until and since and since > until:
            raise ValueError("is earlier than since")
        return until

    @property
    def rendered_with(self) -> str:
        """Return, as JSON, the settings that affect the choice or the content of the files."""
        settings = self.model_dump(mode="json", include=_OF_EVERY_FILE)
        others = _OF_EVERY_FILE | {"name", "path", "template", "split"}
        settings |= self.model_dump(mode="json", exclude=others, exclude_defaults=True)
        return json.dumps(settings, ensure_ascii=False, separators=(",", ":"))


class ArchiveConfig(OutputConfig):
    """The archive: the first output, a folder of record files that Hexo builds."""

    name: Literal["archive"] = "archive"
    path: Path = Field(
        Path("source/_posts"),
        description="The folder of the records, relative to this file.",
    )
