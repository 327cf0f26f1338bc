"""The language of a text, its excerpt, and which of its lines are boilerplate."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import language

_DATA = Path(__file__).parent / "data" / "language"


def _lines(name: str) -> list[str]:
    return (_DATA / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("雨从傍晚下到天亮，街上没有人说话。", "zh-Hans"),
        ("雨從傍晚下到天亮，街上沒有人說話。", "zh-Hant"),
        ("佢哋喺度等咗成晚，唔知點解冇人嚟。", "yue"),
        ("雨は夕方から降りつづけている。", "ja"),
        ("비가 저녁부터 내렸다.", "ko"),
        ("The rain fell from dusk to dawn, and no one was in the street.", "en"),
        ("La pluie tombait depuis le soir.", "und"),
        ("Дождь шёл с вечера.", "und"),
        ("iPhone 15 发布会", "zh-Hans"),
        ("鲜の每日特价", "zh-Hans"),
        ("The mayor of 江海 said that the bridge and the road are open for the public", "en"),
        ("中文", "und"),
        ("2022", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_detected_from_the_characters(text: str, expected: str) -> None:
    assert language.detect(text) == expected


@pytest.mark.parametrize(
    "before", ["日期\n" + "12.5 13.7 8.88\n" * 80, "公告\n" + "—" * 1_100, "发" + "8.88\n" * 300]
)
def test_numbers_and_dashes_before_a_text_do_not_change_the_language(before: str) -> None:
    assert language.detect(before + "市長在會議上說明了新的預算。" * 60) == "zh-Hant"


@pytest.mark.parametrize("quoted", [10, 15, 30])
def test_a_long_quotation_at_the_beginning_does_not_change_the_language(quoted: int) -> None:
    text = "市長在會議上說明了新的預算，並回答了記者的問題。" * quoted + "市长说明了预算。" * 200
    assert language.detect(text) == ("zh-Hant" if quoted == 30 else "zh-Hans")


def test_a_quotation_does_not_change_the_language() -> None:
    text = "市長在會議上說明了新的預算，並回答了記者的問題。" * 10 + "有市民話「唔好嘅」。"
    assert language.detect(text) == "zh-Hant"


def test_a_short_text_is_its_own_excerpt() -> None:
    assert language.excerpt("夜雨。\n晨晴。") == "夜雨。 晨晴。"


def test_an_excerpt_ends_at_the_last_sentence_that_fits() -> None:
    assert language.excerpt("夜雨下到天亮。" * 3 + "街上没有人" * 9, 24) == "夜雨下到天亮。" * 3


def test_an_excerpt_without_sentence_ends_at_a_comma() -> None:
    assert language.excerpt("夜雨下到天亮，" * 9, 8) == "夜雨下到天亮…"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("新版本version2024发布之后", 8, "新版本…"),
        ("共计1234567.89元整整整", 8, "共计…"),
        ("one two three four five", 12, "one two…"),
        ("没有标点没有标点没有标点", 6, "没有标点没…"),
        ("家👨\u200d👩\u200d👧去郊外野餐放风筝", 4, "家…"),
    ],
)
def test_an_excerpt_never_splits_a_word_number_or_emoji(
    text: str, limit: int, expected: str
) -> None:
    assert language.excerpt(text, limit) == expected


def test_an_excerpt_leaves_boilerplate_out() -> None:
    assert language.excerpt("来源：江海网\n夜雨下到天亮。\n责任编辑：林小满") == "夜雨下到天亮。"


def test_an_excerpt_of_boilerplate_only_is_the_boilerplate() -> None:
    assert language.excerpt("阅读全文") == "阅读全文"


@given(st.text(), st.integers(2, 60))
def test_an_excerpt_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(language.excerpt(text, limit)) <= limit


@pytest.mark.parametrize("line", _lines("boilerplate.txt"))
def test_lines_of_the_page_are_boilerplate(line: str) -> None:
    assert language.is_boilerplate(line)


@pytest.mark.parametrize("line", _lines("prose.txt"))
def test_lines_of_the_author_are_not_boilerplate(line: str) -> None:
    assert not language.is_boilerplate(line)


def test_a_lone_surrogate_raises_no_error() -> None:
    assert not language.is_boilerplate("\ud800夜雨")


@pytest.mark.parametrize(
    "line",
    ["图/", "点击", "未经授权", "(((", "第1页 ", "2022-01-28 ", "记者 a,", "转载", "关注我们"],
)
def test_hostile_lines_take_linear_time(line: str) -> None:
    started = time.process_time()
    for _ in range(100):
        language.is_boilerplate((line * 160)[:158] + "!?")
    assert time.process_time() - started < 10
