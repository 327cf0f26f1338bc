"""The rights of a feed change its records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.config import OutputConfig
from ingest.outputs import LAYOUTS, make_layout
from ingest.outputs.rights import apply_rights, embargo_end
from ingest.values import Record
from tests.support import make_record

LONG = "<p>" + "老旧小区加装电梯可以提取公积金，手续比以前少了一半。" * 30 + "结尾。</p>"
TEXT = f'<p>他说 a &lt; b。</p><p><img src="https://img.example.cn/2.jpg"></p>{LONG}'


def output(layout: str = "hexo", **settings: Any) -> OutputConfig:
    return OutputConfig.model_validate({"name": "x", "path": "x", "layout": layout} | settings)


def render(record: Record, output: OutputConfig) -> str:
    return make_layout(output.layout, output).render(apply_rights(record, output)).decode()


@pytest.mark.parametrize("source_line", ["auto", False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_excerpt_has_the_beginning_of_the_text_and_a_link(
    layout: str, source_line: object
) -> None:
    record = make_record(html=TEXT, excerpt_only=True, language="zh")
    text = render(record, output(layout, source_line=source_line, default_image="mine.png"))
    assert "他说 a" in text
    assert "加装电梯" in text
    assert "结尾" not in text
    assert "img.example.cn" not in text
    assert "原文：" in text
    assert record.link
    assert record.link in text.partition("原文：")[2]
    assert len(text) < 2_500


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_private_output_has_everything(layout: str) -> None:
    free = make_record(html=TEXT)
    restricted = make_record(html=TEXT, excerpt_only=True, noindex=True)
    private = output(layout, private=True)
    assert render(restricted, private) == render(free, private)
    assert "noindex" not in render(free, output(layout))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>短文。</p>", "<p>短文。</p>"),
        ("<p>a &lt; b &amp; c</p>", "<p>a &lt; b &amp; c</p>"),
        ('<p><img src="https://img.example.cn/1.jpg"></p>', ""),
        ("", ""),
    ],
)
def test_an_excerpt_is_text_without_markup(html: str, expected: str) -> None:
    assert apply_rights(make_record(html=html, excerpt_only=True), output()).html == expected


@pytest.mark.parametrize(
    ("layout", "profile", "line"),
    [
        ("hexo", "", "robots: 'noindex'"),
        ("hexo", "", "sitemap: false"),
        ("hexo", "volantis", "robots: 'noindex'"),
        ("hexo", "redefine", "robots: 'noindex'"),
        ("hexo", "stellar", "robots: 'noindex'"),
        ("hexo", "next", "noindex: true"),
        ("hugo", "", "robots: 'noindex'"),
        ("hugo", "", "robotsNoIndex: true"),
        ("hugo", "", "  disable: true"),
        ("jekyll", "", "robots: 'noindex'"),
        ("jekyll", "", "sitemap: false"),
        ("eleventy", "", "robots: 'noindex'"),
        ("astro", "", "robots: 'noindex'"),
        ("material", "", "robots: 'noindex'"),
        ("pelican", "", "robots: noindex"),
        ("nikola", "", ".. robots: noindex"),
        ("vitepress", "", "      content: 'noindex'"),
        ("html", "", '<meta name="robots" content="noindex">'),
    ],
)
def test_noindex_is_written_in_the_words_of_the_program(
    layout: str, profile: str, line: str
) -> None:
    settings = output(layout, profile=profile)
    assert line in render(make_record(noindex=True), settings).splitlines()
    assert line not in render(make_record(), settings).splitlines()


DAY, MONTH = timedelta(days=1), timedelta(days=30)
PUBLISHED = datetime(2022, 1, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of_feed", "of_output", "private", "wait"),
    [
        (None, None, False, None),
        (MONTH, None, False, MONTH),
        (None, DAY, False, DAY),
        (MONTH, DAY, False, MONTH),
        (DAY, MONTH, False, MONTH),
        (MONTH, None, True, None),
        (MONTH, DAY, True, DAY),
    ],
)
def test_the_longer_embargo_holds(
    of_feed: timedelta | None,
    of_output: timedelta | None,
    private: bool,
    wait: timedelta | None,
) -> None:
    record = make_record(published_at=PUBLISHED, publish_after=of_feed or timedelta(0))
    settings = output(publish_after=of_output, private=private)
    assert embargo_end(record, settings) == (PUBLISHED + wait if wait else None)


def test_an_embargo_begins_when_an_entry_without_a_date_was_first_seen() -> None:
    record = make_record(published_at=None, publish_after=DAY)
    assert embargo_end(record, output()) == record.first_seen_at + DAY


def test_an_embargo_ends_at_the_last_possible_time_at_the_latest() -> None:
    record = make_record(published_at=datetime(9999, 12, 31, tzinfo=UTC), publish_after=MONTH)
    assert embargo_end(record, output()) == datetime.max.replace(tzinfo=UTC)
