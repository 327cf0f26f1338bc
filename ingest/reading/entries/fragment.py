"""Reads a publisher's HTML once, for its pictures, its safe HTML and its visible text."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from ingest.reading.html import bbcode, cleaning
from ingest.reading.html.text import Shown, shown_by
from ingest.reading.html.tree import parse_fragment
from ingest.reading.shortcuts import plain_html
from ingest.values import SafeHtml

_WITH_PICTURES = ("video", "img", "image", "picture", "noscript")


@dataclass(frozen=True, slots=True)
class Clean:
    """Safe HTML with absolute addresses, and its visible text."""

    html: SafeHtml
    shown: Shown


class Fragment:
    """The publisher's HTML; relative addresses in it are relative to `base_url`."""

    def __init__(self, written: str, *, base_url: str | None) -> None:
        if "[/" in written and (code := bbcode.rendered(cleaning.as_html(written))):
            written = code
        self._written = written
        self.base_url = base_url
        self._plain = plain_html.read(written, base_url)
        self._tree: etree._Element | None = None

    def pictures(self) -> list[etree._Element]:
        """Return the elements that may show a picture, in their order.

        Read them before calling `clean`, which changes them.
        """
        if self._plain is not None:
            return self._plain.pictures
        if "<" not in self._written:
            return []
        self._tree = parse_fragment(self._written)
        return list(self._tree.iter(*_WITH_PICTURES))

    def clean(self) -> Clean:
        """Return the fragment as safe HTML with its visible text; never raise."""
        if self._plain is not None:
            return Clean(self._plain.html, self._plain.shown)
        tree, self._tree = self._tree, None  # Cleaning changes the tree.
        html = cleaning.clean(self._written, base_url=self.base_url, tree=tree)
        return Clean(html, plain_html.shown_by(html) or shown_by(html))


def clean(written: str, *, base_url: str | None) -> SafeHtml:
    """Return a fragment as safe HTML with absolute addresses; never raise."""
    return Fragment(written, base_url=base_url).clean().html
