"""Rules of robots.txt (RFC 9309), and when the file is fetched and forgotten."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from ingest.config import FetchConfig
from ingest.fetch import Fetcher
from ingest.manners.robots import Robots, parse_robots
from ingest.values import Document
from tests.site import Answer

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SITE = "https://example.com"

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
def test_the_longest_rule_of_the_matching_groups_decides(agent, path, allowed):
    assert parse_robots(RULES, agent).allow(SITE + path) is allowed


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
def test_unusual_files_are_read_as_the_rfc_says(rules, path, allowed):
    assert parse_robots(rules, "Guidang").allow(SITE + path) is allowed


def to_all(*rules):
    return "\n".join(("User-agent: *", *rules)).encode()


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        # Section 2.2.1: groups and names
        (b"User-agent: Guidang\nDisallow: /a\n\nUser-agent: GUIDANG\nDisallow: /b", "/b", False),
        (b"User-agent: b\nUser-agent: guidang\nDisallow: /x", "/x", False),
        (b"User-agent: *\nDisallow: /x\nUser-agent: guidang\nDisallow: /y", "/x", True),
        (b"User-agent: *\nDisallow: /x\nUser-agent: gui\nDisallow: /y", "/x", False),
        (b"User-agent: *\nDisallow: /x\nUser-agent: gui\nDisallow: /y", "/y", True),
        (b"User-agent: GuidangNews\nDisallow: /x", "/x", True),
        (b"User-agent: Guidang/9.1 (archive)\nDisallow: /x", "/x", False),
        (b"Disallow: /x\nUser-agent: guidang\nDisallow: /y", "/x", True),
        (b"User-agent: guidang\nUser-agent: *\nDisallow: /x", "/x", False),
        # Section 2.2.2: the longest match, percent-encoding
        (to_all("Allow: /a/page/", "Disallow: /a/page/no.gif"), "/a/page/no.gif", False),
        (to_all("Allow: /a/page/", "Disallow: /a/page/no.gif"), "/a/page/x", True),
        (to_all("Allow: /a", "Disallow: /a"), "/a", True),
        (to_all("Disallow: /a?b=c"), "/a?b=c", False),
        (to_all("Disallow: /a?"), "/a?x", False),
        (to_all("Disallow: /a;b"), "/a;b=1", False),
        (to_all("Disallow: /归档"), "/%E5%BD%92%E6%A1%A3", False),
        (to_all("Disallow: /%e5%bd%92"), "/%E5%BD%92", False),
        (to_all("Disallow: /%E5%BD%92"), "/归", False),
        (to_all("Disallow: /%62%61%7A"), "/baz", False),
        (to_all("Disallow: /baz"), "/%62%61%7A", False),
        (to_all("Disallow: /a%2fb"), "/a%2Fb", False),
        (to_all("Disallow: /a/b"), "/a%2Fb", True),
        (to_all("Disallow: /Fish"), "/fish", True),
        (to_all("Disallow: /"), "/robots.txt", True),
        # Section 2.2.3: special characters
        (to_all("Disallow: /file-%2A.html"), "/file-*.html", False),
        (to_all("Disallow: /file-%2A.html"), "/file-xy.html", True),
        (to_all("Disallow: /foo-%24"), "/foo-$", False),
        (to_all("Disallow: /foo-%24"), "/foo-", True),
        (to_all("Allow: /a/*/exactly", "Disallow: /a"), "/a/b/c/exactly", True),
        (to_all("Disallow: /a$b"), "/a$b", False),
        (to_all("Disallow: /x # a comment"), "/x", False),
        # Section 2.2.4: other records
        (b"User-agent: guidang\nSitemap: https://a/b.xml\nDisallow: /x", "/x", False),
        (b"User-agent: guidang\n\nSitemap: https://a/b.xml\n\nDisallow: /x", "/x", False),
        (b"User-agent: guidang\nSitemap: https://a/b\nUser-agent: b\nDisallow: /x", "/x", False),
        # Section 2.2: lines
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /x", "/x", False),
        (b"User-agent: *\rDisallow: /x\r", "/x", False),
        (b"  USER-AGENT : *\r\n\tDISALLOW : /x\r\n", "/x", False),
        (b"User-agent: *\nDisallow: /x\nDisallow: /\xff\xfe", "/x", False),
        (to_all("Disallow: /a\u2028Disallow: /b"), "/b", True),
        (to_all("Disallow: /a\x85b"), "/a", True),
        (to_all("Disallow: /a\x0bb"), "/a", True),
    ],
)
def test_the_cases_of_rfc_9309(rules, path, allowed):
    assert parse_robots(rules, "Guidang").allow(SITE + path) is allowed


SEVERAL = b"""\
User-Agent: *
Disallow: *.gif$
Disallow: /made/
Allow: /open/

User-Agent: one
Disallow:/
Allow:/made/page.html

User-Agent: two
User-Agent: three
Disallow: /made/page.html

User-Agent: four
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("other", "/a.gif", False),
        ("other", "/made/", False),
        ("other", "/open/", True),
        ("one", "/", False),
        ("one", "/made/page.html", True),
        ("two", "/made/page.html", False),
        ("three", "/made/page.html", False),
        ("three", "/other", True),
        ("four", "/a.gif", True),
    ],
)
def test_a_group_without_rules_allows_all(agent, path, allowed):
    assert parse_robots(SEVERAL, agent).allow(SITE + path) is allowed


class Published:
    """A fetcher that returns the same file for every server."""

    def __init__(self, body):
        self.body, self.asked = body, []

    async def fetch(self, url, **_):
        self.asked.append(url)
        return Document(url=url, final_url=url, body=self.body, fetched_at=NOW, status=200)


def test_large_files_are_forgotten_when_others_are_read():
    fetcher = Published(b"User-agent: *\nDisallow: /" + b"x" * 400_000)

    async def asking():
        robots = Robots(lambda: NOW, "Guidang")
        for number in (*range(6), 5, 0):
            await robots.permission(f"https://{number}.example.com/", fetcher)

    asyncio.run(asking())
    assert [url[8] for url in fetcher.asked] == ["0", "1", "2", "3", "4", "5", "0"]


def test_a_crawl_delay_is_read_and_bounded():
    assert parse_robots(RULES, "Else").crawl_delay == timedelta(seconds=2.5)
    assert parse_robots(RULES, "Guidang").crawl_delay is None
    long = b"User-agent: *\nCrawl-delay: 86400"
    assert parse_robots(long, "Guidang").crawl_delay == timedelta(minutes=5)


def test_hostile_robots_files_take_linear_time():
    began = time.process_time()
    stars = b"User-agent: *\nDisallow: /" + b"*a" * 200_000 + b"b$"
    assert parse_robots(stars, "Guidang").allow(SITE + "/" + "a" * 20_000)
    many = b"User-agent: *\n" + b"Disallow: /x*y\n" * 30_000
    assert parse_robots(many, "Guidang").allow(SITE + "/" + "x" * 2_000)
    assert time.process_time() - began < 10


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def ask(site, *steps):
    """Return whether `/x` is allowed after each step, which is a time to wait or an action."""

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


def test_robots_txt_is_fetched_once_a_day(site):
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
def test_a_missing_file_allows_all_and_a_failing_server_forbids_all(site, answer, allowed):
    site.script("/robots.txt", answer)
    assert ask(site, AT_ONCE) == [allowed]


def test_a_server_without_an_answer_is_asked_again_after_an_hour(site):
    site.script("/robots.txt", Answer(status=500), Answer(status=404))
    assert ask(site, AT_ONCE, timedelta(minutes=59), timedelta(minutes=2)) == [False, False, True]


def test_known_rules_are_used_while_the_server_fails(site):
    site.script("/robots.txt", Answer(body="User-agent: *\nAllow: /"), Answer(status=500))
    assert ask(site, AT_ONCE, timedelta(days=2)) == [True, True]


def test_simultaneous_questions_cause_one_request(site):
    site.set("/robots.txt", "User-agent: *\nCrawl-delay: 3", delay=0.05)

    async def asking():
        config = FetchConfig(allow_private=["127.0.0.0/8"], host_delay="0s")
        async with Fetcher(config, lambda: NOW) as fetcher:
            robots = Robots(lambda: NOW, "Guidang")
            asked = (robots.permission(site.url("/x"), fetcher) for _ in range(9))
            return [permission.delay for permission in await asyncio.gather(*asked)]

    assert asyncio.run(asking()) == [timedelta(seconds=3)] * 9
    assert len(site.requests) == 1
