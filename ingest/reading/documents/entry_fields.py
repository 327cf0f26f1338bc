"""Reads the texts, files and pictures of an entry from feedparser's dictionaries.

Texts are returned as HTML. The name of an element, not its length, decides whether its text is the
content or the summary. The caption of a picture is neither.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from ingest.reading.documents import merging
from ingest.reading.html import from_text
from ingest.reading.xml.cdata import without_sections
from ingest.reading.xml.fields import (
    ALTERNATES,
    CAPTION,
    CONTENT,
    MEDIA_TITLE,
    PODCAST,
    SUBTITLE,
    SUMMARY,
    Fields,
    dicts,
    number,
    optional,
    string,
)
from ingest.values import Enclosure, ImageField, ImageKind

_BY_RANK = (CONTENT, SUMMARY, PODCAST, SUBTITLE)


def texts_of(entry: Fields, version: str) -> tuple[str, str]:
    """Return an entry's content and its summary.

    `content:encoded` and Atom's `content` come first, then `description` and Atom's `summary`,
    then the elements of podcasts. Captions of Media RSS count only if there is no other text, as
    in YouTube's feeds.
    """
    texts = [_texts(entry, role, version) for role in _BY_RANK]
    content, *beside = [text for text in texts if text] or [_texts(entry, CAPTION, version)]
    if not content:
        content = markup(entry, "summary", version) or markup(entry, "subtitle", version)
    return content, merging.merge(beside) if beside else ""


def _texts(entry: Fields, role: str, version: str) -> str:
    details = dicts(entry, role)
    texts = [as_html(detail, version, escape=from_text) for detail in details]
    return merging.merge(texts) if len(texts) > 1 else "".join(texts)


def title_of(entry: Fields, version: str) -> tuple[str, bool]:
    """Return an entry's title, and whether it is plain text.

    The title in Media RSS (`media:title`) is used only if the entry has neither title nor text.
    """
    title, is_text = own_title(entry, version)
    if title or any(dicts(entry, role) for role in _BY_RANK):
        return title, is_text
    return next((as_html(detail, version) for detail in dicts(entry, MEDIA_TITLE)), ""), False


def own_title(holder: Fields, version: str) -> tuple[str, bool]:
    """Return a title, and whether it is plain text.

    Only Atom's explicit `type="text"` is trusted. Without a type, many titles are HTML.
    """
    found = holder.get("title_detail")
    detail: Fields = found if isinstance(found, dict) else {}
    if (
        detail.get("is_typed")
        and version.startswith("atom")
        and string(detail, "type") == "text/plain"
    ):
        return string(detail, "value"), True
    return markup(holder, "title", version), False


def markup(holder: Fields, key: str, version: str) -> str:
    """Return a text construct (RFC 4287 section 3.1) of any type as HTML."""
    detail = holder.get(f"{key}_detail")
    if isinstance(detail, dict):
        return as_html(detail, version)
    return string(holder, key)


_INLINE_TAG = re.compile(r"</?(?:a|b|br|em|font|hr|i|img|p|s|span|strong|su[bp]|u|wbr)\b[^<>]*>")


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def as_html(detail: Fields, version: str, *, escape: Callable[[str], str] = _escape) -> str:
    """Return the value of a text construct as HTML; plain text is escaped, so nothing is lost.

    Atom states which texts are plain (RFC 4287 section 3.1). RSS does not. feedparser guesses, and
    recognises HTML only by a closing tag or an entity, which `line<br>line` lacks.
    """
    value, media_type = string(detail, "value"), string(detail, "type") or "text/html"
    if "html" in media_type or media_type.endswith(("/xml", "+xml")):
        return without_sections(value)
    if media_type.startswith(("image/", "audio/", "video/")):
        return ""  # The value is a base64 file (RFC 4287 section 4.1.3.3).
    if media_type == "application/octet-stream":
        # A value of this type should be base64, but some publishers write markup instead.
        # feedparser has decoded the value if it is base64.
        return without_sections(value)
    if not version.startswith("atom") and _INLINE_TAG.search(value):
        return without_sections(value)
    return escape(value)


def language_of(entry: Fields) -> str | None:
    """Return the language of an entry's text."""
    spoken = [optional(entry, "language")]
    spoken += [optional(d, "language") for role in _BY_RANK for d in dicts(entry, role)]
    title = entry.get("title_detail")
    spoken += [optional(title, "language")] if isinstance(title, dict) else []
    return next((language for language in spoken if language), None)


def bases_of(entry: Fields) -> tuple[str | None, str | None]:
    """Return the xml:base of an entry's content, and the xml:base of its summary."""
    *by_role, captions = (dicts(entry, role) for role in (*_BY_RANK, CAPTION))
    if not any(detail.get("base") for details in (*by_role, captions) for detail in details):
        return None, None
    bases = [optional(details[0], "base") for details in by_role if _has_text(details)]
    bases = bases or [optional(detail, "base") for detail in captions[:1]]
    return next(iter(bases), None), next(iter(bases[1:]), None)


def _has_text(details: Sequence[Fields]) -> bool:
    return any(string(detail, "value") for detail in details)


def enclosures(entry: Fields, links: list[Fields]) -> Iterator[Enclosure]:
    """Yield an entry's files.

    These are enclosures, sounds and films of Media RSS, and alternative files of a podcast.
    """
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
    """Yield the pictures that an entry's fields name, including those in groups of Media RSS."""
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
