"""Several outputs: each is written by a follower of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.config import Config, FeedSettings, OutputConfig
from ingest.follow import registry
from ingest.follow.files import Output, outputs_of
from ingest.follow.files.renaming import Renaming
from ingest.services import open_services
from ingest.store import due, erase, feeds, site_files
from tests.site import Site
from tests.support import item, rss
from tests.world import World


@dataclass
class Several(World):
    """A world with outputs besides its archive."""

    outputs: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.configure(*self.outputs)

    def configure(self, *outputs: dict[str, Any]) -> None:
        """Use a configuration with these outputs, as a command does."""
        made = tuple(OutputConfig(**{"path": self.root / one["name"]} | one) for one in outputs)
        self.config = self.config.model_copy(update={"outputs": made})
        registry.adopt(self.config, self.database, now=self.clock())

    def render(self) -> int:
        """Run all followers, as any command does that stores something."""
        return asyncio.run(self._render())

    async def _render(self) -> int:
        async with open_services(self.config, self.database, self.clock) as services:
            return await services.following.finish()

    def output(self, name: str) -> Output:
        made = outputs_of(self.config, self.database)
        return next(output for output in made if output.config.name == name)

    def titles(self, name: str) -> list[str]:
        """Return the titles of the files of an output."""
        files = sorted((self.root / name).rglob("*.md"))
        return sorted(file.name.split("-")[3] for file in files)

    def due(self) -> dict[str, int]:
        """Return how many entries are due for each output."""
        lags = self.database.query(due.lags)
        return {lag.follower: lag.due for lag in lags if lag.follower.startswith("files")}


@pytest.fixture
def world(tmp_path: Path, database_url: str, site: Site) -> Iterator[Several]:
    site.set("/feed.xml", rss(item(1), item(2)))
    world = Several(tmp_path, database_url)
    world.add(site.url("/feed.xml"))
    yield world
    world.database.dispose()


def test_each_output_has_a_file_for_each_entry(world: Several) -> None:
    world.configure({"name": "notes"}, {"name": "site", "template": "{id}.md"})
    world.poll()
    assert world.titles("notes") == world.titles("posts") == ["第1条新闻", "第2条新闻"]
    assert len(list((world.root / "site").glob("*.md"))) == 2
    assert [output.check() for output in outputs_of(world.config, world.database)] == [[], [], []]
    assert world.due() == {"files": 0, "files:notes": 0, "files:site": 0}
    assert world.render() == 0


def test_an_output_that_comes_later_is_filled_from_the_store(world: Several) -> None:
    world.poll()
    world.configure({"name": "notes"})
    assert world.due() == {"files": 0, "files:notes": 2}
    assert world.render() == 2
    assert world.titles("notes") == world.titles("posts")


def test_a_removed_output_keeps_its_files_and_gets_no_marks(
    world: Several, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    world.configure({"name": "notes"})
    world.poll()
    world.configure()
    assert "the output notes is no longer in the configuration" in caplog.text
    site.set("/feed.xml", rss(item(2), item(3)))
    world.clock.move(hours=2)
    world.poll()
    assert world.due() == {"files": 0}
    assert world.titles("notes") == ["第1条新闻", "第2条新闻"]
    world.configure({"name": "notes"})
    assert world.render() == 1
    assert world.titles("notes") == ["第1条新闻", "第2条新闻", "第3条新闻"]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({}, [1, 2]),
        ({"feeds": ["江海新闻"]}, [1, 2]),
        ({"feeds": ["另一个"]}, []),
        ({"languages": ["zh"]}, [1, 2]),
        ({"languages": ["zh-Hans-CN", "en"]}, []),
        ({"since": "2022-01-29"}, []),
        ({"until": "2022-01-28"}, [1, 2]),
        ({"categories": ["没有"]}, []),
    ],
)
def test_an_output_has_the_entries_that_pass_its_filters(
    world: Several, filters: dict[str, Any], passing: list[int]
) -> None:
    world.configure({"name": "notes"} | filters)
    world.poll()
    assert world.titles("notes") == [f"第{number}条新闻" for number in passing]
    assert world.output("notes").check() == []


def test_an_entry_that_no_longer_passes_loses_its_file(world: Several) -> None:
    world.configure({"name": "notes"})
    world.poll()
    mine = next((world.root / "notes").rglob("*第2条*.md"))
    mine.write_text(mine.read_text() + "<!-- guidang:own -->\nmy note\n")
    world.configure({"name": "notes", "languages": ["en"]})
    world.render()
    assert world.titles("notes") == []
    assert "my note" in mine.with_name(f"{mine.name}.guidang-old").read_text()
    assert world.output("notes").check() == []
    world.configure({"name": "notes", "languages": ["zh"]})
    world.render()
    assert world.titles("notes") == ["第1条新闻", "第2条新闻"]


def test_removed_entries_lose_their_files_in_all_outputs(world: Several) -> None:
    world.configure({"name": "notes"})
    world.poll()
    (feed,) = world.database.query(feeds.every)
    for output in outputs_of(world.config, world.database):
        output.delete_feed(feed.id)
    world.database.transact(feeds.remove, feed.id, now=world.clock(), entries=True)
    assert world.titles("notes") == world.titles("posts") == []


def test_without_an_archive_only_the_outputs_are_written(world: Several) -> None:
    one = OutputConfig(name="notes", path=world.root / "notes")
    world.config = Config(database=world.config.database, fetch=world.config.fetch, outputs=(one,))
    registry.adopt(world.config, world.database, now=world.clock())
    world.poll()
    assert world.titles("notes") == ["第1条新闻", "第2条新闻"]
    assert not (world.root / "posts").exists()
    assert world.due() == {"files:notes": 0}


def test_the_authors_of_a_theme_are_listed_beside_the_posts(world: Several, site: Site) -> None:
    listed = world.root / "_data/authors.yml"
    world.configure({"name": "_posts", "profile": "stellar"})
    world.poll()
    assert list(yaml.safe_load(listed.read_text("utf-8"))) == ["guidang", "江海新闻"]
    site.set("/feed.xml", rss(item(3, author="周晓岚")))
    world.clock.move(hours=2)
    world.poll()
    assert list(yaml.safe_load(listed.read_text("utf-8"))) == ["guidang", "周晓岚", "江海新闻"]


def test_a_list_of_the_users_own_authors_gets_the_others_in_front(world: Several) -> None:
    listed = world.root / "_data/authors.yml"
    listed.parent.mkdir()
    listed.write_text("# guidang:own\nme: {name: me}\n", encoding="utf-8")
    world.configure({"name": "_posts", "profile": "stellar"})
    world.poll()
    assert list(yaml.safe_load(listed.read_text("utf-8"))) == ["guidang", "江海新闻", "me"]
    assert list(listed.parent.iterdir()) == [listed]


@pytest.mark.parametrize(
    ("split", "paths"),
    [
        ("year", ["2022/news/1.md", "2022/news/2.md"]),
        ("feed", ["news/news/1.md", "news/news/2.md"]),
    ],
)
def test_an_output_is_split_into_a_folder_for_each_site(
    world: Several, site: Site, split: str, paths: list[str]
) -> None:
    world.add(site.url("/feed.xml"))
    (feed,) = world.database.query(feeds.every)
    named = FeedSettings(folder="news")
    world.database.transact(feeds.change, feed.id, named, now=world.clock())
    world.configure({"name": "sites", "split": split, "template": "{feed}/{title}-{id}.md"})
    world.poll()
    found = sorted((world.root / "sites").rglob("*.md"))
    names = [file.relative_to(world.root / "sites").as_posix() for file in found]
    assert [re.sub(r"第(.)条新闻-\w+", r"\1", name) for name in names] == paths
    assert world.output("sites").check() == []


def test_a_folder_name_is_for_new_files_until_a_rename(world: Several) -> None:
    world.poll()
    (feed,) = world.database.query(feeds.every)
    before = set(world.files())
    named = FeedSettings(folder="news")
    world.database.transact(feeds.change, feed.id, named, now=world.clock())
    assert (world.render(), set(world.files())) == (0, before)
    assert Renaming(world.config.archive, world.database).rename(now=world.clock()) == 2
    assert {path.partition("/")[0] for path in world.files()} == {"news"}


def test_the_own_part_of_a_file_stays_and_a_changed_file_is_kept(
    world: Several, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    world.poll()
    own, changed = sorted((world.root / "posts").rglob("*.md"))
    own.write_text(own.read_text() + "\n<!-- guidang:own -->\nmy note\n")
    changed.write_text(changed.read_text().replace("<div>", "<div> mine"))
    assert [(one.what, one.path.rpartition("/")[2]) for one in world.folder.check()] == [
        ("changed", changed.name)
    ]
    site.set("/feed.xml", rss(item(1, title="新的一"), item(2, title="新的二")))
    world.clock.move(hours=2)
    world.poll()
    assert "新的一" in own.read_text()
    assert own.read_text().endswith("\n<!-- guidang:own -->\nmy note\n")
    assert "新的二" in changed.read_text()
    assert "mine" in changed.with_name(f"{changed.name}.guidang-old").read_text()
    assert f"{changed.name} was changed by somebody" in caplog.text
    assert world.folder.check() == []
    assert world.folder.rebuild(now=world.clock()) == 0


def test_the_files_of_a_site_are_written_when_their_facts_change(
    world: Several, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    posts = {"name": "blog", "path": world.root / "source/_posts", "profile": "volantis"}
    site.set("/feed.xml", rss(item(1, author="王二"), item(2, author="李四")))
    world.configure(posts)
    world.poll()
    authors = world.root / "source/_data/author.yml"
    assert {"王二", "李四"} <= set(yaml.safe_load(authors.read_text()))
    before = authors.stat().st_ino
    assert world.output("blog").rebuild(now=world.clock()) == 0
    assert authors.stat().st_ino == before
    authors.write_text(authors.read_text() + "# guidang:own\nme: {name: me}\n")
    assert world.output("blog").check() == []
    site.set("/feed.xml", rss(item(3, author="张三")))
    world.clock.move(hours=2)
    world.poll()
    assert {"王二", "张三", "me"} <= set(yaml.safe_load(authors.read_text()))
    authors.write_text("mine: {name: mine}\n")
    assert [one.what for one in world.output("blog").check()] == ["changed"]
    world.output("blog").rebuild(now=world.clock())
    assert authors.read_text() == "mine: {name: mine}\n"
    assert "张三" in authors.with_name("author.yml.guidang-new").read_text()
    assert "was not written by Guidang" in caplog.text


def test_each_site_of_a_split_output_has_its_own_authors(world: Several, site: Site) -> None:
    days = ("Mon, 01 Jan 2024 12:00:00 GMT", "Wed, 01 Jan 2025 12:00:00 GMT")
    items = [item(n, author=f"作者{n}", pubDate=day) for n, day in enumerate(days)]
    site.set("/feed.xml", rss(*items))
    split = {"split": "year", "template": "source/_posts/{id}.md"}
    world.configure({"name": "sites", "profile": "volantis"} | split)
    world.poll()
    authors = {
        file.relative_to(world.root / "sites").as_posix(): set(yaml.safe_load(file.read_text()))
        for file in (world.root / "sites").rglob("author.yml")
    }
    assert authors == {
        "2024/source/_data/author.yml": {"guidang", "作者0"},
        "2025/source/_data/author.yml": {"guidang", "作者1"},
    }
    assert world.output("sites").check() == []


def test_an_author_who_changes_through_an_edit_leaves_the_files_of_the_site(
    world: Several, site: Site
) -> None:
    posts = {"name": "blog", "path": world.root / "source/_posts", "profile": "stellar"}
    site.set("/feed.xml", rss(item(1, author="王二"), item(2, author="李四")))
    world.configure(posts)
    world.poll()
    site.set("/feed.xml", rss(item(1, title="改", author="张三"), item(2, author="李四")))
    world.clock.move(hours=2)
    world.poll()
    authors = world.root / "source/_data/authors.yml"
    assert set(yaml.safe_load(authors.read_text())) == {"guidang", "张三", "李四"}


@pytest.mark.parametrize("is_gone", ["erased", "filtered", "removed"])
def test_an_author_without_an_entry_leaves_the_files_of_the_site(
    world: Several, site: Site, is_gone: str
) -> None:
    posts = {"name": "blog", "path": world.root / "source/_posts", "profile": "stellar"}
    site.set("/feed.xml", rss(item(1, author="王二"), item(2, author="李四")))
    site.set("/other.xml", rss(item(3, author="李四")))
    world.add(site.url("/other.xml"))
    world.configure(posts)
    world.poll()
    authors = world.root / "source/_data/authors.yml"
    assert list(yaml.safe_load(authors.read_text())) == ["guidang", "李四", "王二"]
    now = world.clock()
    if is_gone == "erased":
        target = erase.Target(kind="feed", value="1", name="/feed.xml")
        world.database.transact(erase.take_down, target, "作者要求", now=now)
    elif is_gone == "filtered":
        world.configure(posts | {"feeds": (site.url("/other.xml"),)})
    else:
        world.database.transact(feeds.remove, 1, now=now, entries=True)
    world.render()
    assert list(yaml.safe_load(authors.read_text())) == ["guidang", "李四"]
    world.database.transact(feeds.remove, 2, now=now, entries=True)
    world.render()
    assert list(yaml.safe_load(authors.read_text())) == ["guidang"]
    assert world.query(lambda connection: site_files.facts(connection, "blog")) == set()
