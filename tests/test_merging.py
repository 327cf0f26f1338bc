"""A summary that adds to the content is kept beside it; text that both contain appears once."""

from __future__ import annotations

import time

import pytest

from ingest.reading.documents.merging import merge, with_summary

ARTICLE = (
    "<h2>旧码头</h2><p>渡口今年翻修，工期三个月。</p><p>船改到<b>下游两里</b>的旧码头停靠。</p>"
    '<figure><img src="/p/ferry.jpg"><figcaption>渡船</figcaption></figure><p>明年再开。</p>'
)


@pytest.mark.parametrize(
    "summary",
    [
        "",
        "渡口今年翻修，工期三个月。",
        "渡口今年翻修， 工期三个月。船改到下游两里的旧码…",
        "旧码头 渡口今年翻修，工期三个月。 船改到下游两里的旧码头停靠。[&hellip;]",
        "<p>渡口今年翻修，<i>工期三个月</i>。</p>\n<p>船改到下游 [&#8230;]</p>",
        "<p>渡口今年翻修，工期三个月。船改到 <a href='/p'>阅读全文</a></p>",
        "<p>渡口今年翻修。</p><p>The post <a>渡口</a> appeared first on <a>江报</a>.</p>",
        "船改到下游两里的旧码头停靠。明年再开。",  # the caption between them is left out
        '<img src="https://img.example/p/ferry-300x200.jpg?w=300">渡口今年翻修，工期三个月。',
        '渡口今年翻修<img src="https://count.example/1.gif" width="1" height="1">',
        "渡口翻修",  # the title
        "……",
    ],
)
def test_a_summary_without_new_text_is_left_out(summary: str) -> None:
    assert with_summary(ARTICLE, summary, title="渡口翻修") == ARTICLE


@pytest.mark.parametrize(
    ("content", "summary", "whole"),
    [
        ("<p>正文。</p>", "导语一句。", "<p>导语一句。</p>\n<p>正文。</p>"),
        ("<p>正文。</p>", "一行\n二行", "<p>一行<br>二行</p>\n<p>正文。</p>"),
        (
            "<p>正文。</p>",
            "<p>导<a href='/x'>语</a></p>",
            "<p>导<a href='/x'>语</a></p>\n<p>正文。</p>",
        ),
        ("<img src='/b.jpg'>", "图里是桥。", "<p>图里是桥。</p>\n<img src='/b.jpg'>"),
        (
            "<p>甲说了三句话。</p>",
            "编者按：好文。甲说了三句话。乙也来了。",
            "<p>编者按：好文。</p>\n<p>甲说了三句话。</p>\n<p>乙也来了。</p>",
        ),
        (
            "<p>正文没有图。</p>",
            '<img src="/cover.jpg">正文没有图。',
            '<p><img src="/cover.jpg"></p>\n<p>正文没有图。</p>',
        ),
        (
            "<p>看片。</p>",
            '<iframe src="https://v.example/1"></iframe>看片。',
            '<iframe src="https://v.example/1"></iframe>看片。\n<p>看片。</p>',
        ),
        ("正文一行\n两行 &amp; 三", "导语。", "<p>导语。</p>\n<p>正文一行<br>两行 &amp; 三</p>"),
        ("<p>涨了6%。</p>", "涨了5%。", "<p>涨了5%。</p>\n<p>涨了6%。</p>"),
    ],
)
def test_text_only_in_the_summary_is_put_beside_the_content(
    content: str, summary: str, whole: str
) -> None:
    assert with_summary(content, summary) == whole


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], ""),
        (["", "<p>甲</p>"], "<p>甲</p>"),
        (["<p>甲段</p>", "<p>乙段</p>"], "<p>甲段</p>\n<p>乙段</p>"),
        (["甲段，乙段", "<p>甲段，</p><p>乙段</p>"], "<p>甲段，</p><p>乙段</p>"),
        (["<p>甲段，</p><p>乙段</p>", "甲段，乙段"], "<p>甲段，</p><p>乙段</p>"),
        (["<p>甲段</p>", "<p>乙段</p>", "<p>甲段</p>"], "<p>甲段</p>\n<p>乙段</p>"),
    ],
)
def test_two_different_texts_are_joined_in_order(texts: list[str], whole: str) -> None:
    assert merge(texts) == whole


@pytest.mark.parametrize(
    "piece", ["甲", "甲。", "ab ", "<", "<p>", "<!--", "<script>", "<img ", "…"]
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    started = time.process_time()
    with_summary(piece * 100_000, f"乙{piece * 100_000}")
    with_summary(f"{piece * 100_000}丙", f"乙{piece * 1_000}" * 100)
    assert time.process_time() - started < 10
