"""The files and pictures that an entry's fields name: enclosures, Media RSS, iTunes."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.reading.xml.fields import ALTERNATES, Fields, dicts, number, optional, string
from ingest.values import Enclosure, ImageField, ImageKind


def enclosures(entry: Fields, links: list[Fields]) -> Iterator[Enclosure]:
    """List the files: enclosures, what Media RSS says is sound or film, and a podcast's others."""
    files = [link for link in links if link.get("rel") == "enclosure"]
    original = string(entry, "feedburner_origenclosurelink") if len(files) == 1 else ""
    for file in files:
        yield _enclosure(file, original or string(file, "href"), number(file, "length"))
    known = {string(file, "href") for file in files}
    for medium in dicts(entry, "media_content"):
        url = string(medium, "url")
        if url and url not in known and _is_recording(medium):
            yield _enclosure(medium, url, number(medium, "filesize"))
    for file in dicts(entry, ALTERNATES):
        if url := string(file, "url"):
            yield _enclosure(file, url, number(file, "length"))


def _enclosure(file: Fields, url: str, length: int | None) -> Enclosure:
    return Enclosure(url=url, media_type=optional(file, "type"), length=length)


def _is_recording(medium: Fields) -> bool:
    kinds = ("audio", "video")
    return string(medium, "medium") in kinds or string(medium, "type").startswith(kinds)


def images(entry: Fields) -> Iterator[ImageField]:
    """List the pictures that fields name, those of Media RSS groups among them."""
    for medium in dicts(entry, "media_content"):
        if string(medium, "url") and not _is_recording(medium):
            yield _image(medium, string(medium, "url"), ImageKind.MEDIA_CONTENT)
    for thumbnail in dicts(entry, "media_thumbnail"):
        if string(thumbnail, "url"):
            yield _image(thumbnail, string(thumbnail, "url"), ImageKind.MEDIA_THUMBNAIL)
    image = entry.get("image")
    if isinstance(image, dict) and string(image, "href"):
        yield _image({}, string(image, "href"), ImageKind.ITUNES_IMAGE)


def _image(field: Fields, url: str, kind: ImageKind) -> ImageField:
    return ImageField(
        url=url,
        kind=kind,
        media_type=optional(field, "type"),
        medium=optional(field, "medium"),
        width=number(field, "width"),
        height=number(field, "height"),
    )
