"""The pages below a path of a proxy: of a real nginx, which removes the path or does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from lxml import html

from tests.nginx import nginx
from tests.pages import Browser, pages_of
from tests.running import free_port
from tests.searching import fill, finish
from tests.site import Site
from tests.support import item
from tests.world import World

pytestmark = pytest.mark.long
PASSWORD = PasswordHasher(1, 8, 1).hash("correct horse")
HOST = "Host $http_host"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> World:
    folder = tmp_path_factory.mktemp("proxy")
    world = World(folder, f"sqlite:///{shutil.copy(migrated_file, folder / 'guidang.db')}")
    with Site() as site:
        fill(world, site, *(item(n) for n in range(60)))
    finish(world)
    return world


def addresses_on(source: str, attributes: str) -> set[str]:
    """Return the addresses on its own site that a page has in these attributes."""
    found = html.fromstring(source).xpath(attributes)
    return {each for each in map(str, found) if each and not urlsplit(each).scheme}


@pytest.mark.parametrize("fields", [(), (HOST,)], ids=["default", "with the host"])
@pytest.mark.parametrize("path", ["", "/"], ids=["path left", "path removed"])
def test_every_link_and_form_works_below_the_path(
    filled: World, tmp_path: Path, path: str, fields: tuple[str, ...]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/archive"
    with (
        pages_of(filled, password=PASSWORD, url=url) as direct,
        nginx(tmp_path, port, f"{direct.port}{path}", *fields) as proxied,
    ):
        browser = Browser(proxied, {"Origin": f"http://127.0.0.1:{port}"})
        assert browser.get("/archive/e/1?pictures").headers["location"] == (
            "/archive/log-in?next=%2Fe%2F1%3Fpictures"
        )
        browser.follow()
        answer = browser.send("/archive/log-in", password="correct horse")
        assert [one["guidang-session"]["path"] for one in answer.cookies] == ["/archive/"]
        assert browser.follow().status == 200

        seen, waiting = set(), {"/archive/"}
        while waiting:
            address = waiting.pop()
            seen.add(address)
            page = browser.get(address)
            assert page.status == 200, address
            if page.headers["content-type"].startswith("text/html"):
                linked = addresses_on(page.source, "//@href | //@src")
                forms = addresses_on(page.source, "//@action")
                assert {
                    one for one in linked | forms if not one.startswith(("/archive/", "#"))
                } == set()
                waiting |= {one.partition("#")[0] for one in linked if "log-" not in one} - seen
            waiting = {one for one in waiting if "lang=" not in one and one}
        assert {"/archive/e/1", "/archive/f/1", "/archive/feeds"} <= seen
        browser.get("/archive/")
        assert browser.send("/archive/log-out").headers["location"] == "/archive/"
        assert browser.get("/archive/").status == 303
