"""Memento (RFC 7089): the rules of the protocol, and what a client of it finds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from memento_client import MementoClient

from ingest.store.mementos import Seen
from ingest.web.programs.resources import version_at
from tests.pages import Pages, pages_of
from tests.site import Site
from tests.support import item, rss
from tests.world import World

PAGE = "https://news.example.cn/a/1.html"
WITH_QUERY = "https://news.example.cn/show?id=2&amp;kind=a"
TITLES = ("初稿", "二稿", "定稿")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Pages]:
    """An entry that was edited twice, an hour after the other; another one that was not."""
    folder = tmp_path_factory.mktemp("memento")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    with Site() as site:
        world.add(site.url("/feed.xml"))
        for title in TITLES:
            site.set("/feed.xml", rss(item(1, title=title), item(2, link=WITH_QUERY)))
            world.poll()
            world.clock.move(hours=1)
    with pages_of(world) as served:
        yield served


def at(hour: int, minute: int = 0) -> str:
    """Return a time of the day of the polls, which were at 12, 13 and 14 o'clock."""
    return format_datetime(datetime(2026, 3, 1, hour, minute, tzinfo=UTC), usegmt=True)


def links_in(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the address and the attributes of links, by relation."""
    found = {}
    for address, attributes in re.findall(r'<([^>]*)>((?:; \w+="[^"]*")+)', text):
        values = dict(re.findall(r'; (\w+)="([^"]*)"', attributes))
        found[values.pop("rel")] = (address.partition("://")[2].partition("/")[2], values)
    return found


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (at(0), 1),
        (at(12), 1),
        (at(12, 59), 1),
        (at(13), 2),
        (at(13, 59), 2),
        (at(14), 3),
        (at(23), 3),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3),
    ],
)
def test_the_timegate_leads_to_the_version_of_a_time(
    pages: Pages, wanted: str, version: int
) -> None:
    for method in ("GET", "HEAD"):
        page = pages.ask(method, "/e/1", Accept_Datetime=wanted)
        assert page.status == 302
        assert page.headers["location"].endswith(f"/e/1/versions/{version}")
        assert "accept-datetime" in page.headers["vary"].lower().split(", ")
        assert "memento-datetime" not in page.headers
        links = links_in(page.headers["link"])
        assert links["original timegate"] == ("e/1", {})
        assert links["timemap"][0] == "e/1/timemap"


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "yesterday",
        "2026-03-01",
        "Sun, 01 Mar 2026 12:00:00 +0800",
        "Xyz, 99 Foo 2026 00:00:00 GMT",
    ],
)
def test_a_date_in_another_form_is_a_mistake(pages: Pages, wanted: str) -> None:
    assert pages.get("/e/1", Accept_Datetime=wanted).status == 400


def test_without_a_date_the_entry_names_its_timegate_and_its_versions(pages: Pages) -> None:
    page = pages.get("/e/1")
    assert page.status == 200
    assert "memento-datetime" not in page.headers
    assert "accept-datetime" in page.headers["vary"].lower().split(", ")
    assert links_in(page.headers["link"]) == {
        "original timegate": ("e/1", {}),
        "timemap": (
            "e/1/timemap",
            {"type": "application/link-format", "from": at(12), "until": at(14)},
        ),
        "first memento": ("e/1/versions/1", {"datetime": at(12)}),
        "last memento": ("e/1/versions/3", {"datetime": at(14)}),
    }


@pytest.mark.parametrize(
    ("version", "hour", "relations"),
    [
        (1, 12, {"first memento", "next memento", "last memento"}),
        (2, 13, {"first prev memento", "memento", "last next memento"}),
        (3, 14, {"first memento", "prev memento", "last memento"}),
    ],
)
def test_a_version_is_a_memento(pages: Pages, version: int, hour: int, relations: set[str]) -> None:
    page = pages.get(f"/e/1/versions/{version}", Accept_Datetime=at(1))
    assert page.status == 200
    assert TITLES[version - 1] in page.text
    assert page.headers["memento-datetime"] == at(hour)
    assert "accept-datetime" not in page.headers["vary"].lower()
    assert set(links_in(page.headers["link"])) == {"original timegate", "timemap"} | relations


def test_the_timemap_lists_all_versions(pages: Pages) -> None:
    page = pages.get("/e/1/timemap")
    assert page.headers["content-type"] == "application/link-format"
    assert links_in(page.source) == {
        "original timegate": ("e/1", {}),
        "self": (
            "e/1/timemap",
            {"type": "application/link-format", "from": at(12), "until": at(14)},
        ),
        "first memento": ("e/1/versions/1", {"datetime": at(12)}),
        "memento": ("e/1/versions/2", {"datetime": at(13)}),
        "last memento": ("e/1/versions/3", {"datetime": at(14)}),
    }


def test_the_only_version_is_the_first_and_the_last(pages: Pages) -> None:
    assert "first last memento" in links_in(pages.get("/e/2/timemap").source)
    assert pages.get("/e/2/versions/1").headers["memento-datetime"] == at(12)


@pytest.mark.parametrize("path", ["/e/99/timemap", "/e/99", "/e/1/versions/9"])
def test_what_is_not_there_has_no_versions(pages: Pages, path: str) -> None:
    page = pages.get(path, Accept_Datetime=at(12))
    assert (page.status, "link" in page.headers) == (404, False)


def test_versions_seen_in_one_second_are_in_the_order_of_their_numbers() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    seen = [Seen(moment, 7, 1), Seen(moment, 7, 2)]
    assert version_at(seen, moment) == seen[1]


@pytest.mark.parametrize(("hour", "version"), [(1, 1), (13, 2), (23, 3)])
def test_a_client_of_the_protocol_finds_the_versions(pages: Pages, hour: int, version: int) -> None:
    entry = f"http://127.0.0.1:{pages.port}/e/1"
    client = MementoClient(timegate_uri="")  # the address is its own TimeGate
    found = client.get_memento_info(entry, datetime(2026, 3, 1, hour, tzinfo=UTC))
    assert (found["original_uri"], found["timegate_uri"]) == (entry, entry)
    mementos = found["mementos"]
    assert mementos["closest"]["uri"] == [f"{entry}/versions/{version}"]
    assert mementos["first"]["uri"] == [f"{entry}/versions/1"]
    assert mementos["last"]["uri"] == [f"{entry}/versions/3"]
    assert MementoClient.is_timegate(entry)
    assert MementoClient.is_memento(f"{entry}/versions/{version}")


@pytest.mark.parametrize(
    ("wanted", "version"), [(at(0), 1), (at(13), 2), (at(23), 3), (None, 3)], ids=str
)
def test_the_timegate_of_a_publishers_address(
    pages: Pages, wanted: str | None, version: int
) -> None:
    headers = {} if wanted is None else {"Accept_Datetime": wanted}
    page = pages.get(f"/timegate/{PAGE}", **headers)
    assert (page.status, "memento-datetime" in page.headers) == (302, False)
    assert page.headers["location"].endswith(f"/memento/1.{version}/{PAGE}")
    assert "accept-datetime" in page.headers["vary"].lower().split(", ")
    links = links_in(page.headers["link"])
    assert links["original"] == ("a/1.html", {})
    assert links["timegate"] == (f"timegate/{PAGE}", {})
    assert links["timemap"][0] == f"timemap/link/{PAGE}"


@pytest.mark.parametrize(("version", "hour"), [(1, 12), (2, 13), (3, 14)])
def test_a_version_of_a_publishers_address_is_a_memento(
    pages: Pages, version: int, hour: int
) -> None:
    page = pages.get(f"/memento/1.{version}/{PAGE}")
    assert (page.status, page.headers["memento-datetime"]) == (200, at(hour))
    assert TITLES[version - 1] in page.text
    assert f'<{PAGE}>; rel="original"' in page.headers["link"]


def test_the_timemap_of_a_publishers_address(pages: Pages) -> None:
    page = pages.get(f"/timemap/link/{PAGE}")
    assert page.headers["content-type"] == "application/link-format"
    assert list(links_in(page.source)) == [
        "original",
        "timegate",
        "self",
        "first memento",
        "memento",
        "last memento",
    ]
    assert f'<{PAGE}>; rel="original",' in page.source


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/timegate/https://news.example.cn/show?kind=a&id=2", 302),
        ("/timegate/https:/news.example.cn/show?id=2&kind=a", 302),
        ("/timegate/http://www.news.example.cn/a/1.html?utm_source=x", 302),
        ("/memento/2.1/https://news.example.cn/show?id=2&kind=a&lang=zh_CN", 200),
        ("/memento/1.9/https://news.example.cn/a/1.html", 404),
        ("/memento/2.1/https://news.example.cn/a/1.html", 404),
        ("/timegate/https://news.example.cn/a/%3E%22x.html", 404),
        ("/timegate/nothing", 404),
        ("/timemap/link/https://news.example.cn/", 404),
    ],
)
def test_spellings_of_a_publishers_address(pages: Pages, path: str, status: int) -> None:
    assert pages.get(path).status == status
