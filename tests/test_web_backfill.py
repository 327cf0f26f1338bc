"""A backfill that is begun on the page of a feed: the service carries it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.store import backfill_queue, backfills
from ingest.views.backfills import progress_of
from tests import past
from tests.pages import Browser, Pages, pages_of
from tests.running import running
from tests.searching import fill
from tests.site import Site
from tests.support import item
from tests.world import World

SETTINGS = '[fetch]\nhost_delay = "0s"\nallow_private = ["127.0.0.0/8"]'
ROW = {"is_planned": True, "waiting": 0, "missing": 0, "in_part": 0, "note": None}


@pytest.mark.parametrize(
    ("row", "is_queued", "is_ended", "expected"),
    [
        ({"is_planned": False}, True, False, "waiting for the service"),
        ({"waiting": 3}, True, False, "in progress"),
        ({"is_planned": False, "note": "no answer"}, True, False, "in progress"),
        ({"is_planned": False, "note": "no answer"}, False, False, "not complete"),
        ({"missing": 1}, False, False, "not complete"),
        ({"waiting": 3}, False, True, "given up"),
        ({}, False, True, "complete"),
    ],
)
def test_the_state_of_a_backfill(
    row: dict[str, object], is_queued: bool, is_ended: bool, expected: str
) -> None:
    assert progress_of([ROW | row], is_queued=is_queued, is_ended=is_ended) == expected


def test_a_backfill_is_queued_stopped_and_continued(world: World, site: Site) -> None:
    fill(world, site, item(1))
    with pages_of(world) as pages:
        browser = Browser(pages)
        browser.get("/f/1")
        assert browser.send("/f/1/backfill").headers["location"] == "/f/1?done=backfill"
        assert "waiting for the service" in browser.follow().text
        [run] = world.database.query(backfills.runs)
        walks = world.database.query(backfills.walks, run.id)
        assert [walk.source for walk in walks] == ["rfc5005", "paged", "wayback"]
        browser.send("/f/1/backfill/stop")
        assert "not complete" in browser.follow().text
        assert world.database.query(backfill_queue.first) is None
        browser.send("/f/1/backfill")
        assert world.database.query(backfill_queue.first) == run


def test_the_service_carries_out_a_backfill_and_continues_it_after_a_restart(
    tmp_path: Path,
) -> None:
    with Site() as site, Site("127.0.0.2") as archive:
        titles = past.with_archives(site, 12)
        oldest = past.channel(range(4), site)
        site.set("/archive/0", oldest, delay=60)
        settings = f'[wayback]\nindex = "{archive.url("/cdx")}"'
        with running(tmp_path, site.url("/feed"), settings=settings, web=True) as daemon:
            browser = Browser(Pages(daemon.port))
            browser.get("/f/1")
            browser.send("/f/1/backfill")
            daemon.wait_until(lambda: bool(site.requests_to("/archive/0")))
            assert "in progress" in browser.get("/f/1").text
            assert daemon.stop() == 0
            site.set("/archive/0", oldest)
            daemon.start_ready()
            daemon.wait_until(lambda: daemon.titles() == titles)
            daemon.wait_until(lambda: "in progress" not in browser.get("/f/1").text)
            shown = browser.get("/f/1").text
            assert ("complete" in shown, "not complete" in shown) == (True, False)
