"""Notes in Markdown show the text of their HTML, and text from a feed stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import lxml.html
import pytest
from markdown_it import MarkdownIt

from ingest.outputs.notes.convert import markdown_of
from ingest.reading.html.cleaning import clean

SAMPLES = Path(__file__).parent / "data/notes"
ODD = json.loads((Path(__file__).parent / "data/layouts/odd.json").read_text("utf-8"))
HOSTILE = json.loads((SAMPLES / "hostile.json").read_text("utf-8"))
COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(html: str) -> str:
    """Return the characters that a browser shows, without white space."""
    tree = lxml.html.fragment_fromstring(html, create_parent="main")
    for hidden in tree.xpath("//*[@hidden] | //annotation"):
        hidden.drop_tree()
    return re.sub(r"\s+", "", tree.text_content())


def elements(markdown: str) -> set[str]:
    tree = lxml.html.fragment_fromstring(COMMONMARK.render(markdown), create_parent="main")
    return {element.tag for element in tree.iterdescendants()}


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.html")), ids=lambda file: file.stem)
def test_html_becomes_the_markdown_beside_it(file: Path) -> None:
    markdown = markdown_of(file.read_text("utf-8"))
    assert markdown == file.with_suffix(".md").read_text("utf-8").rstrip("\n")
    assert shown(COMMONMARK.render(markdown)) == shown(file.read_text("utf-8"))


@pytest.mark.parametrize("html", ODD["bodies"])
def test_the_markdown_shows_the_text_of_the_html(html: str) -> None:
    stored = clean(html, base_url="https://news.example.cn/")
    if "<math" not in stored:  # A formula is written on one line, with other signs.
        assert shown(COMMONMARK.render(markdown_of(stored))) == shown(stored)


@pytest.mark.parametrize("text", HOSTILE["texts"])
@pytest.mark.parametrize("around", HOSTILE["around"])
def test_text_of_a_feed_stays_text(text: str, around: str) -> None:
    html = around.format(lxml.html.tostring(_paragraph(text), encoding="unicode")[3:-4])
    markdown = markdown_of(html)
    assert shown(COMMONMARK.render(markdown)) == shown(html)
    assert elements(markdown) <= elements(markdown_of(around.format("x")))
    for sign in HOSTILE["active"]:
        assert not re.search(rf"(?<!\\){sign}", markdown)


def test_the_character_that_marks_signs_is_dropped() -> None:
    assert markdown_of("<p>甲\ufdd0[乙</p>") == "甲\\[乙"


def _paragraph(text: str) -> lxml.html.HtmlElement:
    element = lxml.html.Element("p")
    element.text = text
    return element


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ('<pre><code class="language-js">a</code></pre>', "```js\na\n```"),
        ('<pre class="lang-python">a</pre>', "```python\na\n```"),
        ('<pre><code class="language-dataviewjs">a</code></pre>', "```\na\n```"),
        ('<pre><code class="language-query">a</code></pre>', "```\na\n```"),
        ("<pre>````\na</pre>", "`````\n````\na\n`````"),
        ("<p><code>$= dv.pages()</code></p>", "\\$\\= dv.pages()"),
        ("<p><code>= this.file</code></p>", "\\= this.file"),
        ("<p><code>a = 1</code></p>", "`a = 1`"),
    ],
)
def test_code_names_only_known_languages_and_runs_in_no_plugin(html: str, markdown: str) -> None:
    assert markdown_of(html) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>他说<b>“好。”</b>走了</p>", "他说“**好**。”走了"),
        ("<p>他说<b>“好。” </b>走了</p>", "他说“**好**。” 走了"),
        ("<p><b>“好。”</b></p>", "**“好。”**"),
        ("<p>a <b>“b”</b> c</p>", "a **“b”** c"),
        ("<p>甲<b>（乙）</b></p>", "甲（**乙）**"),
        ("<p>甲<b>！！</b>乙</p>", "甲！！乙"),
        ("<p>甲<b><a href='https://a.cn'>“乙”</a></b>丙</p>", "甲[“乙”](https://a.cn)丙"),
        ("<p>甲<b>乙<i>“丙”</i></b>丁</p>", "甲**乙“*丙***”丁"),
        ("<p><b>甲</b><b>乙</b></p>", "**甲乙**"),
        ("<p>甲<b> </b>乙</p>", "甲 乙"),
    ],
)
def test_emphasis_is_written_where_markdown_can(html: str, markdown: str) -> None:
    assert shown(COMMONMARK.render(markdown_of(html))) == shown(html)
    assert markdown_of(html) == markdown
