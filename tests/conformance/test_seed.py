"""The seed: the one record that the design was drawn from must come out of its feed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dom import dom_of
from tests.site import Site
from tests.world import World


def seed(corpora: Path) -> list[str]:
    """Front matter and body of the seed's record, which began with an empty line."""
    text = (corpora / "seed/record.md").read_text(encoding="utf-8")
    return text.lstrip("\n").split("\n---\n", 1)


@pytest.fixture
def record(corpora: Path, tmp_path: Path, database_url: str) -> str:
    world = World(tmp_path, database_url)
    with Site() as site:
        site.set("/aljazeera/news", (corpora / "seed/feed.xml").read_bytes())
        categories = ("新媒体", "Aljazeera 半岛网", "新闻")
        world.add(site.url("/aljazeera/news"), categories=categories)
        world.poll()
    world.database.dispose()
    (body,) = world.files().values()
    return body.decode()


def test_the_front_matter_is_the_seeds_line_for_line(corpora: Path, record: str) -> None:
    wanted = [line.rstrip() for line in seed(corpora)[0].splitlines()]
    assert record.splitlines()[: len(wanted)] == wanted
    assert record.splitlines()[len(wanted)].startswith("source_url:")


def test_the_body_is_the_seeds_dom(corpora: Path, record: str) -> None:
    assert dom_of(record.split("\n---\n", 1)[1]) == dom_of(seed(corpora)[1])
