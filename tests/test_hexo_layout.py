"""The Hexo layout renders an entry as a Markdown record with front matter."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.config import ArchiveConfig
from ingest.outputs.body import body_of
from ingest.outputs.hexo import HexoLayout
from ingest.values import Author
from tests.support import make_record

GOLDEN = Path(__file__).parent / "data/hexo/record.md"


def render(*, archive: dict[str, Any] | None = None, **changes: Any) -> str:
    return HexoLayout(ArchiveConfig(**(archive or {}))).render(make_record(**changes)).decode()


def line(text: str, key: str) -> str | None:
    return next((one for one in text.splitlines() if one.startswith(f"{key}:")), None)


def test_a_record_has_the_form_that_the_manual_shows() -> None:
    record = render(
        feed_categories=("新媒体", "江海 半岛网", "新闻"),
        updated_at=datetime(2022, 1, 29, tzinfo=UTC),
        tags=("房产", "城市 更新"),
        html='<p>一</p>\n<h3>二</h3>\n<p><img src="https://img.example.cn/1.jpg"></p>',
    )
    assert record == GOLDEN.read_text(encoding="utf-8")


def test_rendering_again_gives_the_same_bytes() -> None:
    assert render() == render()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("it's 100%", "title: 'it''s 100%'"),
        ("a: b # c", "title: 'a: b # c'"),
        ("CI/CD “x” [x]?", "title: 'CI/CD “x” [x]?'"),
        ("two\nlines\t and\u2028three", "title: 'two lines and three'"),
        ("bell\x07del\x7fbom\ufeff", "title: 'bell del bom'"),
        ("'", "title: ''''"),
        ("---", "title: '---'"),
        ("", "title: 'Fri, 28 Jan 2022 13:34:39 GMT'"),
    ],
)
def test_titles_are_quoted_for_yaml(title: str, expected: str) -> None:
    assert line(render(title=title), "title") == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (("新媒体", "Aljazeera 半岛网"), [" - 新媒体", " - Aljazeera 半岛网"]),
        (("36氪: x", "007", "yes"), [" - '36氪: x'", " - '007'", " - 'yes'"]),
        (("..", "新闻", "", "新闻", "."), [" - 新闻"]),
        ((), [" - 未分类", " - 江海新闻"]),
        (("#a", "- b", "资讯, 快讯"), [" - '#a'", " - '- b'", " - '资讯, 快讯'"]),
        (("null", "~", "1e3"), [" - 'null'", " - '~'", " - '1e3'"]),
    ],
)
def test_categories_are_a_path_of_distinct_names(
    categories: tuple[str, ...], expected: list[str]
) -> None:
    lines = render(feed_categories=categories).splitlines()
    start = lines.index("categories:") + 1
    assert (
        lines[start : lines.index("author: " + lines[start + len(expected) + 1][8:])][
            : len(expected)
        ]
        == expected
    )
    assert not lines[start + len(expected)].startswith(" -")


@pytest.mark.parametrize(
    ("changes", "author"),
    [
        ({"authors": (Author(name="周晓岚"), Author(name="何一鸣"))}, "周晓岚、何一鸣"),
        ({"set_author": "编辑部", "feed_author": "江海"}, "编辑部"),
        ({"feed_author": "江海"}, "江海"),
        ({"feed_categories": ("新媒体", "Aljazeera 半岛网", "新闻")}, "Aljazeera 半岛网"),
        ({"feed_categories": ("新闻",)}, "江海新闻"),
        ({}, "江海新闻"),
    ],
)
def test_the_author_is_the_most_specific_one(changes: dict[str, Any], author: str) -> None:
    assert line(render(**changes), "author") in {f"author: {author}", f"author: '{author}'"}


def test_an_entry_without_a_picture_has_no_picture_fields() -> None:
    record = render(lead_image=None)
    assert line(record, "headimg") is line(record, "thumbnail") is None


def test_the_default_picture_comes_from_the_settings() -> None:
    record = render(lead_image=None, archive={"default_image": "/img/head.png"})
    assert line(record, "headimg") == "headimg: '/img/head.png'"
    assert line(record, "thumbnail") == "thumbnail: '/img/head.png'"


@pytest.mark.parametrize(
    ("style", "date"),
    [
        ("rfc822", "Fri, 28 Jan 2022 13:34:39 GMT"),
        ("local", "2022-01-28 21:34:39"),
        ("iso", "2022-01-28T13:34:39Z"),
    ],
)
def test_dates_have_the_configured_style(style: str, date: str) -> None:
    assert line(render(archive={"date_style": style}), "date") == f"date: {date}"


def test_an_undated_entry_shows_when_it_was_first_seen() -> None:
    record = render(published_at=None)
    assert line(record, "date") == "date: Sun, 01 Mar 2026 12:00:00 GMT"


def test_a_key_in_a_feeds_address_is_not_written() -> None:
    record = render(feed_url="https://me:pw@rsshub.example/a?key=K&limit=5&code=C")
    assert line(record, "source_feed") == "source_feed: 'https://rsshub.example/a?limit=5'"


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>{{ 7*7 }}</p>", "<p>&#123;&#123; 7*7 &#125;&#125;</p>"),
        ("{% x %}", "&#123;% x %&#125;"),
        ("{# x #}", "&#123;# x #&#125;"),
        ("{{{a}}}", "&#123;&#123;&#123;a&#125;&#125;&#125;"),
        ("{ a } {}", "{ a } {}"),
        ("<a title='{{x}}'>", "<a title='&#123;&#123;x&#125;&#125;'>"),
        ("<p>a</p>\n\n \t\n<p>b</p>\r\n\r\n", "<p>a</p>\n<p>b</p>"),
        ("<pre>a\n\n  b</pre>", "<pre>a&#10;&#10;  b</pre>"),
        ("", ""),
        ("<p>甲</p>\n```js\nx\n```", "<p>甲</p>\n" + "&#96;" * 3 + "js\nx\n" + "&#96;" * 3),
        ("~~~~ `a` ~~b~~ ``", "&#126;&#126;&#126;&#126; `a` ~~b~~ ``"),
        ("&lt;!--swig\ufffc0--&gt;", "&lt;!--swig&#65532;0--&gt;"),
        ("[^1]: 注 [^甲]", "&#91;^1]: 注 [^甲]"),
        (
            '<a href="//x.cn/?a=1&amp;rel=2" title="href=y src=z a=b">href="c"</a>',
            '<a href="//x.cn/?a=1&amp;rel&#61;2" title="href&#61;y src&#61;z a=b">href="c"</a>',
        ),
        ('<img src="//x.cn/$`a"><p>$1 = $2</p>', '<img src="//x.cn/&#36;`a"><p>$1 = $2</p>'),
        ('<a title="rel=" class="x">rel="y"</a>', '<a title="rel&#61;" class="x">rel="y"</a>'),
    ],
)
def test_bodies_survive_markdown_and_templates(html: str, body: str) -> None:
    assert body_of(html) == "\n".join(filter(None, ["<div>", body, "</div>"]))


@pytest.mark.parametrize(
    ("html", "has_key"),
    [
        ("<p>:smile:</p>", True),
        ("a :100: b", True),
        ('<p title="rel=a">b</p>', True),
        ("12:30:45", False),
        ("a: b :", False),
        ('<a href="//x.cn/?a=b" title="c">rel=d</a>', False),
    ],
)
def test_no_emoji_is_set_where_the_emoji_filter_would_change_the_body(
    html: str, has_key: bool
) -> None:
    assert (line(render(html=html), "no-emoji") == "no-emoji: true") is has_key


def test_long_tags_and_categories_are_cut_to_fit_a_folder_name() -> None:
    long = "很长的标签" * 40
    text = render(tags=(long, f"{long}二", "短"), feed_categories=("a" * 300,))
    categories, tags = text.partition("tags:\n")[::2]
    assert f" - {'a' * 120}…" in categories.replace("'", "")
    assert tags.partition("\n---")[0].replace("'", "").split("\n") == [
        f" - {'很长的标签' * 8}…",
        " - 短",
    ]


DAY = datetime(2024, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "updated"),
    [
        ({"updated_at": DAY, "edited_at": datetime(2025, 1, 1, tzinfo=UTC)}, DAY),
        ({"edited_at": DAY}, DAY),
        ({"edited_at": datetime(2021, 1, 1, tzinfo=UTC)}, make_record().at),
        ({}, make_record().at),
        ({"published_at": None}, make_record().first_seen_at),
    ],
)
def test_every_record_has_an_updated_field(changes: dict[str, Any], updated: datetime) -> None:
    shown = line(render(archive={"date_style": "iso"}, **changes), "updated")
    assert shown == f"updated: {updated:%Y-%m-%dT%H:%M:%SZ}"
