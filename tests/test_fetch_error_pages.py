"""The detail of an error page: the text that says what is wrong."""

from __future__ import annotations

import time

import pytest

from ingest.fetch.error_pages import words_of

RSSHUB = """<html><head><title>Welcome</title><style>p {{ color: red }}</style></head><body>
<div><h1 class="x">Looks like something went wrong</h1><div><div>
<p>Helpful Information</p><p class="message">Error Message:<br/>
<code class="details">{}</code></p><p class="message">Route: <code>/zhihu/hot</code></p>
</div></div></div></body></html>"""


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", ""),
        (
            "<h1>Looks wrong</h1><p>Helpful <b>Info</b>rmation</p>",
            "Looks wrong Helpful Information",
        ),
        ("<ul><li>one</li><li>two</li></ul>three<br>four", "one two three four"),
        (
            "<aside>one</aside>two<details><summary>three</summary>four</details>",
            "one two three four",
        ),
        ("<label>one</label><button>two</button><option>three<option>four", "one two three four"),
        ("<title>503</title><script>a()</script><p>忙</p>", "忙"),
        (RSSHUB.format("this route is empty, please check"), "this route is empty, please check"),
        (RSSHUB.format("a &lt;b&gt; c"), "a <b> c"),
        ("<b>w</b>rong<span>Helpful</span><span>Info</span>", "wrongHelpful Info"),
        ("<div><span>wrong</span><span>Helpful</span></div>", "wrong Helpful"),
        ("<p>Error Message: wrong path</p><p>Route: /x</p>", "wrong path"),
        ("<p>Error Message:</p>", ""),
        ("plain words\nin lines", "plain words in lines"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ('{"error": "quota"}', '{"error": "quota"}'),
    ],
)
def test_the_message_of_an_error_page_is_found(page: str, words: str) -> None:
    assert words_of(page) == words


@pytest.mark.parametrize("piece", ["<p>", "<p", "Error Message:", "[", '{"error":', "&", "<br>"])
def test_hostile_pages_take_linear_time(piece: str) -> None:
    started = time.process_time()
    words_of(piece * 20_000)
    assert time.process_time() - started < 10
