"""Shows an entry's files below its text, unless the text shows them already.

A podcast's sound file, for example, is an enclosure and not part of `content:encoded`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape, unescape
from itertools import islice
from urllib.parse import unquote, urlsplit

from ingest.reading.entries import fragment
from ingest.reading.html.addresses import absolute
from ingest.reading.html.allowed import sanitize
from ingest.values import Enclosure, SafeHtml

_SOUND = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|wav|flac)\Z", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)\Z", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|jfif|png|gif|webp|avif|bmp|heic|svg)\Z", re.IGNORECASE)
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream")
_MOST = 50
_LONGEST_NAME = 80
_BLOCK = re.compile(r"(?:<p class=\"enclosure\">(?:(?!</?p[\s>]).)*+</p>\s*+)++\Z", re.DOTALL)
_LINK = re.compile(r"<a href=\"([^\"]+)\"(?: type=\"([^\"]*)\")?")
_ADDRESS = re.compile(r"\b(?:src|href)=\"([^\"]+)\"")


def with_files(
    clean: SafeHtml,
    enclosures: Sequence[Enclosure],
    *,
    base_url: str | None,
    lead_image: str | None,
) -> SafeHtml:
    """Return clean HTML followed by the files that it does not link to.

    Each file gets a link. Only the first sound and the first film get a player, because the others
    are usually the same in other sizes. Pictures are added only if the text has none and there is
    a lead image, because they usually repeat the pictures of the text.
    """
    if not enclosures:
        return clean
    if "<img" in clean or not lead_image:
        enclosures = [file for file in enclosures if _kind(file) != "image"]
    known = [_place(url.replace("&amp;", "&")) for url in _ADDRESS.findall(clean)]
    known += [_place(lead_image)] if lead_image else []
    files = list(islice(_unknown(enclosures, base_url, known), _MOST))
    if not files:
        return clean
    return sanitize(clean + fragment.clean("".join(_paragraphs(files)), base_url=base_url))


def files_below(clean: str) -> str:
    """Return the HTML that `with_files` added below a text, or ""."""
    found = _BLOCK.search(clean) if "enclosure" in clean else None
    return found[0] if found else ""


def split_files(body: str) -> tuple[str, tuple[Enclosure, ...]]:
    """Split a record's body into its text and the files below it: the inverse of `with_files`."""
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
    """Whether two places are one file: services that count downloads prefix their own host."""
    return place == other or place.endswith(f"/{other}") or other.endswith(f"/{place}")


def _place(url: str) -> str:
    """Return an address without scheme, signature and fragment.

    If the path does not name a file, the query stays, because it names the file (`play.php?id=1`).
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
