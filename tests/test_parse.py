"""Feed documents are parsed to a ParsedFeed; the error for others says what they are."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import json
import pickle
import time
from pathlib import Path

import pytest

from ingest.errors import ParseError
from ingest.reading import titles
from ingest.reading.documents.parse import parse
from ingest.reading.shortcuts.split import split
from ingest.reading.xml.bounds import MAX_ENTRIES
from ingest.values import ParsedFeed

DATA = Path(__file__).parent / "data" / "parse"
DOCUMENTS = sorted(file for file in DATA.iterdir() if not file.name.endswith(".expected.json"))
URL = "https://feed.example/"


def read(document: str | bytes, content_type: str | None = None) -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse(body, content_type=content_type, url=URL)


def rss(inner: str, root: str = "") -> str:
    return f'<rss version="2.0"{root}><channel><title>t</title>{inner}</channel></rss>'


def refusal_of(document: str | bytes) -> str:
    with pytest.raises(ParseError) as refused:
        read(document)
    assert refused.value.url == URL
    return refused.value.what


def non_defaults(value: object) -> object:
    """Return the fields of a value that differ from their defaults, without the bytes of items."""
    if isinstance(value, tuple):
        return [non_defaults(element) for element in value]
    if not dataclasses.is_dataclass(value):
        return value
    named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    defaults = {field.name: field.default for field in dataclasses.fields(value)}
    return {
        name: non_defaults(own)
        for name, own in named.items()
        if own != defaults[name] and name != "item"
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_a_document_gives_the_expected_feed(document: Path) -> None:
    expected = json.loads(document.with_name(f"{document.stem}.expected.json").read_text("utf-8"))
    feed = read(document.read_bytes())
    assert non_defaults(feed) == expected
    assert pickle.loads(pickle.dumps(feed)) == feed


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_an_item_alone_is_parsed_as_it_is_among_others(document: Path) -> None:
    body = document.read_bytes()
    pieces = split(body)
    entries = read(body).entries
    if pieces is None or len(pieces.items) != len(entries):
        assert not any(entry.item for entry in entries)
        return
    for entry, item in zip(entries, pieces.items, strict=True):
        assert entry.item == item
        assert read(pieces.document([item])).entries == (entry,)


_NO_VERSION = "JSON with items, but without JSON Feed's version"
_OF_GOOGLE_READER = (
    "an export in Google Reader's form (Takeout, Inoreader, FreshRSS), which is no feed;"
    " import it with guidang backfill --from"
)
_LINKED = "linked data (ActivityPub or schema.org); ask for the site's feed instead"
_OF_WORDPRESS = "posts of WordPress's REST interface; ask for the site's /feed/ instead"
_TAKEOUT = json.dumps(
    {
        "id": "user/1/state/com.google/starred",
        "items": [
            {
                "id": "tag:google.com,2005:reader/item/1",
                "title": "渡口",
                "published": 1716169179,
                "canonical": [{"href": "https://a.example/1"}],
                "summary": {"content": "<p>正文</p>"},
                "url": "https://a.example/1",
            }
        ],
    }
)
PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "an empty body"),
        (b" \n\xef\xbb\xbf\t", "an empty body"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (gzip.compress(b"<rss/>", mtime=0), "a gzip file"),
        (b"\x89PNG\r\n", "a PNG image"),
        (PAGE.format(title="首页", body="欢迎"), "an HTML page"),
        ("<div>503 Service Unavailable</div>", "an HTML page"),
        (PAGE.format(title="安全验证", body="请完成验证"), "a captcha page"),
        (PAGE.format(title="Just a moment...", body=""), "a captcha page"),
        (PAGE.format(title="用户登录", body=""), "a login page"),
        (PAGE.format(title="x", body="<input name='p' type='password'>"), "a login page"),
        ("<opml version='2.0'><body/></opml>", "an OPML list"),
        ("<urlset/>", "a sitemap"),
        ("<note><to>x</to></note>", "XML that is no feed (root <note>)"),
        ('<?xml version="1.0"?><RDF xmlns="x"/>', "XML that is no feed (root <rdf>)"),
        ('{"error": "not found"}', "JSON that is no JSON Feed"),
        ('["a"]', "JSON that is no JSON Feed"),
        ('{"items": [{"id": "1", "title": "t"}]}', _NO_VERSION),
        ('{"version": "1.0", "items": [{"name": "x"}]}', _NO_VERSION),
        ('{"version": "2.0", "items": []}', _NO_VERSION),
        (_TAKEOUT, _OF_GOOGLE_READER),
        ('{"items": [{"summary": {"content": "x"}, "title": "t"}]}', _OF_GOOGLE_READER),
        ('{"@context": "https://www.w3.org/ns/activitystreams"}', _LINKED),
        ('[{"id": 1, "guid": {}, "slug": "s", "link": "l"}]', _OF_WORDPRESS),
        ('{"items": [', "JSON that cannot be read"),
        ("[" * 100_000, "JSON that cannot be read"),
        ("没有更新", "plain text"),
    ],
)
def test_the_error_for_another_document_says_what_it_is(document: str | bytes, what: str) -> None:
    assert refusal_of(document) == what


@pytest.mark.parametrize(
    "document",
    [
        rss(""),
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title></feed>",
        "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel/></rdf:RDF>",
        '{"version": "https://jsonfeed.org/version/1", "title": "t", "items": []}',
    ],
)
def test_a_feed_without_entries_is_valid(document: str) -> None:
    assert read(document).entries == ()


@pytest.mark.parametrize(
    ("title", "html"),
    [
        ("A &amp; B", "A &amp; B"),
        ("1 &lt; 2", "1 &lt; 2"),
        ("List&lt;String&gt;", "List&lt;String&gt;"),
        ("&lt;b&gt;粗&lt;/b&gt;", "<b>粗</b>"),
        ("上&lt;br&gt;下", "上<br>下"),
        ("&amp;ldquo;引&amp;rdquo;", "&ldquo;引&rdquo;"),
        ("<![CDATA[a & b]]>", "a &amp; b"),
        ("  多  空格 ", "多  空格"),
    ],
)
def test_titles_of_rss_are_returned_as_html(title: str, html: str) -> None:
    assert read(rss(f"<item><title>{title}</title></item>")).entries[0].title == html


_NAMESPACES = (
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
_CAPTION = "<media:description type='plain'>图注，比什么都长的图注</media:description>"
_PICTURE = f"<media:content url='/1.jpg'><media:title>图</media:title>{_CAPTION}</media:content>"
_LONG = "<description>很长很长的导语，一直说下去</description>"


@pytest.mark.parametrize(
    ("elements", "content", "summary"),
    [
        ([_LONG, "<content:encoded>正文</content:encoded>"], "正文", "很长很长的导语，一直说下去"),
        ([_LONG, _PICTURE], "很长很长的导语，一直说下去", ""),
        (["<description>短</description>", _PICTURE], "短", ""),
        (["<content:encoded>正文</content:encoded>", _PICTURE], "正文", ""),
        ([f"<media:group>{_PICTURE}</media:group>"], "图注，比什么都长的图注", ""),
        (
            ["<description>短</description>", "<itunes:summary>很长的简介</itunes:summary>"],
            "短",
            "很长的简介",
        ),
        (
            ["<itunes:summary>简介</itunes:summary>", "<itunes:subtitle>副题</itunes:subtitle>"],
            "简介",
            "副题",
        ),
        (
            ["<content:encoded>甲</content:encoded>", "<content:encoded>乙</content:encoded>"],
            "<p>甲</p>\n<p>乙</p>",
            "",
        ),
        (
            ["<description>甲</description>", "<description>乙</description>"],
            "<p>甲</p>\n<p>乙</p>",
            "",
        ),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_name_of_the_element_decides_which_text_is_the_content(
    elements: list[str], content: str, summary: str, *, backwards: bool
) -> None:
    inner = "".join(elements[::-1] if backwards and "\n" not in content else elements)
    entry = read(rss(f"<item>{inner}</item>", _NAMESPACES)).entries[0]
    assert (entry.content, entry.summary) == (content, summary)


@pytest.mark.parametrize(
    ("elements", "title"),
    [
        (f"{_PICTURE}<title>题</title>", "题"),
        (f"<title>题</title>{_PICTURE}", "题"),
        (f"{_PICTURE}<description>嘟文</description>", ""),
        (_PICTURE, "图"),
    ],
)
def test_the_title_of_a_picture_is_not_the_title_of_the_entry(elements: str, title: str) -> None:
    assert read(rss(f"<item>{elements}</item>", _NAMESPACES)).entries[0].title == title


def test_the_summary_of_a_podcast_does_not_replace_its_feeds_description() -> None:
    channel = "<description>讲河的节目</description><itunes:subtitle>副题</itunes:subtitle>"
    assert read(rss(channel, _NAMESPACES)).description == "讲河的节目"


@pytest.mark.parametrize(
    "damage",
    [
        "<item><title>一</title></item><item><title>二</title>",
        "<item><title>一</title></item><item><title>二 & 三</title></item>",
        "<item><title>一</title></item><item><title>二&nbsp;</title></item>",
        "<item><title>一</title></item><item><title>二</title><x:y/></item>",
        "<item><title>一</title></item><item><title>二</title></b></item>",
        "<item><title>一</title></item><item><title>二</title><a href=x></item>",
    ],
)
def test_a_malformed_feed_gives_its_entries_and_a_warning(damage: str) -> None:
    feed = read(rss(damage))
    assert [entry.title[:1] for entry in feed.entries] == ["一", "二"]
    assert feed.warnings == ("not well-formed XML: read as far as it goes",)


@pytest.mark.parametrize(
    "trap",
    [
        '<authors a="1"/><author>x</author>',
        '<links a="1"/><link>https://x.example/</link>',
        '<tags a="b"/><category>x</category>',
        "<title>&#xD83C;&#xDF89;&#x110000;&#99999999999;</title>",
        '<media:rating xmlns:media="http://search.yahoo.com/mrss/">x</media:rating>',
        '<where xmlns="http://www.georss.org/georss"><Point/></where>',
        '<x xmlns:dc=" http://purl.org/dc/elements/1.1/ " />',
        "<source/><textinput/><image a='1'/>",
        "<guid xml:base='http://[::1'>x</guid>",
    ],
)
def test_elements_that_break_feedparser_lose_no_entry(trap: str) -> None:
    feed = read(rss(f"<item><title>前</title></item><item>{trap}<title>后</title></item>"))
    assert feed.entries[0].title == "前"
    assert len(feed.entries) == 2


def test_neither_files_nor_external_entities_are_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("<rss version='2.0'><channel><title>秘密</title></channel></rss>", "utf-8")
    assert refusal_of(str(secret)) == "plain text"
    external = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "秘密" not in str(read(external + rss("<item><title>&x;</title></item>")))


def test_entities_of_a_doctype_are_resolved_once() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "好"><!ENTITY b "&a;&a;&a;">]>'
    feed = read(bomb + rss("<item><title>&a;</title></item><item><title>&b;</title></item>"))
    assert [entry.title for entry in feed.entries] == ["好", "&amp;b;"]


def test_the_encoding_and_the_number_of_lost_characters_are_returned() -> None:
    body = rss("<item><title>天又亮了，今天没有风</title></item>").encode("gbk") + b"<!--\xff-->"
    feed = read(body, "text/xml; charset=utf-8")
    assert (feed.encoding_used, feed.encoding_declared) == ("gb18030", "utf-8")
    assert feed.entries[0].title == "天又亮了，今天没有风"
    assert (feed.replacement_count, feed.warnings) == (1, ("1 characters could not be decoded",))


@pytest.mark.parametrize("between", ["", "<x/>"])
def test_entries_over_the_limit_are_dropped_with_a_warning(between: str) -> None:
    feed = read(rss(f"<item><title>x</title></item>{between}" * (MAX_ENTRIES + 7)))
    assert len(feed.entries) == MAX_ENTRIES
    assert "more than 10,000 entries: the others are not read" in feed.warnings


REPEATED = {
    "open elements": "<a>",
    "brackets": "<",
    "unclosed quotes": '<a b="',
    "comments": "<!--",
    "sections": "<![CDATA[",
    "one author": "<author>" + "a" * 200_000 + "</author>",
    "authors": "<author>" + "a" * 400 + "</author>",
    "blank references": "&#10;",
    "blank sections": "<![CDATA[ ]]>",
    "namespaces": '<a:b xmlns:a="u"/>',
    "links": "<link>https://x.example/?a&amp;b</link>",
    "references": "&#55356;",
    "digits": "<pubDate>" + "1" * 50_000 + "</pubDate>",
}


@pytest.mark.parametrize("unit", REPEATED.values(), ids=REPEATED.keys())
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    document = rss("<item><title>x</title>" + unit * (200_000 // len(unit)) + "</item>")
    started = time.process_time()
    with contextlib.suppress(ParseError):
        read(document)
    assert time.process_time() - started < 10


def test_thousands_of_categories_and_attributes_are_bounded() -> None:
    categories = "".join(f"<category>{number}</category>" for number in range(20_000))
    assert len(read(rss(f"<item>{categories}</item>")).entries[0].categories) == 500
    attributes = " ".join(f'a{number}="1"' for number in range(20_000))
    assert refusal_of(rss(f"<x {attributes}/>")) == "XML with more than 200 attributes in a tag"
    prefixes = "".join(f'<x xmlns:p{number}="u"/>' for number in range(500))
    assert refusal_of(rss(prefixes)) == "XML with more than 200 namespaces"
    assert refusal_of(rss("<a>" * 600 + "</a>" * 600)) == ("XML nested more than 500 elements deep")


def test_the_logos_of_a_feed_are_found() -> None:
    rss = (
        b'<rss version="2.0"><channel><title>t</title><image><url>https://a.cn/logo.png</url>'
        b"<title>t</title><link>https://a.cn/</link></image></channel></rss>"
    )
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
        b"<logo>https://a.cn/l.png</logo><icon>https://a.cn/i.png</icon></feed>"
    )
    json_feed = b'{"version":"https://jsonfeed.org/version/1.1","items":[],"icon":"https://a.cn/i"}'
    found = [parse(body, content_type=None, url="https://a.cn/").logos for body in (rss, atom)]
    assert found == [("https://a.cn/logo.png",), ("https://a.cn/l.png", "https://a.cn/i.png")]
    assert parse(json_feed, content_type=None, url="https://a.cn/").logos == ("https://a.cn/i",)


def test_the_error_for_an_export_says_that_it_holds_entries() -> None:
    with pytest.raises(ParseError) as refused:
        read(_TAKEOUT)
    assert pickle.loads(pickle.dumps(refused.value)).holds_entries
    with pytest.raises(ParseError) as other:
        read("{}")
    assert not other.value.holds_entries


@pytest.mark.parametrize("title", ["if a<b and c>d", "if a<b", "i<n && x"])
def test_unescaped_comparison_signs_are_kept(title: str) -> None:
    feed = rss(f"<item><title>{title}</title><description>文</description></item>")
    (entry,) = parse(feed.encode(), content_type=None, url="https://feed.example/").entries
    assert titles.display_title(entry.title) == title
    assert entry.content == "文"
