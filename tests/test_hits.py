"""Excerpts of hits: where a text can be cut, and which part is displayed."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.query import Words
from ingest.views.cutting import cut_around
from ingest.views.hits import hit_of

# Units that are never cut: words, numbers, composed characters, flags, sequences of emoji.
UNITS = (
    *("北", "约", "，", "。", " ", "𠮷", "word", "don't", "GPT", "Straße"),
    *("1,000.5", "5.5%", "3.14"),
    *("e\u0301", "क्", "🇨🇳", "🇯🇵", "👍🏽", "👨‍👩‍👧", "❤️‍🔥", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f"),
)


@given(
    st.lists(st.sampled_from(UNITS), min_size=1, max_size=60),
    st.integers(0, 59),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_excerpts_are_never_cut_inside_a_unit(
    units: list[str], number: int, before: int, after: int
) -> None:
    borders = [0, *accumulate(map(len, units))]
    first = min(number, len(units) - 1)
    hit = borders[first], borders[first + 1]
    start, end = cut_around("".join(units), *hit, before=before, after=after)
    assert {start, end} <= {*borders}
    assert start <= hit[0]
    assert hit[1] <= end


EXCERPTS = [
    ("北约" + "很长" * 60, "北约" + "很长" * 45 + "…"),
    ("长" * 40 + "北约", "…" + "长" * 30 + "北约"),
    ("占5.5%的" + "长" * 28 + "北约", "…5.5%的" + "长" * 28 + "北约"),
    ("去🇨🇳" + "长" * 29 + "北约", "…🇨🇳" + "长" * 29 + "北约"),
    ("是👨‍👩‍👧" + "长" * 29 + "北约", "…👨‍👩‍👧" + "长" * 29 + "北约"),
    ("北约" + "长" * 89 + "1,000,000元", "北约" + "长" * 89 + "1,000,000…"),
    ("没有", "没有"),
]


@pytest.mark.parametrize(("text", "excerpt"), EXCERPTS)
def test_an_excerpt_is_around_the_first_words(text: str, excerpt: str) -> None:
    hit = hit_of("标题", text, [Words("北约")])
    assert "".join(piece.text for piece in hit.excerpt) == excerpt
    assert [piece.text for piece in hit.excerpt if piece.is_hit] == ["北约"] * text.count("北约")
