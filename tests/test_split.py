"""A feed is split into its items and joined again; split returns None in case of doubt."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.reading.shortcuts.split import Split, item_digest, split

RSS = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<!-- <item>no</item> -->\n'
    '<rss version="2.0" xml:base="https://a.example/"><channel><title>小站</title>\n'
)
ONE = "<item><title>一</title></item>"
TWO = "<item rdf:about=\"a>b\" x='1'><title>二</title></item >"


def items_of(text: str, encoding: str = "utf-8") -> list[str]:
    pieces = split(text.encode(encoding))
    assert pieces is not None
    whole = pieces.document(pieces.items).decode(encoding)
    assert "".join(whole.split()) == "".join(text.split())
    return [item.decode(encoding) for item in pieces.items]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5"])
def test_items_of_rss_are_found_in_every_ascii_safe_encoding(encoding: str) -> None:
    text = RSS.format(encoding=encoding) + ONE + "\n" + TWO + "<ttl>5</ttl></channel></rss>"
    assert items_of(text, encoding) == [ONE, TWO]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "<feed><entry><id>1</id></entry> <entry><id>2</id></entry></feed>",
            ["<entry><id>1</id></entry>", "<entry><id>2</id></entry>"],
        ),
        (
            "<atom:feed xmlns:atom='a'><atom:entry/><atom:entry/></atom:feed>",
            ["<atom:entry/>", "<atom:entry/>"],
        ),
        (
            "<rdf:RDF><channel><items><rdf:li/></items></channel><item>1</item></rdf:RDF>",
            ["<item>1</item>"],
        ),
        (
            "<r:RDF><rss:channel></rss:channel><rss:item>1</rss:item></r:RDF>",
            ["<rss:item>1</rss:item>"],
        ),
        (
            "<rss><channel><item><d><![CDATA[<item><entry>]]></d></item></channel></rss>",
            ["<item><d><![CDATA[<item><entry>]]></d></item>"],
        ),
        (
            "<rss><channel><item><!-- </item> --><?php <item> ?></item></channel></rss>",
            ["<item><!-- </item> --><?php <item> ?></item>"],
        ),
        ("<rss><channel><items/><itemize>x</itemize></channel></rss>", []),
    ],
)
def test_items_are_found(text: str, items: list[str]) -> None:
    assert items_of(text) == items


def test_items_of_json_are_the_original_bytes() -> None:
    body = '{"version": "x", "items" : [ {"id":1.0, "t":"\\u4e00]"} ,{"id": 2}\n], "z": [{}]}'
    pieces = split(body.encode())
    assert pieces is not None
    assert pieces.items == (b'{"id":1.0, "t":"\\u4e00]"}', b'{"id": 2}')
    assert json.loads(pieces.document(pieces.items)) == json.loads(body)
    assert json.loads(pieces.document(pieces.items[1:]))["items"] == [{"id": 2}]
    assert json.loads(pieces.document([]))["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><item></item></html>",
        b"<rss><channel><item><item></item></item></channel></rss>",
        b"<rss><channel><item></channel></rss>",
        b"<rss><channel></item></channel></rss>",
        b"<rss><channel><item/><image/><item/></channel></rss>",
        b"<rss><channel><item><![CDATA[</item></channel></rss>",
        b"<rss><channel><item><d><![CDATA[a</d></item><item><d><![CDATA[b]]></d></item></channel></rss>",
        b"<feed><entry><d><![CDATA[a</d></entry><entry><d><![CDATA[b]]></d></entry></feed>",
        b"<rss><channel><title><![CDATA[a</title><item/><item><d>]]></d></item></channel></rss>",
        b"<rss><channel><item><d><![CDATA[</item><item>]]></d></item></channel></rss>",
        b"<!DOCTYPE rss [<!ENTITY a '<item/>'>]><rss><channel><item>&a;</item></channel></rss>",
        "<rss><channel><item/></channel></rss>".encode("utf-16"),
        b"<rss><channel><title>~{1>JP~}</title><item/></channel></rss>",
        b"<rss><channel><title>\x1b$B</title><item/></channel></rss>",
        # Alone, the second item would be decoded as HZ.
        "<rss><channel><item>临溪</item><item>~{VPND~}</item></channel></rss>".encode(),
        b'{"items": []}',
        b'{"items": [{}], "items": [{}]}',
        b'{"items": [{}}',
        b"[" * 100_000,
        b'{"items":' + b"[" * 100_000,
    ],
)
def test_split_returns_none_in_case_of_doubt(body: bytes) -> None:
    assert split(body) is None


def test_selected_items_form_a_document_with_the_same_channel() -> None:
    pieces = split((RSS.format(encoding="utf-8") + ONE + TWO + "</channel></rss>").encode())
    assert pieces is not None
    expected = RSS.format(encoding="utf-8") + TWO + "</channel></rss>"
    assert pieces.document([pieces.items[1]]).decode() == expected


def test_a_repeated_item_is_counted_once() -> None:
    pieces = split(f"<rss><channel>{ONE}{TWO}{TWO}</channel></rss>".encode())
    assert pieces is not None
    assert list(pieces.by_digest().values()) == [ONE.encode(), TWO.encode()]
    assert pieces.of([TWO.encode()]) == replace(pieces, items=(TWO.encode(),))


def test_a_digest_depends_on_the_item_and_on_its_frame() -> None:
    def digests(head: str, *items: str) -> list[bytes]:
        pieces = split(f"{head}<channel>{''.join(items)}</channel></rss>".encode())
        assert pieces is not None
        return list(pieces.by_digest())

    base = digests("<rss>", ONE)
    assert digests("<!-- poll 2 --><rss>", ONE) == base
    assert digests("<rss xml:base='https://b.example/'>", ONE) != base
    assert digests("<rss>", ONE.replace("一", "二")) != base
    assert digests("<rss>", TWO, ONE)[1:] == base


def test_split_computes_the_digests_of_item_digest() -> None:
    pieces = Split(head=b"", items=(b"x",), tail=b"", scope=b"s")
    assert pieces.by_digest() == {item_digest(b"s", b"x"): b"x"}
    assert len(item_digest(b"s", b"x")) == 20
    assert item_digest(b"s", b"x") != item_digest(b"", b"sx")


@pytest.mark.parametrize(
    "unit",
    [
        b"<",
        b"<item>",
        b"<item/>",
        b"<!--",
        b"<![CDATA[",
        b"<item a='",
        b" ",
        b"<?",
        b"<item ",
        b"</item>",
        b"\n<!-- -->",
    ],
)
def test_splitting_takes_linear_time(unit: bytes) -> None:
    started = time.process_time()
    split(b"<rss><channel>" + unit * (1_000_000 // len(unit)))
    split(unit * (1_000_000 // len(unit)))
    assert time.process_time() - started < 10


_SECTIONS = st.sampled_from(
    "<![CDATA[一]]>|<![CDATA[一|一]]>|<![CDATA[]]>|<![CDATA[a <![CDATA[ b]]>|<b>一</b>|一"
    "|<![CDATA[<p>一</p></item>]]>|<!-- <![CDATA[ -->|<![CDATA[ --> ]]>".split("|")
)
_ENTRY = st.tuples(_SECTIONS, _SECTIONS).map(
    "<item><title>{0[0]}</title><description>{0[1]}</description></item>".format
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_SECTIONS, st.lists(_ENTRY, min_size=1, max_size=4, unique=True))
def test_the_split_items_give_the_entries_of_the_whole_document(
    title: str, entries: list[str]
) -> None:
    text = f'<rss version="2.0"><channel><title>{title}</title>{"".join(entries)}</channel></rss>'
    pieces = split(text.encode())
    if pieces is None:
        return
    assert len(pieces.items) == len(entries)
