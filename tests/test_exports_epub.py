"""`guidang export --format epub`: a valid book, whatever the HTML of the entries is."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingest.exports.epub import Epub
from ingest.exports.xhtml import blocks_of, link_in_xml
from ingest.values.exports import About, ExportEntry
from tests.epubcheck import faults_of

AT = datetime(2024, 6, 1, tzinfo=UTC)
ABOUT = About(
    id="urn:uuid:401ffe67-3fb2-567a-9ec0-7e3b6c2cb335",
    title="江海 <新闻> & 评论",
    entries=3,
    changed_at=AT,
    choice=("--since 2024-06-01 Asia/Shanghai",),
    feeds={"a": "江海 & <b>"},
    generator="Guidang 0",
)
# HTML → blocks
BLOCKS = {
    "<p>一<b>二</b></p>三": "<p>一<strong>二</strong></p>\n<p>三</p>",
    "<ul><li>甲</li><li>乙<p>丙</p></li></ul>": "<ul><li>甲</li><li>乙</li><li>丙</li></ul>",
    "<a href='https://a.cn/甲 b?q=1|2#x'>甲<div>乙</div></a>": (
        '<p><a href="https://a.cn/%E7%94%B2%20b?q=1%7C2#x">甲</a></p>\n'
        '<p><a href="https://a.cn/%E7%94%B2%20b?q=1%7C2#x">乙</a></p>'
    ),
    "<blockquote>引<p>文</p></blockquote>": "<blockquote><p>引</p><p>文</p></blockquote>",
    "<p><img src='https://a.cn/1.jpg' alt='大桥'></p>": (
        '<p><a href="https://a.cn/1.jpg">[大桥]</a></p>'
    ),
    "<iframe src='https://v.cn/1'></iframe>": '<p><a href="https://v.cn/1">[媒体]</a></p>',
    "<script>x</script><style>y</style><p hidden>z</p>": "<p>z</p>",
    "<em>一<p>二</em>三": "<p><em>一</em></p>\n<p><em>二</em></p>\n<p><em></em>三</p>",
    "<table><tr><td>甲</td><td>乙</td></tr></table>": "<p>甲</p>\n<p>乙</p>",
    "<pre>a\n  b</pre><hr><p> </p>": "<pre>a\n  b</pre>",
    "<p>a\x0bb</p>": "<p>ab</p>",
}


@pytest.mark.parametrize("html", BLOCKS)
def test_html_becomes_blocks(html: str) -> None:
    assert blocks_of(html) == BLOCKS[html]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("javascript:alert(1)", None),
        ("https://a.cn:port/", None),
        ("https://[x/", None),
        ("https://a.cn/100%", '"https://a.cn/100%25"'),
        ('https://a.cn/?a=1&b="2"', '"https://a.cn/?a=1&amp;b=%222%22"'),
        ("https://a.cn/#a#b", '"https://a.cn/#a%23b"'),
        (None, None),
    ],
)
def test_addresses_are_valid_or_left_out(address: str | None, expected: str | None) -> None:
    assert link_in_xml(address) == expected


def book_of(*htmls: str, title: str = "标题 <a> & “b”") -> bytes:
    fields: dict[str, Any] = dict.fromkeys(ExportEntry._fields)
    fields |= {"title": title, "authors": [], "feed_title": "江海 & 海", "published_at": AT}
    fields |= {"language": "zh-Hans", "link": "https://a.cn/1?a=1&b=2"}
    entries = [ExportEntry(**(fields | {"html": html})) for html in htmls]
    out = BytesIO()
    Epub().finish(BytesIO(Epub().piece(entries, is_first=True)), out, ABOUT)
    return out.getvalue()


def test_a_book_is_the_same_to_the_byte_and_readable() -> None:
    book = book_of("<p>正文</p>")
    assert book == book_of("<p>正文</p>")
    with zipfile.ZipFile(BytesIO(book)) as files:
        first = files.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        chapter = files.read("EPUB/e0000001.xhtml").decode()
    assert "<h1>标题 &lt;a&gt; &amp; “b”</h1>" in chapter
    assert "江海 &amp; 海 · 2024-06-01" in chapter
    assert '<a href="https://a.cn/1?a=1&amp;b=2">原文</a>' in chapter
    assert "<p>正文</p>" in chapter


@pytest.mark.long
def test_epubcheck_finds_no_fault(tmp_path: Path) -> None:
    book, empty = tmp_path / "a.epub", tmp_path / "empty.epub"
    book.write_bytes(book_of(*BLOCKS, ""))
    empty.write_bytes(book_of())
    assert (faults_of(book), faults_of(empty)) == ([], [])
