"""Titles are cleaned of site names and markup; titles that mean the same have the same key."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.titles import display_title, title_key

_DATA = Path(__file__).parent / "data" / "titles"


def _rows(name: str) -> list[tuple[str, ...]]:
    lines = (_DATA / name).read_text("utf-8").rstrip("\n").split("\n")
    return [tuple(line.split("\t")) for line in lines]


@pytest.mark.parametrize(("raw", "feed_title", "expected"), _rows("display.tsv"))
def test_a_title_is_cleaned_for_display(raw: str, feed_title: str, expected: str) -> None:
    assert display_title(raw, feed_title=feed_title) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Use &lt; not <",
        "The <i>right</i> <br> tag",
        "How the <b> and </b> tags work",
        "Write &lt; as &amp;lt;",
        "<![CDATA[ 与 <!-- --> 怎么写",
    ],
)
def test_a_plain_text_title_is_unchanged(text: str) -> None:
    assert display_title(f" {text}\n", is_text=True) == text
    assert display_title(f"{text} - 江海网", feed_title="江海网", is_text=True) == text


@pytest.mark.parametrize(("title", "expected"), _rows("keys.tsv"))
def test_a_title_has_the_expected_key(title: str, expected: str) -> None:
    assert title_key(title) == expected


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\ufeff", "\u00ad", "\u202e", "\u200d", "\u2060", "\x00", "\x7f", "\x85x"]
)
def test_invisible_characters_are_dropped(unseen: str) -> None:
    assert display_title(f"夜{unseen.rstrip('x')}雨").replace(" ", "") == "夜雨"


def test_a_lone_surrogate_raises_no_error() -> None:
    assert title_key(display_title("\ud800夜雨")) == title_key("\ud800夜雨") == "夜雨"


@pytest.mark.parametrize("blank", ["\u3000", "\xa0", "\n", "\t", "\u2028", "  "])
def test_white_space_becomes_single_spaces(blank: str) -> None:
    assert display_title(f"{blank}夜雨{blank}晨晴{blank}") == "夜雨 晨晴"


def test_an_emoji_joined_from_several_stays_one() -> None:
    family = "👨\u200d👩\u200d👧"
    assert display_title(f"{family} 出游") == f"{family} 出游"


def test_the_names_of_site_and_feed_are_removed() -> None:
    title = display_title("夜雨 - 要闻 - 江海网", feed_title="要闻", site_name="江海网")
    assert title == "夜雨"


@given(st.text(), st.text(max_size=5))
def test_a_displayed_title_is_one_line_and_its_key_is_stable(raw: str, feed_title: str) -> None:
    title = display_title(raw, feed_title=feed_title)
    assert title == " ".join(title.split())
    assert title_key(title_key(title)) == title_key(title)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "&",
        "&lt;",
        "<!--",
        "<b a=/",
        "<b> ",
        "<![CDATA[x",
        "🏴\U000e0067",
        "- ",
        "【图】",
        "<b>",
        "_",
    ],
)
def test_hostile_titles_take_linear_time(piece: str) -> None:
    started = time.process_time()
    title = display_title(piece * 100_000, feed_title=piece * 1000)
    title_key(title)
    assert time.process_time() - started < 10
