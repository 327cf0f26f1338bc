"""Whether a server may be asked now: when pauses begin, and when they end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ingest.config import FetchConfig
from ingest.errors import BadStatus, Unreachable
from ingest.manners import Manners, Pause
from ingest.manners.backoff import doubled

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://example.com/feed"
SERVER = "example.com"
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def manners(clock):
    return Manners(FetchConfig(), clock)


def busy(url=URL, wait=MINUTE):
    return BadStatus(url, 429, "", wait)


def refused(url=URL):
    return Unreachable(url, "refused", connection_refused=True)


def test_a_429_with_retry_after_pauses_the_server_until_then(manners, clock):
    pause = manners.note_failure(SERVER, busy())
    assert pause == Pause(
        server=SERVER,
        until=NOON + MINUTE + timedelta(seconds=1),
        reason="it asked all of us to wait (429, Retry-After)",
    )
    assert manners.pause_of(SERVER) == pause
    assert manners.pause_of("example.org") is None
    clock.now = pause.until
    assert manners.pause_of(SERVER) is None


def test_a_failure_during_a_pause_returns_no_second_pause(manners):
    assert manners.note_failure(SERVER, busy()) is not None
    assert manners.note_failure(SERVER, busy(wait=timedelta(hours=1))) is None


def test_each_refused_connection_doubles_the_pause_until_an_answer(manners, clock):
    waits = []
    for _ in range(3):
        pause = manners.note_failure(SERVER, refused())
        waits.append(pause.until - clock() - timedelta(seconds=1))
        clock.now = pause.until
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert manners.note_answer(SERVER)
    assert manners.note_failure(SERVER, refused()).refusals == 1


def test_an_answer_to_an_earlier_request_does_not_end_a_pause(manners):
    manners.note_failure(SERVER, busy())
    assert not manners.note_answer(SERVER)
    assert manners.pause_of(SERVER) is not None


@pytest.mark.parametrize(
    "error",
    [
        BadStatus(URL, 500, ""),
        BadStatus(URL, 429, ""),
        BadStatus(URL, 503, "", MINUTE),
        Unreachable(URL, "slow", timed_out=True),
        busy("https://cdn.example.org/feed"),
        refused("http://example.com:8080/feed"),
    ],
    ids=["500", "429 alone", "503", "slow", "elsewhere", "another port"],
)
def test_other_failures_do_not_pause_the_server(manners, error):
    assert manners.note_failure(SERVER, error) is None
    assert manners.pause_of(SERVER) is None


def test_a_429_for_a_page_pauses_polls_and_is_stored_with_the_next_failure(manners):
    manners.note_status(SERVER, 429, MINUTE)
    pause = manners.pause_of(SERVER)
    assert pause is not None
    assert manners.note_failure(SERVER, busy()) == pause
    assert manners.note_failure(SERVER, busy()) is None


def test_pages_are_postponed_by_retry_after_but_not_by_refused_connections(manners, clock):
    manners.update_pauses(
        [
            Pause(server=SERVER, until=NOON + MINUTE, reason="it asked"),
            Pause(server="example.org", until=NOON + MINUTE, reason="it refuses", refusals=1),
        ]
    )
    with pytest.raises(BadStatus, match="not asked again before"):
        manners.check(SERVER, URL)
    manners.check("example.org", "https://example.org/")
    clock.now += MINUTE
    manners.check(SERVER, URL)


def test_a_shorter_pause_of_another_process_is_ignored(manners):
    pause = manners.note_failure(SERVER, busy())
    manners.update_pauses([Pause(server=SERVER, until=NOON, reason="old")])
    assert manners.pause_of(SERVER) == pause


def test_a_pause_made_while_the_clock_was_ahead_is_ignored(manners, clock):
    clock.now += timedelta(days=3000)
    manners.note_failure(SERVER, busy())
    clock.now = NOON
    assert manners.pause_of(SERVER) is None


def test_wait_for_returns_a_pause_that_is_too_long_at_once(manners):
    pause = manners.note_failure(SERVER, busy(wait=timedelta(hours=1)))
    assert asyncio.run(manners.wait_for(SERVER, timedelta(minutes=10))) == pause
    assert asyncio.run(manners.wait_for("example.org", timedelta(0))) is None


def test_waits_double_up_to_a_maximum():
    waits = [doubled(MINUTE, failures, timedelta(hours=1)) for failures in (0, 1, 5, 6, 10_000)]
    assert waits == [MINUTE, 2 * MINUTE, 32 * MINUTE, timedelta(hours=1), timedelta(hours=1)]
