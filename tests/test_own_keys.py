"""Keys of the user in the front matter, and the line on the source of a text."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.values import Author
from tests.support import make_record

NEWS = {
    "title": "桥",
    "authors": (Author(name="王二"),),
    "feed_title": "江海",
    "link": "https://a.cn/1",
    "lead_image": "https://a.cn/x.jpg",
    "language": "zh",
}


def front_matter(keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    layout = HexoLayout(ArchiveConfig(front_matter=keys))
    text = layout.render(make_record(**NEWS | changes)).decode()
    read = yaml.safe_load(text.split("---\n")[1])
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("{title}", "桥"),
        ("{author}：{title}（{feed}）", "王二：桥（江海）"),
        ("{link}", "https://a.cn/1"),
        ("{lead_image}", "https://a.cn/x.jpg"),
        ("{language}", "zh"),
        ("{date}", "2022-01-28 21:34:39"),
        ("yes", "yes"),
        ("it's: a # {", "it's: a # {"),
        (True, True),
        (False, False),
        (7, 7),
        (["{feed}", "新闻", ""], ["江海", "新闻"]),
    ],
)
def test_a_key_is_added_with_its_fields_filled(value: object, written: object) -> None:
    assert front_matter({"mine": value})["mine"] == written


@pytest.mark.parametrize("empty", ["", "{guid}", ["", ""]])
def test_an_empty_value_removes_a_key(empty: object) -> None:
    assert "categories" in front_matter({}, guid=None)
    assert "categories" not in front_matter({"categories": empty}, guid=None)


def test_a_key_replaces_that_of_the_layout_in_its_place() -> None:
    keys = list(front_matter({"categories": ["一", "二"], "comments": True}))
    assert keys == list(front_matter({}))
    assert front_matter({"comments": True})["comments"] is True


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"title": "<script>x</script>"}, "{title}"),
        ({"title": '" onerror=x "'}, "<img alt='{title}' src='{lead_image}'>"),
        ({"title": "=alert(1)", "feed_title": '" onload'}, "{feed}{title}"),
        ({"title": "x\n---\nevil: true"}, "{title}"),
        ({"lead_image": "https://a.cn/\"><script>'"}, "{lead_image}"),
        ({"link": "https://a.cn/'><script>"}, "{title} {link}"),
    ],
)
def test_a_hostile_field_cannot_leave_its_place(changes: dict[str, str], value: str) -> None:
    read = front_matter({"mine": value}, **changes)
    assert "evil" not in read
    filled = read["mine"].removeprefix("<img alt='").removesuffix("'>").replace("' src='", "")
    assert not set(filled) & {"<", '"', "'"}


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"a": "{titel}"}, "unknown field 'titel'; known are title, author"),
        ({"a": ["{x}"]}, "unknown field 'x'"),
        ({"a b": "x"}, "is no key"),
        ({"a\nb": "x"}, "is no key"),
        ({"a": 1.5}, "write text, a whole number"),
        ({"a": {"b": "c"}}, "write text, a whole number"),
    ],
)
def test_a_wrong_key_is_refused(keys: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError, match=mistake):
        ArchiveConfig(front_matter=keys)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, '<p>作者：王二。原文：<a href="https://a.cn/1" rel="noopener">江海</a></p>'),
        (
            {"language": "en"},
            '<p>By 王二. Original: <a href="https://a.cn/1" rel="noopener">江海</a></p>',
        ),
        ({"link": None, "language": "zh-Hant"}, "<p>作者：王二。原文：江海</p>"),
        (
            {"authors": (Author(name="<b>&{{x}}"),), "link": None},
            "<p>作者：&lt;b&gt;&amp;&#123;&#123;x&#125;&#125;。原文：江海</p>",
        ),
        (
            {"link": 'https://a.cn/"><x>'},
            '<p>作者：王二。原文：<a href="https://a.cn/%22%3E%3Cx%3E" rel="noopener">江海</a></p>',
        ),
    ],
)
def test_the_source_line_names_the_author_and_the_original(
    changes: dict[str, Any], line: str
) -> None:
    text = HexoLayout(ArchiveConfig(source_line=True)).render(make_record(**NEWS | changes))
    assert text.decode().splitlines()[-2] == line


def test_an_archive_without_a_profile_gets_no_source_line() -> None:
    plain = HexoLayout(ArchiveConfig()).render(make_record(**NEWS))
    assert plain == HexoLayout(ArchiveConfig(source_line=False)).render(make_record(**NEWS))
    assert "原文" not in plain.decode()
