"""Generate bulletins from forms: texts that differ only in dates, numbers or names.

Two bulletins of a form are not duplicates. A form has slots: `{3-9}` and `{0.05-2.60}` stand for a
number in a range, and `{涨|跌}` for one of several words. `{dead=3-9}` gives a slot a name, and
`{dead}` repeats its value. Slots such as `{month}`, `{day}`, `{city}`, `{person}` and `{team}` have
built-in values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.story_edits import Story

CITIES = "东平市 南岭市 白石县 高台县 云州市 青川县 滨江市 榆关县 松陵市 石浦县".split()
TEAMS = "北川 滨城 青屿 东岭 云麓 临港 望海 长宁".split()
FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国 红梅 晓明 文博 志强 海燕 伟东 明亮 桂兰 国庆 子涵 秀英 立新 永福 佳怡 德胜".split()
_SLOT = re.compile(r"\{([^{}]+)\}")
_BETWEEN = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


class Form(NamedTuple):
    """A kind of bulletin; its title and its text have slots."""

    kind: str
    story: Story


def forms(file: Path) -> Iterator[Form]:
    """Yield the forms in a file, which has `# kind: title` and then the lines of a text."""
    for block in file.read_text("utf-8").split("\n# "):
        head, _, text = block.removeprefix("# ").strip().partition("\n")
        kind, _, title = head.partition(": ")
        yield Form(kind, Story(title, text))


Values = list[str]


def bulletin(chance: Random, form: Form) -> Story:
    """Return a bulletin of a form."""
    return filled(form, values_of(chance, form))


def values_of(chance: Random, form: Form) -> Values:
    """Return random values for the slots of a form, in their order."""
    fixed = {
        "month": str(chance.randint(1, 12)),
        "day": str(chance.randint(1, 28)),
        **dict(zip(("city", "city2", "city3"), chance.sample(CITIES, 3), strict=True)),
        **dict(zip(("team", "team2"), chance.sample(TEAMS, 2), strict=True)),
        **{name: _person(chance) for name in ("person", "person2", "person3", "person4")},
    }
    values = []
    for name, kind in slots_of(form):
        values.append(fixed.get(name) or _value(chance, kind))
        if name:
            fixed[name] = values[-1]
    return values


def slots_of(form: Form) -> list[tuple[str, str]]:
    """Return the name of each slot, or "" if it has none, and the description of its values."""
    slots = (slot.rpartition("=") for slot in _SLOT.findall("\n".join(form.story)))
    return [(name or (kind if kind.isidentifier() else ""), kind) for name, _, kind in slots]


def filled(form: Form, values: Values) -> Story:
    """Return a bulletin of a form with these values."""
    remaining = iter(values)
    fill: Callable[[re.Match[str]], str] = lambda _: next(remaining)  # noqa: E731
    return Story(_SLOT.sub(fill, form.story.title), _SLOT.sub(fill, form.story.text))


def later(chance: Random, form: Form, values: Values, share: float) -> Values:
    """Return the values of a later bulletin, in which about this share of the slots differ.

    Slots with the same name have the same value.
    """
    slots = slots_of(form)
    fresh = values_of(chance, form)
    names = {name for name, _ in slots if name}
    changed = {name for name in sorted(names) if name == "day" or chance.random() < share}
    return [
        new if (name in changed if name else chance.random() < share) else old
        for (name, _), old, new in zip(slots, values, fresh, strict=True)
    ]


def _person(chance: Random) -> str:
    return chance.choice(FAMILIES) + chance.choice(GIVEN)


def _value(chance: Random, slot: str) -> str:
    between = _BETWEEN.fullmatch(slot)
    if between is None:
        return chance.choice(slot.split("|"))
    low, high = between.groups()
    if "." in low:
        return f"{chance.uniform(float(low), float(high)):.2f}"
    return str(chance.randint(int(low), int(high)))
