"""robots.txt (RFC 9309)."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from ingest.config import FetchConfig
from ingest.fetch import Fetcher
from ingest.manners.robots import Robots, parse_robots
from tests.site import Answer

NOW = datetime(2026, 1, 2, tzinfo=UTC)

RULES = b"""\xef\xbb\xbf# of a Chinese portal
User-agent: *
User-Agent: Nobody   # a second name of one group
Disallow: /private/
Allow: /private/open
Disallow: /*.php$
Disallow: /search*page=
Disallow: /%e7%a7%81
Disallow:
Crawl-delay: 2.5

Sitemap: https://example.com/sitemap.xml

User-agent: Guidang/9
Disallow: /only-guidang
User-agent: BadBot
Disallow: /

User-agent: guidang
Disallow: /also-guidang$
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("Else", "/", True),
        ("Else", "/private", True),
        ("Else", "/private/", False),
        ("Else", "/private/x", False),
        ("Else", "/private/open/x", True),
        ("Else", "/a.php", False),
        ("Else", "/a.php?x", True),
        ("Else", "/search?q=1&page=2", False),
        ("Else", "/search?q=1", True),
        ("Else", "/私/x", False),
        ("Else", "/%E7%A7%81/x", False),
        ("Else", "/only-guidang", True),
        ("NOBODY", "/private/x", False),
        ("Guidang", "/private/x", True),
        ("Guidang", "/only-guidang/x", False),
        ("Guidang", "/also-guidang", False),
        ("Guidang", "/also-guidang/x", True),
        ("BadBot", "/", False),
        ("badbot", "/x", False),
    ],
)
def test_the_longest_rule_of_the_crawlers_own_groups_decides(agent, path, allowed):
    assert parse_robots(RULES, agent).allow(path) is allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        (b"", "/", True),
        (b"<html>not found</html>", "/", True),
        (b"Disallow: /", "/", True),
        (b"user-agent:*\ndisallow:/", "/x", False),
        (b"User-agent: *\r\rDisallow: /a", "/a", False),
        (b"User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        (b"User-agent: *\nDisallow: /a*", "/ab", False),
        (b"User-agent: *\nDisallow: *b*d$", "/a/b/c/d", False),
        (b"User-agent: *\nDisallow: *b*d$", "/a/b/c/d/e", True),
        (b"User-agent: *\nDisallow: /ab*b$", "/ab", True),
        (b"User-agent: *\nDisallow: $", "/", True),
        (b"User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        (b"User-agent: *\nDisallow: /%61", "/a", False),
        (b"User-agent: *\nDisallow: /100%", "/100%x", False),
        (b"\xff\xfe\x00User-agent: *\nDisallow: /", "/x", True),
    ],
)
def test_odd_files_are_read_as_the_rfc_says(rules, path, allowed):
    assert parse_robots(rules, "Guidang").allow(path) is allowed


def test_a_crawl_delay_is_read_and_bounded():
    assert parse_robots(RULES, "Else").crawl_delay == timedelta(seconds=2.5)
    assert parse_robots(RULES, "Guidang").crawl_delay is None
    long = b"User-agent: *\nCrawl-delay: 86400"
    assert parse_robots(long, "Guidang").crawl_delay == timedelta(minutes=5)


def test_hostile_files_take_linear_time():
    began = time.perf_counter()
    stars = b"User-agent: *\nDisallow: /" + b"*a" * 200_000 + b"b$"
    assert parse_robots(stars, "Guidang").allow("/" + "a" * 20_000)
    many = b"User-agent: *\n" + b"Disallow: /x*y\n" * 30_000
    assert parse_robots(many, "Guidang").allow("/" + "x" * 2_000)
    assert time.perf_counter() - began < 2


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def ask(site, *steps):
    """Ask for `/x` after each step, a time to wait or something to do; give the answers."""

    async def asking():
        clock, answers = Clock(), []
        config = FetchConfig(allow_private=["127.0.0.0/8"], host_delay="0s", max_redirects=2)
        async with Fetcher(config, clock) as fetcher:
            robots = Robots(clock, "Guidang/0.1 (+https://example.org)")
            for step in steps:
                if isinstance(step, timedelta):
                    clock.now += step
                else:
                    step()
                permission = await robots.permission(site.url("/x?y=1"), fetcher)
                answers.append(permission.is_allowed)
        return answers

    return asyncio.run(asking())


AT_ONCE = timedelta(0)


def test_rules_are_asked_for_once_a_day(site):
    site.set("/robots.txt", "User-agent: guidang\nDisallow: /x?y")
    hours = timedelta(hours=23)
    assert ask(site, AT_ONCE, hours, hours) == [False] * 3
    assert [request.path for request in site.requests] == ["/robots.txt"] * 2


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (Answer(status=404), True),
        (Answer(status=401), True),
        (Answer(status=403), True),
        (Answer(status=410), True),
        (Answer(status=302, headers={"Location": "/robots.txt"}), True),
        (Answer(status=204), True),
        (Answer(status=429), False),
        (Answer(status=500), False),
        (Answer(status=503), False),
        (Answer(reset=True), False),
        (Answer(body=b"#" * 600_000), True),
        (Answer(body=b"User-agent: *\nDisallow: /\n" + b"#" * 600_000), False),
    ],
)
def test_no_rules_allow_and_no_answer_forbids(site, answer, allowed):
    site.script("/robots.txt", answer)
    assert ask(site, AT_ONCE) == [allowed]


def test_a_server_without_an_answer_is_asked_again_after_an_hour(site):
    site.script("/robots.txt", Answer(status=500), Answer(status=404))
    assert ask(site, AT_ONCE, timedelta(minutes=59), timedelta(minutes=2)) == [False, False, True]


def test_what_was_known_holds_while_a_server_does_not_answer(site):
    site.script("/robots.txt", Answer(body="User-agent: *\nAllow: /"), Answer(status=500))
    assert ask(site, AT_ONCE, timedelta(days=2)) == [True, True]


def test_many_who_ask_at_once_cause_one_request(site):
    site.set("/robots.txt", "User-agent: *\nCrawl-delay: 3", delay=0.05)

    async def asking():
        config = FetchConfig(allow_private=["127.0.0.0/8"], host_delay="0s")
        async with Fetcher(config, lambda: NOW) as fetcher:
            robots = Robots(lambda: NOW, "Guidang")
            asked = (robots.permission(site.url("/x"), fetcher) for _ in range(9))
            return [permission.delay for permission in await asyncio.gather(*asked)]

    assert asyncio.run(asking()) == [timedelta(seconds=3)] * 9
    assert len(site.requests) == 1
