from __future__ import annotations

from pathlib import Path

import pytest

from ingest.store import feeds
from tests.site import Answer, Site
from tests.support import item, rss
from tests.world import World

PROSE = "这是第{}页第{}段的正文，讲述了老旧小区加装电梯的来龙去脉，以及住在里面的居民们的看法。"


def page(number: int, link: str = "", *, head: str = "") -> str:
    paragraphs = "".join(f"<p>{PROSE.format(number, n)}</p>" for n in range(8))
    return (
        f"<html><head><title>加装电梯</title>{head}</head><body><h1>加装电梯</h1>"
        f'<div class="article-content">{paragraphs}</div>{link}</body></html>'
    )


def next_page(address: str) -> str:
    return f'<div class="pages"><a href="{address}">下一页</a></div>'


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


def stored_html(world: World, site: Site, **fields: str) -> str:
    """Poll a feed whose one entry links to /a/1.html; return the stored HTML of the entry."""
    fields = {"description": "摘要……"} | fields
    site.set("/feed", rss(item(1, link=site.url("/a/1.html"), **fields)))
    world.poll(world.add(site.url("/feed"), full_text=True))
    (entry,) = world.entries()
    kept: str = world.entry(entry["id"])["html"]
    return kept


def serve(site: Site, path: str, body: str, **answer: object) -> None:
    site.set(path, body, content_type="text/html; charset=utf-8", **answer)


def test_the_pages_of_an_article_are_joined(world: World) -> None:
    with Site() as site:
        serve(site, "/a/1.html", page(1, next_page("1_2.html")))
        serve(site, "/a/1_2.html", page(2, next_page("1_3.html")))
        serve(site, "/a/1_3.html", page(3))
        kept = stored_html(world, site)
        places = [kept.index(PROSE.format(n, 0)) for n in (1, 2, 3)]
        assert places == sorted(places)
        assert kept.count("<p>") == 24


def test_pages_that_link_in_a_circle_are_read_once(world: World) -> None:
    with Site() as site:
        serve(site, "/a/1.html", page(1, next_page("1_2.html")))
        serve(site, "/a/1_2.html", page(2, next_page("/a/1_3.html")))
        serve(site, "/a/1_3.html", page(1, next_page("1_4.html")))
        serve(site, "/a/1_4.html", page(4))
        kept = stored_html(world, site)
        assert kept.count(PROSE.format(1, 0)) == 1
        assert site.requests_to("/a/1_4.html") == []


def test_at_most_twenty_pages_of_an_article_are_read(world: World) -> None:
    with Site() as site:
        serve(site, "/a/1.html", page(1, next_page("1_2.html")))
        for number in range(2, 40):
            serve(site, f"/a/1_{number}.html", page(number, next_page(f"1_{number + 1}.html")))
        stored_html(world, site)
        assert len([r for r in site.requests if r.path.startswith("/a/")]) == 20


def test_the_pages_before_a_missing_page_are_kept(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with Site() as site:
        serve(site, "/a/1.html", page(1, next_page("1_2.html")))
        assert PROSE.format(1, 7) in stored_html(world, site)
        assert "continues at" in caplog.text


def test_a_page_that_robots_txt_forbids_is_not_requested(world: World) -> None:
    with Site() as site:
        site.set("/robots.txt", "User-agent: *\nDisallow: /a/", content_type="text/plain")
        serve(site, "/a/1.html", page(1))
        assert "摘要" in stored_html(world, site)
        assert site.requests_to("/a/1.html") == []


def test_fields_missing_in_the_feed_come_from_the_page(world: World) -> None:
    head = (
        '<meta name="author" content="何晚舟">'
        '<meta property="article:published_time" content="2024-05-18T09:30:00+08:00">'
        '<meta property="og:image" content="https://i.example.cn/cover.jpg">'
    )
    with Site() as site:
        serve(site, "/a/1.html", page(1, head=head))
        stored_html(world, site, pubDate="")
    (entry,) = world.entries()
    assert entry["author"] == "何晚舟"
    assert entry["published_at"].isoformat() == "2024-05-18T01:30:00+00:00"
    assert entry["lead_image"] == "https://i.example.cn/cover.jpg"


def test_fields_of_the_feed_have_priority_over_the_page(world: World) -> None:
    head = '<meta property="article:published_time" content="2024-05-18T09:30:00+08:00">'
    with Site() as site:
        serve(site, "/a/1.html", page(1, head=head))
        stored_html(world, site, author="老周")
    (entry,) = world.entries()
    assert (entry["author"], entry["published_at"].year) == ("老周", 2022)


def test_the_text_of_the_feed_is_kept_if_it_is_longer(world: World) -> None:
    long = "".join(f"&lt;p&gt;{PROSE.format(0, n)}&lt;/p&gt;" for n in range(30))
    with Site() as site:
        serve(site, "/a/1.html", page(1))
        assert PROSE.format(0, 29) in stored_html(world, site, description=long)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body="%PDF-1.7 nothing to read", content_type="application/pdf"),
        Answer(body=b"\0" * 100_000),
        Answer(body=""),
        Answer(status=500),
    ],
    ids=["pdf", "nothing", "empty", "failing"],
)
def test_without_a_readable_page_the_entry_keeps_the_text_of_the_feed(
    world: World, answer: Answer
) -> None:
    with Site() as site:
        site.script("/a/1.html", answer)
        assert "摘要" in stored_html(world, site)


@pytest.mark.parametrize(
    "body",
    ["<div>" * 100_000 + PROSE + "</div>" * 100_000, "<p>" + "长" * 6_000_000, "<p>" * 500_000],
    ids=["deep", "long", "open"],
)
def test_the_text_of_a_hostile_page_is_bounded(world: World, body: str) -> None:
    with Site() as site:
        serve(site, "/a/1.html", body)
        assert len(stored_html(world, site)) <= 5_000_010


def test_a_replay_keeps_an_article_of_several_pages(world: World) -> None:
    with Site() as site:
        serve(site, "/a/1.html", page(1, next_page("1_2.html")))
        serve(site, "/a/1_2.html", page(2))
        kept = stored_html(world, site)
    (feed,) = world.query(feeds.every)
    assert world.replay(feed) == 0
    assert world.entry(1)["html"] == kept


def test_no_more_pages_are_requested_after_a_retry_after(world: World) -> None:
    with Site() as site, Site("127.0.0.2") as pages:
        busy = Answer(status=429, headers={"Retry-After": "600"})
        pages.set("/robots.txt", "", content_type="text/plain")
        pages.set_default(lambda request: busy)
        items = (item(n, link=pages.url(f"/a/{n}.html")) for n in range(12))
        site.set("/feed", rss(*items))
        world.poll(world.add(site.url("/feed"), full_text=True))
        asked = [request for request in pages.requests if request.path != "/robots.txt"]
    assert len(world.entries()) == 12
    assert 0 < len(asked) <= world.config.fetch.per_host
