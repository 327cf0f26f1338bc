"""What differs between two versions of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.views.changes import changes_of

SIGNS = {"same": "{}", "added": "[+{}]", "removed": "[-{}]", "skipped": "…{}"}


def many(sign: str) -> str:
    """Return a text of ten thousand clauses; each second one has the sign."""
    return "".join(f"第{n}句{sign}。第{n}句。" for n in range(5_000))


def spelled(old: str, new: str) -> str:
    return "".join(SIGNS[one.kind].format(one.text) for one in changes_of(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("一样。", "一样。", ""),
        ("大桥九月通车。", "大桥十月通车。", "大桥[-九][+十]月通车。"),
        ("开头。大桥九月通车。", "开头。大桥九月底通车。", "开头。大桥九月[+底]通车。"),
        (
            "甲。乙。丙。丁。九月，戊。己。",
            "甲。乙。丙。丁。十月，戊。己。",
            "…丁。[-九][+十]月，戊。…",
        ),
        ("第一句。", "第一句。第二句。", "第一句。[+第二句。]"),
        ("第一句。第二句。", "第一句。", "第一句。[-第二句。]"),
        ("", "全新。", "[+全新。]"),
        ("Price 5.5%, up.", "Price 5.6%, up.", "Price 5.[-5][+6]%, up."),
    ],
)
def test_changes_are_shown_by_character_inside_clauses(old: str, new: str, expected: str) -> None:
    assert spelled(old, new) == expected


def test_a_long_passage_that_was_rewritten_is_shown_as_a_whole() -> None:
    kinds = [one.kind for one in changes_of("甲" * 301, "乙" * 301)]
    assert kinds == ["removed", "added"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲，" * 50_000, "甲，" * 49_999),
        (many("甲"), many("乙")),
    ],
)
def test_long_texts_are_compared_in_time(old: str, new: str) -> None:
    changes = changes_of(old, new)
    assert {"removed", "added"} & {one.kind for one in changes}


@given(st.text(alphabet="甲乙，。ab\n", max_size=40), st.text(alphabet="甲乙，。ab\n", max_size=40))
def test_each_version_can_be_read_from_the_changes(old: str, new: str) -> None:
    changes = changes_of(old, new)
    if old != new and not any(one.kind == "skipped" for one in changes):
        assert "".join(one.text for one in changes if one.kind != "added") == old
        assert "".join(one.text for one in changes if one.kind != "removed") == new
