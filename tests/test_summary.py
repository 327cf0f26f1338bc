"""The summary of an entry is the beginning of its text, cut where a clause ends."""

from __future__ import annotations

import pytest

from ingest.outputs.summary import summary_of


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        ("<p>正文。</p>", "正文。"),
        ("", ""),
        ('<p><img src="https://img.example.cn/1.jpg" alt="图"></p>', ""),
        ("<h2>标题</h2>\n<p>一<b>二</b>三</p><ul><li>四</li></ul>", "标题 一二三 四"),
        ("<p>a &lt; b &amp;amp; c&nbsp;d</p>", "a < b &amp; c d"),
        ("<p>甲</p><pre>code</pre><table><tr><td>1</td></tr></table><p>乙</p>", "甲 乙"),
        ("<table><tr><td>只有</td><td>表格</td></tr></table>", "只有 表格"),
        ("<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字", "漢字"),
        ("<p>第一句话到这里。第二句话说到一半</p>", "第一句话到这里。"),
        ("<p>第一句，“第二句。”第三句话很长</p>", "第一句，“第二句。”"),
        ("<p>一。第二句话说到一半，还没有说完</p>", "一。第二句话说到一半…"),
        ("<p>这句话一直没有说完，一直说下去，没有一个句号</p>", "这句话一直没有说完…"),
        ("<p>没有标点的一句话没有标点的一句话</p>", "没有标点的一句话没有…"),
        ("<p>One sentence. And another one</p>", "One sentence."),
        ("<p>version 1.2.3.4.5.6.7.8.9.10</p>", "version 1.2.3.4.5.6.…"),
        ("<p>some words in a long line</p>", "some words in a long…"),
    ],
)
def test_a_summary_ends_with_a_sentence_or_a_clause(html: str, summary: str) -> None:
    assert summary_of(html, 10) == summary


def test_a_summary_has_about_140_chinese_characters() -> None:
    sentence = "老旧小区加装电梯可以提取公积金，"
    summary = summary_of(f"<p>{sentence * 30}</p>")
    assert summary == (sentence * 8)[:-1] + "…"


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    rest = '<p title="' + "字" * 30_000 + '">文</p>'
    assert summary_of("<p>开头</p>" + rest) == "开头"


def test_a_cut_keeps_an_accent_with_its_letter() -> None:
    assert summary_of("<p>" + "e\u0301" * 20 + "</p>", 10) == "e\u0301" * 10 + "…"
