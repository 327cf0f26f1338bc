"""The polls of a feed, page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from models import PollRow
from tests.pages import pages_of
from tests.searching import fill
from tests.site import Site
from tests.support import item
from tests.world import World

START = datetime(2025, 1, 1, tzinfo=UTC)
# Four polls at a time, so that a page ends among polls of the same second.
POLLS = [
    {
        "feed_id": 1,
        "started_at": START + timedelta(days=number // 4),
        "seconds": 0.1,
        "outcome": "failed",
        "url": "https://news.example.cn/feed",
        "size": 0,
        "new": 0,
        "edited": 0,
        "unchanged": 0,
        "replacement_count": 0,
        "error": f"error number {number}",
    }
    for number in range(130)
]


def test_all_polls_of_a_feed_can_be_looked_through(world: World, site: Site) -> None:
    fill(world, site, item(1))
    world.database.transact(lambda connection: connection.execute(sa.insert(PollRow), POLLS))
    with pages_of(world) as served:
        shown: list[str] = []
        path = "/f/1/polls"
        while path:
            page = served.get(path)
            shown += re.findall(r"error number (\d+)", page.source)
            path = next(iter(page.links("next")), "")
        assert "/f/1/polls" in served.get("/f/1").links()
        assert served.get("/f/9/polls").status == 404
        assert served.get("/f/1/polls?before=x").status == 400
    assert shown == [str(number) for number in reversed(range(130))]
