"""Folding, words in texts, and the tokens of an index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.terms import Pattern, fold, fold_with_offsets
from ingest.reading.terms.tokens import asked_for, exact_tokens, tokens_of

SAME = [
    ("臺灣", "台湾"),
    ("ＡＢＣ", "abc"),
    ("錢鍾書", "钱钟书"),
    ("钱锺书", "钱钟书"),
    ("看著", "看着"),
    ("覆蓋", "复盖"),
    ("瞭解", "了解"),
    ("乾隆", "干隆"),
    ("軟體", "软体"),
    ("說話", "説話"),
    ("ｶﾞｷﾞ", "ガギ"),
    ("Cafe\u0301", "café"),
    ("STRASSE", "straße"),
    ("北\u200b约", "北约"),
    ("北\ufe0f约\x07", "北约"),
    ("a\u3000 \n b", "a b"),
    ("５．５％", "5.5%"),
    ("ﬁn", "FIN"),
    ("각", "각"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert len({*map(fold, ("北约", "约北", "北 约", "北-约", "café", "cafe", "5.5", "55"))}) == 8


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_offsets_belong_to_the_folded_text(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    spans = list(zip(folded.starts, folded.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_a_span_leads_back_to_the_original() -> None:
    text = "ＮＡＴＯ（北大西洋公約組織）①ﬁ"
    folded = fold_with_offsets(text)
    start = folded.text.index("公约")
    first, last = folded.original(start, start + 2)
    assert text[first:last] == "公約"


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("北约 NATO", (0, 1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 6, 7)),
        (" 北 \n约 ", (1, 2, 4), (2, 3, 5)),
        ("等…他", (0, 1, 1, 1, 2), (1, 2, 2, 2, 3)),
        ("cafe\u0301了", (0, 1, 2, 3, 5), (1, 2, 3, 5, 6)),
        ("北\u200b约", (0, 2), (1, 3)),
    ],
)
def test_the_offsets_of_a_folded_text(
    text: str, starts: tuple[int, ...], ends: tuple[int, ...]
) -> None:
    folded = fold_with_offsets(text)
    assert (folded.starts, folded.ends) == (starts, ends)


def test_a_text_of_marks_is_folded_in_linear_time() -> None:
    assert fold("a" + "\u0301\u0316" * 100_000).startswith("á")


def test_the_table_is_what_its_script_writes() -> None:
    script = Path(__file__).parent.parent / ".ci/simplified.py"
    assert subprocess.run([sys.executable, script, "--check"]).returncode == 0


HELD = [
    ("约", "北约"),
    ("北约", "访问北约总部"),
    ("北溪2号", "北溪２号管道"),
    ("GPT-4o", "用gpt-4o写"),
    ("GPT", "GPT-4o"),
    ("C++", "学C++的人"),
    ("C", "学C++的人"),
    ("5.5%", "涨5.5%。"),
    ("5.5", "涨5.5%。"),
    ("v1.2.3", "版本v1.2.3发布"),
    ("Apple", "苹果apple公司"),
    ("open source", "Open\nSource"),
    ("。北", "完。北约"),
    ("🙂", "好🙂！"),
    ("5.", "见5.例"),
]
NOT_HELD = [
    ("北约", "北、约"),
    ("北约", "北 约"),
    ("cat", "category"),
    ("cat", "bobcat"),
    ("北溪2", "北溪22号"),
    ("2号", "12号"),
    ("GPT-4o", "GPT 4o"),
    ("GPT", "GPT4"),
    ("C++", "C+"),
    ("5.5%", "15.5%"),
    ("5.5%", "5.5"),
    ("5", "5.5"),
    ("5.", "5.5"),
    (".5", "5.5"),
    ("1.2", "1.2.3"),
    ("2.3", "1.2.3"),
]


@pytest.mark.parametrize(("word", "text"), HELD)
def test_a_text_holds_a_word(word: str, text: str) -> None:
    assert Pattern(fold(word)).is_in(fold(text))


@pytest.mark.parametrize(("word", "text"), NOT_HELD)
def test_a_text_does_not_hold_a_word(word: str, text: str) -> None:
    assert not Pattern(fold(word)).is_in(fold(text))


@pytest.mark.parametrize(
    ("word", "text"), [("cat", "category"), ("北溪2", "北溪22"), ("5.", "5.5")]
)
def test_a_word_with_a_star_may_go_on(word: str, text: str) -> None:
    assert Pattern(fold(word), is_prefix=True).is_in(fold(text))


def test_tokens() -> None:
    text = "北溪二线2号，GPT-4o涨5.5%！C++"
    tokens = "北溪 溪二 二线 线 号 涨 2 gpt 4o 5.5 c % +"
    assert sorted(tokens_of(fold(text)).split()) == sorted(tokens.split())


@pytest.mark.parametrize(
    ("word", "is_exact"),
    [("哈哈哈", False), ("约", True), ("北约", True), ("nato", True)]
    + [(word, False) for word in ("北约组", "北溪2号", "c++", "gpt-4o", "a b", "，约", "x" * 64)],
)
def test_only_single_tokens_are_exact(word: str, is_exact: bool) -> None:
    assert asked_for(Pattern(word)).is_exact is is_exact


def are_in_index(pattern: Pattern, tokens: set[str]) -> bool:
    """Return whether an index with these tokens of a text would name it for a pattern."""

    def has(token: str, is_prefix: bool) -> bool:
        return any(one.startswith(token) for one in tokens) if is_prefix else token in tokens

    return all(
        has(token.text, token.is_prefix) or tokens >= {*token.coarse}
        for token in asked_for(pattern).tokens
    )


_TEXTS = st.text(st.sampled_from("北溪约台湾2５.Aｂ +-%，。🙂\n"), max_size=30)


@given(_TEXTS, st.integers(0, 30), st.integers(1, 8), st.booleans())
def test_the_index_names_every_text_with_a_word(
    text: str, start: int, length: int, is_prefix: bool
) -> None:
    folded = fold(text)
    word = folded[start : start + length].strip()
    if word:
        pattern = Pattern(word, is_prefix=is_prefix)
        asked = asked_for(pattern)
        assert not pattern.is_in(folded) or are_in_index(pattern, set(tokens_of(folded).split()))
        if asked.is_exact:
            assert pattern.is_in(folded) == are_in_index(pattern, set(tokens_of(folded).split()))


def test_a_text_with_too_many_tokens_is_named_too() -> None:
    text = (
        "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FA0), k=60_000)))
        + " 北溪2号 incredible"
    )
    tokens = set(tokens_of(fold(text)).split())
    assert len(tokens) < len(set(exact_tokens(fold(text)).split())) / 2
    assert len(tokens) < 21_000
    for word in ("北溪2号", "incred", text[-20_000:-19_995]):
        assert are_in_index(Pattern(fold(word), is_prefix=True), tokens)


def test_the_tokens_of_a_long_phrase_are_limited() -> None:
    assert len(asked_for(Pattern("台湾" * 400)).tokens) <= 16
