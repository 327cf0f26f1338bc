"""Makes the body of an entry: safe HTML with absolute addresses, followed by links to its files.

A publisher's HTML is parsed only once. The result gives its pictures, its safe HTML and its visible
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from ingest import urls
from ingest.reading.documents import merging
from ingest.reading.html import bbcode, cleaning
from ingest.reading.html.addresses import absolute
from ingest.reading.html.allowed import sanitize
from ingest.reading.html.pictures import Picture
from ingest.reading.html.text import Shown, shown_by
from ingest.reading.html.tree import parse_fragment
from ingest.reading.shortcuts import plain_html
from ingest.values import Enclosure, ImageField, ParsedEntry, SafeHtml

_WITH_PICTURES = ("video", "img", "image", "picture", "noscript")
_SOUND = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|wav|flac)\Z", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)\Z", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|jfif|png|gif|webp|avif|bmp|heic|svg)\Z", re.IGNORECASE)
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream")
_MOST = 50
_LONGEST_NAME = 80
_BLOCK = re.compile(r"(?:<p class=\"enclosure\">(?:(?!</?p[\s>]).)*+</p>\s*+)++\Z", re.DOTALL)
_LINK = re.compile(r"<a href=\"([^\"]+)\"(?: type=\"([^\"]*)\")?")
_ADDRESS = re.compile(r"\b(?:src|href)=\"([^\"]+)\"")


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

    def pictures(self) -> Sequence[Picture]:
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


@dataclass(frozen=True, slots=True)
class Bases:
    """The absolute base addresses of an entry, its content and its summary."""

    entry: str
    content: str
    summary: str


def bases_of(entry: ParsedEntry, *, document_url: str, otherwise: str) -> Bases:
    """Return the bases of an entry; `otherwise` is used for each base that the entry lacks."""
    given = (entry.base_url, entry.content_base_url, entry.summary_base_url)
    return Bases(*(urls.absolute_link(base, document_url) or otherwise for base in given))


def body_of(entry: ParsedEntry, bases: Bases) -> Fragment:
    """Return the content of an entry, with its summary if the content does not contain it."""
    summary = entry.summary
    if not summary:
        return Fragment(entry.content, base_url=bases.content)
    if bases.summary != bases.content:
        summary = clean(summary, base_url=bases.summary)
    written = merging.with_summary(entry.content, summary, title=entry.title)
    return Fragment(written, base_url=bases.content)


def enclosures_of(entry: ParsedEntry, bases: Bases) -> tuple[Enclosure, ...]:
    """Return the files of an entry, with absolute addresses where possible."""
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


def with_files(
    text: SafeHtml,
    enclosures: Sequence[Enclosure],
    *,
    base_url: str | None,
    lead_image: str | None,
) -> SafeHtml:
    """Return clean HTML followed by the files that it does not link to.

    Each file gets a link. Only the first sound and the first film get a player, because the others
    are usually the same in other sizes. Attached pictures usually repeat the pictures of the text.
    So they are added only if the text has no picture and there is a lead image.
    """
    if not enclosures:
        return text
    if "<img" in text or not lead_image:
        enclosures = [file for file in enclosures if _kind(file) != "image"]
    known = [_place(url.replace("&amp;", "&")) for url in _ADDRESS.findall(text)]
    known += [_place(lead_image)] if lead_image else []
    files = list(islice(_unknown(enclosures, base_url, known), _MOST))
    if not files:
        return text
    return sanitize(text + clean("".join(_paragraphs(files)), base_url=base_url))


def files_below(clean: str) -> str:
    """Return the HTML that `with_files` added below a text, or an empty string."""
    found = _BLOCK.search(clean) if "enclosure" in clean else None
    return found[0] if found else ""


def split_files(body: str) -> tuple[str, tuple[Enclosure, ...]]:
    """Split HTML that `with_files` returned into the text and the files."""
    found = _BLOCK.search(body)
    if found is None:
        return body, ()
    links = _LINK.findall(found[0])
    files = (Enclosure(url=unescape(url), media_type=kind or None) for url, kind in links)
    return body[: found.start()], tuple(files)


def _unknown(
    enclosures: Sequence[Enclosure], base_url: str | None, known: list[str]
) -> Iterator[Enclosure]:
    """Yield each file that is not in `known` once, with its absolute address."""
    for enclosure in enclosures:
        url = absolute(enclosure.url, base_url)
        place = _place(url) if url else ""
        if url and place and not any(_is_same(place, other) for other in known):
            known.append(place)
            yield replace(enclosure, url=url)


def _is_same(place: str, other: str) -> bool:
    """Return whether two addresses are the same file.

    Services that count downloads put their own host in front of the address.
    """
    return place == other or place.endswith(f"/{other}") or other.endswith(f"/{place}")


def _place(url: str) -> str:
    """Return an address without scheme, query and fragment, for comparison.

    If the path does not end in a file name, the query is kept, because it may identify the file
    (`play.php?id=1`).
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme not in {"http", "https"}:
        return url
    path = parts.path.rstrip("/")
    if parts.query and not any(file.search(path) for file in (_SOUND, _FILM, _PICTURE)):
        return f"{parts.netloc}{path}?{parts.query}"
    return f"{parts.netloc}{path}" if path else url


def _kind(enclosure: Enclosure) -> str:
    media_type = (enclosure.media_type or "").strip().lower()
    kind = media_type.partition("/")[0]
    if kind in {"audio", "video", "image"}:
        return kind
    if media_type not in _UNTOLD:
        return ""
    path = urlsplit(enclosure.url).path
    patterns = {"audio": _SOUND, "video": _FILM, "image": _PICTURE}
    return next((kind for kind, pattern in patterns.items() if pattern.search(path)), "")


def _paragraphs(files: Sequence[Enclosure]) -> Iterator[str]:
    played = set()
    for file in files:
        kind, source = _kind(file), f'src="{escape(file.url)}"'
        shown = ""
        if kind == "image":
            shown = f'<img {source} alt="" loading="lazy"><br>'
        elif kind and kind not in played:
            played.add(kind)
            shown = f'<{kind} controls="" preload="none" {source}></{kind}><br>'
        yield f'<p class="enclosure">{shown}{_link(file)}</p>'


def _link(file: Enclosure) -> str:
    media_type = f' type="{escape(file.media_type)}"' if file.media_type else ""
    return f'<a href="{escape(file.url)}"{media_type}>{escape(_name(file.url))}</a>'


def _name(url: str) -> str:
    parts = urlsplit(url)
    name = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return (name or parts.netloc or url)[:_LONGEST_NAME]
