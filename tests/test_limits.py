"""Limits on requests and polls: how many at once, and how far apart."""

import asyncio
from datetime import timedelta

import pytest

from ingest.manners.limits import Limits, PollPlaces
from ingest.urls import site_of

NO_DELAY = timedelta(0)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("example.com", "example.com"),
        ("www.example.com", "example.com"),
        ("blog.sina.com.cn", "sina.com.cn"),
        ("news.gov.cn", "news.gov.cn"),
        ("a.b.bj.cn", "b.bj.cn"),
        ("x.y.com.tw", "y.com.tw"),
        ("a.github.io", "a.github.io"),
        ("甲.乙.公司.cn", "乙.公司.cn"),
        ("127.0.0.1", "127.0.0.1"),
        ("2606:4700::1111", "2606:4700::1111"),
        ("rsshub", "rsshub"),
        ("rsshub.internal-network", "rsshub.internal-network"),
        ("", ""),
    ],
)
def test_a_site_is_a_registrable_domain_or_an_address(host, site):
    assert site_of(host) == site


def test_hosts_of_one_domain_share_one_limit():
    async def scenario(limits):
        async with limits.turn("a.example.com"):
            second = asyncio.create_task(hold(limits, "b.example.com", asyncio.Event()))
            other = asyncio.create_task(hold(limits, "example.org", set_event()))
            await other
            assert not second.done()
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)

    run(scenario, concurrency=10, per_host=1)


def test_requests_that_wait_for_a_site_do_not_count_towards_the_total():
    async def scenario(limits):
        async with limits.turn("example.com"):
            waiting = [asyncio.create_task(hold(limits, "example.com")) for _ in range(5)]
            await asyncio.sleep(0)
            await asyncio.wait_for(hold(limits, "example.org", set_event()), 30)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    run(scenario, concurrency=2, per_host=1)


def test_turns_are_released_after_errors_and_cancelled_waits():
    async def scenario(limits):
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                async with limits.turn("example.com"):
                    raise ZeroDivisionError
        async with limits.turn("example.org"):
            for _ in range(5):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(hold(limits, "example.com"), 0.001)
        await asyncio.wait_for(hold(limits, "example.com", set_event()), 30)

    run(scenario, concurrency=1, per_host=1)


def test_starts_stay_apart_when_requests_waited_for_the_total_limit():
    async def scenario(limits):
        starts = []

        async def start():
            async with limits.turn("example.com"):
                starts.append(limits._sites["example.com"].started)

        async with limits.turn("example.org"):
            tasks = [asyncio.create_task(start()) for _ in range(3)]
            await asyncio.sleep(0.1)  # longer than the delay of all three
        await asyncio.gather(*tasks)
        assert starts[1] - starts[0] >= 0.029
        assert starts[2] - starts[1] >= 0.029

    run(scenario, concurrency=1, per_host=3, host_delay=timedelta(milliseconds=30))


def test_a_host_can_lengthen_the_delay_but_not_shorten_it():
    async def scenario(limits):
        loop = asyncio.get_running_loop()
        cases = (("a.com", timedelta(milliseconds=60), 0.059), ("b.com", timedelta(0), 0.019))
        for host, delay, least in cases:
            began = loop.time()  # before the first turn: a busy machine only adds to the time
            await hold(limits, host, set_event())
            async with limits.turn(host, delay):
                assert loop.time() - began >= least

    run(scenario, concurrency=5, per_host=5, host_delay=timedelta(milliseconds=20))


def test_idle_sites_are_forgotten():
    async def scenario(limits):
        for number in range(5000):
            await hold(limits, f"site{number}.com", set_event())
        assert len(limits._sites) <= 1024

    run(scenario, concurrency=5, per_host=5)


async def hold(limits, host, done=None):
    async with limits.turn(host):
        await (done or asyncio.Event()).wait()


def set_event():
    event = asyncio.Event()
    event.set()
    return event


def run(scenario, *, host_delay=NO_DELAY, **limits):
    async def within():
        await asyncio.wait_for(scenario(Limits(host_delay=host_delay, **limits)), 60)

    asyncio.run(within())


def test_a_site_has_its_own_limit_and_routes_have_half_of_the_total():
    places = PollPlaces(concurrency=1, per_site=1)
    places.take(1, "example.com")
    assert not places.has_room("example.com")
    assert places.has_room("example.org")
    assert places.full_sites == ["example.com"]
    for number in range(2, 6):
        assert places.has_room("")
        places.take(number, "")
    assert not places.has_room("")
    places.give_back(1)
    assert places.has_room("example.com")


def test_a_slow_poll_frees_its_place_in_all_but_not_at_its_site():
    now = [0.0]
    places = PollPlaces(concurrency=1, per_site=1, ticks=lambda: now[0])
    for number in range(8):
        places.take(number, f"{number}.com")
    assert places.free == 0
    now[0] = 6.0
    assert places.free == 8
    assert not places.has_room("0.com")
    for number in range(8, 2_000):
        places.take(number, f"{number}.com")
    now[0] = 12.0
    assert places.free == 0
