from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.outputs.naming import LONGEST_NAME, cut_bytes, record_path, safe_name
from tests.support import make_record

TEMPLATE = "{feed}/{year}/{month}/{date}-{title}-{id}.md"


def test_a_path_is_made_of_feed_date_title_and_id() -> None:
    assert record_path(TEMPLATE, make_record(), "Asia/Shanghai") == (
        "news.example.cn-feed/2022/01/2022-01-28-老旧小区加装电梯可提公积金-0123456789.md"
    )


def test_dates_in_paths_are_local() -> None:
    record = make_record(published_at=datetime(2022, 1, 31, 16, 0, tzinfo=UTC))
    assert "/2022/02/2022-02-01-" in record_path(TEMPLATE, record, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ('a<b>:c"d|e?f*g', "a-b-c-d-e-f-g"),
        ("100%", "100"),
        ("_draft", "draft"),
        (".hidden", "hidden"),
        ("$(rm -rf /) `x`; y", "rm--rf-x-y"),
        ("line\nbreak\x00nul", "line-break-nul"),
        ("《明斯克协议》：要点", "《明斯克协议》：要点"),
        ("", ""),
    ],
)
def test_names_have_no_characters_that_are_special_to_a_system(title: str, name: str) -> None:
    assert safe_name(title) == name


@pytest.mark.parametrize(
    "title", ["字" * 300, "👨‍👩‍👧" * 100, "é" * 400, "", "CON", "...", "x" * 999]
)
def test_a_file_name_is_short_and_ends_with_the_id(title: str) -> None:
    name = record_path(TEMPLATE, make_record(title=title), "UTC").rpartition("/")[2]
    assert len(name.encode()) <= LONGEST_NAME
    assert name.endswith("-0123456789.md")


@pytest.mark.parametrize("feed", ["con", "_posts", "..", ""])
def test_a_folder_is_never_hidden_reserved_or_empty(feed: str) -> None:
    folder = record_path(TEMPLATE, make_record(feed_slug=feed), "UTC").partition("/")[0]
    assert folder
    assert folder[0] not in "._"
    assert folder.lower() not in {"con", ".", ".."}


def test_a_folder_begins_with_an_underscore_if_the_template_says_so() -> None:
    template = "{year}/source/_posts/_{feed}/{id}.md"
    path = record_path(template, make_record(feed_slug="_news"), "UTC")
    assert path == "2022/source/_posts/_news/0123456789.md"


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_text_is_cut_between_characters(text: str, longest: int) -> None:
    cut = cut_bytes(text, longest)
    assert len(cut.encode("utf-8", "surrogatepass")) <= max(longest, 0)
    assert text.startswith(cut)


@given(st.text())
def test_no_title_leads_out_of_the_archive(title: str) -> None:
    path = record_path(TEMPLATE, make_record(title=title), "UTC")
    assert len(path.split("/")) == 4
    assert all(part.strip(".") for part in path.split("/"))
    assert not set(path) & set('<>:"\\|?*%\0\n\r')
