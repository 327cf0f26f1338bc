"""Validators are sent only to servers that handle them correctly, in a spelling they match."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.config import ScheduleConfig
from ingest.feed import FeedState
from ingest.schedule import trust as trusting
from ingest.schedule.habits import Habits
from ingest.schedule.trust import Spelling, Trust
from ingest.store import feeds
from ingest.values import Outcome, Validators
from tests.program import new_program
from tests.rsshub_real import real_rsshub
from tests.site import Answer, Request, Site
from tests.support import NOON, item, rss
from tests.world import World

AGE_OLD = "Tue, 01 Jan 1980 00:00:00 GMT"
CONDITIONS = ("if-none-match", "if-modified-since")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


def is_conditional(request: Request) -> bool:
    return any(name in request.headers for name in CONDITIONS)


class Publisher:
    """A feed that gets one more entry with each call of `publish`; `respond` answers requests."""

    def __init__(self, site: Site, respond: Callable[[Publisher, Request], Answer]) -> None:
        self.entries = 0
        self.site, self._respond = site, respond
        site.set("/feed", self)
        self.publish()

    def __call__(self, request: Request) -> Answer:
        return self._respond(self, request)

    def publish(self) -> None:
        self.entries += 1
        self.body = rss(*(item(n) for n in range(self.entries, 0, -1)))

    @property
    def conditional_requests(self) -> list[bool]:
        """Whether each request had validators, in order."""
        return [is_conditional(request) for request in self.site.requests_to("/feed")]


def never_changed(feed: Publisher, request: Request) -> Answer:
    """Answer with a constant ETag and date, so with 304 to every conditional request."""
    whole = Answer(body=feed.body, headers={"ETag": '"1"', "Last-Modified": AGE_OLD})
    return Answer(status=304) if is_conditional(request) else whole


def always_304(feed: Publisher, request: Request) -> Answer:
    """Answer with a new ETag for each document, but with 304 to every conditional request."""
    whole = Answer(body=feed.body, headers={"ETag": f'"{feed.entries}"'})
    return Answer(status=304) if is_conditional(request) else whole


def failing(answer: Answer) -> Callable[[Publisher, Request], Answer]:
    """Return a server that gives this answer to conditional requests only."""

    def respond(feed: Publisher, request: Request) -> Answer:
        tag = f'"{feed.entries}"'
        return answer if is_conditional(request) else Answer(body=feed.body, headers={"ETag": tag})

    return respond


def honest(feed: Publisher, request: Request) -> Answer:
    return Answer(body=feed.body, etag=f'"{feed.entries}"')


def state(world: World) -> FeedState:
    (feed,) = world.query(feeds.every)
    assert isinstance(feed, FeedState)
    return feed


@pytest.mark.parametrize("liar", [never_changed, always_304])
def test_a_server_that_always_says_304_is_detected_within_a_week(
    world: World, site: Site, liar: Callable[[Publisher, Request], Answer]
) -> None:
    feed = Publisher(site, liar)
    world.add(site.url("/feed"))
    for _ in range(16):
        world.poll()
        feed.publish()
        world.clock.move(hours=12)
    assert len(world.entries()) >= 14
    trust = state(world).trust
    assert "304 (not modified) though its document had changed" in (trust.distrusted_because or "")
    site.clear()
    assert [poll.outcome for poll in world.poll()] == [Outcome.NEWS]
    assert feed.conditional_requests == [False]
    assert len(world.entries()) == 17


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=403, body="<html>no</html>"),
        Answer(status=412),
        Answer(body=""),
        Answer(body="<!doctype html><html><body>hello</body></html>"),
        Answer(status=404),
        Answer(reset=True),
    ],
    ids=["500", "403", "412", "empty", "a page", "404", "reset"],
)
def test_a_server_that_fails_with_validators_is_asked_without_them_at_once(
    world: World, site: Site, answer: Answer
) -> None:
    feed = Publisher(site, failing(answer))
    world.add(site.url("/feed"))
    world.poll()
    feed.publish()
    (poll,) = world.poll()
    assert (poll.outcome, poll.new, poll.error) == (Outcome.NEWS, 1, None)
    assert poll.warnings[0].startswith("its validators are no longer sent: a request with them")
    assert feed.conditional_requests == [False, True, False, True]
    site.clear()
    feed.publish()
    assert world.poll()[0].new == 1
    assert feed.conditional_requests == [False]


def test_one_failure_does_not_cause_distrust(world: World, site: Site) -> None:
    hiccup: list[Answer] = []
    feed = Publisher(site, lambda feed, request: hiccup.pop() if hiccup else honest(feed, request))
    world.add(site.url("/feed"))
    world.poll()
    hiccup.append(Answer(status=500))
    (poll,) = world.poll()
    assert (poll.outcome, poll.warnings) == (Outcome.NO_NEWS, ())
    assert state(world).trust.distrusted_at is None
    site.clear()
    assert [poll.outcome for poll in world.poll()] == [Outcome.NOT_MODIFIED]
    assert feed.conditional_requests == [True]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=429, headers={"Retry-After": "60"}),
        Answer(status=503, headers={"Retry-After": "9"}),
    ],
    ids=["429", "503"],
)
def test_a_server_that_sends_retry_after_is_not_asked_again_at_once(
    world: World, site: Site, answer: Answer
) -> None:
    feed = Publisher(site, failing(answer))
    world.add(site.url("/feed"))
    world.poll()
    assert [poll.outcome for poll in world.poll()] == [Outcome.FAILED]
    assert feed.conditional_requests == [False, True]
    world.clock.move(hours=1)
    world.poll()
    assert feed.conditional_requests == [False, True, False]


def test_an_honest_server_is_asked_without_validators_once_a_week(world: World, site: Site) -> None:
    feed = Publisher(site, honest)
    world.add(site.url("/feed"))
    for _ in range(20):
        world.poll()
        world.clock.move(days=1)
    assert feed.conditional_requests.count(False) == 3
    assert state(world).trust.distrusted_at is None


def test_new_entries_after_a_silent_week_cause_no_distrust(world: World, site: Site) -> None:
    feed = Publisher(site, honest)
    world.add(site.url("/feed"))
    world.poll()
    world.clock.move(days=8)
    feed.publish()
    assert world.poll()[0].new == 1
    assert feed.conditional_requests == [False, False, True]
    assert state(world).trust.distrusted_at is None


@pytest.mark.parametrize(
    ("per_day", "hours"),
    [(None, 168), (0.0, 168), (0.1, 168), (1, 72), (6, 12), (12, 6), (500, 6)],
)
def test_a_busy_feed_is_checked_without_validators_sooner(
    per_day: float | None, hours: float
) -> None:
    wait = trusting.check_interval(ScheduleConfig(), Habits(per_day=per_day))
    assert wait.total_seconds() / 3600 == hours


def test_other_feeds_of_a_lying_server_are_checked_too(world: World, site: Site) -> None:
    feed = Publisher(site, failing(Answer(status=500)))
    site.set("/other", rss(item(1)), etag='"1"')
    lying, other = world.add(site.url("/feed")), world.add(site.url("/other"))
    world.poll()
    world.poll(lying)
    assert feed.conditional_requests == [False, True, False, True]
    site.clear()
    world.poll(other)
    assert [is_conditional(request) for request in site.requests_to("/other")] == [False]
    site.clear()
    world.poll(other)
    assert [is_conditional(request) for request in site.requests_to("/other")] == [True]


def test_a_repaired_server_is_trusted_again(world: World, site: Site) -> None:
    ways = [never_changed]

    def repaired_later(feed: Publisher, request: Request) -> Answer:
        return ways[-1](feed, request)

    feed = Publisher(site, repaired_later)
    world.add(site.url("/feed"))
    for _ in range(3):
        world.poll()
        feed.publish()
        world.clock.move(days=8)
    assert state(world).trust.distrusted_at is not None
    ways.append(honest)
    world.clock.move(days=30)
    feed.publish()
    world.poll()
    assert state(world).trust.distrusted_at is None
    site.clear()
    world.poll()
    assert feed.conditional_requests == [True]


def test_poll_fresh_sends_no_validators_and_explain_shows_the_distrust(
    tmp_path: Path, site: Site
) -> None:
    feed = Publisher(site, never_changed)
    program = new_program(tmp_path)
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll", "--all")
    feed.publish()
    assert "not modified" in program.good("poll", "--all")
    assert "1 new" in program.good("poll", "--all", "--fresh")
    explained = program.good("feeds", "explain", "1")
    assert "not sent since" in explained
    assert "it answered 304 (not modified) though its document had changed" in explained
    shown = json.loads(program.good("feeds", "explain", "1", "--json"))
    assert shown["last_whole_document_at"]


@pytest.mark.parametrize("again", ["add", "file"])
def test_the_validators_of_a_removed_feed_are_deleted(
    tmp_path: Path, site: Site, again: str
) -> None:
    feed = Publisher(site, never_changed)
    program = new_program(tmp_path)
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll", "--all")
    program.good("feeds", "remove", "1", "--yes")
    feed.publish()
    site.clear()
    if again == "add":
        program.good("feeds", "add", site.url("/feed"))
    else:
        config = tmp_path / "config.toml"
        config.write_text(f'{config.read_text()}\n[[feeds]]\nurl = "{site.url("/feed")}"\n')
    assert "1 new" in program.good("poll", "--all")
    assert True not in feed.conditional_requests


def compares(known: Callable[[str], str], *, gives: str) -> Callable[[Publisher, Request], Answer]:
    """Return a server that sends the ETag `gives` and matches only the string `known(gives)`."""

    def respond(feed: Publisher, request: Request) -> Answer:
        tag = gives.format(feed.entries)
        if request.headers.get("if-none-match") == known(tag):
            return Answer(status=304, headers={"ETag": known(tag)})
        return Answer(body=feed.body, headers={"ETag": tag})

    return respond


@pytest.mark.parametrize(
    ("given", "known", "costs"),
    [
        ('W/"{}"', lambda tag: tag.removeprefix("W/"), 1),  # RSSHub; WordPress behind nginx gzip
        ('W/"{}"', lambda tag: tag, 0),  # Rack
        ('"{}"', lambda tag: tag, 0),
        ('"{}"', lambda tag: f"W/{tag}", 1),
        ('"{}"', lambda tag: "something else", 2),
    ],
    ids=["RSSHub", "Rack", "strong", "weakened", "never"],
)
def test_the_etag_spelling_that_a_server_matches_is_learned(
    world: World, site: Site, given: str, known: Callable[[str], str], costs: int
) -> None:
    feed = Publisher(site, compares(known, gives=given))
    world.add(site.url("/feed"))
    outcomes = [world.poll()[0].outcome for _ in range(5)]
    is_never = costs == 2
    assert outcomes[1 : 1 + costs] == [Outcome.NO_NEWS] * costs
    assert set(outcomes[1 + costs :]) == {Outcome.NO_NEWS if is_never else Outcome.NOT_MODIFIED}
    feed.publish()
    assert world.poll()[0].new == 1
    assert (world.poll()[0].outcome is Outcome.NOT_MODIFIED) is not is_never
    assert all("," not in r.headers.get("if-none-match", "") for r in site.requests)
    assert state(world).trust.distrusted_at is None


def test_last_modified_is_used_if_no_etag_spelling_matches(world: World, site: Site) -> None:
    def respond(feed: Publisher, request: Request) -> Answer:
        tag, date = f'"{feed.entries}"', AGE_OLD
        sent = request.headers
        is_current = "if-none-match" not in sent and sent.get("if-modified-since") == date
        headers = {"ETag": tag, "Last-Modified": date}
        return Answer(status=304) if is_current else Answer(body=feed.body, headers=headers)

    Publisher(site, respond)
    world.add(site.url("/feed"))
    outcomes = [world.poll()[0].outcome.value for _ in range(5)]
    assert outcomes == ["news", "no_news", "no_news", "not_modified", "not_modified"]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_real_rsshub_answers_304_for_an_unchanged_document(world: World) -> None:
    """RSSHub sends `W/"x"` for compressed bodies, but matches only `"x"`."""
    with real_rsshub() as address:
        world.add(f"{address}/guidang/5")
        outcomes = [world.poll()[0].outcome for _ in range(5)]
    assert outcomes == [Outcome.NEWS, Outcome.NO_NEWS, *[Outcome.NOT_MODIFIED] * 3]
    assert (state(world).validators.etag or "").startswith('W/"')
    assert len(world.entries()) == 5


def test_a_backfill_sends_no_validators_for_pages(tmp_path: Path, site: Site) -> None:
    def wordpress(request: Request) -> Answer:
        """Answer like WordPress 7.1: one ETag for all feeds and pages, even for missing ones."""
        if "if-none-match" in request.headers:
            return Answer(status=304, headers={"ETag": '"all"'})
        page = int(request.path.partition("paged=")[2] or 1)
        if page > 3:
            return Answer(status=404, headers={"ETag": '"all"'})
        generator = "<generator>https://wordpress.org/?v=7.1</generator>"
        numbers = range(7 - 2 * page, 5 - 2 * page, -1)
        body = rss(*(item(n) for n in numbers), link=site.url("/"))
        body = body.replace("<description>d</description>", generator)
        return Answer(body=body, headers={"ETag": '"all"'})

    site.set("/feed", wordpress)
    program = new_program(tmp_path)
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll", "--all")
    assert "not modified" in program.good("poll", "--all")
    site.clear()
    program.good("backfill", "1", "--source", "paged")
    assert len(json.loads(program.good("entries", "list", "--json"))) == 6
    assert not any(is_conditional(request) for request in site.requests)


def test_a_missing_etag_has_no_spelling() -> None:
    date = Validators(last_modified=AGE_OLD)
    assert [trusting.spelled(date, spelling) for spelling in Spelling] == [date] * 3


def test_the_etag_of_a_304_is_stored_in_the_spelling_of_the_document() -> None:
    kept, given = Validators(etag='W/"1"'), Validators(etag='"1"', last_modified=AGE_OLD)
    merged = trusting.after_not_modified(kept, given)
    assert merged == Validators(etag='W/"1"', last_modified=AGE_OLD)
    assert trusting.after_not_modified(kept, Validators(etag='"2"')).etag == '"2"'


def test_no_spelling_is_learned_from_an_unconditional_request() -> None:
    tag, trust = Validators(etag='"1"'), Trust(document_at=NOON)
    assert trusting.after_document(trust, tag, Validators(), tag) is trust
    assert trusting.after_document(trust, tag, tag, Validators(etag='"2"')) is trust
