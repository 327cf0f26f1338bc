"""A bug in Guidang fails only one entry, document or feed; the work goes on with the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa

from ingest.backfill import runs
from ingest.backfill.asked import Asked, begin
from ingest.errors import Fault
from ingest.feed import FeedState
from ingest.poll import poll_feeds
from ingest.reading.entries.normalize import Context
from ingest.reading.read import Reading, read_items
from ingest.reading.shortcuts.split import Split, split
from ingest.services import Services, open_services
from ingest.store import feeds, listings, polls, unread
from ingest.values import Document, Outcome, Poll
from ingest.workers import Workers
from tests import faults
from tests.faults import BrokenYear, FaultyWorkers
from tests.program import new_program
from tests.running import running
from tests.site import Answer, Site
from tests.support import NOON, item, rss
from tests.world import World

PROSE = "这是第{}段的正文，讲述了老旧小区加装电梯的来龙去脉，以及住在里面的居民们的看法。"


def article(paragraphs: int = 8) -> str:
    text = "".join(f"<p>{PROSE.format(n)}</p>" for n in range(paragraphs))
    return f"<html><body><h1>加装电梯</h1><div class='article-content'>{text}</div></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        for name in ("broken", "good", "other"):
            site.set(f"/{name}", rss(item(1), title=name))
        yield site


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


def with_workers(services: Services, workers: Workers) -> Services:
    pages = type(services.pages)(services.fetcher, services.manners, workers)
    return replace(services, workers=workers, pages=pages)


def poll_all(world: World, workers: Workers) -> dict[str, Poll]:
    """Poll all feeds with these workers; return the results by the last part of the URL."""

    async def poll() -> list[Poll]:
        async with open_services(world.config, world.database, world.clock) as services:
            chosen = world.query(feeds.every)
            return await poll_feeds(with_workers(services, workers), chosen, lambda _: None)

    with workers:
        return {poll.url.rpartition("/")[2]: poll for poll in asyncio.run(poll())}


def add_others(world: World, site: Site, others: int) -> None:
    """Add feeds that have no fault."""
    for number in range(others):
        site.set(f"/{number}", rss(item(1), title=str(number)))
        world.add(site.url(f"/{number}"))


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the tracebacks in the log, including those of worker processes."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return [getattr(record, "trace", "") or str(record.exc_info) for record in errors]


@pytest.mark.parametrize("others", [1, 19])
@pytest.mark.parametrize(
    ("fault", "kind"), [(faults.fail, "fault"), (faults.exhaust_memory, "unreadable")]
)
def test_an_error_while_reading_a_feed_fails_only_this_feed(
    world: World,
    site: Site,
    caplog: pytest.LogCaptureFixture,
    others: int,
    fault: Callable[[], NoReturn],
    kind: str,
) -> None:
    world.add(site.url("/broken"))
    add_others(world, site, others)
    done = poll_all(world, FaultyWorkers("/broken", fault=fault))
    assert done["broken"].outcome is Outcome.FAILED
    assert sum(poll.outcome is Outcome.NEWS for poll in done.values()) == others
    assert done["broken"].error_kind == kind
    if kind == "fault":
        assert "KeyError" in (done["broken"].error or "")
        (trace,) = tracebacks(caplog)
        assert "in fail" in trace


def test_a_feed_with_a_bug_is_polled_less_often_each_time(world: World, site: Site) -> None:
    world.add(site.url("/broken"))
    waits = []
    for failures in (1, 2, 3):
        poll_all(world, FaultyWorkers("/broken"))
        (feed,) = world.query(feeds.every)
        assert (feed.failures, "bug in Guidang" in (feed.last_error or "")) == (failures, True)
        waits.append(feed.next_poll_at - world.clock())
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    poll_all(world, Workers(1))
    (feed,) = world.query(feeds.every)
    assert (feed.failures, len(world.entries())) == (0, 1)


def dated(number: int, year: int) -> str:
    """Return an item whose date has no time zone, so that the zone of the feed is used."""
    return item(number, title=f"第{number}篇", pubDate=f"{year}-05-0{number} 08:00:00")


def unread_entries(world: World) -> list[tuple[str, str]]:
    """Return the name of each unread entry, and the error that was raised for it."""
    return [(row["name"], row["reason"]) for row in world.query(unread.listed)]


@pytest.mark.parametrize("parts", [True, False], ids=["items", "whole document"])
def test_an_entry_that_raises_is_kept_unread_and_read_by_replay(
    world: World, site: Site, caplog: pytest.LogCaptureFixture, parts: bool
) -> None:
    feed = world.add(site.url("/broken"))
    document = rss(dated(3, 2024), dated(2, 2023), dated(1, 2024))
    if not parts:
        document = document.replace("<rss", "<!DOCTYPE rss [<!ENTITY a 'a'>]><rss", 1)
    site.set("/broken", document, etag='"1"')
    came_at = world.clock()
    poll = poll_all(world, BrokenYear(2023))["broken"]
    assert (poll.new, poll.unchanged, poll.error) == (2, 0, None)
    assert poll.warnings[0].startswith("1 entry is kept unread: 第2篇: a bug in Guidang")
    ((name, reason),) = unread_entries(world)
    assert (name, "KeyError" in reason) == ("第2篇", True)
    assert len(tracebacks(caplog)) == 1
    assert len(world.files()) == 2
    world.clock.move(days=1)
    assert poll_all(world, BrokenYear(2023))["broken"].status == 304
    world.clock.move(days=1)
    assert world.replay_unread(feed) == 1
    assert unread_entries(world) == []
    entries = {entry["title"]: entry for entry in world.entries()}
    assert set(entries) == {"第1篇", "第2篇", "第3篇"}
    assert entries["第2篇"]["first_seen_at"] == came_at
    assert world.replay_unread(feed) == 0
    assert poll_all(world, Workers(1))["broken"].new == 0
    assert len(world.entries()) == 3


def test_an_unread_entry_is_read_by_a_later_poll(
    world: World, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    world.add(site.url("/broken"))
    site.set("/broken", rss(dated(2, 2023), dated(1, 2024)))
    came_at = world.clock()
    poll_all(world, BrokenYear(2023))
    for number in (3, 4):
        world.clock.move(hours=1)
        items = [dated(n, 2024) for n in range(number, 2, -1)]
        site.set("/broken", rss(*items, dated(2, 2023), dated(1, 2024)))
        poll = poll_all(world, BrokenYear(2023) if number == 3 else Workers(1))["broken"]
        assert poll.new == number - 2
    assert len(tracebacks(caplog)) == 1
    assert unread_entries(world) == []
    entries = {entry["title"]: entry for entry in world.entries()}
    assert (len(entries), entries["第2篇"]["first_seen_at"]) == (4, came_at)


def test_an_unread_version_becomes_an_earlier_revision(world: World, site: Site) -> None:
    feed = world.add(site.url("/broken"))
    site.set("/broken", rss(dated(2, 2023), dated(1, 2024)))
    came_at = world.clock()
    poll_all(world, BrokenYear(2023))
    world.clock.move(days=1)
    later = dated(2, 2023).replace("2023-05", "2024-05").replace("第2篇", "第2篇，改过")
    site.set("/broken", rss(later, dated(1, 2024)))
    assert poll_all(world, Workers(1))["broken"].new == 1
    assert world.replay_unread(feed) == 1
    (entry,) = (one for one in world.entries() if one["title"] == "第2篇，改过")
    shown = world.entry(entry["id"])
    assert (shown["version"], shown["first_seen_at"]) == (2, came_at)
    assert [one["title"] for one in shown["revisions"]] == ["第2篇"]


def test_a_feed_keeps_all_entries_if_none_can_be_read(world: World, site: Site) -> None:
    feed = world.add(site.url("/broken"))
    site.set("/broken", rss(dated(2, 2023), dated(1, 2023)))
    poll = poll_all(world, BrokenYear(2023))["broken"]
    assert (poll.error, poll.new) == (None, 0)
    assert len(unread_entries(world)) == 2
    assert world.replay_unread(feed) == 2
    assert len(world.entries()) == 2


@pytest.mark.parametrize("fault", [faults.fail, faults.die])
def test_an_entry_whose_replay_raises_stays_as_it_is(
    world: World,
    site: Site,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[], NoReturn],
) -> None:
    feed = world.add(site.url("/broken"))
    world.poll()
    before = world.entries()
    assert world.replay(feed, FaultyWorkers("/broken", fault=fault)) == 0
    assert world.entries() == before
    assert "stays as it is" in caplog.text


def refuse_entries_of(connection: sa.Connection, feed_id: int) -> None:
    """Make the database refuse the entries of one feed, as it does for a broken constraint."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.feed_id = {feed_id} "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    else:
        connection.exec_driver_sql(
            f"ALTER TABLE entry ADD CONSTRAINT refuse CHECK (feed_id <> {feed_id})"
        )


def test_a_feed_whose_entries_the_database_refuses_fails_alone(
    tmp_path: Path, database_url: str, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, database_url)
    broken = world.add(site.url("/broken"))
    world.add(site.url("/good"))
    world.database.transact(refuse_entries_of, broken.id)
    done = {poll.url.rpartition("/")[2]: poll.error_kind for poll in world.poll()}
    assert done == {"broken": "fault", "good": None}
    assert [entry["feed_url"] for entry in world.entries()] == [site.url("/good")]
    assert len(tracebacks(caplog)) == 1
    world.database.dispose()


def refuse_polls_of(connection: sa.Connection, feed_id: int) -> None:
    """Make the database refuse the entries and the poll rows of one feed."""
    refuse_entries_of(connection, feed_id)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse_poll BEFORE INSERT ON poll WHEN NEW.feed_id = {feed_id} "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    else:
        connection.exec_driver_sql(
            f"ALTER TABLE poll ADD CONSTRAINT refuse CHECK (feed_id <> {feed_id})"
        )


@pytest.mark.parametrize("others", [0, 19])
def test_a_feed_whose_failure_cannot_be_stored_fails_alone_and_waits(
    tmp_path: Path, database_url: str, site: Site, caplog: pytest.LogCaptureFixture, others: int
) -> None:
    world = World(tmp_path, database_url)
    broken = world.add(site.url("/broken"))
    add_others(world, site, others)
    world.database.transact(refuse_polls_of, broken.id)
    done = {poll.url.rpartition("/")[2]: poll for poll in world.poll()}
    assert done["broken"].outcome is Outcome.FAILED
    assert "could not be stored" in done["broken"].warnings[0]
    assert sum(poll.outcome is Outcome.NEWS for poll in done.values()) == others
    assert len(tracebacks(caplog)) == 1
    assert world.query(lambda c: feeds.get(c, broken.id)).next_poll_at > world.clock()
    world.database.dispose()


@pytest.mark.parametrize("others", [0, 19])
def test_a_feed_whose_reader_process_is_killed_fails_alone(
    world: World, site: Site, others: int
) -> None:
    world.add(site.url("/broken"))
    add_others(world, site, others)
    done = poll_all(world, FaultyWorkers("/broken", fault=faults.die))
    assert "the process that read it died" in (done["broken"].error or "")
    assert sum(poll.outcome is Outcome.NEWS for poll in done.values()) == others


def refuse_walks_of(connection: sa.Connection, feed_id: int) -> None:
    """Make the database refuse changes to the backfill documents of one feed."""
    connection.exec_driver_sql(
        "CREATE TRIGGER refuse BEFORE UPDATE ON backfill_document WHEN NEW.walk_id IN "
        f"(SELECT id FROM backfill_walk WHERE feed_id = {feed_id}) "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )


def test_a_backfill_continues_when_the_database_refuses_one_feed(
    world: World, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = [world.add(site.url(f"/{name}")) for name in ("broken", "good")]
    world.database.transact(refuse_walks_of, chosen[0].id)
    with Workers(1) as workers:
        report = asyncio.run(run_backfill(world, chosen, workers))
    assert not report.is_complete
    assert [entry["feed_url"] for entry in world.entries()] == [site.url("/good")]
    assert len(tracebacks(caplog)) == 1


def test_the_poll_command_names_the_failed_feed_and_polls_the_others(
    tmp_path: Path, site: Site
) -> None:
    program = new_program(tmp_path)
    for name in ("broken", "good"):
        program.good("feeds", "add", site.url(f"/{name}"))
    world = World(tmp_path, f"sqlite:///{tmp_path / 'guidang.db'}")
    world.database.transact(refuse_entries_of, 1)
    result = program.run("poll")
    assert result.code == 1
    assert "/broken: a bug in Guidang" in result.out + result.err
    assert result.err.count("Traceback") == 1
    assert "1 failing" in program.good("status")
    assert "good" in program.good("entries", "list")


def test_the_daemon_counts_the_failure_and_polls_the_others(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/good"), site.url("/broken"), web=True) as daemon:
        daemon.wait_until(lambda: len(daemon.titles()) == 2)
        world = World(tmp_path / "world", daemon.program.database_url or daemon_database(tmp_path))
        broken = next(feed for feed in world.query(feeds.every) if feed.url.endswith("/broken"))
        world.database.transact(refuse_entries_of, broken.id)
        site.set("/broken", rss(item(1), item(2)))
        site.set("/good", rss(item(1), item(2)))
        daemon.wait_until(lambda: 'failures_total{kind="fault"}' in daemon.get("/metrics")[1])
        daemon.wait_until(lambda: len(daemon.titles()) == 3)
        assert world.query(lambda c: feeds.get(c, broken.id)).failures > 0
        assert daemon.get("/readyz")[0] == 200


def daemon_database(folder: Path) -> str:
    return f"sqlite:///{next(folder.rglob('guidang.db'))}"


def test_a_backfill_document_that_raises_is_missing_and_others_are_read(
    world: World, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (3, 2, 1):
        older = f'<a:link rel="prev-archive" href="{site.url(f"/past/{number - 1}")}"/>'
        document = rss(item(number), link=site.url("/"))
        document = document.replace("<rss", '<rss xmlns:a="http://www.w3.org/2005/Atom"')
        document = document.replace("<description>d</description>", older if number > 1 else "")
        site.set(f"/past/{number}", document)
    feed = world.add(site.url("/past/3"))
    report = backfill(world, feed, FaultyWorkers("/past/1"))
    assert not report.is_complete
    assert [(one["address"], "KeyError" in one["reason"]) for one in report.missing] == [
        (site.url("/past/1"), True)
    ]
    assert len(tracebacks(caplog)) == 1
    assert len(world.entries()) == 2
    assert backfill(world, feed, Workers(1)).is_complete
    assert len(world.entries()) == 3


def backfill(world: World, feed: FeedState, workers: Workers) -> runs.Report:
    with workers:
        return asyncio.run(run_backfill(world, [feed], workers))


async def run_backfill(
    world: World, chosen: list[FeedState], workers: Workers, source: str = "rfc5005"
) -> runs.Report:
    asked = Asked(feeds=tuple(feed.id for feed in chosen), source=source)
    async with open_services(world.config, world.database, world.clock) as services:
        number, _ = await services.transact(
            begin, asked, lambda _: (), anew=False, lists=True, now=world.clock()
        )
        return await runs.run(with_workers(services, workers), number, asked, lambda *_: None)


def test_a_sitemap_is_read_in_a_process_with_limits(world: World, site: Site) -> None:
    feed = world.add(site.url("/feed"))
    site.set("/feed", rss(item(1), link=site.url("/")))
    site.set("/robots.txt", f"Sitemap: {site.url('/list.xml')}", content_type="text/plain")
    site.set("/list.xml", f"<urlset><url><loc>{site.url('/2.html')}</loc></url></urlset>")
    site.set("/2.html", article(), content_type="text/html")
    with FaultyWorkers("/list.xml", fault=faults.exhaust_memory) as workers:
        report = asyncio.run(run_backfill(world, [feed], workers, "sitemap"))
    assert "it takes too much memory" in repr(report)
    with Workers(1) as workers:
        assert asyncio.run(run_backfill(world, [feed], workers, "sitemap")).is_complete


class Summaries:
    """A feed of summaries; the full articles are on the pages of its entries."""

    def __init__(self, world: World, site: Site) -> None:
        self.world, self.site = world, site
        self.feed = world.add(site.url("/feed"), full_text=True)
        self.entries = 0
        self.publish()

    def publish(self) -> None:
        """Add an entry to the feed."""
        self.entries += 1
        self.site.set("/feed", self.document())
        self.site.set(f"/a/{self.entries}.html", article(), content_type="text/html")

    def document(self) -> str:
        """Return the present feed document."""
        return rss(*(self._item(n) for n in range(self.entries, 0, -1)), title="摘要")

    def _item(self, number: int) -> str:
        return item(number, link=self.site.url(f"/a/{number}.html"), description="摘要……")

    def poll(self, workers: Workers | None = None) -> Poll:
        return poll_all(self.world, workers or Workers(1))["feed"]

    def states(self) -> list[tuple[bool, bool, int]]:
        """Return for each entry: whether it has full text, whether it has an error, its version."""
        entries = sorted(self.world.entries(), key=lambda entry: str(entry["link"]))
        rows = [self.world.entry(one["id"]) for one in entries]
        return [
            (PROSE.format(7) in row["html"], bool(row["full_text_error"]), row["version"])
            for row in rows
        ]


def test_an_entry_whose_page_raises_is_stored_without_full_text_and_warns(
    world: World, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    summaries = Summaries(world, site)
    summaries.publish()
    poll = summaries.poll(FaultyWorkers("/a/1.html"))
    assert (poll.outcome, poll.new) == (Outcome.NEWS, 2)
    assert summaries.states() == [(False, True, 1), (True, False, 1)]
    (warning,) = poll.warnings
    assert warning.startswith(f"1 entry is kept without full text: {site.url('/a/1.html')}: ")
    assert world.query(listings.totals)["without_full_text"] == 1
    assert len(tracebacks(caplog)) == 1


def test_replay_reads_a_failed_page_again(world: World, site: Site) -> None:
    summaries = Summaries(world, site)
    summaries.poll(FaultyWorkers("/a/1.html"))
    site.unset("/a/1.html")
    assert world.replay(summaries.feed) == 1
    assert summaries.states() == [(True, False, 1)]
    assert world.query(listings.totals)["without_full_text"] == 0


@pytest.mark.parametrize(
    "trouble", [Answer(status=503), Answer(reset=True), Answer(status=403)], ids=str
)
def test_a_failed_page_is_requested_again_with_new_entries(
    world: World, site: Site, trouble: Answer
) -> None:
    summaries = Summaries(world, site)
    site.set("/a/1.html", lambda request: trouble)
    assert "1 entry is kept without full text" in summaries.poll().warnings[0]
    site.set("/a/1.html", article(), content_type="text/html")
    summaries.publish()
    poll = summaries.poll()
    assert (poll.new, poll.edited, poll.warnings) == (1, 0, ())
    assert summaries.states() == [(True, False, 1), (True, False, 1)]
    assert all(PROSE.format(7) in file.decode() for file in world.files().values())


@pytest.mark.parametrize("etag", [None, '"1"'], ids=["same bytes", "304"])
def test_a_failed_page_is_requested_again_for_an_unchanged_feed(
    world: World, site: Site, etag: str | None
) -> None:
    summaries = Summaries(world, site)
    site.set("/feed", summaries.document(), etag=etag)
    site.set("/a/1.html", "", status=503)
    assert "without full text" in summaries.poll().warnings[0]
    site.set("/a/1.html", article(), content_type="text/html")
    poll = summaries.poll()
    assert (poll.new, poll.edited, poll.warnings) == (0, 0, ())
    assert summaries.states() == [(True, False, 1)]
    assert all(PROSE.format(7) in file.decode() for file in world.files().values())
    summaries.poll()
    assert len(site.requests_to("/a/1.html")) == 2


@pytest.mark.parametrize("etag", [None, '"1"'], ids=["same bytes", "304"])
def test_an_unchanged_feed_stops_requesting_a_page_after_five_tries(
    world: World, site: Site, etag: str | None
) -> None:
    summaries = Summaries(world, site)
    site.set("/feed", summaries.document(), etag=etag)
    site.unset("/a/1.html")
    polls = [summaries.poll() for _ in range(7)]
    assert len(site.requests_to("/a/1.html")) == 5
    assert [bool(poll.warnings) for poll in polls] == [True] * 5 + [False] * 2
    assert polls[6].status == (304 if etag else 200)


def test_a_page_that_always_fails_is_requested_five_times(world: World, site: Site) -> None:
    summaries = Summaries(world, site)
    site.unset("/a/1.html")
    for _ in range(7):
        summaries.poll()
        summaries.publish()
    assert len(site.requests_to("/a/1.html")) == 5
    assert summaries.states()[0] == (False, True, 1)


def test_a_page_forbidden_by_robots_txt_is_not_requested(world: World, site: Site) -> None:
    site.set("/robots.txt", "User-agent: *\nDisallow: /a/", content_type="text/plain")
    summaries = Summaries(world, site)
    assert "its robots.txt asks us not to read it" in summaries.poll().warnings[0]
    assert site.requests_to("/a/1.html") == []


def test_a_page_without_more_text_than_the_feed_ends_the_retries(world: World, site: Site) -> None:
    summaries = Summaries(world, site)
    site.unset("/a/1.html")
    summaries.poll()
    site.set("/a/1.html", "<html><body><p>摘要</p></body></html>", content_type="text/html")
    summaries.publish()
    summaries.poll()
    assert summaries.states()[0] == (False, False, 1)


def test_the_stored_poll_holds_the_warning(world: World, site: Site) -> None:
    summaries = Summaries(world, site)
    site.unset("/a/1.html")
    summaries.poll()
    (row,) = world.query(lambda c: polls.last(c, summaries.feed.id, 5))
    assert "without full text" in row["warnings"]


class FaultyBytes(bytes):
    """A document on which the parser has a bug if it names a fault."""

    def startswith(self, *arguments: Any) -> bool:
        if b"fault" in self:
            raise KeyError("fault")
        return super().startswith(*arguments)


class FaultySplit(Split):
    """Parts whose documents are `FaultyBytes`."""

    def document(self, items: Sequence[bytes]) -> bytes:
        return FaultyBytes(super().document(items))


def read_by_faulty_parser(text: str) -> tuple[Reading | None, Mapping[bytes, bytes]]:
    """Read the items of a feed with this parser; return the result, and the items by digest."""
    parts = split(text.encode())
    assert parts is not None
    frame = FaultySplit(head=parts.head, items=parts.items, tail=parts.tail, scope=parts.scope)
    items = frame.by_digest()
    url = "https://a.example/feed"
    document = Document(url=url, final_url=url, fetched_at=NOON, body=b"")
    context = Context(document=document, first_seen_at=NOON, zone=UTC)
    return read_items(context, frame, items, ()), items


def test_an_item_that_the_parser_cannot_read_leaves_the_others() -> None:
    reading, items = read_by_faulty_parser(rss(item(1), item("fault"), item(3)))
    assert reading is not None
    assert [entry.title for entry in reading.entries] == ["第1条新闻", "第3条新闻"]
    (broken,) = reading.broken
    assert "fault" in broken.name
    assert broken.item_digest == list(items)[1]


def test_a_fault_of_the_parser_outside_the_items_is_one_of_the_document() -> None:
    with pytest.raises(Fault, match="KeyError"):
        read_by_faulty_parser(rss(item(1), item(2), title="fault"))
