"""How the entries of a cluster of near-duplicates are related, however many there are."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.follow.follower import Run
from ingest.follow.likeness import Likeness
from ingest.views.duplicates import Link, Links, Member, cluster_of
from tests.pages import pages_of
from tests.site import Site
from tests.support import NOON, item, rss
from tests.test_duplicates import STORY
from tests.world import World

REPRINT = Link(relation="reprint", score=0.9, reason="", part=None)
EXCERPT = Link(relation="excerpt", score=0.5, reason="", part=None)
# The texts 1 and 3 are both like 2, not like each other; 4 is like all of them.
LINKS: Links = {
    1: {2: REPRINT, 4: EXCERPT},
    2: {1: REPRINT, 3: EXCERPT, 4: REPRINT},
    3: {2: EXCERPT, 4: EXCERPT},
    4: {1: EXCERPT, 2: REPRINT, 3: EXCERPT},
}


def member(number: int, text: int) -> Member:
    return Member(
        id=number,
        title="",
        link=None,
        feed_title="",
        feed_url="",
        at=NOON + timedelta(days=number),
        is_canonical=False,
        text_id=text,
        around=0,
    )


@pytest.mark.parametrize(
    ("texts", "first", "relations"),
    [
        ([1, 1, 1], 2, {1: ("identical", 2), 3: ("identical", 2)}),
        ([1, 2, 3], 1, {2: ("reprint", 1), 3: ("excerpt", 2)}),
        ([1, 2, 3], 2, {1: ("reprint", 2), 3: ("excerpt", 2)}),
        ([1, 2, 3, 3], 1, {2: ("reprint", 1), 3: ("identical", 4), 4: ("identical", 3)}),
        ([1, 2, 4], 1, {2: ("reprint", 1), 3: ("excerpt", 1)}),
    ],
)
def test_the_link_to_the_first_entry_counts_then_the_strongest(
    texts: list[int], first: int, relations: dict[int, tuple[str, int]]
) -> None:
    members = [member(number, text) for number, text in enumerate(texts, start=1)]
    found = cluster_of(first, members, LINKS).others
    assert {one.entry.id: (one.relation, one.to) for one in found} == relations


def test_those_of_the_nearest_dates_are_shown() -> None:
    cluster = cluster_of(50, [member(number, 1) for number in range(1, 101)], {}, most=4)
    assert [one.entry.id for one in cluster.others] == [48, 49, 51, 52]
    assert cluster.further == 95


def test_pages_and_programs_get_some_duplicates_of_many(
    tmp_path: Path, sqlite_url: str, site: Site
) -> None:
    same = {"title": "图书馆延长开放", "description": STORY}
    site.set("/a.xml", rss(*(item(n, **same) for n in range(53))))
    world = World(tmp_path, sqlite_url)
    world.add(site.url("/a.xml"))
    world.poll()
    Run(world.database, Likeness(world.database), now=NOON).finish()
    with pages_of(world) as pages:
        assert "and 2 more" in pages.get("/e/9").text
        entry = json.loads(pages.get("/api/entries/9").content)
        [cluster] = json.loads(pages.get("/api/duplicates").content)["clusters"]
    for one in (entry, cluster):
        assert (len(one["duplicates"]), one["further_duplicates"]) == (50, 2)
