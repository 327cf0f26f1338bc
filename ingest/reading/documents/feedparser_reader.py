"""Reads XML with feedparser, and stores each text by its role, such as content or caption.

feedparser stores `description`, `itunes:summary` and `media:description` in one field. Here the
element of each text decides on its role. An address is resolved only if xml:base is given.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException, make_parser
from xml.sax.handler import feature_external_ges, feature_namespaces
from xml.sax.xmlreader import InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser

from ingest.reading.xml.fields import (
    ALTERNATES,
    CAPTION,
    CONTENT,
    MEDIA_TITLE,
    PODCAST,
    SUBTITLE,
    SUMMARY,
    Fields,
    is_html,
)

_ROLES = {
    "content": CONTENT,
    "description": SUMMARY,
    "summary": SUMMARY,
    "itunes_summary": PODCAST,
    "itunes_subtitle": SUBTITLE,
    "media_description": CAPTION,
    "media_title": MEDIA_TITLE,
}
_BASES = frozenset({"xml:base", "base"})  # feedparser accepts both names.
_BEFORE_DIV = 5  # At most so many pieces of text precede a `div`: blanks and the tag itself.


def read_document(body: bytes, url: str) -> Fields:
    """Read XML in UTF-8 without a DOCTYPE; use the loose parser if it is not well-formed.

    xml:base is resolved against `url`, the document's address.
    """
    try:
        reader = _read_strictly(body, url)
    except SAXException:
        reader = _LooseReader("", None, "utf-8", {})
        reader.document_url = url
        reader.feed(body.decode())
    return {
        "feed": reader.feeddata,
        "entries": reader.entries,
        "version": reader.version,
        "namespaces": reader.namespaces_in_use,
    }


def _read_strictly(body: bytes, url: str) -> Any:
    reader = _StrictReader("", None, "utf-8")
    reader.document_url = url
    parser = make_parser()  # noqa: S317 (the document has no DOCTYPE: nothing to expand)
    parser.setFeature(feature_namespaces, True)
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(reader)
    parser.setErrorHandler(reader)
    source = InputSource()
    source.setByteStream(io.BytesIO(body))
    parser.parse(source)
    return reader


class _Roles:
    """Overrides methods of feedparser's two readers, which call a method for each element."""

    resolve_relative_uris = False
    sanitize_html = False
    document_url = ""

    def unknown_starttag(self: Any, tag: str, attributes: list[tuple[str, str]]) -> None:
        """Begin an element, and store the xml:base of the entry.

        An xml:base on the `div` around XHTML applies to the whole text.
        """
        if not self.baseuri and any(name.lower() in _BASES for name, _ in attributes):
            attributes = [self._with_whole_base(*attribute) for attribute in attributes]
        super().unknown_starttag(tag, attributes)  # type: ignore[misc]
        if self.inentry:
            self.entries[-1].setdefault("base", self.baseuri)
        if self.incontent and self.baseuri != self.contentparams.get("base"):
            pieces = self.elementstack[-1][2]
            if len(pieces) <= _BEFORE_DIV and not any(piece.strip() for piece in pieces[:-1]):
                self.contentparams["base"] = self.baseuri

    def _with_whole_base(self: Any, name: str, value: str) -> tuple[str, str]:
        """Resolve the outermost xml:base against the document's address."""
        if name.lower() not in _BASES:
            return name, value
        try:
            base = urljoin(self.document_url, value)
        except ValueError:
            return name, ""
        return name, base if base.startswith(("http://", "https://")) else ""

    def unknown_endtag(self: Any, tag: str) -> None:
        """End an element; if the outermost xml:base ends with it, drop the base address.

        feedparser would keep this base address for the elements that follow.
        """
        super().unknown_endtag(tag)  # type: ignore[misc]
        if not (self.basestack and self.basestack[-1]):
            self.baseuri = ""

    def push_content(self: Any, tag: str, attributes: Fields, media_type: str, text: Any) -> None:
        """Begin a text, and store whether it has a `type` attribute."""
        super().push_content(tag, attributes, media_type, text)  # type: ignore[misc]
        self.contentparams["is_typed"] = "type" in attributes

    def pop_content(self: Any, tag: str) -> str | None:
        """End a text, and store it by the role of its element, such as content or caption."""
        value: str | None = self.pop(tag)
        self.incontent -= 1
        if value and tag in _ROLES and self.inentry and not self.insource:
            detail = dict(self.contentparams) | {"value": value}
            if not detail["is_typed"] and detail["type"] == "text/plain" and is_html(value):
                detail["type"] = "text/html"
            self.entries[-1].setdefault(_ROLES[tag], []).append(detail)
        self.contentparams.clear()
        return value

    def _start_description(self: Any, attributes: Fields) -> None:
        self.push_content("description", attributes, "text/html", True)

    def _end_description(self: Any) -> None:
        self.pop_content("description")

    def _start_summary(self: Any, attributes: Fields) -> None:
        self.push_content("summary", attributes, "text/plain", True)

    def _end_summary(self: Any) -> None:
        self.pop_content("summary")

    def _start_itunes_summary(self: Any, attributes: Fields) -> None:
        self.push_content("itunes_summary", attributes, "text/plain", True)

    def _end_itunes_summary(self: Any) -> None:
        self.pop_content("itunes_summary")

    def _start_itunes_subtitle(self: Any, attributes: Fields) -> None:
        self.push_content("itunes_subtitle", attributes, "text/plain", True)

    def _end_itunes_subtitle(self: Any) -> None:
        self.pop_content("itunes_subtitle")

    _start_googleplay_description = _start_itunes_summary
    _end_googleplay_description = _end_itunes_summary

    def _start_media_description(self: Any, attributes: Fields) -> None:
        self.push_content("media_description", attributes, "text/plain", True)

    def _end_media_description(self: Any) -> None:
        self.pop_content("media_description")

    def _start_media_title(self: Any, attributes: Fields) -> None:
        self.push_content("media_title", attributes, "text/plain", True)

    def _end_media_title(self: Any) -> None:
        self.pop_content("media_title")

    def _start_enclosure(self: Any, attributes: Fields) -> None:
        super()._start_enclosure(attributes)  # type: ignore[misc]
        if not attributes.get("href"):
            self.push("enclosure", True)

    def _end_enclosure(self: Any) -> None:
        _address_from_text(self._get_context().get("links"), "href", self.pop("enclosure"))

    def _start_podcast_alternateenclosure(self: Any, attributes: Fields) -> None:
        if self.inentry:
            self._get_context().setdefault(ALTERNATES, []).append(dict(attributes) | {"url": ""})

    def _start_podcast_source(self: Any, attributes: Fields) -> None:
        """Store the first source with an HTTP address; others may be, for example, on IPFS."""
        files, address = self._get_context().get(ALTERNATES), attributes.get("uri", "")
        if files and not files[-1]["url"] and address.startswith(("http://", "https://")):
            files[-1]["url"] = address

    def _start_media_content(self: Any, attributes: Fields) -> None:
        super()._start_media_content(attributes)  # type: ignore[misc]
        if not attributes.get("url"):
            self.push("media_content_text", True)

    def _end_media_content(self: Any) -> None:
        text = self.pop("media_content_text")
        _address_from_text(self._get_context().get("media_content"), "url", text)


def _address_from_text(files: Any, name: str, text: str | None) -> None:
    """Store an element's text as the address of its file, if no attribute gives the address."""
    if files and text and not files[-1].get(name):
        files[-1][name] = text


class _StrictReader(_Roles, StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads well-formed XML."""


class _LooseReader(_Roles, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads any text with tags."""
