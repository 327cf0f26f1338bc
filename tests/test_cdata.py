"""CDATA sections that are escaped, nested, or ended too early lose no text."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ingest.reading import shortcuts
from ingest.reading.documents.parse import parse
from ingest.reading.shortcuts.split import split
from ingest.reading.xml.cdata import end_open_sections, mend_sections, unwrap, without_sections
from ingest.values import ParsedEntry

ITEM = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
ENTRY = "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{}</feed>"


def entries(document: str) -> tuple[ParsedEntry, ...]:
    return parse(document.encode(), content_type=None, url="https://feed.example/").entries


@pytest.mark.parametrize(
    ("text", "unwrapped"),
    [
        ("<![CDATA[停牌]]>", "停牌"),
        ("<![CDATA[ <p>停牌</p> ]]>", "<p>停牌</p>"),
        ("&lt;![CDATA[<p>通航</p>]]&gt;", "<p>通航</p>"),
        ("&lt;![CDATA[&lt;p&gt;通航&lt;/p&gt;]]&gt;", "<p>通航</p>"),
        ("<![CDATA[<![CDATA[两层]]>]]>", "两层"),
        ("<![CDATA[甲]]]]><![CDATA[>乙]]>", "甲]]>乙"),
        ("<![CDATA[<p>被截断的", "<p>被截断的"),
        ("<![CDATA[ x ]]> 是 XML 的写法", "<![CDATA[ x ]]> 是 XML 的写法"),
        ("写 <![CDATA[ x ]]>", "写 <![CDATA[ x ]]>"),
        ("&lt;![cdata[<p>通航</p>]]&gt;", "<p>通航</p>"),
        ("没有", "没有"),
    ],
)
def test_a_text_that_is_one_cdata_section_is_unwrapped(text: str, unwrapped: str) -> None:
    assert unwrap(text) == unwrapped


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>前</p><![CDATA[<p>后</p>]]>", "<p>前</p><p>后</p>"),
        ("<code><![CDATA[ x ]]></code>", "<code>&lt;![CDATA[ x ]]&gt;</code>"),
        (
            "<pre><b>1</b>\n<![CDATA[ <x/> ]]></pre>",
            "<pre><b>1</b>\n&lt;![CDATA[ &lt;x/&gt; ]]&gt;</pre>",
        ),
        ("<code>a</code><![CDATA[b]]>", "<code>a</code>b"),
        ("按 <kbd><![CDATA[k]]></kbd>", "按 <kbd>&lt;![CDATA[k]]&gt;</kbd>"),
        ("<p>前</p><!--[CDATA[<p>后</p>]]-->", "<p>前</p><p>后</p>"),
        ("<p>前</p><!-- [CDATA[ 注 -->", "<p>前</p><!-- [CDATA[ 注 -->"),
        ("<p>前<![CDATA[后", "<p>前后"),
    ],
)
def test_html_keeps_the_content_of_sections(markup: str, shown: str) -> None:
    assert without_sections(markup) == shown


@pytest.mark.parametrize("field", ["title", "link", "guid", "category", "author", "pubDate"])
def test_sections_in_all_fields_are_unwrapped(field: str) -> None:
    forms = ("&lt;![CDATA[https://a.example/1]]&gt;", "https://a.example/1")
    items = (f"<item><{field}>{form}</{field}></item>" for form in forms)
    wrapped, bare = (replace(entries(ITEM.format(item))[0], item=b"") for item in items)
    assert wrapped == bare


def test_sections_in_unclosed_html_and_json_tags_are_unwrapped() -> None:
    (entry,) = entries(
        ITEM.format("<item><description>甲&lt;br>&lt;![CDATA[乙]]&gt;</description></item>")
    )
    assert entry.content == "甲<br>乙"
    item = '{"id": "1", "content_text": "甲", "tags": ["<![CDATA[要闻]]>"]}'
    version = '"version": "https://jsonfeed.org/version/1.1"'
    (entry,) = entries(f'{{{version}, "items": [{item}]}}')
    assert entry.categories == ("要闻",)


BROKEN = [
    '<p>前</p><div data-x="]]>">块</div><p>后</p>',
    "<p>前</p><pre><code><![CDATA[ 文 ]]></code></pre><p>后</p>",
    "<p>前</p><code>a[b[0]]>1</code> <b>]]></b><p>后</p>",
    "<p>前</p><code><content><![CDATA[ 文 ]]></content></code><p>后</p>",
    "<p>前</p> 以 ]]> 结尾，见 <entry>，<p>后</p>",
    "<p>前</p><pre><entry><title><![CDATA[ 文 ]]></title></entry></pre><p>后</p>",
]


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("end", ["]]></content>", "]]>\n  </content>"])
def test_a_section_ends_at_its_last_end_mark_before_the_closing_tag(body: str, end: str) -> None:
    one = "<entry><title>{}</title><id>{}</id><content type='html'><![CDATA[{}{}</entry>"
    parts = [one.format("甲", 1, "<p>平常</p>", end), one.format("乙", 2, body, end)]
    found = entries(ENTRY.format("".join([*parts, one.format("丙", 3, "<p>末</p>", end)])))
    assert [entry.title for entry in found] == ["甲", "乙", "丙"]
    assert [entry.content for entry in found] == [
        "<p>平常</p>",
        without_sections(body),
        "<p>末</p>",
    ]


@pytest.mark.skipif(not shortcuts.ENABLED, reason="only a split document has parts")
def test_an_entry_with_a_broken_section_reads_the_same_alone_and_in_its_feed() -> None:
    one = "<entry><id>{}</id><content type='html'><![CDATA[{}]]></content></entry>"
    body = ENTRY.format("".join(one.format(place, text) for place, text in enumerate(BROKEN[:3])))
    parts = split(body.encode())
    assert parts is not None
    for entry, item in zip(entries(body), parts.items, strict=True):
        assert entries(parts.document([item]).decode()) == (entry,)


@pytest.mark.parametrize(
    "sound",
    [
        "<d><![CDATA[a]]]]><![CDATA[>b]]></d>",
        "<d><![CDATA[a]]> b <![CDATA[c]]></d>",
        "<d> <![CDATA[a]]> b</d>",
        "<d><![CDATA[a]]></d><e><![CDATA[b]]></e>",
        "<d><![CDATA[a]]>",
        "<d>a</d>",
    ],
)
def test_valid_sections_stay_unchanged(sound: str) -> None:
    assert mend_sections(sound) == sound


@pytest.mark.parametrize(
    "piece", ["<d><![CDATA[", "<d><![CDATA[<![CDATA[]]></d>", "]]>", "<d>", "<!--[CDATA["]
)
def test_hostile_sections_take_linear_time(piece: str) -> None:
    started = time.process_time()
    mend_sections("<d><![CDATA[" + piece * 100_000)
    end_open_sections("<d><![CDATA[" + piece * 100_000)
    without_sections(piece * 100_000)
    unwrap(piece * 100_000)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("at_end", [True, False])
def test_an_unclosed_section_does_not_swallow_other_entries(at_end: bool) -> None:
    whole = "<item><title>乙</title><description><![CDATA[二]]></description></item>"
    open_one = "<item><title>甲</title><description><![CDATA[一 <b>粗</b></description></item>\n"
    items = whole + open_one if at_end else open_one + whole
    document = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
    assert sorted(entry.title for entry in entries(document)) == ["乙", "甲"]


def test_an_entry_that_quotes_a_section_stays_whole() -> None:
    section = "<![CDATA[写作 <![CDATA[ 与 </description> 的 <b>例</b>]]>"
    text = f"<item><description>{section}</description></item><item/>"
    assert end_open_sections(text) == text
