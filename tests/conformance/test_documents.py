"""Every document of the public suites is parsed in bounded time to the values it expects."""

from __future__ import annotations

import ast
import csv
import html
import io
import json
import re
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from ingest.errors import ParseError
from ingest.reading import shortcuts
from ingest.reading.documents import charset, parse_xml
from ingest.reading.documents.parse import parse
from ingest.reading.html import cleaning, shown_by
from ingest.reading.html.tree import parse_fragment
from ingest.reading.shortcuts import plain_feed, plain_html
from ingest.reading.shortcuts.split import split
from ingest.reading.xml import xml_text

if TYPE_CHECKING:
    from ingest.values import ParsedEntry, ParsedFeed
    from tests.conformance.conftest import Score

BASE = "https://example.org/a/1.html"
SECONDS = 10.0  # CPU seconds that reading one document may take


def read(body: bytes, name: str, content_type: str | None = None) -> ParsedFeed | None:
    """Parse a document, and fail if it takes too long; return None if it is not a feed."""
    started = time.process_time()
    try:
        return parse(body, content_type=content_type, url=f"https://example.org/{name}")
    except ParseError:
        return None
    finally:
        assert time.process_time() - started < SECONDS, name


def same(ours: object, theirs: object) -> bool:
    """Compare the visible text of two values: ours is HTML, theirs HTML or plain text."""
    return visible(ours) == visible(theirs)


def visible(value: object) -> object:
    if not isinstance(value, str):
        return value
    return html.unescape(html.unescape(value)).replace(" />", "/>").strip()


def test_feedparsers_own_suite_gives_as_many_entries_as_feedparser(
    corpora: Path, score: Score
) -> None:
    files = sorted((corpora / "feedparser").rglob("*.xml"))
    differences = []
    for file in files:
        body = file.read_bytes()
        content_type = header(body, "Content-type")
        theirs = count_by_feedparser(body, content_type)
        feed = read(body, file.name, content_type)
        if theirs is not None and theirs != (len(feed.entries) if feed else 0):
            differences.append(f"{file.relative_to(corpora)}: {theirs} entries expected")
    score("feedparser-entries", len(files), differences)


def count_by_feedparser(body: bytes, content_type: str | None) -> int | None:
    """Count the entries that feedparser alone finds; return None if it raises."""
    headers = {"content-type": content_type} if content_type else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = feedparser.parse(io.BytesIO(body), response_headers=headers)
        except Exception:  # noqa: BLE001  # feedparser may raise anything
            return None
    return len(result["entries"])


def header(body: bytes, name: str) -> str | None:
    """Return a `Header:` line from the comment at the start of a document of feedparser's suite."""
    found = re.search(rf"Header:\s*{name}:\s*(.+)".encode(), body[:2000], re.IGNORECASE)
    return found[1].decode("latin-1").strip() if found else None


EXPECTED = re.compile(
    r"^Expect:\s+(?:not bozo and |bozo and )?"
    r"(feed|entries\[0\])\['(title|link|id|description|summary|language|published|updated)'\]"
    r" == (u?'[^'\\]*'|u?\"[^\"\\]*\")\s*$",
    re.MULTILINE,
)
# Values that a ParsedFeed does not hold.
NOT_KEPT = {("feed", "id"), ("feed", "published")}
# These test feedparser's sanitizer and its resolution of addresses, not its parser.
SKIPPED_FOLDERS = ("sanitize", "base")
REWRITTEN = re.compile("<(?:svg|math) ")


def test_feedparsers_own_suite_gives_the_values_it_expects(corpora: Path, score: Score) -> None:
    checks, differences = 0, []
    for file in sorted((corpora / "feedparser").rglob("*.xml")):
        if file.parent.name in SKIPPED_FOLDERS:
            continue
        body = file.read_bytes()
        found = EXPECTED.search(body.decode("utf-8", "replace").replace("\r\n", "\n"))
        if found is None or found.group(1, 2) in NOT_KEPT:
            continue
        if REWRITTEN.search(found[3]) or depends_on_headers(body):
            continue
        checks += 1
        feed = read(body, file.name, header(body, "Content-type"))
        ours = value_of(feed, found[1], found[2])
        if not same(ours or "", ast.literal_eval(found[3])):
            differences.append(f"{file.relative_to(corpora)}: {ours!r}, expected {found[3]}")
    score("feedparser-values", checks, differences)


def depends_on_headers(body: bytes) -> bool:
    """Return whether the values depend on response headers that the parser does not get."""
    return any(header(body, f"Content-{name}") for name in ("Location", "Language"))


def value_of(feed: ParsedFeed | None, holder: str, name: str) -> str | None:
    if feed is None or (holder != "feed" and not feed.entries):
        return None
    if holder == "feed":
        own: str | None = getattr(feed, {"summary": "description"}.get(name, name))
        return own
    entry = feed.entries[0]
    if name in {"description", "summary"}:
        return entry.summary or entry.content
    if name == "updated":  # outside Atom, a single date is the date of publication
        return entry.updated or entry.published
    value: str | None = getattr(entry, {"id": "guid"}.get(name, name))
    return value


# JSON without the version of JSON Feed is refused: see test_parse.py.
REFUSED_BY_DECISION = "json10_simple.json"


def test_gofeeds_suite_gives_its_items(corpora: Path, score: Score) -> None:
    checks, differences = 0, []
    for expected_file, document in gofeed_pairs(corpora / "gofeed"):
        if document.name == REFUSED_BY_DECISION:
            assert read(document.read_bytes(), document.name) is None
            continue
        expected = json.loads(expected_file.read_text("utf-8"))
        feed = read(document.read_bytes(), document.name)
        for name, ours, theirs in compare_gofeed(feed, expected):
            checks += 1
            if not same(ours, theirs):
                place = document.relative_to(corpora / "gofeed")
                differences.append(f"{place}: {name} {ours!r}, expected {theirs!r}")
    score("gofeed", checks, differences)


def gofeed_pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    for document in sorted(folder.rglob("*.xml")):
        if (expected := document.with_suffix(".json")).exists():
            yield expected, document
    for expected in sorted(folder.rglob("*_expected.json")):
        yield expected, expected.with_name(expected.name.replace("_expected", ""))


def compare_gofeed(
    feed: ParsedFeed | None, expected: dict[str, Any]
) -> Iterator[tuple[str, object, object]]:
    items = expected.get("items", expected.get("entries")) or []
    entries = feed.entries if feed else ()
    yield "entries", len(entries), len(items)
    yield "title", feed.title if feed else None, expected.get("title") or ""
    for entry, item in zip(entries, items, strict=False):
        yield "entry title", entry.title, item.get("title") or ""
        guid = item.get("guid", item.get("id"))
        if guid := guid.get("value") if isinstance(guid, dict) else guid:
            yield "entry guid", entry.guid, guid
        if isinstance(link := item.get("link"), str) and link:
            yield "entry link", entry.link, link


def test_minifluxs_suite_gives_its_entries(corpora: Path, score: Score) -> None:
    checks, differences = 0, []
    for line in (corpora / "miniflux" / "miniflux_cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        feed = read(case["doc"].encode(), case["id"])
        if case["expect_error"]:
            checks += 1
            differences += [f"{case['id']}: read, error expected"] if feed else []
        for path, theirs in case["expect"].items():
            known, ours = miniflux_value(feed, path)
            checks += known
            if known and not same(ours, theirs):
                differences.append(f"{case['id']}: {path} {ours!r}, expected {theirs!r}")
    score("miniflux", checks, differences)


MINIFLUX_ENTRY = re.compile(r"(len\()?feed\.Entries\[(\d+)\]\.(\w+)(?:\[(\d+)\]\.(\w+)|\))?$")


def miniflux_value(feed: ParsedFeed | None, path: str) -> tuple[bool, object]:
    """Return the value of our feed for a path in miniflux's tests; False if we have none.

    Titles made from texts and absolute addresses are skipped: normalize makes them, not parse.
    """
    if path == "len(feed.Entries)":
        return True, len(feed.entries) if feed else 0
    if path in {"feed.Title", "feed.Description"}:
        value = getattr(feed, path.split(".")[1].lower(), None)
        return bool(value), value
    found = MINIFLUX_ENTRY.match(path)
    if found is None:
        return False, None
    if feed is None or int(found[2]) >= len(feed.entries):
        return True, None
    return miniflux_entry_value(feed.entries[int(found[2])], found)


def miniflux_entry_value(entry: ParsedEntry, found: re.Match[str]) -> tuple[bool, object]:
    match (found[1], found[3], found[5]):
        case (None, "Title", None) if entry.title:
            return True, entry.title
        case (None, "Content", None):
            return True, entry.content
        case (None, "URL", None) if entry.link and "://" in entry.link:
            return True, entry.link
        case (None, "Author", None) if entry.authors:
            return True, ", ".join(author.name for author in entry.authors)
        case ("len(", "Tags", None):
            return True, len(entry.categories)
        case (None, "Enclosures", "URL") if int(found[4]) < len(entry.enclosures):
            url = entry.enclosures[int(found[4])].url
            return "://" in url, url
    return False, None


def test_real_feeds_give_their_items_without_a_warning(corpora: Path, score: Score) -> None:
    rows = table(corpora / "feeds" / "INDEX.tsv")
    differences = []
    for row in rows:
        feed = read((corpora / "feeds" / row["file"]).read_bytes(), row["file"])
        if feed is None or len(feed.entries) != int(row["items"]) or feed.warnings:
            differences.append(f"{row['file']}: {row['items']} items, no warning expected")
        elif shortcuts.ENABLED and not all(entry.item for entry in feed.entries):
            differences.append(f"{row['file']}: entries without their own bytes")
    score("feeds", len(rows), differences)


def test_the_short_cut_gives_the_result_of_feedparser(corpora: Path, score: Score) -> None:
    checks, differences = 0, []
    for file in sorted(path for path in corpora.rglob("*") if path.is_file()):
        text = xml_text.repair(charset.decode(file.read_bytes(), None).text)
        root = xml_text.find_root(text)
        fields = plain_feed.read(text, root) if root else None
        if root is None or fields is None:
            continue
        checks += 1
        if parse_xml._feed(fields, text, fields["version"], ()) != parse_xml._parse_any(text, root):
            differences.append(f"{file.relative_to(corpora)}: read otherwise than by feedparser")
    score("plain", checks, differences)


def test_split_items_give_the_entries_of_the_whole_document(corpora: Path, score: Score) -> None:
    """An item parsed alone in its frame gives the same entry as among the others."""
    checks, differences = 0, []
    for file in sorted(path for path in corpora.rglob("*") if path.suffix in {".xml", ".json"}):
        body = file.read_bytes()
        parts = split(body)
        whole = read(body, file.name) if parts and parts.items else None
        if parts is None or whole is None or len(whole.entries) != len(parts.items):
            continue  # then the whole document is read anyway
        checks += 1
        alone = [read(parts.document([item]), file.name) for item in parts.items[:40]]
        entries = tuple(entry for feed in alone if feed for entry in feed.entries)
        if entries != whole.entries[:40]:
            differences.append(f"{file.relative_to(corpora)}: an item alone is another")
    score("parts", checks, differences)


def test_the_short_cut_gives_the_result_of_the_full_cleaner(corpora: Path, score: Score) -> None:
    marked_up, checks, differences = 0, 0, []
    for file in sorted(path for path in corpora.rglob("*") if path.suffix in {".xml", ".json"}):
        feed = read(file.read_bytes(), file.name)
        for body in {entry.content or entry.summary for entry in feed.entries} if feed else ():
            marked_up += "<" in body
            for base_url in (BASE, None) if plain_html.read(body, BASE) else ():
                checks += 1
                if not is_cleaned_alike(body, base_url):
                    differences.append(f"{file.relative_to(corpora)}: {body[:100]}")
    score("plain-html", checks, differences)
    assert checks > marked_up / 2, "most bodies take the long way"


def is_cleaned_alike(body: str, base_url: str | None) -> bool:
    if (short := plain_html.read(body, base_url)) is None:
        return True  # without a base its addresses are not plain
    long = cleaning.clean(body, base_url=base_url)
    pictures = [dict(one.attrib) for one in parse_fragment(body).iter("img")]
    return (short.html, short.shown, short.pictures) == (long, shown_by(long), pictures)


def test_re_encoded_feeds_give_the_values_of_their_originals(corpora: Path, score: Score) -> None:
    rows = table(corpora / "encodings" / "MANIFEST.tsv")
    differences = []
    for row in rows:
        body = (corpora / "encodings" / row["file"]).read_bytes()
        original = (corpora / "feeds" / row["gold_utf8_feed"]).read_bytes()
        feed = read(body, row["file"], row["http_content_type"] or None)
        if words(feed) != words(read(original, row["gold_utf8_feed"])):
            differences.append(f"{row['file']}: read as {feed and feed.encoding_used}")
    score("encodings", len(rows), differences)


def words(feed: ParsedFeed | None) -> list[tuple[object, ...]]:
    entries = feed.entries if feed else ()
    return [(e.title, e.content, e.summary, e.guid, e.link, e.authors) for e in entries]


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.parametrize("folder", ["xml", "gzip"])
def test_attacks_end_in_a_feed_or_a_clear_refusal(corpora: Path, score: Score, folder: str) -> None:
    files = sorted(file for file in (corpora / "attacks" / folder).iterdir() if file.is_file())
    differences = []
    for file in files:
        feed = read(file.read_bytes(), file.name)
        size = sum(len(e.title) + len(e.content) for e in feed.entries) if feed else 0
        if size > 10 * file.stat().st_size or "root:" in str(feed):
            differences.append(f"{file.name}: grew to {size} characters, or told a secret")
    score(f"attacks-{folder}", len(files), differences)
