"""Labelled pairs of entries: editions of one story, and stories that only look alike.

`own_pairs` makes pairs from stories, edits and bulletins, the same pairs in each run. The files
`…-held-back.txt` were not used while the rule was developed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.bulletins import Form, filled, forms, later, values_of
from tests.story_edits import EDITS, SITES, Story, in_other_script, unchanged, with_foot

FOLDER = Path(__file__).parent / "data" / "likeness"
# Edits of whole paragraphs, which bulletins of one or two lines do not have.
_OF_PARAGRAPHS = frozenset(
    "with_ad with_captions with_page_marks with_paragraphs_moved without_a_paragraph"
    " first_paragraphs from_the_middle reprinted reprinted_in_part reworked".split()
)
_EDITIONS = (1.0, 0.8, 0.6)  # shares of the numbers and names of a bulletin that change
_LEAST_CHANGED = 0.3


class Pair(NamedTuple):
    """Two entries, the name of their relation, and whether they are the same story."""

    kind: str
    is_same: bool
    one: Story
    other: Story


def shared_pairs() -> list[Pair]:
    """Return the pairs of shared.json, a table that several projects use."""
    rows = json.loads((FOLDER / "shared.json").read_text("utf-8"))["rows"]
    return [
        Pair(
            row["kind"],
            bool(row["label"]),
            Story(row["title_a"], row["text_a"]),
            Story(row["title_b"], row["text_b"]),
        )
        for row in rows
    ]


@cache
def own_pairs(suffix: str = "") -> list[Pair]:
    """Return the pairs that are made from the files with this suffix."""
    told = stories(FOLDER / f"stories{suffix}.txt")
    known = list(forms(FOLDER / f"bulletins{suffix}.txt"))
    return [
        *_editions(told),
        *_editions_of_bulletins(known),
        *_other_bulletins(known),
        *_other_stories(told),
        *_posts(),
    ]


def stories(file: Path) -> list[Story]:
    """Return the stories of a file, which has `# title` and then the lines of a text."""
    blocks = file.read_text("utf-8").removeprefix("# ").split("\n# ")
    return [Story(*block.strip().split("\n", maxsplit=1)) for block in blocks]


def _editions(told: list[Story]) -> Iterator[Pair]:
    for number, story in enumerate(told):
        for name, (_, edit) in EDITS.items():
            yield Pair(name, True, story, edit(Random(f"{number} {name}"), story))


def _editions_of_bulletins(known: list[Form]) -> Iterator[Pair]:
    edits = {name: edit for name, (_, edit) in EDITS.items() if name not in _OF_PARAGRAPHS}
    for form in known:
        chance = Random(f"editions {form.kind}")
        story = filled(form, values_of(chance, form))
        for name in chance.sample(sorted(edits), 5):
            yield Pair(f"{form.kind} {name}", True, story, edits[name](chance, story))


def _other_bulletins(known: list[Form]) -> Iterator[Pair]:
    """Yield pairs of different bulletins of one form; some are reprints or in another script."""
    edits = [unchanged, unchanged, with_foot, in_other_script]
    for form in known:
        for number, edit in enumerate(edits * 2 * len(_EDITIONS)):
            chance = Random(f"other {form.kind} {number}")
            values = values_of(chance, form)
            others = later(chance, form, values, _EDITIONS[number % len(_EDITIONS)])
            changed = sum(one != other for one, other in zip(values, others, strict=True))
            if changed >= max(2, _LEAST_CHANGED * len(values)):
                yield Pair(
                    form.kind, False, filled(form, values), edit(chance, filled(form, others))
                )


def _other_stories(told: list[Story]) -> Iterator[Pair]:
    """Yield pairs of different stories, with and without the same words of a site around them."""
    foot = (
        "本栏目由{site}与社区志愿者共同编写，内容来自一线采访和读者来信，每周三更新一次。"
        "如果你也有想讲的故事，可以把文字和照片寄到编辑部，我们会认真阅读每一封来信，并在整理后刊登。"
    )
    for number, story in enumerate(told):
        chance = Random(f"others {number}")
        other = chance.choice([one for one in told if one is not story])
        yield Pair("other story", False, story, other)
        words = foot.format(site=chance.choice(SITES))
        short, too = (Story(s.title, f"{s.text[:70]}\n{words}") for s in (story, other))
        yield Pair("same words around", False, short, too)


def _posts() -> Iterator[Pair]:
    """Yield pairs of equal short posts, which many people write independently."""
    for text in (
        "转发微博",
        "早安",
        "早安，新的一天！",
        "分享图片",
        "晚安，好梦。",
        "[图片]",
        "哈哈哈哈",
        "求转发！",
    ):
        yield Pair("short post", False, Story("", text), Story("", text))
        yield Pair("short post", False, Story(text, text), Story(text, f"{text} "))
