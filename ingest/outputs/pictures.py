"""Find the pictures that an entry shows, and let its HTML show local files instead.

The HTML is clean: names are in lower case, and values of attributes have no `<`, `>` or `"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import islice

_TAG = re.compile(r"<(img|video|source|/?picture)\b([^<>]*)>")
# The whole name, because a feed may write names such as `data-a:src`, which are not `src`.
_ATTRIBUTE = re.compile(r'(?:^|\s)([^\s"<>=/]+)="([^"]*)"')
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+([^,]*))?(?:,|\s*\Z)")
_WEB = ("http://", "https://")
_PER_DENSITY = 1000  # the pixels that a density of 1x counts for
_MOST_OF_ENTRY = 1000  # pictures; a hostile entry could name any number
_LONGEST = 4000  # characters of an address


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPicture:
    """A kept picture as pages show it: its address, and its size in pixels if that is known."""

    address: str
    width: int | None = None
    height: int | None = None


def shown_pictures(lead_image: str | None, html: str, *, widest: int) -> list[str]:
    """Return the addresses of the pictures that an entry shows, each once, the lead image first.

    Of a source set, this is the largest picture that is at most `widest` pixels wide, or else the
    smallest one. At most 1,000 addresses are returned.
    """
    found = filter(None, (lead_image, *_in_html(html, widest)))
    usable = (url for url in found if url.startswith(_WEB) and len(url) <= _LONGEST)
    return list(islice(dict.fromkeys(usable), _MOST_OF_ENTRY))


def _in_html(html: str, widest: int) -> Iterator[str | None]:
    for tag in _TAG.finditer(html):
        if tag[1] in {"img", "video"}:
            yield _chosen(tag[1], _attributes(tag[2]), widest)


def _addresses_of(name: str, values: Mapping[str, str]) -> list[str]:
    """Return the addresses of a picture, the largest first."""
    if name == "video":
        return [values.get("poster", "")]
    return [url for _, url in _widths_in(values.get("srcset", ""))] + [values.get("src", "")]


def _chosen(name: str, values: Mapping[str, str], widest: int) -> str:
    """Return the largest picture of a source set within the limit, or else its smallest one."""
    sized = _widths_in(values.get("srcset", "")) if name == "img" else []
    if sized:
        return next((url for width, url in sized if width <= widest), sized[-1][1])
    return _addresses_of(name, values)[-1]


def _widths_in(srcset: str) -> list[tuple[float, str]]:
    """Return the widths and addresses of a source set, the largest first."""
    sized = [
        (width, match[1])
        for match in _CANDIDATE.finditer(srcset)
        if match[1].startswith(_WEB) and (width := _width(match[2])) > 0
    ]
    return sorted(sized, key=lambda pair: -pair[0])


def _width(descriptor: str | None) -> float:
    """Return the width that a descriptor names; a density is converted; 0 if it is wrong."""
    text = (descriptor or "1x").strip()
    try:
        number = float(text[:-1])
    except ValueError:
        return 0
    return number * {"w": 1, "x": _PER_DENSITY}.get(text[-1:], 0)


def with_local_pictures(html: str, local: Callable[[str], LocalPicture | None]) -> str:
    """Return the HTML with local addresses, and sizes, where `local` knows the picture.

    A kept picture has no source set, because the set names the publisher's servers. For the same
    reason, the alternatives of a kept picture in a `picture` element are left out.
    """
    if "<img" not in html and "<video" not in html:
        return html
    alternatives = _alternatives(html, local)

    def show(tag: re.Match[str]) -> str:
        if tag[1] == "source":
            return "" if tag.start() in alternatives else tag[0]
        if tag[1] not in {"img", "video"}:
            return tag[0]
        values = _attributes(tag[2])
        picture = _local(tag[1], values, local)
        return tag[0] if picture is None else _local_tag(tag[1], values, picture)

    return _TAG.sub(show, html)


def _local(
    name: str, values: Mapping[str, str], local: Callable[[str], LocalPicture | None]
) -> LocalPicture | None:
    return next(filter(None, map(local, _addresses_of(name, values))), None)


def _alternatives(html: str, local: Callable[[str], LocalPicture | None]) -> set[int]:
    """Return where the `source` elements begin whose `picture` has a kept `img`."""
    dropped: set[int] = set()
    sources: list[int] | None = None
    for tag in _TAG.finditer(html) if "<picture" in html else ():
        if tag[1] == "picture":
            sources = []
        elif tag[1] == "/picture":
            sources = None
        elif tag[1] == "source" and sources is not None:
            sources.append(tag.start())
        elif tag[1] == "img" and sources is not None:
            dropped.update(sources if _local("img", _attributes(tag[2]), local) else ())
    return dropped


def _attributes(text: str) -> dict[str, str]:
    return {match[1]: unescape(match[2]) for match in _ATTRIBUTE.finditer(text)}


def _local_tag(name: str, values: dict[str, str], picture: LocalPicture) -> str:
    values = {key: value for key, value in values.items() if key not in {"srcset", "sizes"}}
    values["poster" if name == "video" else "src"] = picture.address
    if name == "img" and picture.width and not {"width", "height"} & values.keys():
        values |= {"width": str(picture.width), "height": str(picture.height)}
    written = "".join(f' {key}="{escape(value)}"' for key, value in values.items())
    return f"<{name}{written}>"
