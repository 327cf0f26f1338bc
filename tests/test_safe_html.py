"""Stored HTML is safe: nh3 finds nothing to remove, whatever source the HTML came from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from random import Random

import pytest

from ingest.errors import ParseError
from ingest.outputs.body import body_of
from ingest.reading.entries import body as fragment
from ingest.reading.entries.articles import ListedDates, entry_of_page, take_article, without_title
from ingest.reading.entries.body import with_files
from ingest.reading.entries.newest import Pictured, newest, resigned
from ingest.reading.entries.normalize import Context
from ingest.reading.extract.article import extract_article
from ingest.reading.html import cleaning, text_of
from ingest.reading.html.allowed import sanitize
from ingest.reading.read import read
from ingest.reading.records.front_matter import NoRecordError
from ingest.reading.records.record_entries import entry_of_record
from ingest.reading.records.wxr import posts_of_export
from ingest.values import Article, Document, Enclosure, NormalEntry
from tests import fragments
from tests.dom import dom_of
from tests.support import item, rss

_ROOT = Path(__file__).parent.parent
_DATA = Path(__file__).parent / "data"
_URL = "https://news.example.cn/a/1.html"
_SEEN = datetime(2024, 6, 1, tzinfo=UTC)


def _context(body: bytes, content_type: str | None = None) -> Context:
    document = Document(
        url=_URL, final_url=_URL, fetched_at=_SEEN, body=body, content_type=content_type
    )
    return Context(document=document, first_seen_at=_SEEN, zone=UTC)


def _of_rss(written: str) -> Iterator[str]:
    texts = {"description": escape(written[:40]), "content:encoded": escape(written)}
    namespace = 'rss xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    text = rss(item(1, **texts)).replace("<rss", f"<{namespace}", 1)
    file = '<enclosure url="https://a.example/1.mp3" type="audio/mpeg" length="1"/></item>'
    for one in (text, text.replace("</item>", file)):
        yield from _entries(one.encode("utf-8", "replace"))


def _of_json(written: str) -> Iterator[str]:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [{"id": "1", "content_html": written}, {"id": "2", "content_text": written}],
    }
    return _entries(json.dumps(feed).encode())


def _entries(body: bytes) -> Iterator[str]:
    return (entry.html for entry in read(_context(body)).entries)


def _of_record(written: str) -> Iterator[str]:
    body = f"---\ntitle: 甲\ndate: 2024-05-01\n---\n{written}\n"
    context = _context(body.encode("utf-8", "replace"))
    for name in ("a.md", "a.html"):
        yield entry_of_record(context.document, context, name=name, home=_URL).entry.html


def _of_page(written: str) -> Iterator[str]:
    article = Article(url=_URL, html=f"<h1>甲</h1>{written}", text="", method="", title="甲")
    context = _context(b"")
    _, entry = entry_of_page(article, context.document, context, ListedDates())
    yield entry.html
    yield take_article(entry, article, context.document, zone=UTC).html


def _of_addresses(written: str) -> Iterator[str]:
    old, new = (
        fragment.clean(written.replace("a.example", host), base_url=f"https://{host}/")
        for host in ("a.example", "b.example")
    )
    kept, now = (Pictured(html=html, lead_image=None, enclosures=()) for html in (old, new))
    yield resigned(kept, now).html
    if found := newest(kept, now):
        yield found.pictured.html


def _alone(written: str) -> Iterator[str]:
    clean = fragment.clean(written, base_url=_URL)
    yield clean
    yield cleaning.clean(written, base_url=None)
    yield without_title(clean, text_of(clean)[:20])
    files = [Enclosure(url=f"/{name}") for name in ("1.mp3", "2.mp4", "'\"<3>.pdf")]
    yield with_files(clean, files, base_url=_URL, lead_image=None)


_WAYS = [_alone, _of_rss, _of_json, _of_record, _of_page, _of_addresses]


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("make", [fragments.mostly_plain, fragments.tangled])
def test_nh3_finds_nothing_to_clean_in_what_is_stored(
    way: Callable[[str], Iterator[str]], make: Callable[[Random], str]
) -> None:
    random = Random(1)
    for _ in range(300):
        written = make(random)
        for html in way(written):
            assert sanitize(html) == html, written


def _documents() -> Iterator[Path]:
    folders = (_DATA / "parse", _DATA / "backfill", _DATA / "extract", _DATA / "demo")
    return (path for folder in folders for path in sorted(folder.rglob("*.*")) if path.is_file())


def _entries_of(path: Path) -> Iterator[NormalEntry]:
    body = path.read_bytes()
    context = _context(body)
    if path.suffix == ".md":
        yield entry_of_record(context.document, context, name=path.name, home=None).entry
    elif path.suffix == ".html":
        if article := extract_article(body.decode("utf-8", "replace"), url=_URL):
            yield entry_of_page(article, context.document, context, ListedDates())[1]
    elif path.name == "wordpress-export.xml":
        posts = posts_of_export(body, drafts=True).feed
        yield from read(_context(posts)).entries
    else:
        yield from read(context).entries


def test_nh3_finds_nothing_to_clean_in_the_sample_documents() -> None:
    count = 0
    for path in _documents():
        try:
            for entry in _entries_of(path):
                count += 1
                assert sanitize(entry.html) == entry.html, path
        except (ParseError, NoRecordError):
            continue
    assert count > 20


def test_safe_html_is_made_only_by_nh3_and_from_stored_rows() -> None:
    makers = {
        path.relative_to(_ROOT).as_posix()
        for path in (_ROOT / "ingest").rglob("*.py")
        if re.search(r"\bSafeHtml\((?!\"SafeHtml)", path.read_text())
    } - {"ingest/values/entries.py"}
    assert makers == {
        "ingest/reading/html/allowed.py",
        "ingest/replay.py",
        "ingest/store/supplements.py",
    }


def test_a_nested_heading_leaves_no_stray_end_tag() -> None:
    clean = fragment.clean("<h1><div><h1>甲</h1></div>乙</h1>丙", base_url=None)
    assert without_title(clean, "甲") == "乙丙"


def test_a_new_picture_address_does_not_replace_that_of_a_player() -> None:
    player, picture = (
        f'<{tag} src="{address}"></{tag}>'
        for tag, address in (
            ("iframe", "https://player.bilibili.com/x.html"),
            ("img", "https://evil.example/x.html"),
        )
    )
    kept, now = (
        Pictured(html=fragment.clean(html, base_url=None), lead_image=None, enclosures=())
        for html in (player, picture)
    )
    found = newest(kept, now)
    assert found is None or "evil.example" not in found.pictured.html


def test_no_text_is_lost_with_svg_or_mathml_names() -> None:
    """nh3 alone would drop elements with names of SVG or MathML, and their content."""
    random = Random(2)
    for _ in range(3_000):
        written = fragments.tangled(random, with_lost=False)
        clean = fragment.clean(written, base_url=None)
        letters = [Counter(re.findall("[\u4e00-\u9fa0]", text)) for text in (written, clean)]
        assert letters[0] - letters[1] == Counter(), written


@pytest.mark.parametrize(
    "written",
    ["<math><ms>甲<ms>乙</ms></ms></math>", "<math><mtext>甲<math>乙</math></mtext></math>"],
)
def test_a_formula_keeps_nested_identifiers(written: str) -> None:
    assert text_of(fragment.clean(written, base_url=None)) == "甲乙"


def test_nh3_finds_nothing_to_clean_in_a_file() -> None:
    random = Random(3)
    for _ in range(500):
        body = body_of(fragment.clean(fragments.tangled(random), base_url=_URL))
        assert dom_of(sanitize(body)) == dom_of(body)
