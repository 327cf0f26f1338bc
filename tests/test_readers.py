"""Queries for people run beside polls, in threads and connections of their own."""

from __future__ import annotations

import asyncio
import threading

import pytest
import sqlalchemy as sa

from ingest.errors import StoreError
from ingest.poll import poll_feeds
from ingest.services import open_services
from ingest.store import feeds
from ingest.values import Outcome
from tests.support import item, rss

# Counts to a hundred thousand; that takes a database some hundredths of a second.
COUNTING = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
    "SELECT max(i) FROM n"
)
LONGEST = 20_000  # counts; a bound in case the polls never end


class SlowListing:
    """A query that keeps the database busy until the polls are done; returns whether they were."""

    def __init__(self):
        self.begun, self.polls_are_done = threading.Event(), threading.Event()
        self.counts = 0

    def __call__(self, connection):
        for _ in range(LONGEST):
            connection.execute(COUNTING).scalar_one()
            self.counts += 1
            self.begun.set()
            if self.polls_are_done.is_set():
                return True
        return False


async def work_beside(services, listings, work):
    """Do some work while listings run; return the result of each listing."""
    tasks = [asyncio.create_task(services.view(listing)) for listing in listings]
    for listing in listings:
        await asyncio.to_thread(listing.begun.wait)
    await work()
    for listing in listings:
        listing.polls_are_done.set()
    return await asyncio.gather(*tasks)


def test_slow_listings_do_not_block_polls(world, site):
    world.add(site.url("/feed"))
    outcomes, listings = [], [SlowListing(), SlowListing()]

    async def run():
        async with open_services(world.config, world.database, world.clock) as services:

            async def poll_five_times():
                for number in range(5):
                    site.set("/feed", rss(*(item(count) for count in range(number + 1))))
                    due = await services.query(feeds.every)
                    await poll_feeds(services, due, lambda poll: outcomes.append(poll.outcome))

            return await work_beside(services, listings, poll_five_times)

    assert asyncio.run(run()) == [True, True]
    assert outcomes == [Outcome.NEWS] * 5


def test_queries_for_people_cannot_change_the_database(world):
    def write(connection):
        connection.execute(sa.text("DELETE FROM poll"))

    with pytest.raises((StoreError, sa.exc.InternalError), match=r"read.only"):
        world.database.view(write)
