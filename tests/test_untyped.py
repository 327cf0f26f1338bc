"""An Atom text without a type is read as HTML only if it cannot be plain text."""

from __future__ import annotations

import html
import time

import pytest

from ingest.reading.documents.parse import parse
from ingest.reading.xml.fields import is_html

ENTRY = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{}<entry><title>t</title>'
    "<content{}>{}</content></entry></feed>"
)


@pytest.mark.parametrize(
    "text",
    [
        "<p>江边的<strong>老码头</strong>。</p>",
        '<h2 id="x">小标题</h2><p>正文</p><img src="/a.jpg">',
        "\n<!-- more -->\n<div class='x'>\n<p>正文</p>\n</div>\n",
        "<P>Text</P>",
        "开头没有标签。<p>第一段。</p><p>第二段。</p>",
        '<p><img src="/a.jpg"></p>',
        "<img src='/a.jpg'><ul><li>甲</li></ul>",
        "<details><summary>题</summary>文</details>",
        "<p><b>甲</b>和<i>乙</i></p>",
    ],
)
def test_blocks_with_words_are_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "江边的老码头。",
        "在模板里写 <slot> 就行",
        "The <b> tag and the <i> tag",
        "<p> 和 </p> 要成对",
        "用 <p>段落</p> 包住一段",
        "用 <p>段落</p>",
        "<div></div> 与 <span></span>",
        "<p>段落</p> 与 <div>块</div>",
        "<h1>A</h1> or <h2>B</h2>",
        "List<String> 与 Map<String, List<String>>",
        "<br>",
        "<3 </3>",
    ],
)
def test_text_that_mentions_tags_is_text(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize("more", ["", '<link rel="x:y" href="/" foreign="1"/>'])
@pytest.mark.parametrize(
    ("given", "is_text"), [("", False), (' type="html"', False), (' type="text"', True)]
)
def test_a_declared_type_has_priority(more: str, given: str, *, is_text: bool) -> None:
    text = "<p>第一段。</p><p>第二段。</p>"
    document = ENTRY.format(more, given, html.escape(text))
    feed = parse(document.encode(), content_type=None, url="https://feed.example/")
    assert feed.entries[0].content == (html.escape(text) if is_text else text)


@pytest.mark.parametrize("piece", ["<p>", "<p></p>", "<p a", "</", "<div><p>", "<!--"])
def test_hostile_texts_take_linear_time(piece: str) -> None:
    started = time.process_time()
    is_html(piece * 200_000 + "</x>")
    assert time.process_time() - started < 10
