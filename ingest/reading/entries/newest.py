"""Updates the addresses of an entry's pictures and files if nothing else of the entry changed.

Publishers change the signatures in addresses with each response, move pictures to another host, and
add or replace covers and sounds. These changes are not edits. If readers would see the change, the
entry's file is written again. If only a signature changed, the file is written again only if the
old signature expires.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ingest.reading.dedupe.noise import file_name
from ingest.reading.entries.body import files_below
from ingest.reading.html import pictures
from ingest.reading.html.allowed import sanitize
from ingest.values import Enclosure, SafeHtml

_ATTRIBUTE = re.compile(r'\b(src|srcset|poster|href)="([^"]*)"')
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|bmp|mp3|m4a|ogg|wav|mp4|m4v|webm|pdf)\Z", re.IGNORECASE
)
_EXPIRES = re.compile(
    r"(?:\A|[&;])(?:expires?|exp|e|se|oe|deadline|auth_key|x-(?:amz-|oss-|goog-)?expires|q-sign-time"
    r"|q-key-time|wstime|valid(?:until)?|ttl)=",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"sig|sign|token|auth|expire|key|policy|deadline|time|nonce|hash|credential|\A(?:e|t|ts|oe|oh|se|_)\Z",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?=[^/]*\d)[\w=-]{16,}|\d{8,}", re.ASCII)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """The HTML of an entry, its lead image and its files."""

    html: SafeHtml
    lead_image: str | None
    enclosures: tuple[Enclosure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """An entry with its newest addresses.

    `is_other` is true if the entry's new bytes must be stored, because the stored bytes lack these
    addresses. `is_visible` is true if the entry's file must be written again.
    """

    pictured: Pictured
    is_other: bool
    is_visible: bool


def newest(kept: Pictured, now: Pictured) -> Newest | None:
    """Return the stored entry with the new addresses; None if no address changed."""
    moves = _moves(kept.html, now.html)
    html: str = _with_addresses(kept.html, moves)
    lead_image = now.lead_image or moves.get(kept.lead_image or "", kept.lead_image)
    enclosures = _newest_files(kept.enclosures, now.enclosures)
    has_other_files = not _names(enclosures) <= _names(kept.enclosures)
    if has_other_files:
        html = html.removesuffix(files_below(html)) + files_below(now.html)
    safe = kept.html if html == kept.html else sanitize(html)
    pictured = Pictured(html=safe, lead_image=lead_image, enclosures=enclosures)
    if pictured == kept:
        return None
    if kept.lead_image and lead_image:
        moves = {**moves, kept.lead_image: lead_image}
    is_other = any(not is_signed_anew(old, new) for old, new in moves.items() if old != new)
    is_other |= lead_image is not None and kept.lead_image is None
    is_other |= has_other_files
    expired = any(old != new and _EXPIRES.search(urlsplit(old).query) for old, new in moves.items())
    return Newest(pictured=pictured, is_other=is_other, is_visible=is_other or expired)


def resigned(read: Pictured, present: Pictured) -> Pictured:
    """Return `read`, which was read from old bytes, with newer signatures in its addresses.

    `present` is the same entry as it is stored, with the newer addresses.
    """
    moves = {
        old: new for old, new in _moves(read.html, present.html).items() if is_signed_anew(old, new)
    }
    image = read.lead_image
    if image and present.lead_image and is_signed_anew(image, present.lead_image):
        image = present.lead_image
    files = {file.url: file for file in present.enclosures}
    enclosures = tuple(
        next((files[url] for url in files if is_signed_anew(file.url, url)), file)
        for file in read.enclosures
    )
    html = _with_addresses(read.html, moves)
    safe = read.html if html == read.html else sanitize(html)
    return Pictured(html=safe, lead_image=image, enclosures=enclosures)


def is_signed_anew(old: str, new: str) -> bool:
    """Return whether two addresses differ only in signatures, or in the number of the server."""
    try:
        was, now = urlsplit(old), urlsplit(new)
    except ValueError:
        return False
    # Content delivery networks use several servers for the same files: img1, img2.
    hosts = [_NUMBERS.sub("", parts.netloc) for parts in (was, now)]
    if was.scheme != now.scheme or hosts[0] != hosts[1] or not _are_alike(was.path, now.path):
        return False
    return was.query == now.query or _are_signatures(was, now)


def _are_alike(was: str, now: str) -> bool:
    pairs = list(zip(was.split("/"), now.split("/"), strict=False))
    return was.count("/") == now.count("/") and all(
        one == other or (_TOKEN.fullmatch(one) and _TOKEN.fullmatch(other)) for one, other in pairs
    )


def _are_signatures(was: SplitResult, now: SplitResult) -> bool:
    old, new = (dict(parse_qsl(parts.query, keep_blank_values=True)) for parts in (was, now))
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return all(
        _SIGNED.search(name) or _TOKEN.fullmatch(old.get(name) or new.get(name, ""))
        for name in changed
    )


def _moves(kept: str, now: str) -> dict[str, str]:
    """Return the new addresses of the files in a text by their old addresses.

    Files are matched by their order if all their names are the same, otherwise by name.
    """
    olds, news = list(_addresses(kept)), list(_addresses(now))
    if [*map(file_name, olds)] == [*map(file_name, news)]:
        return dict(zip(olds, news, strict=True))
    by_name: dict[str, set[str]] = {}
    for url in news:
        by_name.setdefault(file_name(url), set()).add(url)
    return {
        old: next(iter(found))
        for old in olds
        if len(found := by_name.get(file_name(old), set())) == 1
    }


def _addresses(html: str) -> Iterator[str]:
    for name, value in _ATTRIBUTE.findall(html):
        url = unescape(value)
        if name == "srcset":
            yield from (candidate for candidate, _ in pictures.candidates(url))
        elif url.startswith(("http://", "https://")) and (name != "href" or _is_file(url)):
            yield url


def _is_file(url: str) -> bool:
    return bool(_FILE.search(url.partition("?")[0]))


def _with_addresses(html: str, moves: Mapping[str, str]) -> str:
    if all(old == new for old, new in moves.items()):
        return html

    def moved(attribute: re.Match[str]) -> str:
        value = unescape(attribute[2])
        if attribute[1] == "srcset":
            parts = pictures.candidates(value)
            value = ", ".join(f"{moves.get(url, url)} {size}".strip() for url, size in parts)
        elif value not in moves:
            return attribute[0]
        return f'{attribute[1]}="{escape(moves.get(value, value))}"'

    return _ATTRIBUTE.sub(moved, html)


def _newest_files(kept: Sequence[Enclosure], now: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
    """Return the new files, and after them the old files that the feed no longer gives.

    A new file replaces an old one of the same kind.
    """
    added = [file for file in now if file_name(file.url) not in _names(kept)]
    gone = [file for file in kept if file_name(file.url) not in _names(now)]
    if not added:
        by_name = {file_name(file.url): file for file in now}
        return tuple(replace(file, url=by_name.get(file_name(file.url), file).url) for file in kept)
    kinds = Counter(map(_kind_of, added))
    return (*now, *(file for file in gone if not _is_replaced(file, kinds)))


def _is_replaced(file: Enclosure, kinds: Counter[str]) -> bool:
    kinds[_kind_of(file)] -= 1
    return kinds[_kind_of(file)] >= 0


def _kind_of(file: Enclosure) -> str:
    return (file.media_type or "").partition("/")[0].lower()


def _names(files: Sequence[Enclosure]) -> set[str]:
    return {file_name(file.url) for file in files}
