"""Resolve the relative addresses of an entry, each against its own base (xml:base)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest import urls
from ingest.reading.documents import merging
from ingest.reading.entries import fragment
from ingest.reading.entries.fragment import Fragment
from ingest.values import Enclosure, ImageField, ParsedEntry


@dataclass(frozen=True, slots=True)
class Bases:
    """The absolute base addresses of an entry, its content and its summary."""

    entry: str
    content: str
    summary: str


def bases_of(entry: ParsedEntry, *, document_url: str, otherwise: str) -> Bases:
    """Return the bases of an entry; `otherwise` replaces a base that its document does not give."""
    given = (entry.base_url, entry.content_base_url, entry.summary_base_url)
    return Bases(*(urls.absolute_link(base, document_url) or otherwise for base in given))


def body_of(entry: ParsedEntry, bases: Bases) -> Fragment:
    """Return the content of an entry, with its summary if the content lacks that."""
    summary = entry.summary
    if not summary:
        return Fragment(entry.content, base_url=bases.content)
    if bases.summary != bases.content:
        summary = fragment.clean(summary, base_url=bases.summary)
    written = merging.with_summary(entry.content, summary, title=entry.title)
    return Fragment(written, base_url=bases.content)


def enclosures_of(entry: ParsedEntry, bases: Bases) -> tuple[Enclosure, ...]:
    """Return the files of an entry; web addresses become absolute, others are unchanged."""
    return tuple(
        replace(file, url=urls.absolute_link(file.url, bases.entry) or file.url)
        for file in entry.enclosures
    )


def images_of(entry: ParsedEntry, bases: Bases) -> tuple[ImageField, ...]:
    """Return the pictures that a feed names for an entry, with absolute addresses."""
    return tuple(
        replace(image, url=urls.absolute_link(image.url, bases.entry) or image.url)
        for image in entry.images
    )
