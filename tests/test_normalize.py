"""Entries of all formats are normalized to one form: absolute addresses, complete texts."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ingest.reading.entries.articles import take_article
from ingest.reading.entries.normalize import Context
from ingest.reading.html import text_of
from ingest.reading.read import read
from ingest.values import Article, Document, NormalEntry

SEEN = datetime(2024, 6, 1, tzinfo=UTC)
URL = "http://feed.example/dir/feed.xml"


def entries_of(text: str) -> Sequence[NormalEntry]:
    document = Document(url=URL, final_url=URL, fetched_at=SEEN, body=text.encode())
    return read(Context(document=document, first_seen_at=SEEN, zone=UTC)).entries


def entry_of(text: str) -> NormalEntry:
    (entry,) = entries_of(text)
    return entry


def atom(entry: str, feed: str = "", root: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{root}><title>t</title>{feed}{entry}</feed>'


def rss(item: str, channel: str = "", root: str = "") -> str:
    return f'<rss version="2.0"{root}><channel><title>t</title>{channel}{item}</channel></rss>'


def json_feed(**item: object) -> str:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "t", "items": [item]})


PICTURE = '&lt;img src="p.png"&gt;'
SITE = '<link href="https://site.example/blog/"/>'


@pytest.mark.parametrize(
    ("document", "link", "picture"),
    [
        (  # a relative xml:base on the entry
            atom(
                '<entry xml:base="2024/"><link href="a"/>'
                f'<content type="html">{PICTURE}</content></entry>'
            ),
            "http://feed.example/dir/2024/a",
            "http://feed.example/dir/2024/p.png",
        ),
        (  # a relative xml:base on the feed
            atom(
                f'<entry><link href="a"/><content type="html">{PICTURE}</content></entry>',
                root=' xml:base="/blog/"',
            ),
            "http://feed.example/blog/a",
            "http://feed.example/blog/p.png",
        ),
        (  # three nested bases
            atom(
                '<entry xml:base="05/"><link href="a"/>'
                f'<content type="html" xml:base="pics/">{PICTURE}</content></entry>',
                root=' xml:base="https://b.example/2024/"',
            ),
            "https://b.example/2024/05/a",
            "https://b.example/2024/05/pics/p.png",
        ),
        (  # a base on the content only, before and after the link
            atom(
                f'<entry><content type="html" xml:base="https://cdn.example/x/">{PICTURE}</content>'
                '<link href="/a"/></entry>',
                feed=SITE,
            ),
            "https://site.example/a",
            "https://cdn.example/x/p.png",
        ),
        (  # a base on the div of XHTML content
            atom(
                '<entry><link href="/a"/><content type="xhtml">'
                '<div xmlns="http://www.w3.org/1999/xhtml" xml:base="https://cdn.example/x/">'
                '<img src="p.png"/></div></content></entry>',
                feed=SITE,
            ),
            "https://site.example/a",
            "https://cdn.example/x/p.png",
        ),
        (  # a base in RSS
            rss(
                f'<item xml:base="2024/"><link>a</link><description>{PICTURE}</description></item>'
            ),
            "http://feed.example/dir/2024/a",
            "http://feed.example/dir/2024/p.png",
        ),
        (
            rss(
                f'<item><description xml:base="https://cdn.example/x/">{PICTURE}</description><link>a</link></item>',
                channel="<link>https://site.example/blog/</link>",
            ),
            "https://site.example/blog/a",
            "https://cdn.example/x/p.png",
        ),
        (  # no base: the link is relative to the site, the picture to the link
            atom(
                f'<entry><link href="2024/a"/><content type="html">{PICTURE}</content></entry>',
                feed=SITE,
            ),
            "https://site.example/blog/2024/a",
            "https://site.example/blog/2024/p.png",
        ),
        (  # a relative link of the feed is relative to the feed's address
            atom(
                f'<entry><link href="a"/><content type="html">{PICTURE}</content></entry>',
                feed='<link href="../"/>',
            ),
            "http://feed.example/a",
            "http://feed.example/p.png",
        ),
        (  # an invalid address is not used as a base
            atom(
                '<entry xml:base="javascript:x"><link href="/a"/>'
                f'<content type="html">{PICTURE}</content></entry>'
            ),
            "http://feed.example/a",
            "http://feed.example/p.png",
        ),
    ],
)
def test_addresses_are_resolved_against_the_right_base(
    document: str, link: str, picture: str
) -> None:
    entry = entry_of(document)
    assert (entry.link, f'src="{picture}"' in entry.html) == (link, True)


def test_the_summary_and_the_content_are_kept_in_every_format() -> None:
    text = "<p>导语。</p>\n<p>正文。</p>"
    encoded = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    documents = [
        atom(
            "<entry><summary>导语。</summary>"
            '<content type="html">&lt;p>正文。&lt;/p></content></entry>'
        ),
        rss(
            "<item><description>导语。</description>"
            "<content:encoded>&lt;p>正文。&lt;/p></content:encoded></item>",
            root=f" {encoded}",
        ),
        rss(
            "<item><odd:x xmlns:odd='y'/><description>导语。</description>"
            "<content:encoded>&lt;p>正文。&lt;/p></content:encoded></item>",
            root=f" {encoded}",
        ),
        json_feed(id="1", summary="导语。", content_html="<p>正文。</p>"),
    ]
    assert [entry_of(document).html for document in documents] == [text] * 4


@pytest.mark.parametrize("sign", ["", " & ", " < ", " &amp; ", "&nbsp;", " x > y "])
def test_plain_text_keeps_its_lines(sign: str) -> None:
    text = f"第一行\n第二行{sign}\n\n第二段"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    documents = [
        json_feed(id="1", content_text=text),
        json_feed(id="1", summary=text),
        atom(f'<entry><content type="text">{escaped}</content></entry>'),
        atom(f"<entry><summary>{escaped}</summary></entry>"),
        atom(f'<entry><content type="text/markdown">{escaped}</content></entry>'),
    ]
    if "<" not in sign:
        documents.append(rss(f"<item><description>{escaped}</description></item>"))
    for document in documents:
        entry = entry_of(document)
        assert entry.html.count("<br>") == 1
        assert entry.html.count("<p>") == 2


def test_untitled_entries_are_titled_by_their_text() -> None:
    entry = entry_of(json_feed(id="1", summary="导语。", content_html="<p>正文。</p>"))
    assert entry.title == "正文。"


def test_files_have_addresses_that_can_be_opened() -> None:
    files = '<enclosure url="/My Talk.mp3" type="audio/mpeg"/><enclosure url="magnet:?xt=a"/>'
    item = f"<item><link>https://a.example/1</link>{files}</item>"
    urls = [file.url for file in entry_of(rss(item)).enclosures]
    assert urls == ["https://a.example/My%20Talk.mp3", "magnet:?xt=a"]


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (
            atom('<entry><title type="text">The &lt;b&gt; and &lt;/b&gt; tags</title></entry>'),
            "The <b> and </b> tags",
        ),
        (
            atom('<entry><title type="text">Write &amp;lt; as &amp;amp;lt;</title></entry>'),
            "Write &lt; as &amp;lt;",
        ),
        (
            atom('<entry><title type="html">&lt;b>夜&lt;/b>雨 &amp;amp; 风</title></entry>'),
            "夜雨 & 风",
        ),
        (atom("<entry><title>&lt;b>夜&lt;/b>雨 &amp;amp; 风</title></entry>"), "夜雨 & 风"),
        (rss("<item><title>if a&lt;b and c&gt;d</title></item>"), "if a<b and c>d"),
        (json_feed(id="1", title="Use &lt; not <"), "Use &lt; not <"),
        (json_feed(id="1", title="The <i>right</i> tag"), "The <i>right</i> tag"),
    ],
)
def test_plain_text_fields_stay_text(document: str, title: str) -> None:
    assert entry_of(document).title == title


def test_names_in_json_feed_are_plain_text() -> None:
    item = {"id": "1", "tags": ["C&lt;T&gt;"], "authors": [{"name": "<b>甲</b>"}]}
    entry = entry_of(json_feed(**item))
    assert (entry.categories, entry.authors[0].name) == (("C&lt;T&gt;",), "<b>甲</b>")


def test_the_base_of_one_entry_does_not_apply_to_the_next() -> None:
    entries = (
        '<entry xml:base="https://cdn.example/2024/"><id>1</id><link href="a"/></entry>'
        '<entry><id>2</id><link href="/b"/></entry>'
    )
    first, second = entries_of(atom(entries, feed=SITE))
    assert first.link == "https://cdn.example/2024/a"
    assert (second.link, second.guid) == ("https://site.example/b", "2")


TEXTS = {
    "content": (
        '<content type="html" xml:base="https://c.example/c/">'
        "&lt;p&gt;正文。&lt;img src='c.png'&gt;&lt;/p&gt;</content>"
    ),
    "summary": (
        '<summary type="html" xml:base="https://s.example/s/">'
        "&lt;p&gt;另有摘要。&lt;a href='s.html'&gt;看&lt;/a&gt;&lt;img src='s.png'&gt;&lt;/p&gt;"
        "</summary>"
    ),
    "file": '<link rel="enclosure" type="image/png" href="f.png"/>',
    "thumbnail": '<thumbnail xmlns="http://search.yahoo.com/mrss/" url="t.png"/>',
}


@pytest.mark.parametrize("order", [("summary", "content"), ("content", "summary")])
@pytest.mark.parametrize("fault", ["", "<rights>&nbsp;</rights>"], ids=["sound", "loose"])
def test_summary_and_content_each_count_from_their_own_base(order: list[str], fault: str) -> None:
    texts = "".join(TEXTS[name] for name in order)
    entry = entry_of(atom(f'<entry><link href="/a"/>{texts}{fault}</entry>', feed=SITE))
    assert 'src="https://c.example/c/c.png"' in entry.html
    assert 'src="https://s.example/s/s.png"' in entry.html
    assert 'href="https://s.example/s/s.html"' in entry.html


def test_the_base_of_the_summary_does_not_apply_to_the_content() -> None:
    content = TEXTS["content"].replace(' xml:base="https://c.example/c/"', "")
    entry = entry_of(
        atom(f'<entry><link href="/a/"/>{TEXTS["summary"]}{content}</entry>', feed=SITE)
    )
    assert 'src="https://site.example/a/c.png"' in entry.html
    assert 'src="https://s.example/s/s.png"' in entry.html


@pytest.mark.parametrize(
    ("base", "place"),
    [("", "https://site.example/"), (' xml:base="https://e.example/e/"', "https://e.example/e/")],
)
@pytest.mark.parametrize("name", ["file", "thumbnail"])
def test_files_count_from_the_base_of_the_entry(base: str, place: str, name: str) -> None:
    entry = entry_of(
        atom(
            f'<entry{base}><link href="/a"/>{TEXTS[name]}{TEXTS["content"]}</entry>',
            feed=SITE,
        )
    )
    assert entry.lead_image == f"{place}{name[0]}.png"


def test_the_text_of_an_entry_is_the_visible_text_of_its_html() -> None:
    body = "&lt;p&gt;第一段。&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;&lt;p&gt;第二段。&lt;/p&gt;"
    entry = entry_of(rss(f"<item><title>标题</title><description>{body}</description></item>"))
    assert entry.text == text_of(entry.html) == "第一段。\n第二段。"


def test_an_entry_is_sent_to_another_process_without_its_text() -> None:
    entry = entry_of(rss("<item><title>标题</title><description>正文</description></item>"))
    assert entry.text == "正文"
    assert pickle.loads(pickle.dumps(entry)) == replace(entry, text=None)


def test_the_text_of_an_entry_with_full_text_is_that_of_its_page() -> None:
    entry = entry_of(rss("<item><title>标题</title><description>摘要</description></item>"))
    article = Article(
        url=URL, method="t", html="<h1>标题</h1><p>全文在此。</p>", text="标题\n全文在此。"
    )
    page = Document(url=URL, final_url=URL, fetched_at=SEEN, body=b"")
    full = take_article(entry, article, page, zone=UTC)
    assert full.text == text_of(full.html) == "全文在此。"
