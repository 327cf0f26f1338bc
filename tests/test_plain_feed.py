"""The short cut parses a feed exactly as feedparser does, or leaves the feed to feedparser."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.reading.documents import parse_xml
from ingest.reading.documents.parse_xml import parse_xml as parse
from ingest.reading.shortcuts import plain_feed
from ingest.reading.xml.xml_text import find_root
from ingest.values import ParsedFeed

RSS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">\n'
    "<channel>{}</channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{}>{}</feed>'


def parse_both_ways(text: str) -> tuple[ParsedFeed | None, ParsedFeed]:
    """Parse a feed without feedparser (None if it declines) and with feedparser."""
    root = find_root(text)
    assert root is not None
    plain = plain_feed.read(text, root)
    theirs = parse_xml._parse_any(text, root)
    if plain is None:
        return None, theirs
    return parse_xml._feed(plain, text, plain["version"], ()), theirs


_WORDS = st.sampled_from(
    "临溪|新闻|a & b|<p>段落</p>|1 < 2|  两端  |línea|é|\x85|😀|&amp;|R&D|C++|<b>|x\ny||“引”|"
    "&#20013;|<br>|]]".split("|")
)
_TEXTS = st.lists(_WORDS, max_size=3).map("".join)
_URLS = st.sampled_from(
    "https://a.example/1|https://a.example/?a=1&b=2|/rel/1||urn:uuid:1|http:///x"
    "|https://a.example/&amp;x| https://a.example/2 |https://a.example/中文".split("|")
)
_DATES = st.sampled_from(["Fri, 28 Jan 2022 13:34:39 GMT", "2022-01-28", "昨天 12:00", ""])


def element(name: str, texts: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy:
    escaped, cdata = texts.map(escape), texts.map(lambda text: f"<![CDATA[{text}]]>")
    references = st.sampled_from(["中&#150;文", "&#x96;", "&#8220;é&#8221;", "&#0131;", "&#xB7;"])
    return (escaped | cdata | references).map(lambda text: f"<{name}{attributes}>{text}</{name}>")


_PERMALINK = st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"', ' isPermaLink=""'])
_ITEM_PARTS = st.one_of(
    element("title", _TEXTS),
    element("link", _URLS),
    _PERMALINK.flatmap(lambda given: element("guid", _URLS, given)),
    element("description", _TEXTS),
    element("content:encoded", _TEXTS),
    element("pubDate", _DATES),
    element("author", _TEXTS | st.just("a@b.cn (Name)")),
    element("dc:creator", _TEXTS),
    element("category", _TEXTS),
    element("category", _TEXTS, ' domain="x"'),
    element("comments", _URLS),
    st.just('<enclosure url="https://a.example/a.mp3" type="Audio/MPEG" length="12"/>'),
    st.just("<!-- a comment -->"),
    st.just("words beside"),
)
_CHANNEL_PARTS = st.one_of(
    element("title", _TEXTS),
    element("link", _URLS),
    element("description", _TEXTS),
    element("language", st.sampled_from(["zh-cn", "zh_CN", "en"])),
    element("generator", _TEXTS),
    element("ttl", st.sampled_from(["5", "x", ""])),
    element("lastBuildDate", _DATES),
    element("pubDate", _DATES),
    element("sy:updatePeriod", st.just("daily")),
    element("webMaster", _TEXTS),
    st.just('<atom:link href="https://a.example/feed" rel="self" type="application/rss+xml"/>'),
    st.just('<atom:link href="https://a.example/old" rel="prev-archive"/>'),
    st.just("<image><url>https://a.example/l.png</url><title>x</title><link>/</link></image>"),
    st.just("<skipHours><hour>1</hour></skipHours>"),
)
_MEDIA_TYPES = st.sampled_from(
    ["", ' type="html"', ' type="text"', ' type="xhtml"', ' type="HTML"']
)
_ATOM_PARTS = st.one_of(
    _MEDIA_TYPES.flatmap(lambda given: element("title", _TEXTS, given)),
    st.sampled_from(["alternate", "self", "next", "enclosure", "Alternate"]).map(
        lambda rel: f'<link href="https://a.example/{rel}" rel="{rel}"/>'
    ),
    st.just('<link href="https://a.example/plain" type="application/json" hreflang="zh"/>'),
    element("id", _URLS),
    element("updated", _DATES),
    element("published", _DATES),
    element("author", st.just("")),
    st.just("<author><name>甲</name><email>a@b.cn</email></author>"),
    st.just("<author><uri>https://a.example/</uri><name>乙</name></author>"),
    element("generator", _TEXTS, ' uri="https://a.example/" version="1"'),
    element("rights", _TEXTS),
)
_ENTRY_PARTS = st.one_of(
    _ATOM_PARTS,
    _MEDIA_TYPES.flatmap(lambda given: element("summary", _TEXTS, given)),
    _MEDIA_TYPES.flatmap(lambda given: element("content", _TEXTS, given)),
    st.just('<category term="a" label="甲"/>'),
    st.just('<category term="b" scheme="x"/>'),
)
_FEED_PARTS = _ATOM_PARTS | _MEDIA_TYPES.flatmap(lambda given: element("subtitle", _TEXTS, given))


def joined(parts: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=most).map("\n".join)


def with_entries(
    parts: st.SearchStrategy[str], entry: str, of_entry: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    entries = joined(of_entry, 6).map(lambda inner: f"<{entry}>{inner}</{entry}>")
    return st.tuples(joined(parts, 4), joined(entries, 3), joined(parts, 1)).map("\n".join)


_DOCUMENTS = st.one_of(
    with_entries(_CHANNEL_PARTS, "item", _ITEM_PARTS).map(RSS.format),
    st.tuples(
        st.sampled_from(["", ' xml:lang="zh-CN"', ' xml:lang="zh_TW"', ' xml:lang=""']),
        with_entries(_FEED_PARTS, "entry", _ENTRY_PARTS),
    ).map(lambda pair: ATOM.format(*pair)),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_DOCUMENTS)
def test_the_short_cut_gives_the_result_of_feedparser(text: str) -> None:
    ours, theirs = parse_both_ways(text)
    assert ours is None or theirs == ours


_USUAL_ITEM = (
    "<item><title>甲</title><description><![CDATA[<p>乙</p>]]></description>"
    "<link>https://a.example/1</link><guid isPermaLink='false'>1</guid>"
    "<pubDate>Fri, 28 Jan 2022 13:34:39 GMT</pubDate><author>丙</author><category>丁</category>"
    "</item>"
)
_USUAL_ENTRY = (
    "<entry><title>甲</title><link href='https://a.example/1'/><id>1</id>"
    "<updated>2022-01-28T13:34:39Z</updated><content type='html'>&lt;p>乙</content></entry>"
)


@pytest.mark.parametrize(
    "text",
    [
        RSS.format(f"<title>站</title>{_USUAL_ITEM * 2}"),
        RSS.format(f"<title>站</title>\n<atom:link href='/f' rel='self'/>{_USUAL_ITEM}"),
        ATOM.format("", f"<title>站</title>{_USUAL_ENTRY * 2}"),
    ],
)
def test_usual_feeds_are_read_without_feedparser(text: str) -> None:
    ours, theirs = parse_both_ways(text)
    assert theirs == ours


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("<title>甲", "<title>R&amp;D"),
        lambda text: text.replace("<title>甲", "<title>甲</title><title>乙"),
        lambda text: text.replace("</item>", "<x:y xmlns:x='z'/></item>"),
        lambda text: text.replace("</item>", "<source url='/'>x</source></item>"),
        lambda text: text.replace("<item>", "<item xml:base='https://b.example/'>"),
        lambda text: text.replace('version="2.0"', 'version="0.91"'),
        lambda text: text.replace("丙", "a@b.example (丙)"),
        lambda text: text.replace("<rss", "<!DOCTYPE rss><rss"),
        lambda text: text.replace("</rss>", ""),
        lambda text: text.replace("</item>", "&nbsp;</item>"),
        lambda text: text.replace("</item>", "<category>a</category>" * 600 + "</item>"),
        lambda text: text.replace("乙", " \t" * 600),
        lambda text: text.replace("</rss>", "</rss>more"),
    ],
)
def test_unusual_feeds_are_left_to_feedparser(change: Callable[[str], str]) -> None:
    ours, _ = parse_both_ways(change(RSS.format(f"<title>站</title>{_USUAL_ITEM}")))
    assert ours is None


def test_a_deeply_nested_document_raises_an_error() -> None:
    deep = RSS.format("<item><description>" + "<b>" * 90_000)
    root = find_root(deep)
    assert root is not None
    with pytest.raises(ValueError, match="nested more than"):
        parse(deep, root)
