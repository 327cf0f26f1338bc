"""HTML is cleaned to safe, stable HTML with absolute addresses; its text is what a reader sees."""

from __future__ import annotations

import re
import time
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading import html
from ingest.reading.entries.body import clean
from ingest.reading.html import mathml
from tests.dom import dom_of

_BASE = "https://news.example.cn/a/1.html"
_CASES = Path(__file__).parent / "data" / "html" / "cases.txt"


def _cases() -> list[tuple[str, str, str]]:
    _, _, text = _CASES.read_text("utf-8").partition("\n")
    cases = []
    for case in text.rstrip("\n").split("\n===\n"):
        title, _, rest = case.partition("\n")
        written, _, expected = rest.partition("\n---\n")
        cases.append((title, written, expected))
    return cases


@pytest.mark.parametrize(("_title", "written", "expected"), _cases(), ids=[c[0] for c in _cases()])
def test_cleaning_gives_the_expected_html(_title: str, written: str, expected: str) -> None:
    cleaned = clean(written, base_url=_BASE)
    assert dom_of(cleaned) == dom_of(expected)
    assert clean(cleaned, base_url=_BASE) == cleaned


def test_relative_addresses_stay_if_there_is_no_base() -> None:
    assert clean('<a href="b">甲</a>', base_url=None) == '<a href="b">甲</a>'
    assert "https://a.example.cn/b" in clean('<a href="//a.example.cn/b">', base_url=None)


@pytest.mark.parametrize("void", ["wbr", "embed src=a", "source", "track", "img src=a", "br"])
def test_void_elements_swallow_no_text(void: str) -> None:
    assert html.text_of(clean(f"<{void}>字" * 3000, base_url=_BASE)).count("字") == 3000


_TAGS = (
    "p div a b span ul li dl dd table tr td th h1 pre br img noscript iframe video source picture"
    " figure blockquote form input select option textarea svg math mi style script title template"
    " nobr xmp listing plaintext object embed frameset html head body image x-y mrow mfrac mtext"
    " annotation annotation-xml semantics mfenced maction mglyph malignmark mjx-container mjx-math"
    " mjx-mi g path foreignObject"
).split()
_ATTRIBUTES = [
    ' src="a b.jpg"',
    ' href="#x"',
    ' href="//x/y"',
    " href='javascript:1'",
    ' data-src="/l.png"',
    ' srcset="a.jpg 1x, b.jpg 2x"',
    ' id="x"',
    ' style="width:1px;position:fixed"',
    " onclick=1",
    ' src="https://v.qq.com/x"',
    " src=data:image/gif;base64,R0",
    ' title="<b>"',
    ' class="MathJax katex"',
    ' data-formula="a<b"',
    ' data-mathml="<math><mi>x</mi><img src=x onerror=1></math>"',
    ' data-mml-node="math"',
    ' type="math/tex"',
    ' encoding="application/x-tex"',
    ' encoding="text/html"',
    ' alttext="x"',
    '"',
    " <",
]
_TEXTS = (
    "甲|\n|\n\n|&amp;|&nbsp;|&|<|>|　|&#1;|&#xD83C;|\x00|\r\n|\ud800|<!--|-->|<![CDATA[|]]>|</|&lt"
).split("|")
_PIECES = st.one_of(
    st.builds(
        lambda tag, attributes: f"<{tag}{''.join(attributes)}>",
        st.sampled_from(_TAGS),
        st.lists(st.sampled_from(_ATTRIBUTES), max_size=2),
    ),
    st.sampled_from(_TAGS).map(lambda tag: f"</{tag}>"),
    st.sampled_from(_TEXTS),
)
_ANYTHING = st.one_of(st.lists(_PIECES, max_size=12).map("".join), st.text(max_size=40))


@settings(max_examples=400, deadline=None)
@given(_ANYTHING)
def test_cleaning_never_fails_and_is_idempotent(written: str) -> None:
    cleaned = clean(written, base_url=_BASE)
    assert clean(cleaned, base_url=_BASE) == cleaned
    html.text_of(written)


@settings(max_examples=400, deadline=None)
@given(_ANYTHING)
def test_nothing_executable_is_left(written: str) -> None:
    _assert_harmless(clean(written, base_url=None))


def _assert_harmless(cleaned: str) -> None:
    tree = lxml.html.fragment_fromstring(cleaned, create_parent="main")
    for element in tree.iter():
        assert element.tag not in {"script", "style", "form", "svg", "object", "base"}
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "srcdoc"
            if name in {"href", "src", "poster", "srcset", "cite"}:
                bare = re.sub(r"[\x00-\x20]", "", value).lower()
                assert not re.match(r"(?:javascript|vbscript|data:(?!image/))", bare)
        assert element.tag != "iframe" or element.get("sandbox")
        if element.tag == "math":
            assert {inner.tag for inner in element.iter()} <= mathml.ELEMENTS


@pytest.mark.parametrize(
    "written",
    [
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x src>'>",
        "<math><mi><mglyph><svg><mtext><textarea><path id='</textarea><img onerror=a() src=1>'>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<math><annotation-xml encoding='text/html'><style><img src=x onerror=a()></style></math>",
        "<math href='javascript:alert(1)'><mi xlink:href='javascript:1'>x</mi></math>",
        "<math><maction actiontype='statusline#http://x' xlink:href='javascript:1'><mi>x</mi>",
        "<p data-formula='&lt;img src=x onerror=a()&gt;'><svg></svg></p>",
        "<script type='math/tex'></span><img src=x onerror=a()></script>",
        "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<a href='&#1;javascript:alert(1)'>x</a>",
        "<a href='jav&#x09;ascript:alert(1)'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<iframe src='https://player.bilibili.com@evil.example/'></iframe>",
        "<img src=x onerror=alert(1)>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "<image src=vbscript:x>",
        "<details ontoggle=alert(1) open>x",
        "<p style='background:url(javascript:alert(1))'>x",
    ],
)
def test_attacks_are_made_harmless(written: str) -> None:
    _assert_harmless(clean(written, base_url=_BASE))


@pytest.mark.parametrize(
    "written",
    [
        "<div>" * 100_000 + "甲",
        "<p><b>" * 50_000 + "甲",
        "".join(f"<p><b id=b{n}>" for n in range(20_000)) + "甲",
        "<table><tr><td>" * 20_000 + "甲",
        "<div " + " ".join(f"a{n}=1" for n in range(50_000)) + ">甲",
        '<div x=">" ' + " ".join(f"a{n}=1" for n in range(50_000)) + ">甲",
        '<p title="' + "x " * 500_000 + '">甲',
        "&amp;" * 200_000 + "<b>甲</b>",
        "<" * 300_000 + "甲",
        "<a " * 100_000 + ">甲",
        '<a href="' + "&amp;" * 100_000 + '">甲</a>',
        '<a href="https://' + "a." * 100_000 + 'cn/">甲</a>',
        "<p" + " \n" * 200_000 + ">甲</p>",
        "<!--" * 100_000 + "-->甲",
        "甲\n" * 100_000,
        "[b]" * 30_000 + "甲" + "[/b]" * 30_000,
        "[b]x" * 25 + "[i]y[/i]" * 20_000 + "[url]//a.cn/[/url]甲",
        '<div style="opacity:0">' * 190 + "<p>甲" * 10_000,
        '<p style="display:none">甲</p>' * 10_000,
        '<p style="' + "opacity:0;" * 20_000 + '">甲',
        '<p style="opacity:0' + " " * 200_000 + 'x">甲',
        "<noscript><iframe src=//a.cn/x></noscript>" * 5_000 + "甲",
    ],
    ids=lambda written: written[:16],
)
def test_hostile_input_takes_linear_time_and_keeps_its_text(written: str) -> None:
    started = time.process_time()
    cleaned = clean(written, base_url=_BASE)
    assert "甲" in html.text_of(cleaned)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("甲<b>乙</b>丙", "甲乙丙"),
        ("甲<br>乙", "甲\n乙"),
        ("甲\n 乙\xa0 丙", "甲 乙 丙"),
        ("<ul><li>甲<li>乙</ul>", "甲\n乙"),
        ("甲<script>x</script>乙<style>x</style><template>x</template>", "甲乙"),
        ("甲<!-- x -->乙", "甲乙"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<p style='display: none'>甲</p>乙", "乙"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("<img alt='图'>", ""),
        ("<math><msup><mi>e</mi><mrow><mi>k</mi><mi>t</mi></mrow></msup></math>", "e^(kt)"),
        ("甲<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>乙", "甲1/2乙"),
        (
            "<math><msqrt><mn>2</mn></msqrt><mo>+</mo><msqrt><mi>a</mi><mi>b</mi></msqrt></math>",
            "√2+√(ab)",
        ),
        ("<math><msubsup><mi>x</mi><mn>12</mn><mn>2</mn></msubsup></math>", "x_12^2"),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", "x^(1/3)"),
        (
            "<math><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd></mtr></mtable></math>",
            "1, 2; 3",
        ),
        ("<math alttext='e^{kt}'><mi>e</mi></math>", "e^{kt}"),
        ("<math><semantics><mi>x</mi><annotation>y</annotation></semantics></math>", "x"),
        ('<section style="white-space: pre-wrap">一\n<b>二\n三</b></section>', "一\n二\n三"),
        ('<pre>一<b style="white-space:normal">\n二</b>\n三</pre>', "一 二\n三"),
        ('<p>一\n二<code style="display:block">三</code>四</p>', "一 二\n三\n四"),
        ("", ""),
    ],
)
def test_text_is_what_a_reader_sees(written: str, expected: str) -> None:
    assert html.text_of(written) == expected


def test_unicode_line_separators_end_lines() -> None:
    assert html.from_text("甲 & 乙\u2028丙\u2029丁") == "<p>甲 &amp; 乙<br>丙</p>\n<p>丁</p>"
