"""`guidang export --format atom|jsonfeed`: feeds that other readers and our own understand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from ingest.exports import FORMATS, Export, run
from ingest.exports.atom import clean
from ingest.reading.entries.normalize import Context
from ingest.reading.read import read
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted
from ingest.values import Document
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

# title as published → title as a reader shows it
TITLES = {
    "股价 &lt; 5 &amp;amp; 涨": "股价 < 5 & 涨",
    "模板 vector&amp;lt;T&amp;gt; 的用法": "模板 vector<T> 的用法",
    "普通标题": "普通标题",
}
FILE = '<enclosure url="https://news.example.cn/a.mp3" type="audio/mpeg" length="123"/>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Path]:
    """A folder with an archive exported as both feeds."""
    folder = tmp_path_factory.mktemp("feeds")
    shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{folder}/guidang.db")
    items = [
        item(
            number,
            title=title,
            pubDate=f"Sat, 0{number} Jun 2024 08:00:00 +0800",
            category="社会",
            author="记者 &amp;amp; 编辑",
        ).replace("</item>", f"{FILE}</item>")
        for number, title in enumerate(TITLES, 1)
    ]
    with Site() as site:
        site.set("/feed", rss(*items))
        world.add(site.url("/feed"))
        world.poll()
    for form in ("atom", "jsonfeed"):
        export = Export(format=FORMATS[form], choice=Choice(), wanted=Wanted(), asked={})
        run(world.database, export, folder / form, lambda *_: None, force=False)
    yield folder
    world.database.dispose()


def test_atom_is_valid_and_complete(folder: Path) -> None:
    feed = feedparser.parse((folder / "atom").read_bytes(), sanitize_html=False)
    assert (feed.bozo, feed.version, feed.feed.title) == (False, "atom10", "江海新闻")
    assert [entry.title for entry in feed.entries] == [*TITLES.values()][::-1]
    last = feed.entries[-1]
    assert (last.title_detail.type, last.content[0].type) == ("text/plain", "text/html")
    assert last.content[0].value.startswith("<p>第1条新闻的正文。</p>")
    assert last.link == "https://news.example.cn/a/1.html"
    assert (last.published, last.updated) == ("2024-06-01T00:00:00+00:00",) * 2
    assert [tag.term for tag in last.tags] == ["社会"]
    assert last.source.title == "江海新闻"
    assert [file.href for file in last.enclosures] == ["https://news.example.cn/a.mp3"]
    assert last.id.startswith("urn:uuid:")


def test_json_feed_has_the_same_entries(folder: Path) -> None:
    feed = json.loads((folder / "jsonfeed").read_text("utf-8"))
    atom = feedparser.parse((folder / "atom").read_bytes())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [one["id"] for one in feed["items"]] == [entry.id for entry in atom.entries]
    last = feed["items"][-1]
    assert last["title"] == "股价 < 5 & 涨"
    assert last["content_html"].startswith("<p>第1条新闻的正文。</p>")
    assert last["date_published"] == "2024-06-01T00:00:00+00:00"
    assert last["attachments"] == [
        {
            "url": "https://news.example.cn/a.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 123,
        }
    ]


@pytest.mark.parametrize("form", ["atom", "jsonfeed"])
def test_our_own_reader_reads_them(folder: Path, form: str) -> None:
    url = "https://archive.example.cn/feed"
    document = Document(url=url, final_url=url, body=(folder / form).read_bytes(), fetched_at=NOON)
    found = read(Context(document=document, first_seen_at=NOON, zone=UTC)).entries
    assert [entry.title for entry in found] == [*TITLES.values()][::-1]
    last = found[-1]
    assert (last.html.count("正文"), last.html.count("<audio"), last.categories) == (
        1,
        1,
        ("社会",),
    )
    assert last.published_at == datetime(2024, 6, 1, tzinfo=UTC)
    assert [author.name for author in last.authors] == ["记者 & 编辑"]


def test_characters_that_xml_lacks_are_left_out() -> None:
    assert clean("a\x00b\x0bc\ufffed") == "abcd"
