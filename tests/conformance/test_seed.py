"""The seed record, on which the design is based, is reproduced from its feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dom import dom_of
from tests.site import Site
from tests.world import World


def seed(corpora: Path) -> list[str]:
    """Return front matter and body of the seed record, without its empty first line."""
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


def test_the_front_matter_equals_that_of_the_seed_line_by_line(corpora: Path, record: str) -> None:
    wanted = [line.rstrip() for line in seed(corpora)[0].splitlines()]
    assert record.splitlines()[: len(wanted)] == wanted
    assert record.splitlines()[len(wanted)].startswith("source_url:")


def test_the_body_has_the_dom_of_the_seed(corpora: Path, record: str) -> None:
    assert dom_of(record.split("\n---\n", 1)[1]) == dom_of(seed(corpora)[1])
