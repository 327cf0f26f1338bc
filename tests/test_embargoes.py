"""Entries come into an output when their embargo ends, without another poll."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.config import FeedSettings, OutputConfig
from ingest.feed import FeedState
from ingest.follow import registry
from ingest.services import open_services
from ingest.store import embargoes, feeds
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World


@pytest.fixture
def world(tmp_path: Path, database_url: str, site: Site) -> Iterator[World]:
    """A world with entries that are a day and ten days old, and one without a date."""
    items = [
        item(number, pubDate=format_datetime(NOON - timedelta(days=days), usegmt=True))
        for number, days in {1: 1, 2: 10}.items()
    ]
    site.set("/feed.xml", rss(*items, item(3, pubDate="")))
    world = World(tmp_path, database_url)
    yield world
    world.database.dispose()


@pytest.fixture
def feed(world: World, site: Site) -> FeedState:
    return world.add(site.url("/feed.xml"), publish_after="30d")


def follow(world: World) -> int:
    """Run the followers, as the service does from time to time."""

    async def run() -> int:
        async with open_services(world.config, world.database, world.clock) as services:
            return await services.following.finish()

    return asyncio.run(run())


def numbers(world: World, folder: str = "posts") -> list[int]:
    """Return the numbers in the titles of the files."""
    files = (world.root / folder).rglob("*.md")
    return sorted(int(file.name.split("第")[1][0]) for file in files)


def files(world: World, folder: str) -> dict[str, str]:
    """Return the texts of the files by name."""
    found = (world.root / folder).rglob("*.md")
    return {file.name: file.read_text("utf-8") for file in found}


def embargoed(world: World) -> dict[str, int]:
    return world.query(embargoes.counts)


def test_each_entry_is_written_when_its_embargo_ends(world: World, feed: FeedState) -> None:
    (poll,) = world.poll()
    assert poll.new == 3
    assert numbers(world) == []
    assert embargoed(world) == {"archive": 3}
    assert world.folder.check() == []
    for days, expected in ((19, []), (1, [2]), (8, [2]), (1, [1, 2]), (1, [1, 2, 3]), (30, None)):
        world.clock.move(days=days)
        follow(world)
        assert numbers(world) == ([1, 2, 3] if expected is None else expected)
        assert world.folder.check() == []
    assert embargoed(world) == {}
    assert follow(world) == 0


def test_an_embargo_ends_to_the_second(world: World, feed: FeedState) -> None:
    world.poll()
    world.clock.move(days=30, seconds=-1)
    follow(world)
    assert numbers(world) == [1, 2]
    world.clock.move(seconds=1)
    assert follow(world) == 1
    assert numbers(world) == [1, 2, 3]


def test_the_next_poll_writes_released_entries_even_without_news(
    world: World, feed: FeedState
) -> None:
    world.poll()
    world.clock.move(days=20)
    (poll,) = world.poll()
    assert poll.new == 0
    assert numbers(world) == [2]


@pytest.mark.parametrize(
    ("before", "after", "first", "then"),
    [
        (None, "30d", [1, 2, 3], []),
        (None, "5d", [1, 2, 3], [2]),
        ("5d", "30d", [2], []),
        ("30d", "5d", [], [2]),
        ("30d", None, [], [1, 2, 3]),
    ],
)
def test_a_change_of_the_embargo_takes_files_away_or_brings_them_back(
    world: World, site: Site, before: str | None, after: str | None, first: object, then: object
) -> None:
    feed = world.add(site.url("/feed.xml"), publish_after=before)
    world.poll()
    assert numbers(world) == first
    named = world.files()
    settings = FeedSettings.model_validate({"publish_after": after})
    world.database.transact(feeds.change, feed.id, settings, now=world.clock())
    follow(world)
    assert numbers(world) == then
    assert world.folder.check() == []
    world.database.transact(feeds.change, feed.id, FeedSettings(), now=world.clock())
    follow(world)
    assert named.items() <= world.files().items()
    assert numbers(world) == [1, 2, 3]
    assert embargoed(world) == {}


def test_an_edited_entry_stays_under_its_embargo(world: World, feed: FeedState, site: Site) -> None:
    world.poll()
    site.set("/feed.xml", rss(item(3, pubDate="", description="另一段正文。")))
    world.clock.move(days=1)
    (poll,) = world.poll()
    assert poll.edited == 1
    assert numbers(world) == []
    assert embargoed(world) == {"archive": 3}


def test_a_deleted_entry_is_forgotten(world: World, feed: FeedState) -> None:
    world.poll()
    world.database.transact(feeds.remove, feed.id, now=world.clock(), entries=True)
    assert embargoed(world) == {}
    world.clock.move(days=40)
    assert follow(world) == 0


def test_an_embargo_of_an_output_applies_to_this_output_only(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    configure(world, {"private": True}, {"publish_after": "5d"})
    world.poll()
    assert (numbers(world), numbers(world, "site")) == ([1, 2, 3], [2])
    assert embargoed(world) == {"site": 2}
    configure(world, {"private": True}, {})
    follow(world)
    assert numbers(world, "site") == [1, 2, 3]
    assert embargoed(world) == {}


def test_a_duplicate_is_written_until_the_embargo_of_its_canonical_entry_ends(
    world: World, site: Site
) -> None:
    text = "<p>市图书馆十二月起延长开放时间，读者可凭借阅证入馆，周末照常开放。</p>"
    titles = ("第1条 图书馆延长开放", "第2条 周末也能借书")
    dates = [format_datetime(NOON - timedelta(days=days), usegmt=True) for days in (2, 1)]
    for number, (title, date) in enumerate(zip(titles, dates, strict=True), 1):
        story = item(number, title=title, description=text, pubDate=date)
        site.set(f"/{number}.xml", rss(story, title=f"{number}"))
    world.add(site.url("/1.xml"), publish_after="30d")
    world.add(site.url("/2.xml"))
    configure(world, {"duplicates": "canonical"})
    world.poll()
    follow(world)
    assert numbers(world) == [2]
    assert world.folder.check() == []
    world.clock.move(days=28)
    follow(world)
    assert numbers(world) == [1]
    assert world.folder.check() == []


def test_rights_of_a_feed_apply_to_public_outputs_only(world: World, site: Site) -> None:
    url = site.url("/feed.xml")
    world.add(url, excerpt_only=True, noindex=True, publish_after="5d")
    configure(world, {"private": True}, {})
    world.poll()
    assert (numbers(world), numbers(world, "site")) == ([1, 2, 3], [2])
    private, public = (
        next((world.root / folder).rglob("*第2条*.md")).read_text("utf-8")
        for folder in ("posts", "site")
    )
    assert ("noindex" in private, "noindex" in public) == (False, True)
    assert ("原文" in private, "原文" in public) == (False, True)


@pytest.mark.parametrize("setting", [{"excerpt_only": True}, {"noindex": True}])
def test_a_feed_that_comes_back_with_other_rights_is_written_anew(
    world: World, site: Site, setting: dict[str, Any]
) -> None:
    feed = world.add(site.url("/feed.xml"))
    configure(world, {"private": True}, {})
    world.poll()
    before = files(world, "site")
    world.database.transact(feeds.remove, feed.id, now=NOON, entries=False)
    world.add(site.url("/feed.xml"), **setting)
    follow(world)
    assert all(before[path] != content for path, content in files(world, "site").items())
    assert follow(world) == 0


def test_a_feed_that_comes_back_under_an_embargo_is_taken_away(world: World, site: Site) -> None:
    feed = world.add(site.url("/feed.xml"))
    world.poll()
    assert numbers(world) == [1, 2, 3]
    world.database.transact(feeds.remove, feed.id, now=NOON, entries=False)
    world.add(site.url("/feed.xml"), publish_after="5d")
    follow(world)
    assert numbers(world) == [2]


def test_a_removed_output_has_no_embargoes(world: World, feed: FeedState) -> None:
    configure(world, {}, {})
    world.poll()
    assert embargoed(world) == {"archive": 3, "site": 3}
    configure(world, {})
    assert embargoed(world) == {"archive": 3}


def configure(world: World, archive: dict[str, Any], *sites: dict[str, Any]) -> None:
    """Use a configuration with these settings of the archive, and of an output `site`."""
    made = [OutputConfig(name="site", path=world.root / "site", **one) for one in sites]
    changed = world.config.archive.model_copy(update=archive)
    world.config = world.config.model_copy(update={"archive": changed, "outputs": tuple(made)})
    registry.adopt(world.config, world.database, now=world.clock())
