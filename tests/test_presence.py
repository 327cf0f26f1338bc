"""A vanished archive folder is an error; posts that a blogger wrote into it are not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.config import OutputConfig
from ingest.follow.files.presence import has_records
from ingest.outputs import LAYOUTS, make_layout
from tests.program import Program, new_program
from tests.running import running
from tests.site import Site
from tests.support import item, make_record, rss

GONE = "has none of the records that were written there: is its disk mounted?"


def posts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.md"))


def unmount(folder: Path) -> None:
    """Empty the folder, as an unmounted disk leaves an empty mount point."""
    for child in folder.iterdir():
        shutil.rmtree(child)


def unmount_beside_others(folder: Path) -> None:
    unmount(folder)
    (folder / "about.md").write_text("---\ntitle: 关于\n---\n我的博客\n")


@pytest.mark.parametrize("vanish", [shutil.rmtree, unmount, unmount_beside_others])
def test_a_vanished_folder_is_an_error_and_nothing_is_written_in_its_place(
    tmp_path: Path, vanish: Callable[[Path], None]
) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1), item(2)))
        program = new_program(tmp_path, feeds=[site.url("/feed")])
        program.good("poll")
        folder = next(tmp_path.rglob("_posts"))
        written = posts(folder)
        vanish(folder)
        before = posts(folder)
        site.set("/feed", rss(item(1), item(2), item(3)))
        for _ in range(2):  # once with a new entry, once without
            result = program.run("poll", "--all")
            assert (result.code, GONE in result.err) == (3, True)
        assert posts(folder) == before
        assert len(json.loads(program.good("entries", "list", "--json"))) == 3
        assert GONE in program.good("status")
        assert program.run("status", "--exit-code").code == 1
        assert GONE in json.loads(program.good("status", "--json"))["archive_problem"]
        assert program.run("replay").code == 3
        program.good("archive")
        assert set(written) < set(posts(folder))
        assert GONE not in program.good("status", "--exit-code")
        program.good("poll", "--all")


def test_the_service_writes_again_when_a_vanished_folder_comes_back(tmp_path: Path) -> None:
    with Site() as site:
        site.set("/a", rss(item(1)))
        with running(tmp_path, site.url("/a"), web=True) as daemon:
            daemon.wait_until(lambda: len(list(tmp_path.rglob("source/**/*.md"))) == 1)
            folder = next(tmp_path.rglob("_posts"))
            folder.rename(tmp_path / "elsewhere")
            site.set("/a", rss(item(1), item(2)))
            daemon.wait_until(lambda: GONE in daemon.get("/readyz")[1])
            assert not folder.exists()
            (tmp_path / "elsewhere").rename(folder)
            daemon.wait_until(lambda: len(posts(folder)) == 2)
            daemon.wait_until(daemon.is_ready)


def new_program_beside_post(tmp_path: Path, name: str, text: str) -> Program:
    """Return a program that was never run, with a post already in its archive folder."""
    program = new_program(tmp_path)
    post = tmp_path / "source" / "_posts" / name
    post.parent.mkdir(parents=True, exist_ok=True)
    post.write_text(text)
    return program


OWN_POSTS = {
    "hello-world.md": "---\ntitle: Hello World\ndate: 2024-05-20 09:00:00\n---\n欢迎。\n",
    "no-front-matter.md": "# 你好\n\nsource_feed: 说的是别人的\n",
    "quoted.md": "---\ntitle: 归档的格式\n---\n\n---\nsource_feed: 'https://a.example.cn/'\n---\n",
    "empty.md": "",
    "page.html": "<html><body>source_feed: x</body></html>",
}


@pytest.mark.parametrize("name", OWN_POSTS)
def test_posts_of_a_blogger_beside_a_new_database_are_no_error(tmp_path: Path, name: str) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        program = new_program_beside_post(tmp_path, name, OWN_POSTS[name])
        program.good("feeds", "add", site.url("/feed"))
        assert "1 new" in program.good("poll")


@pytest.mark.parametrize("link", ["https://news.example.cn/a/1.html", None])
@pytest.mark.parametrize(
    ("layout", "profile"), [*((name, "") for name in LAYOUTS), ("markdown", "logseq")]
)
def test_records_of_every_layout_are_recognized(
    tmp_path: Path, layout: str, profile: str, link: str | None
) -> None:
    settings = {"name": "x", "path": "x", "layout": layout, "profile": profile}
    made = make_layout(layout, OutputConfig.model_validate(settings))
    record = make_record(link=link)
    file = tmp_path / made.path(record).rpartition("/")[2]
    file.write_bytes(made.render(record))
    assert has_records(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"source_feed", b"another_key"))
    assert not has_records(tmp_path)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_records_of_guidang_beside_a_new_database_are_an_error(
    tmp_path: Path, line_end: bytes
) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        program = new_program(tmp_path, feeds=[site.url("/feed")])
        program.good("poll")
        (record,) = next(tmp_path.rglob("_posts")).rglob("*.md")
        record.write_bytes(record.read_bytes().replace(b"\n", line_end))
        assert has_records(next(tmp_path.rglob("_posts")))
        for file in tmp_path.glob("guidang.db*"):
            file.unlink()
        result = program.run("poll")
        assert (result.code, "is its disk mounted?" in result.err) == (3, True)
