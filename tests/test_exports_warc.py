"""`guidang export --format warc`: checked by warcio, replayed by pywb, read back without a loss."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from ingest.exports import FORMATS, Export, run
from ingest.exports.wacz import surt
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted
from tests.program import Program, new_program
from tests.pywb import pywb
from tests.site import Site
from tests.support import item, rss
from tests.world import World

DATED = "Sat, 01 Jun 2024 08:00:00 +0800"


def news(number: int, text: str) -> str:
    return item(number, pubDate=DATED, description=f"{text}的正文，第{number}条。")


# What the feed has at each poll. The second item is edited, and its first text comes back.
POLLS = [
    [news(2, "原来"), news(1, "原来")],
    [news(3, "原来"), news(2, "改过"), news(1, "原来")],
    [news(3, "原来"), news(2, "原来"), news(1, "原来")],
]


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("polled")
    shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{folder}/guidang.db")
    with Site() as site:
        world.add(site.url("/feed"))
        for items in POLLS:
            site.set("/feed", rss(*items))
            world.poll()
            world.clock.move(hours=3)
        feed = site.url("/feed")
    (folder / "feed").write_text(feed)
    for form, name in (("warc", "all.warc.gz"), ("wacz", "all.wacz")):
        export = Export(format=FORMATS[form], choice=Choice(), wanted=Wanted(), asked={})
        run(world.database, export, folder / name, lambda *_: None, force=False)
    yield world
    world.database.dispose()


def address(world: World) -> str:
    return (world.root / "feed").read_text()


def test_documents_come_newest_first_and_repeated_ones_as_revisits(polled: World) -> None:
    with (polled.root / "all.warc.gz").open("rb") as file:
        records = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Date"),
                record.rec_headers.get_header("WARC-Refers-To-Date"),
                record.content_stream().read().decode().count("<item>"),
            )
            for record in ArchiveIterator(file)
        ]
    assert records == [
        ("warcinfo", "2026-03-01T18:00:00Z", None, 0),
        ("response", "2026-03-01T18:00:00Z", None, 1),
        ("response", "2026-03-01T15:00:00Z", None, 2),
        ("revisit", "2026-03-01T12:00:00Z", "2026-03-01T18:00:00Z", 0),
        ("response", "2026-03-01T12:00:00Z", None, 1),
    ]


def test_records_are_valid_and_have_the_headers_that_are_kept(polled: World) -> None:
    file = polled.root / "all.warc.gz"
    checked = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "warcio.cli", "check", "-v", file],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "fail" not in checked.stdout
    with file.open("rb") as stream:
        response = list(ArchiveIterator(stream, no_record_parse=False))[1]
    assert response.rec_headers.protocol == "WARC/1.1"
    assert response.rec_headers.get_header("WARC-Target-URI") == address(polled)
    assert response.http_headers.get_header("Content-Type") == "text/xml; charset=utf-8"


def versions(program: Program) -> list[tuple[str, str, str, str]]:
    """Return all versions of all entries, without the times at which they were stored."""
    exported = program.good("export", "--format", "jsonl", "--revisions", "-")
    found = [json.loads(line) for line in exported.splitlines()]
    names = ("guid", "published_at", "html", "source_digest")
    return sorted((one["version"], *(one[name] for name in names)) for one in found)


@pytest.mark.parametrize("file", ["all.warc.gz", "all.wacz"])
def test_an_export_is_imported_without_loss(polled: World, tmp_path: Path, file: str) -> None:
    before = new_program(tmp_path, polled.database_url)
    wanted = versions(before)
    (tmp_path / "other").mkdir()
    after = new_program(tmp_path / "other", feeds=[address(polled)])
    shutil.copy(polled.root / file, after.folder)
    after.good("backfill", "--from", file)
    assert versions(after) == wanted
    assert len(wanted) == 4


def test_a_package_describes_its_files(polled: World) -> None:
    with zipfile.ZipFile(polled.root / "all.wacz") as package:
        described = json.loads(package.read("datapackage.json"))
        hashes = {
            one["path"]: f"sha256:{sha256(package.read(one['path'])).hexdigest()}"
            for one in described["resources"]
        }
        warc = package.read("archive/data.warc.gz")
        index = [line.split(" ", 2) for line in read_lines(package, "indexes/index.cdx")]
        pages = [json.loads(line) for line in read_lines(package, "pages/pages.jsonl")]
    assert hashes == {one["path"]: one["hash"] for one in described["resources"]}
    assert warc == (polled.root / "all.warc.gz").read_bytes()
    assert index == sorted(index)
    assert [at for _, at, _ in index] == ["20260301120000"] * 2 + [
        "20260301150000",
        "20260301180000",
    ]
    first = json.loads(index[-1][2])
    part = warc[int(first["offset"]) :][: int(first["length"])]
    assert "原来的正文，第2条" in gzip.decompress(part).decode()
    assert [one.get("url") for one in pages] == [None] + [address(polled)] * 3


def read_lines(package: zipfile.ZipFile, path: str) -> list[str]:
    return package.read(path).decode().splitlines()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.News.example.cn/A?b=1", "cn,example,news)/a?b=1"),
        ("https://example.cn/a/?b=1&a=2", "cn,example)/a?a=2&b=1"),
        ("http://127.0.0.1:8080/feed", "1,0,0,127:8080)/feed"),
        ("http://example.cn:80/a", "cn,example)/a"),
        ("https://example.cn:8443", "cn,example:8443)/"),
        ("https://例子.cn/a", "cn,xn--fsqu00a)/a"),
        ("file:///a/b.xml", "file:/a/b.xml"),
    ],
)
def test_keys_of_an_index(url: str, key: str) -> None:
    assert surt(url) == key


@pytest.mark.long
@pytest.mark.parametrize("file", ["all.warc.gz", "all.wacz"])
def test_pywb_replays_documents_and_revisits(polled: World, tmp_path: Path, file: str) -> None:
    with pywb(tmp_path, polled.root / file) as archive, httpx.Client() as client:
        texts = {
            at: client.get(f"{archive}/{at}id_/{address(polled)}").raise_for_status().text
            for at in ("20260301180000", "20260301120000")
        }
        listed = client.get(f"{archive}/cdx", params={"url": address(polled), "output": "json"})
    assert "原来的正文，第2条" in texts["20260301180000"]
    assert "原来的正文" in texts["20260301120000"]
    kinds = [json.loads(line)["mime"] for line in listed.text.splitlines()]
    assert sorted(kinds) == ["text/xml"] * 3 + ["warc/revisit"]
