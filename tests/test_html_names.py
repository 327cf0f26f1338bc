"""Cleaning keeps all text around unknown tags, even if they are named like SVG or MathML."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading import html
from ingest.reading.entries.body import clean

_BASE = "https://news.example.cn/a/1.html"
# Names in angle brackets: unknown ones, and elements of SVG, MathML and old and current HTML.
_NAMES = (
    "int vector list set sum path text view line filter switch symbol image use g desc arg pattern"
    " mask stop marker none apply T K,V std::string dirname file-name my_type circle rect animate"
    " tspan textPath foreignObject lineargradient clipPath feBlend mi mo mn ms mtext mrow math svg"
    " semantics annotation matrix max min log ln plus in union and or not cn ci template title"
    " canvas applet object video audio noscript iframe noembed noframes xmp Path INT o:p u8 f64"
).split()
_STRUCTURE = "p div b span ul li blockquote code pre h2 section td em strong".split()
_SHOWN = st.sampled_from([*(f"<{name}>" for name in _NAMES), "<int a=1>", "<path\n>", "<<int>"])


def _nest(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


_WRITTEN = st.recursive(
    _SHOWN | st.just("") | st.sampled_from([f"</{name}>" for name in ("int", "path", "mi")]),
    lambda inner: st.lists(
        inner | st.builds(_nest, st.sampled_from(_STRUCTURE), inner), max_size=4
    ).map("\0".join),
    max_leaves=15,
)


def _interleave_words(written: str) -> tuple[str, list[str]]:
    """Return the text with a different word in each gap between pieces, and the words."""
    pieces = f"\0{written}\0".split("\0")
    words = [f"字{number}句" for number in range(len(pieces) - 1)]
    between = itertools.chain(*zip(pieces, [*words, ""], strict=True))
    return "".join(between), words


@settings(max_examples=600, deadline=None)
@given(_WRITTEN)
def test_no_word_is_lost_around_names(written: str) -> None:
    text, words = _interleave_words(written)
    cleaned = clean(text, base_url=_BASE)
    shown = html.text_of(cleaned)
    assert [word for word in words if word not in shown] == []
    assert clean(cleaned, base_url=_BASE) == cleaned


@pytest.mark.parametrize("name", _NAMES)
def test_text_after_an_unknown_tag_stays_in_place(name: str) -> None:
    cleaned = clean(f"<p>先开 vector<{name}> 存边。</p><p>其余</p>", base_url=_BASE)
    paragraphs = html.text_of(cleaned).split("\n")
    assert paragraphs[0].startswith("先开 vector")
    assert paragraphs[0].endswith("存边。")
    assert paragraphs[1:] == ["其余"]


@pytest.mark.parametrize(
    "written",
    [
        "<int>" * 100_000 + "甲",
        "<svg>" * 50_000 + "甲",
        "<svg>甲" * 20_000 + "</svg>" * 10_000 + "甲",
        "<math><int>" * 30_000 + "甲",
        "<title>" * 50_000 + "甲",
        "<script>" * 50_000 + "</b>甲",
        "<iframe>" * 50_000 + "甲",
        "<video></audio>" * 50_000 + "甲",
        "<x-y a=1>" * 20_000 + "甲",
        "<a&" * 50_000 + "甲",
        "<!--><int>" * 50_000 + "甲",
        "<!int " * 50_000 + ">甲",
    ],
    ids=lambda written: written[:16],
)
def test_many_unknown_tags_take_linear_time(written: str) -> None:
    started = time.process_time()
    assert "甲" in html.text_of(clean(written, base_url=_BASE))
    assert time.process_time() - started < 20
