"""Near-duplicates: which entries tell one story in the same words, and how they are related."""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.likeness import (
    Fingerprint,
    comparable_link,
    compare,
    fingerprint_of,
    may_be_alike,
)
from tests.likeness_pairs import FOLDER, Pair, own_pairs, shared_pairs, stories
from tests.story_edits import EDITS, Story

FLOORS = tomllib.loads((FOLDER / "floors.toml").read_text("utf-8"))
PAIRS: dict[str, Callable[[], list[Pair]]] = {
    "shared": shared_pairs,
    "own": own_pairs,
    "held-back": lambda: own_pairs("-held-back"),
}
SHOWN = 10


def fingerprints(pair: Pair) -> tuple[Fingerprint, Fingerprint]:
    return fingerprint_of(*pair.one), fingerprint_of(*pair.other)


def is_found(pair: Pair) -> bool:
    """Return whether two entries share enough keys to be compared, and are alike."""
    one, other = fingerprints(pair)
    return may_be_alike(one.keys, other.keys) and compare(one, other) is not None


@pytest.mark.parametrize("name", PAIRS)
def test_near_duplicates_are_found_and_others_are_not(name: str) -> None:
    pairs, floor = PAIRS[name](), FLOORS[name]
    verdicts = [is_found(pair) for pair in pairs]
    found = Counter((pair.is_same, verdict) for pair, verdict in zip(pairs, verdicts, strict=True))
    wrong = [
        f"{pair.kind}: {pair.one.title}"
        for pair, verdict in zip(pairs, verdicts, strict=True)
        if verdict != pair.is_same
    ][:SHOWN]
    assert len(pairs) >= floor["pairs"]
    assert found[True, True] / (found[True, True] + found[False, True]) >= floor["precision"], wrong
    assert found[True, True] / (found[True, True] + found[True, False]) >= floor["recall"], wrong


def test_there_are_many_pairs_of_each_kind() -> None:
    sides = Counter(pair.is_same for pair in [*own_pairs(), *own_pairs("-held-back")])
    assert min(sides.values()) >= 400
    assert all(floor["precision"] >= 0.99 <= floor["recall"] for floor in FLOORS.values())


@pytest.mark.parametrize(("name", "suffix"), [("own", ""), ("held-back", "-held-back")])
def test_editions_have_the_expected_relation(name: str, suffix: str) -> None:
    wrong, count = [], 0
    for story in stories(FOLDER / f"stories{suffix}.txt"):
        for edit_name, (relation, edit) in EDITS.items():
            edited = edit(Random(f"{story.title} {edit_name}"), story)
            found = compare(fingerprint_of(*story), fingerprint_of(*edited))
            expected = "identical" if edited.text == story.text else relation
            count += 1
            if found is None or found.relation != expected:
                wrong.append(f"{edit_name}: {story.title}: {found}")
    assert 1 - len(wrong) / count >= FLOORS[name]["relation"], wrong[:SHOWN]


TITLE = "城东小学的天文台"
TEXT = """从县城出发，沿着盘山公路开两个小时，才能到达海拔一千八百米的云岭小学。
全校一百一十二名学生，却拥有一座直径四米的圆顶天文台。
天文台的建设者是科学老师杜长青，他用三个月工资买了第一台望远镜。"""
TRADITIONAL = """從縣城出發，沿著盤山公路開兩個小時，才能到達海拔一千八百米的雲嶺小學。
全校一百一十二名學生，卻擁有一座直徑四米的圓頂天文台。
天文台的建設者是科學老師杜長青，他用三個月工資買了第一台望遠鏡。"""


@pytest.mark.parametrize(
    ("text", "expected", "reason", "part"),
    [
        (TEXT.replace("，", ","), "identical", "same text", None),
        (f"{TEXT}\n（来源：江南晚报）", "reprint", "same text, other boilerplate", None),
        (f"县教育局{TEXT}", "reprint", "added lines", None),
        (f"{TEXT[:60]}…\n阅读全文", "excerpt", "5-grams 1.00", 1),
        (TEXT.replace("才能到达", "可以抵达"), "revised", "5-grams 0.95", None),
        (f"更正：此前的版本有误。\n{TEXT}", "revised", "note", 1),
        ("\n".join(reversed(TEXT.split("\n"))), "revised", "other order", None),
        (TRADITIONAL, "script", "same text", None),
    ],
)
def test_the_reason_and_the_part_are_named(
    text: str, expected: str, reason: str, part: int | None
) -> None:
    one, other = fingerprint_of(TITLE, TEXT), fingerprint_of(TITLE, text)
    found, reverse = compare(one, other), compare(other, one)
    assert found is not None
    assert reverse is not None
    assert (found.relation, found.reason, found.part) == (expected, reason, part)
    assert reverse.part == (None if part is None else 1 - part)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # a title alone: the same words, and enough of them
        (
            ("城东小学天文台迎来第一批夜宿学生", ""),
            ("城东小学天文台迎来第一批夜宿学生", ""),
            "identical",
        ),
        (("城东小学天文台迎来第一批夜宿学生", ""), ("早安", ""), None),
        (("每日天气", ""), ("每日天气", ""), None),
        (
            ("城东小学天文台迎来第一批夜宿学生", ""),
            ("城东小学天文台迎来第一批夜宿学生", TEXT),
            "excerpt",
        ),
        (("城东小学天文台迎来第一批夜宿学生", ""), ("城东小学的天文台迎来了学生", TEXT), None),
        (("每日天气", ""), ("每日天气", TEXT), None),
        (("夜航船第12期聊聊搬家的那些事情", ""), ("夜航船第13期聊聊搬家的那些事情", ""), None),
        # posts
        (("", "转发微博"), ("", "转发微博"), None),
        (
            ("早安", "早安，新的一天从微笑开始，加油！"),
            ("早安", "早安，新的一天从微笑开始，加油！"),
            None,
        ),
        (
            ("", "镇上的老照相馆今天拍了最后一张全家福"),
            ("", "镇上的老照相馆今天拍了最后一张全家福！"),
            "identical",
        ),
        (("", ""), ("", ""), None),
        # the same notes, another number
        (("夜航船12：搬家", TEXT), ("夜航船13：火锅", TEXT), None),
        (("《渡口》书评", TEXT), ("《长夜》书评", TEXT), None),
    ],
)
def test_titles_and_short_posts_are_joined_with_care(
    one: tuple[str, str], other: tuple[str, str], expected: str | None
) -> None:
    found = compare(fingerprint_of(*one), fingerprint_of(*other))
    assert (found and found.relation) == expected


FACTS = (
    "东岭市水务局通报，7月12日的暴雨造成3个镇受灾，转移群众38.6万人，直接损失2,900万元。"
    "局长贺双喜在现场说，排水泵站已全部启用。据介绍，贺双喜将于明日前往下游的青石镇查看水情，"
    "抢险队携带K200型水泵出发，青石镇的居民已经住进了学校。"
)


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("38.6万", "386000", True),
        ("2,900万", "2900万", True),
        ("3个", "三个", True),
        ("7月12日", "七月十二日", True),
        ("贺双喜", "贺某", True),
        ("局长贺双喜", "局长贺双囍", True),
        ("在现场说", "在现场表示", True),
        ("。据", "。联系电话：0571-88886666。据", True),
        ("7月12日", "7月13日", False),
        ("38.6万", "12.5万", False),
        ("K200", "K350", False),
        ("贺双喜", "邵听澜", False),
        ("青石镇", "白鹭镇", False),
    ],
)
def test_texts_with_different_facts_are_different_stories(
    old: str, new: str, is_same: bool
) -> None:
    one, other = fingerprint_of("暴雨", FACTS), fingerprint_of("暴雨", FACTS.replace(old, new))
    assert (compare(one, other) is not None) == is_same


def test_keys_are_those_of_the_first_and_the_longest_clauses() -> None:
    clauses = [f"这是第{'甲乙丙丁戊己庚辛壬癸'[n % 10] * (n + 5)}句" for n in range(40)]
    keys = fingerprint_of("", "，".join(clauses)).keys
    first_and_longest = fingerprint_of("", "，".join([*clauses[:4], *clauses[-12:]])).keys
    assert len(keys) == 16
    assert list(keys) == sorted(set(keys))
    assert keys == first_and_longest
    assert all(-(2**63) <= key < 2**63 for key in keys)


texts = st.text(alphabet="的一二三十百千12,.，。：\n 甲乙丙丁abc《》…（）", max_size=80)


@given(texts, texts, texts)
def test_comparing_is_symmetric_and_never_fails(title: str, one: str, other: str) -> None:
    here, there = fingerprint_of(title, one), fingerprint_of(title, other)
    found, reverse = compare(here, there), compare(there, here)
    assert (found and (found.relation, found.score, found.reason)) == (
        reverse and (reverse.relation, reverse.score, reverse.reason)
    )
    assert found is None or 0 <= found.score <= 1
    if here.text:
        itself = compare(here, here)
        assert itself is None or itself.relation == "identical"


@pytest.mark.parametrize(
    "piece",
    [
        "同一个从句在这里反复出现，",
        "9",
        "9,",
        "第1期",
        "a1",
        "王建国",
        "一",
        "千",
        "。",
        "《",
        "(记者",
        "新华社1",
        "\n",
        "\ud800",
        "x" * 40 + "\n",
        "转载请注明出处\n",
        "\u0301",
    ],
)
def test_hostile_texts_take_bounded_time(piece: str) -> None:
    began = time.process_time()
    text = piece * (1_000_000 // len(piece))
    one = fingerprint_of("标题", f"开头{text}")
    other = fingerprint_of("标题", f"另一个开头，{text[: len(text) // 2]}，结尾")
    compare(one, other)
    assert len(one.keys) <= 16
    assert time.process_time() - began < 5


def cases(file: Path) -> list[list[str]]:
    lines = file.read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("expected", "one", "other"), cases(FOLDER / "links.tsv"))
def test_links_to_one_article_are_spelled_alike(expected: str, one: str, other: str) -> None:
    if expected == "none":
        assert comparable_link(one) is None
    else:
        assert comparable_link(one) is not None
        assert (comparable_link(one) == comparable_link(other)) == (expected == "same")


def test_a_long_link_joins_no_texts() -> None:
    assert comparable_link("https://news.example.cn/" + "a" * 10_000) is None


def test_a_story_is_identical_to_itself_at_any_length() -> None:
    for story in (Story("长文", TEXT * 300), Story("短文", TEXT[:40])):
        found = compare(fingerprint_of(*story), fingerprint_of(*story))
        assert found is not None
        assert found.relation == "identical"


@pytest.mark.parametrize(
    ("shared", "own", "of_other", "is_worth_it"),
    [
        (0, 3, 3, False),
        (1, 1, 15, True),
        (1, 8, 15, True),
        (2, 13, 14, False),
        (3, 13, 13, True),
        (16, 0, 0, True),
    ],
)
def test_texts_with_few_clauses_in_common_are_not_compared(
    shared: int, own: int, of_other: int, *, is_worth_it: bool
) -> None:
    some = range(shared + own)
    others = [*range(shared), *range(100, 100 + of_other)]
    assert may_be_alike(some, others) is is_worth_it
    assert may_be_alike(others, some) is is_worth_it
