"""Nothing is lost, doubled or asked too fast, whatever happens to the process and its folder."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.config import WaybackConfig
from ingest.images.keeper import Tally
from tests.made_images import flat_image, made_image
from tests.pictured import Pictured, follow, img, publish
from tests.program import Program
from tests.running import Running
from tests.site import Answer, Request, Site

IMAGES = 40
KEEP = """\
[images]
images = "keep"
robots = false
concurrency = 4
"""


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Pictured]:
    world = Pictured(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


def test_a_killed_service_goes_on_where_it_was(tmp_path: Path, site: Site) -> None:
    paths = [f"/{number}.png" for number in range(IMAGES)]
    for number, path in enumerate(paths):
        site.set(path, made_image("PNG", seed=number), delay=0.02)
    feed = publish(site, *(img(site, path) for path in paths))
    daemon = Running(tmp_path, feeds=[feed], settings=KEEP)
    for _ in range(3):
        before = len(site.requests)
        daemon.start()
        daemon.wait_until(lambda before=before: len(site.requests) > before + 8)
        daemon.kill()
    daemon.start()
    daemon.wait_until(lambda: _count(tmp_path, "image_file") == IMAGES)
    daemon.stop()
    program = Program(tmp_path)
    program.run("images", "prune", "--yes")
    assert json.loads(program.good("images", "check", "--deep", "--json")) == []
    status = json.loads(program.good("status", "--json"))["images"]
    assert (status["kept"], status["wanted"], status["failed"]) == (IMAGES, 0, 0)
    assert len(list((tmp_path / "images").glob("??/*"))) == IMAGES
    assert all(len(site.requests_to(path)) <= 4 for path in paths)


def _count(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "guidang.db") as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(count)


def test_a_host_is_asked_no_faster_than_its_limits(world: Pictured, site: Site) -> None:
    delay = timedelta(milliseconds=30)
    fetch = world.config.fetch.model_copy(update={"host_delay": delay, "per_host": 2})
    world.config = world.config.model_copy(update={"fetch": fetch})
    paths = [f"/{number}.png" for number in range(20)]
    for number, path in enumerate(paths):
        site.set(path, made_image("PNG", seed=number), delay=0.1)
    world.add(publish(site, img(site, *paths)))
    world.poll()
    site.clear()
    assert world.fetch_images() == Tally(kept=20)
    starts = [request.at for request in site.requests]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert min(gaps) > 0.02
    assert site.peak <= 2


def test_many_pictures_of_one_host_do_not_keep_another_waiting(world: Pictured) -> None:
    with Site("127.4.0.1") as slow, Site("127.4.0.2") as quick:
        for number in range(30):
            slow.set(f"/{number}.png", made_image("PNG", seed=number), delay=0.1)
        quick.set("/1.png", made_image("PNG", seed=99))
        many = img(slow, *(f"/{number}.png" for number in range(30)))
        follow(world, slow, many, img(quick, "/1.png"))
        (request,) = quick.requests_to("/1.png")
        assert sum(one.at > request.at for one in slow.requests_to("/")) == 0
        assert sum(one.at < request.at for one in slow.requests) <= 10


def test_two_feeds_with_one_picture_fetch_it_once(world: Pictured, site: Site) -> None:
    site.set("/1.png", made_image("PNG"))
    first = publish(site, img(site, "/1.png"))
    with Site() as other:
        body = f'<p>转载。</p><img src="{site.url("/1.png")}">'
        world.add(first)
        world.add(publish(other, body))
        world.poll()
        assert world.fetch_images() == Tally(kept=1)
    assert len(site.requests_to("/1.png")) == 1
    (image,) = world.images()
    assert image["entries"] == 2


def sinaimg(request: Request) -> Answer:
    """Answer as Weibo's picture hosts do: 403 unless Weibo's page is named."""
    is_weibo = "weibo.com" in request.headers.get("referer", "")
    body = made_image("JPEG", seed=5)
    return Answer(body=body, content_type="image/jpeg") if is_weibo else Answer(status=403)


def mmbiz(request: Request) -> Answer:
    """Answer as WeChat's picture hosts do: a warning with status 200 if a page is named."""
    is_named = bool(request.headers.get("referer"))
    body = flat_image("JPEG") if is_named else made_image("JPEG", seed=6)
    return Answer(body=body, content_type="image/jpeg")


def signed(request: Request) -> Answer:
    """Answer as a host with signed addresses does: 403 after the address has expired."""
    expires = parse_qs(urlsplit(request.path).query).get("expires", ["0"])[0]
    body = made_image("WEBP", seed=7)
    return Answer(body=body, content_type="image/webp") if expires > "5" else Answer(status=403)


def test_hosts_that_refuse_strangers_give_their_pictures(world: Pictured, site: Site) -> None:
    world.keep(referers={"127.0.0.1": "https://weibo.com/"})
    site.set("/large/a.jpg", sinaimg)
    site.set("/mmbiz_jpg/b/640", mmbiz)
    site.set("/c.webp", signed)
    body = img(site, "/large/a.jpg", "/mmbiz_jpg/b/640", "/c.webp?expires=9", "/c.webp?expires=1")
    assert follow(world, site, body) == Tally(kept=3, failed=1)
    assert sorted(world.pictures().values()) == sorted(
        [made_image("JPEG", seed=5), made_image("JPEG", seed=6), made_image("WEBP", seed=7)]
    )
    (failed,) = (image for image in world.images() if image["error"])
    assert failed["error"] == "the server answered 403"


def test_a_lost_picture_comes_from_the_web_archive_if_allowed(world: Pictured, site: Site) -> None:
    body, url = made_image("PNG", seed=8), site.url("/gone.png")
    follow(world, site, img(site, "/gone.png"))
    with Site("127.4.0.3") as archive:
        settings = WaybackConfig(
            index=archive.url("/cdx"),
            capture=archive.url("/web/{timestamp}id_/{url}"),
            delay=timedelta(0),
            images=True,
        )
        world.config = world.config.model_copy(update={"wayback": settings})
        rows = [["timestamp", "original"], ["20200101000000", url], ["20240101000000", url]]
        archive.set("/cdx", json.dumps(rows), content_type="application/json")
        archive.set(f"/web/20240101000000id_/{url}", "<html>moved", content_type="image/png")
        archive.set(f"/web/20200101000000id_/{url}", body, content_type="image/png")
        world.clock.move(days=1)
        assert world.fetch_images() == Tally(kept=1)
        (image,) = world.images()
        assert image["source"] == archive.url(f"/web/20200101000000id_/{url}")
    assert list(world.pictures().values()) == [body]
