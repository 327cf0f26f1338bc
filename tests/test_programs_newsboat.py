"""A real feed reader, newsboat, reads the archive and marks what was read, by the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.store import visitors
from ingest.web.access.secrets import digest_of, hash_of_password
from tests.newsboat import Newsboat
from tests.pages import Pages, pages_of
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

pytestmark = pytest.mark.long

TOKEN = "a-token"
STATE = "user/-/state/com.google/"


@pytest.fixture
def pages(tmp_path: Path, sqlite_url: str, site: Site) -> Iterator[Pages]:
    world = World(tmp_path, sqlite_url)
    site.set("/news.xml", rss(*map(item, range(3)), title="江海新闻"))
    site.set("/tech.xml", rss(item("x"), item("y"), title="科技日志"))
    for path in ("/news.xml", "/tech.xml"):
        world.add(site.url(path))
        world.poll()
    world.database.transact(
        visitors.add_token, "newsboat", digest_of(TOKEN), may_manage=False, now=NOON
    )
    with pages_of(world, password=hash_of_password("sesame")) as served:
        yield served
    world.database.dispose()


def boat(folder: Path, pages: Pages, password: str = TOKEN) -> Newsboat:
    newsboat = Newsboat(folder)
    newsboat.set_up(f"http://127.0.0.1:{pages.port}", "李", password)
    return newsboat


def ids(pages: Pages, stream: str) -> list[int]:
    page = pages.get(
        f"/reader/api/0/stream/items/ids?s={STATE}{stream}",
        Authorization=f"GoogleLogin auth={quote('李')}/{TOKEN}",
    )
    return [int(one["id"]) for one in json.loads(page.content)["itemRefs"]]


def test_newsboat_shows_and_marks_the_entries(pages: Pages, tmp_path: Path) -> None:
    first = boat(tmp_path / "first", pages)
    assert first.reload() == ""
    news = [f"第{n}条新闻" for n in (0, 1, 2)]
    assert first.entries() == dict.fromkeys([*news, "第x条新闻", "第y条新闻"], True)

    with first.on_terminal() as terminal:
        terminal.wait_for("江海新闻")
        terminal.press("\r")  # the entries of the first feed
        terminal.wait_for("第0条新闻")
        terminal.press("\r")  # the first entry
        terminal.wait_for("的正文")
        terminal.press("\x05")  # the flags of the entry
        terminal.wait_for("Flags:")
        terminal.press("s\r")
        terminal.wait_until(lambda: len(ids(pages, "starred")) == 1)
        terminal.press("q")  # back to the entries; the first one is now read
        terminal.wait_until(lambda: ids(pages, "read") == ids(pages, "starred"))
        terminal.press("A")  # all entries of the feed are read
        terminal.wait_until(lambda: ids(pages, "read") == [3, 2, 1])

    second = boat(tmp_path / "second", pages)
    assert second.reload() == ""
    assert second.entries() == {
        **dict.fromkeys(news, False),
        **dict.fromkeys(["第x条新闻", "第y条新闻"], True),
    }


def test_newsboat_logs_in_with_the_password_and_not_with_a_guess(
    pages: Pages, tmp_path: Path
) -> None:
    right = boat(tmp_path / "right", pages, "sesame")
    assert right.reload() == ""
    assert len(right.entries()) == 5
    wrong = boat(tmp_path / "wrong", pages, "guess")
    assert "Authentication failed" in wrong.reload()
