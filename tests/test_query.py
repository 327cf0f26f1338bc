"""The query language: the trees of queries, and the messages about wrong queries."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.query import (
    And,
    Days,
    Field,
    Node,
    Not,
    Or,
    QueryError,
    Words,
    parse_query,
    query_for,
    words_in,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
a, b, c = Words("a"), Words("b"), Words("c")


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI).astimezone(UTC)


def title(text: str) -> Words:
    return Words(text, in_title=True)


MEANINGS: list[tuple[str, Node]] = [
    ("台湾", Words("台湾")),
    ("a b", And((a, b))),
    ('"a b"', Words("a b")),
    ("“a b” 「c」", And((Words("a b"), c))),
    ('”a b” ＂c"', And((Words("a b"), c))),
    ("a -b", And((a, Not(b)))),
    ("a －b", And((a, Not(b)))),
    ('-"a b"', Not(Words("a b"))),
    ("GPT-4o", Words("GPT-4o")),
    ("C++ 5.5% 12:30", And((Words("C++"), Words("5.5%"), Words("12:30")))),
    ("https://a.example/b", Words("https://a.example/b")),
    ("芯片*", Words("芯片", is_prefix=True)),
    ('"open sou"*', Words("open sou", is_prefix=True)),
    ("a OR b", Or((a, b))),
    ("a b OR c", Or((And((a, b)), c))),
    ("a (b OR c)", And((a, Or((b, c))))),
    ("a（b OR c）", And((a, Or((b, c))))),
    ("a or b", And((a, Words("or"), b))),
    ("-(a b)", Not(And((a, b)))),
    ("feed:12", Field("feed", "12")),
    ('category:"新闻 评论"', Field("category", "新闻 评论")),
    ("Author：张三", Field("author", "张三")),
    ("-lang:zh site:example.org", And((Not(Field("lang", "zh")), Field("site", "example.org")))),
    ("has:image", Field("has", "image")),
    ("before:2022", Days(end=at(2022, 1, 1))),
    ("after:2022-01", Days(start=at(2022, 1, 1))),
    ("on:2022-01-28", Days(start=at(2022, 1, 28), end=at(2022, 1, 29))),
    ("on:2022-12", Days(start=at(2022, 12, 1), end=at(2023, 1, 1))),
    ("on:2022年1月28日", Days(start=at(2022, 1, 28), end=at(2022, 1, 29))),
    ("on:２０２２", Days(start=at(2022, 1, 1), end=at(2023, 1, 1))),
    ("in:title a", title("a")),
    ("a in:title -b", And((title("a"), Not(title("b"))))),
    ("(in:title a) b", And((title("a"), b))),
    ("in:title (a OR b)", Or((title("a"), title("b")))),
    ("in:revisions a", Words("a", in_revisions=True)),
    ("in:revisions in:title a", Words("a", in_title=True, in_revisions=True)),
]


@pytest.mark.parametrize(("query", "meaning"), MEANINGS, ids=[query for query, _ in MEANINGS])
def test_a_query_is_parsed_to_this_tree(query: str, meaning: Node) -> None:
    assert meaning == parse_query(query, SHANGHAI)


WRONG = [
    ("", "the query is empty", "▸◂"),
    ("  ", "the query is empty", "▸ ◂ "),
    ('a "b', "this quotation mark is not closed", 'a ▸"◂b'),
    ("a 」b", "this quotation mark opens nothing", "a ▸」◂b"),
    ("(a", "this parenthesis is not closed", "▸(◂a"),
    ("a)", "this parenthesis was not opened", "a▸)◂"),
    ("a ()", "there is nothing in the parentheses", "a ▸(◂)"),
    ("OR a", "a word is missing before OR", "▸OR◂ a"),
    ("a OR", "a word is missing after OR", "a ▸OR◂"),
    ("a OR OR b", "a word is missing before OR", "a OR ▸OR◂ b"),
    ("a -", "a word is missing after the minus sign", "a ▸-◂"),
    ("a - b", "a word is missing after the minus sign", "a ▸-◂ b"),
    ("--a", "a word is missing after the minus sign", "▸-◂-a"),
    ("autor:x", "there is no such field; there are feed, category", "▸autor:x◂"),
    ("feed:", "a value is missing after the colon", "▸feed:◂"),
    ('feed:"" a', "a value is missing after the colon", '▸feed:""◂ a'),
    ("on:2022-13", "write a date as 2022, 2022-01 or 2022-01-28", "▸on:2022-13◂"),
    ("on:9999-12-31", "write a date as", "▸on:9999-12-31◂"),
    ("after:0001", "write a date as", "▸after:0001◂"),
    ("after:yesterday", "write a date as", "▸after:yesterday◂"),
    ("has:video", "after has: only these are possible: revision, image, duplicate", "▸has:video◂"),
    ("in:text a", "after in: only these are possible: title, revisions", "▸in:text◂ a"),
    ("in:title", "in:title needs a word next to it", "▸in:title◂"),
    ("in:title feed:1", "in:title needs a word next to it", "▸in:title◂ feed:1"),
    ("a -in:title", "in: cannot be excluded", "a -▸in:title◂"),
    ("a ，", "there is no word in this", "a ▸，◂"),
    ("*", "there is no word in this", "▸*◂"),
    ("a\0b", "a character that cannot be searched for", "a▸\0◂b"),
    ("\udcff", "a character that cannot be searched for", "▸\udcff◂"),
    ("a " * 51, "more than 50 words and signs", "…" + "a " * 20 + "▸a◂ "),
    ("(" * 21 + "a" + ")" * 21, "parentheses go more than 20 deep", "("),
    ("a" * 1001, "the query is longer than 1,000 characters", "▸a◂"),
]


@pytest.mark.parametrize(("query", "problem", "place"), WRONG)
def test_an_error_marks_the_wrong_part_of_a_query(query: str, problem: str, place: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_query(query, SHANGHAI)
    text = str(raised.value)
    assert text.startswith(problem)
    assert place in text
    assert "\n" not in text


@given(st.text(st.sampled_from('ab台 ()"“”-*:OR feedinto.,12🙂\t'), max_size=40))
def test_any_text_is_parsed_or_refused(query: str) -> None:
    with suppress(QueryError):
        parse_query(query, SHANGHAI)


def test_excluded_words_of_a_query_are_not_searched_words() -> None:
    node = parse_query("a -b (c OR feed:1)", SHANGHAI)
    assert list(words_in(node)) == [a, c]


@pytest.mark.parametrize(
    "value",
    ["要闻", "a b", '他说"好"', "「引」", "“甲”「乙", "甲」乙』丙", "-x OR (y)", "tab\there"],
)
def test_a_written_query_is_read_as_its_field(value: str) -> None:
    read = parse_query(query_for("category", value), ZoneInfo("Asia/Shanghai"))
    assert read == Field("category", " ".join(value.split()))
