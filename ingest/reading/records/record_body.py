"""Convert the text of a post's file to HTML, and find pictures that exist only as local files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urljoin

import lxml.html
from lxml import etree

# Hexo's tag for a picture: {% asset_img [class names] slug [width] [height] ["title" ["alt"]] %}
_ASSET = re.compile(r"\{%-?[ \t]*asset_img[ \t]+((?:[^%{\n]|%(?!\})|\{(?!%))*)%\}")
_ARGUMENT = re.compile(r"""(["'])(?P<quoted>.*?)\1|(?P<plain>[^\s"']+)""")
_FILE = re.compile(r"\.\w+$")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
# In MDX, comments and lines that import or export code are not part of the text.
_CODE_LINE = re.compile(r"(?m)^(?:import|export)[ \t].*\n?")
_CODE_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)
_FENCE = re.compile(r"(?m)^[ \t]*(`{3,}|~{3,}).*$")
_ROOTED = re.compile(
    r"""(<[a-z][^<>]*?\s(?:src|href|poster)\s*=\s*["']?)/(?![/\\])""", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:|//|#")


def body_as_html(body: str, name: str) -> str:
    """Return the text after the front matter as HTML; render it if it is Markdown."""
    body = body.strip()
    if body.startswith("<div>") and body.endswith("</div>"):
        return body.removeprefix("<div>").removesuffix("</div>").strip()
    from markdown_it import MarkdownIt

    if name.lower().endswith(".mdx"):
        body = _without_code(body)
    body = _ASSET.sub(_as_markdown, body)
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(body))


def _as_markdown(tag: re.Match[str]) -> str:
    for argument in _ARGUMENT.finditer(tag[1]):
        file = argument["quoted"] or argument["plain"] or ""
        if _FILE.search(file):
            quoted = _QUOTED.findall(tag[1], argument.end())
            return f"![{quoted[-1] if quoted else ''}](<{file}>)"
    return tag[0]


def _without_code(body: str) -> str:
    """Return the text of an MDX file without its own code; fenced code blocks are kept."""
    pieces: list[str] = []
    at, fence = 0, ""
    for line in _FENCE.finditer(body):
        if not fence:
            pieces.append(_as_text(body[at : line.start()]))
            at, fence = line.start(), line[1]
        elif line[1].startswith(fence):
            pieces.append(body[at : line.end()])
            at, fence = line.end(), ""
    rest = body[at:]
    pieces.append(rest if fence else _as_text(rest))
    return "".join(pieces)


def _as_text(piece: str) -> str:
    """Return a piece of MDX without lines of code and comments; keep an unclosed comment."""
    commented, end, rest = _CODE_LINE.sub("", piece).rpartition("*/}")
    return _CODE_COMMENT.sub("", commented + end) + rest


def at_home(content: str, site_url: str) -> str:
    """Return HTML in which addresses from the root of the site (`/images/a.jpg`) are absolute."""
    root = urljoin(site_url, "/")
    return _ROOTED.sub(lambda found: f"{found[1]}{root}", content)


def local_pictures(content: str, named: Sequence[str] = ()) -> Iterator[str]:
    """Yield the relative addresses of pictures in the text of a post's file and in `named`."""
    seen = {url for url in named if _is_local(url)}
    if "<img" in content or "<IMG" in content:
        seen.update(_in_body(content))
    yield from sorted(unquote(url) for url in seen)


def _in_body(content: str) -> Iterator[str]:
    try:
        tree = lxml.html.fragment_fromstring(content, create_parent=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for picture in tree.iter("img"):
        url = (picture.get("src") or "").strip()
        if _is_local(url):
            yield url


def _is_local(url: str) -> bool:
    return bool(url) and not _ELSEWHERE.match(url)
