"""EPUB 3.3: a book with a chapter for each entry, in order of date.

The pieces are the entries as JSON Lines. `finish` makes the book from them, one chapter at a time.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

import orjson

from ingest.exports.atom import author_names
from ingest.exports.format import Format
from ingest.exports.xhtml import blocks_of, link_in_xml, text_in_xml
from ingest.values.exports import About, ExportEntry

_BEGINNING = (1980, 1, 1, 0, 0, 0)  # a fixed time: the earliest that zip allows
_NAMESPACES = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
_CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf"
 media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_STYLE = """\
body { line-height: 1.7; }
p { text-align: justify; margin: 0 0 0.6em; }
h1 { font-size: 1.4em; line-height: 1.3; }
.facts { color: #666; font-size: 0.9em; }
pre { white-space: pre-wrap; }
"""


class _Chapter(NamedTuple):
    name: str
    title: str
    day: str


class Epub(Format):
    """A book with the texts of entries. It has links to pictures, but no pictures."""

    name = "epub"
    is_public = True
    has_finish = True

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return what the chapter of each entry needs, as a line of JSON."""
        return b"".join(
            orjson.dumps(_facts_of(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries
        )

    def finish(self, pieces: BinaryIO, out: BinaryIO, about: About) -> None:
        """Write the book."""
        with zipfile.ZipFile(out, "w") as book:
            _put(book, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
            _put(book, "META-INF/container.xml", _CONTAINER)
            _put(book, "EPUB/style.css", _STYLE)
            languages: Counter[str] = Counter()
            chapters = [_put_chapter(book, n, line, languages) for n, line in enumerate(pieces, 1)]
            most = min(languages, key=lambda name: (-languages[name], name), default="zh")
            title, contents = text_in_xml(about.title), "\n".join(_contents(chapters))
            _put(book, "EPUB/about.xhtml", _page(title, most, _about_page(about)))
            _put(book, "EPUB/nav.xhtml", _page(title, most, contents))
            _put(book, "EPUB/package.opf", "\n".join(_package(about, most, chapters)))


def _facts_of(entry: ExportEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "authors": author_names(entry),
        "feed": entry.feed_title,
        "day": entry.at.date().isoformat(),
        "link": entry.link,
        "language": entry.language or "und",
        "html": entry.html,
    }


def _put(
    book: zipfile.ZipFile, name: str, text: str, compression: int = zipfile.ZIP_DEFLATED
) -> None:
    info = zipfile.ZipInfo(name, _BEGINNING)
    info.compress_type = compression
    info.create_system = 3
    book.writestr(info, text.encode())


def _put_chapter(
    book: zipfile.ZipFile, number: int, line: bytes, languages: Counter[str]
) -> _Chapter:
    entry = orjson.loads(line)
    languages[entry["language"]] += 1
    title, name = text_in_xml(entry["title"]).strip() or "—", f"e{number:07}"
    facts = " · ".join(map(text_in_xml, [*entry["authors"], entry["feed"], entry["day"]]))
    address = link_in_xml(entry["link"])
    source = f" · <a href={address}>原文</a>" if address else ""
    body = f'<h1>{title}</h1>\n<p class="facts">{facts}{source}</p>\n{blocks_of(entry["html"])}'
    _put(book, f"EPUB/{name}.xhtml", _page(title, entry["language"], body))
    return _Chapter(name, title, entry["day"])


def _page(title: str, language: str, body: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<html {_NAMESPACES} lang="{language}" '
        f'xml:lang="{language}">\n<head><title>{title}</title>'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _about_page(about: About) -> str:
    """Return the first page, about the contents of the book and the owners of the texts."""
    chosen = "".join(f"<p>{text_in_xml(one)}</p>" for one in about.choice)
    feeds = "".join(f"<li>{text_in_xml(title)}</li>" for title in about.feeds.values())
    return (
        f"<h1>{text_in_xml(about.title)}</h1>\n<p>{about.entries}</p>\n{chosen}"
        f"{f'<ul>{feeds}</ul>' if feeds else ''}\n"
        f"<p>各篇版权属于作者和发布者。Each text belongs to its author and publisher.</p>"
        f"<p>{text_in_xml(about.generator)}</p>"
    )


def _contents(chapters: Sequence[_Chapter]) -> Iterator[str]:
    """Yield the table of contents: months, and the chapters of each."""
    yield '<nav epub:type="toc"><h1>目录</h1><ol>'
    yield '<li><a href="about.xhtml">说明 · About</a></li>'
    for month, same in groupby(chapters, key=lambda one: one.day[:7]):
        yield f"<li><span>{month}</span><ol>"
        for one in same:
            yield f'<li><a href="{one.name}.xhtml">{one.day[8:]} · {one.title}</a></li>'
        yield "</ol></li>"
    yield "</ol></nav>"


def _package(about: About, language: str, chapters: Sequence[_Chapter]) -> Iterator[str]:
    """Yield the package document: metadata, all files, and their order."""
    modified = about.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
    yield '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    yield f'<dc:identifier id="id">{about.id}</dc:identifier>'
    yield f"<dc:title>{text_in_xml(about.title)}</dc:title>"
    yield f"<dc:language>{language}</dc:language>"
    yield f'<meta property="dcterms:modified">{modified}</meta>'
    yield "</metadata>\n<manifest>"
    yield '<item id="style" href="style.css" media-type="text/css"/>'
    yield from (_item(name, name) for name in ("about", *(one.name for one in chapters)))
    yield _item("nav", "nav", ' properties="nav"')
    yield '</manifest>\n<spine>\n<itemref idref="about"/>'
    yield from (f'<itemref idref="{one.name}"/>' for one in chapters)
    yield "</spine>\n</package>\n"


def _item(number: str, name: str, more: str = "") -> str:
    kind = "application/xhtml+xml"
    return f'<item id="{number}" href="{name}.xhtml" media-type="{kind}"{more}/>'
