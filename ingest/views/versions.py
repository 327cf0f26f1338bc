"""What an edit of the publisher changed: the title, the text and the pictures of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.reading.html import text_of
from ingest.reading.html.tree import parse_fragment
from ingest.views.changes import Change, changes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The changes from one version of an entry to the next; pictures are addresses."""

    title: tuple[Change, ...]
    text: tuple[Change, ...]
    added_pictures: tuple[str, ...]
    removed_pictures: tuple[str, ...]


def edit_between(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Edit:
    """Return what changed between two versions, each with `title`, `html` and `lead_image`."""
    before, after = _pictures(earlier), _pictures(later)
    return Edit(
        title=changes_of(earlier["title"], later["title"]),
        text=changes_of(text_of(earlier["html"]), text_of(later["html"])),
        added_pictures=tuple(one for one in after if one not in before),
        removed_pictures=tuple(one for one in before if one not in after),
    )


def _pictures(version: Mapping[str, Any]) -> dict[str, None]:
    """Return the addresses of the pictures of a version in their order, the lead image first."""
    shown = (image.get("src") for image in parse_fragment(version["html"]).iter("img"))
    return dict.fromkeys(filter(None, [version["lead_image"], *shown]))
