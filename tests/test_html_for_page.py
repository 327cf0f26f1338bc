"""The HTML of an entry fits into a page: its headings, landmarks, lists, pictures and players."""

from __future__ import annotations

import pytest

from ingest.reading.html.for_page import html_for_page
from tests.dom import dom_of

NAMES = {"img": "picture", "video": "film", "audio": "sound", "iframe": "player"}
PLAYER = "https://player.bilibili.com/player.html?bvid=1"
BOXED = 'sandbox="allow-scripts allow-same-origin allow-popups allow-presentation"'


def picture(attributes: str) -> str:
    return f'<img src="https://a.cn/1.jpg" referrerpolicy="no-referrer" {attributes}>'


CASES = {
    "headings lie below that of the page": (
        "<h1>甲</h1><h3>乙</h3><h3>丙</h3><h2>丁</h2><h6>戊</h6>",
        "<h2>甲</h2><h3>乙</h3><h3>丙</h3><h3>丁</h3><h4>戊</h4>",
    ),
    "the first heading may be any": ("<h4>甲</h4><h2>乙</h2>", "<h2>甲</h2><h2>乙</h2>"),
    "headings without text are none": ("<h2><br></h2><p>甲</p>", "<div><br></div><p>甲</p>"),
    "landmarks are those of the page": (
        '<main role="main"><nav aria-label="x">甲</nav><p role="alert">乙</p></main>',
        "<div><div>甲</div><p>乙</p></div>",
    ),
    "old elements": ('<center><font size="7">甲</font></center>', "<div><span>甲</span></div>"),
    "styles": ('<p style="color:red" class="a">甲</p>', "<p>甲</p>"),
    "measures of tables": (
        '<table border="1" width="90%"><tr><td align="left" width="5">丙</td></tr></table>',
        "<table><tbody><tr><td>丙</td></tr></tbody></table>",
    ),
    "what a style hides stays hidden": (
        '<p>甲<b style="display: none">乙</b>丙</p>',
        "<p>甲丙</p>",
    ),
    "items have a list": ("<li>甲</li><dd>乙</dd>", "<div>甲</div><div>乙</div>"),
    "lists have items only": (
        "<ul><li>甲</li><ul><li>乙</li></ul></ul>",
        "<ul><li>甲</li><li><ul><li>乙</li></ul></li></ul>",
    ),
    "a picture without a description": (picture('width="5"'), picture('width="5" alt="picture"')),
    "a picture with one": (picture('alt="鸟"'), picture('alt="鸟"')),
    "a picture that counts readers": (picture('width="1"'), picture('width="1" alt=""')),
    "a picture that is a link": (
        f"""<a href="https://a.cn/">{picture('alt=""')}</a>""",
        f"""<a href="https://a.cn/">{picture('alt="picture"')}</a>""",
    ),
    "links without content": ('<p><a href="https://a.cn/"></a>甲</p>', "<p><a></a>甲</p>"),
    "players have a title": (
        f'<iframe src="{PLAYER}"></iframe>',
        f'<iframe src="{PLAYER}" title="player player.bilibili.com" {BOXED}></iframe>',
    ),
    "tags in attributes stay text": (
        '<p title="&lt;h1&gt;&lt;img src=x&gt;">甲</p>',
        '<p title="&lt;h1&gt;&lt;img src=x&gt;">甲</p>',
    ),
}


@pytest.mark.parametrize(("written", "expected"), CASES.values(), ids=CASES.keys())
def test_html_fits_into_a_page(written: str, expected: str) -> None:
    fitted = html_for_page(written, below=1, names=NAMES, with_media=True)
    assert dom_of(fitted) == dom_of(expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('甲<img src="https://a.cn/1.jpg" alt="鸟">乙', "甲<small>[picture 鸟]</small>乙"),
        ('<img src="https://a.cn/1.jpg">', "<small>[picture a.cn]</small>"),
        ('<img src="https://a.cn/1.gif" height="1">', "<small></small>"),
        (
            '<picture><source srcset="https://a.cn/2.jpg"><img src="https://a.cn/1.jpg"></picture>',
            "<picture><small>[picture a.cn]</small></picture>",
        ),
        (
            '<video><source src="https://a.cn/1.mp4"></video>',
            "<small>[film a.cn]</small>",
        ),
        (f'<iframe src="{PLAYER}"></iframe>', "<small>[player player.bilibili.com]</small>"),
        (
            '<img src="data:image/gif;base64,R0lGOD==" alt="点">',
            '<img src="data:image/gif;base64,R0lGOD==" alt="点" referrerpolicy="no-referrer">',
        ),
    ],
)
def test_words_stand_in_for_media_that_must_not_be_loaded(written: str, expected: str) -> None:
    fitted = html_for_page(written, below=1, names=NAMES, with_media=False)
    assert dom_of(fitted) == dom_of(expected)
