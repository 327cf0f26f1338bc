"""Followers process due entries: each once, in the background, and again after a kill."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.config import Config
from ingest.database import Database
from ingest.errors import ArchiveError, Fault
from ingest.follow.files import Output
from ingest.follow.follower import Followed, Run
from ingest.follow.following import Following
from ingest.poll import poll_feeds
from ingest.services import open_services
from ingest.store import due, feeds
from ingest.web.metrics import Metrics
from models import Due, Entry
from tests.program import new_program
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

_FORK = multiprocessing.get_context("fork")


class Recorder:
    """A follower that records its entries; it calls `work` with each batch."""

    name = "files"
    at_once = 100
    marks_due_for: Sequence[str] = ()

    def __init__(self, work: Callable[[Sequence[int]], object] | None = None) -> None:
        self.given: list[int] = []
        self.failing: dict[int, ArchiveError] = {}
        self._work = work

    def begin(self, *, now: datetime) -> None:
        pass

    def end(self, *, now: datetime) -> None:
        pass

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        self.given += entry_ids
        if self._work:
            self._work(entry_ids)
        failed = {one: self.failing[one] for one in entry_ids if one in self.failing}
        return Followed(count=len(entry_ids) - len(failed), failed=failed)


def due_entries(world: World) -> list[int]:
    """Return the ids of the due entries."""
    return [one.entry_id for one in world.database.query(due.take_due, "files", after=0, limit=999)]


def files_lag(world: World) -> due.Lag:
    return next(lag for lag in world.database.query(due.lags) if lag.follower == "files")


@pytest.fixture
def filled(world: World, site: Site) -> World:
    """A world of 250 entries whose files are all due."""
    site.set("/feed.xml", rss(*map(item, range(250))))
    world.add(site.url("/feed.xml"))
    world.poll()
    for file in world.folder.root.rglob("*.md"):
        file.unlink()
    world.database.transact(due.mark_all_due_for, "files", NOON)
    return world


def finish(world: World, follower: Any) -> int:
    return Run(world.database, follower, now=world.clock()).finish()


def test_each_due_entry_is_processed_once(filled: World) -> None:
    follower = Recorder()
    assert finish(filled, follower) == 250
    assert follower.given == sorted(set(follower.given))
    assert due_entries(filled) == []
    assert finish(filled, follower) == 0


def test_an_entry_changed_during_the_work_stays_due(filled: World) -> None:
    changed = due_entries(filled)[120]

    def change(entry_ids: Sequence[int]) -> None:
        if changed in entry_ids:
            filled.database.transact(due.mark_due, [changed], NOON)

    assert finish(filled, Recorder(change)) == 250
    assert due_entries(filled) == [changed]
    finish(filled, Recorder())
    assert due_entries(filled) == []


def test_a_second_change_stays_due_when_the_first_is_done(world: World, site: Site) -> None:
    """A counter as mark would fail here, because the new mark would equal the old mark."""
    site.set("/feed.xml", rss(item(1)))
    world.add(site.url("/feed.xml"))
    world.poll()
    world.database.transact(due.mark_due, due_entries(world) or [1], NOON)
    (slow,) = world.database.query(due.take_due, "files", after=0, limit=1)
    finish(world, Recorder())
    world.database.transact(due.mark_due, [slow.entry_id], NOON)
    world.database.transact(due.take_back, "files", [slow])
    assert due_entries(world) == [slow.entry_id]


def test_failed_entries_stay_due_and_stop_no_others(filled: World) -> None:
    follower = Recorder()
    first, last = due_entries(filled)[0], due_entries(filled)[-1]
    follower.failing = {first: ArchiveError("in the way"), last: ArchiveError("too")}
    with pytest.raises(ArchiveError, match="in the way"):
        finish(filled, follower)
    assert due_entries(filled) == [first, last]
    lag = files_lag(filled)
    assert (lag.due, lag.error, lag.oldest_at) == (2, "in the way", NOON)
    follower.failing = {}
    finish(filled, follower)
    lag = files_lag(filled)
    assert (lag.due, lag.error, lag.oldest_at, lag.ran_at) == (0, None, None, filled.clock())


def test_a_run_ends_when_a_whole_batch_fails(filled: World) -> None:
    follower = Recorder()
    follower.failing = {one: ArchiveError("the disk is full") for one in due_entries(filled)}
    with pytest.raises(ArchiveError):
        finish(filled, follower)
    assert len(follower.given) == 100


def test_a_record_that_cannot_be_rendered_stops_no_others(filled: World) -> None:
    broken = due_entries(filled)[0]
    archive = filled.folder

    class Breaking:
        def __getattr__(self, name: str) -> Any:
            return getattr(filled.folder._layout, name)

        def render(self, record: Any, names: Any) -> bytes:
            if record.entry_id == broken:
                raise ZeroDivisionError
            return filled.folder._layout.render(record, names)

    archive._layout = Breaking()  # type: ignore[assignment]
    archive.prepare(now=NOON, anew=True)
    with pytest.raises(Fault, match="ZeroDivisionError"):
        finish(filled, archive)
    assert due_entries(filled) == [broken]
    assert len(filled.files()) == 249


def test_the_due_mark_of_a_deleted_entry_is_removed(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)))
    feed = world.add(site.url("/feed.xml"))
    world.poll()
    world.database.transact(feeds.remove, feed.id, now=NOON, entries=True)
    assert due_entries(world) == [1]
    world.folder.render_due(now=NOON)
    assert due_entries(world) == []


def _follow_and_die(config: Config, url: str) -> None:
    archive = Output(config.archive, Database(url))
    archive.prepare(now=NOON, anew=True)

    def write_some_and_die(entry_ids: Sequence[int]) -> None:
        archive.follow(entry_ids[:40], now=NOON)
        os.kill(os.getpid(), signal.SIGKILL)

    Run(Database(url), Recorder(write_some_and_die), now=NOON).finish()


def test_a_follower_killed_in_a_batch_repeats_the_batch(filled: World) -> None:
    filled.database.dispose()
    process = _FORK.Process(target=_follow_and_die, args=(filled.config, filled.database_url))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(filled.files()) == 40
    assert len(due_entries(filled)) == 250
    assert filled.folder.render_due(now=NOON) == 210
    assert due_entries(filled) == []
    assert filled.folder.check() == []


def _follow(config: Config, url: str, ready: Any, counts: Any) -> None:
    database = Database(url)
    archive = Output(config.archive, database)
    archive.prepare(now=NOON, anew=True)
    ready.wait()
    counts.put(Run(database, archive, now=NOON).finish())


def test_two_processes_share_the_work(filled: World) -> None:
    filled.database.dispose()
    ready, counts = _FORK.Barrier(2), _FORK.SimpleQueue()
    arguments = (filled.config, filled.database_url, ready, counts)
    processes = [_FORK.Process(target=_follow, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert counts.get() + counts.get() == 250
    assert due_entries(filled) == []
    assert filled.folder.check() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_entry_that_is_committed_after_a_later_one_is_not_missed(
    world: World, site: Site
) -> None:
    for name in "ab":
        site.set(f"/{name}.xml", rss(item(name)))
        world.add(site.url(f"/{name}.xml"))
    world.poll()
    first, second = sorted(world.query(lambda c: list(c.scalars(sa.select(Entry.id)))))
    follower = Recorder()
    engine = world.database.engine
    with engine.begin() as early:
        due.mark_due(early, [first], NOON)
        with engine.begin() as late:
            due.mark_due(late, [second], NOON)
        finish(world, follower)
        assert follower.given == [second]
    finish(world, follower)
    assert follower.given == [second, first]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_mark_that_is_being_renewed_is_skipped_without_waiting(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1), item(2)))
    world.add(site.url("/feed.xml"))
    world.poll()
    entries = world.query(lambda c: list(c.scalars(sa.select(Entry.id).order_by(Entry.id))))
    world.database.transact(due.mark_due, entries, NOON)
    taken = world.database.query(due.take_due, "files", after=0, limit=9)
    with world.database.engine.begin() as changing:
        due.mark_due(changing, entries[:1], NOON)
        world.database.transact(due.take_back, "files", taken)
    assert due_entries(world) == entries[:1]


@pytest.mark.parametrize("is_ending", [True, False])
def test_a_run_waits_for_commits_up_to_a_limit(world: World, is_ending: bool) -> None:
    committing = [True]
    began: list[bool] = []
    follower = Recorder()

    def begin(*, now: datetime) -> None:
        began.append(committing[0])

    follower.begin = begin  # type: ignore[method-assign]

    async def follow_while_something_is_committed() -> None:
        following = Following(
            [follower], world.database, world.clock, is_committing=lambda: committing[0]
        )
        async with following.running():
            ended = asyncio.Event()
            following.wake(lambda _name, _error: ended.set())
            await asyncio.sleep(0.02)
            assert not began
            committing[0] = not is_ending
            await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(follow_while_something_is_committed())
    assert began == [not is_ending]


def test_a_follower_processes_what_another_one_marks_after_its_run(filled: World) -> None:
    """The files have nothing due and end first; then the other follower marks all entries."""
    entry_ids, has_ended = due_entries(filled), threading.Event()
    finish(filled, Recorder())
    files = Recorder()
    files.end = lambda **_: has_ended.set()  # type: ignore[method-assign]

    def mark(some: Sequence[int]) -> None:
        assert has_ended.wait(10)
        filled.database.transact(due.mark_due_for, "files", some, NOON)

    marker = Recorder(mark)
    marker.name, marker.marks_due_for = "likeness", ("files",)
    filled.database.transact(due.mark_all_due_for, "likeness", NOON)

    async def follow() -> None:
        following = Following(
            [files, marker], filled.database, filled.clock, is_committing=lambda: False
        )
        async with following.running():
            await following.finish()

    asyncio.run(follow())
    assert files.given == entry_ids


def test_no_poll_waits_for_a_follower(world: World, site: Site) -> None:
    for number in range(6):
        site.set(f"/{number}.xml", rss(item(number)))
        world.add(site.url(f"/{number}.xml"))
    polled: list[str] = []
    may_end = threading.Event()

    def note(poll: Any) -> None:
        polled.append(poll.outcome)
        if len(polled) == 6:
            may_end.set()

    async def poll() -> None:
        stored = world.database.query(feeds.every)
        async with open_services(world.config, world.database, world.clock) as services:
            # The thread for files is blocked until all polls have ended.
            held = asyncio.ensure_future(services.following.in_thread_of("files", may_end.wait))
            await poll_feeds(services, stored, note)
            assert await held

    asyncio.run(asyncio.wait_for(poll(), 60))
    assert len(world.files()) == 6


def test_follow_list_and_rebuild_show_due_entries(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    site.set("/feed.xml", rss(item(1), item(2)))
    program = new_program(tmp_path, database_url, [site.url("/feed.xml")])
    program.good("poll")
    listed, *others = json.loads(program.good("follow", "list", "--json"))
    due = [(one["follower"], one["due"]) for one in others]
    assert due == [("images", 0), ("likeness", 0), ("search", 0)]
    assert (listed["follower"], listed["due"], listed["last_error"]) == ("files", 0, None)
    assert listed["last_run_at"]
    files = list((program.folder / "source/_posts").rglob("*.md"))
    files[0].write_text("edited by hand", encoding="utf-8")
    assert "2 entries due for files" in program.good("follow", "rebuild", "files")
    assert "follower files: 2 entries due, the oldest for " in program.good("status")
    lag, *_ = json.loads(program.good("status", "--json"))["following"]
    assert (lag["follower"], lag["due"]) == ("files", 2)
    assert lag["oldest_due_at"]
    assert "was changed by somebody; that version is" in program.run("poll", "--all").err
    assert "follower" not in program.good("status")
    assert program.run("archive", "--check").code == 0
    assert files[0].with_name(f"{files[0].name}.guidang-old").read_text() == "edited by hand"
    refused = program.run("follow", "rebuild", "pages")
    assert refused.code == 2
    assert (
        "no follower is called 'pages'; there are: files, images, likeness, search" in refused.err
    )


def test_followers_can_be_turned_off_and_on_again(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    text = "北约峰会今天在维尔纽斯开幕，三十一国领导人出席并讨论防务开支。"
    site.set("/feed.xml", rss(item(1, title="北约峰会", description=text)))
    site.set("/other.xml", rss(item(2, title="北约峰会", description=text)))
    on = new_program(tmp_path, database_url, [site.url("/feed.xml"), site.url("/other.xml")])
    on.good("poll")
    tables = ("SEARCH", "DUPLICATES", "IMAGES")
    off = replace(on, env={f"GUIDANG_{table}__ENABLED": "false" for table in tables})
    refused = off.run("search", "北约")
    assert refused.code == 2
    assert "set search.enabled = true" in refused.err
    followers = json.loads(off.good("follow", "list", "--json"))
    assert [one["follower"] for one in followers] == ["files"]
    off.good("poll", "--all")
    on.good("poll", "--all")
    assert sorted(on.good("search", "北约", "--ids").split()) == ["1", "2"]


def test_the_lag_is_in_the_metrics(filled: World) -> None:
    metrics = Metrics()
    filled.clock.move(minutes=2)
    metrics.measure_following(filled.database.query(due.lags), filled.clock())
    shown = metrics.exposition().decode()
    assert 'guidang_follow_due{follower="files"} 250.0' in shown
    assert 'guidang_follow_oldest_due_seconds{follower="files"} 120.0' in shown


def test_due_entries_survive_downgrade_and_upgrade(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(*map(item, range(5))))
    world.add(site.url("/feed.xml"))
    world.poll()
    world.database.transact(due.mark_due, [2, 4], NOON)
    world.database.downgrade("0012")
    query = sa.text("SELECT id FROM entry WHERE render_due > 0 ORDER BY id")
    assert world.query(lambda c: list(c.scalars(query))) == [2, 4]
    world.database.upgrade()
    assert due_entries(world) == [2, 4]
    to_index = sa.select(sa.func.count()).where(Due.follower == "search")
    assert world.query(lambda c: c.scalar(to_index)) == 5
