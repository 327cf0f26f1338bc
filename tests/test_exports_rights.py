"""Public exports contain only what the rights of feeds allow; private exports contain all."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingest.exports import FORMATS
from tests.program import Program
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

LONG = "&lt;p&gt;" + "老旧小区加装电梯可以提取公积金，手续比以前少了一半。" * 20 + "结尾。"
FILE = '<enclosure url="https://news.example.cn/a.mp3" type="audio/mpeg"/>'
FEEDS = ("free", "excerpt", "held", "over")
SETTINGS: dict[str, dict[str, Any]] = {
    "excerpt": {"excerpt_only": True},
    "held": {"publish_after": "3650d"},
    "over": {"publish_after": "30d", "noindex": True},
}
ALL, ALLOWED = {"free", "excerpt", "held", "over"}, {"free", "excerpt", "over"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    """An archive of four feeds, of which three have rights; the titles are the feeds' names."""
    folder = tmp_path_factory.mktemp("rights")
    shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{folder}/guidang.db")
    with Site() as site:
        for name in FEEDS:
            at = format_datetime(NOON - timedelta(days=99), usegmt=True)
            entry = item(1, title=name, pubDate=at, description=LONG, author="作者")
            site.set(f"/{name}", rss(entry.replace("</item>", f"{FILE}</item>"), title=name))
            world.add(site.url(f"/{name}"), **SETTINGS.get(name, {}))
        world.poll()
    yield world
    world.database.dispose()


@pytest.fixture
def program(tmp_path: Path, archive: World) -> Program:
    program = Program(tmp_path, archive.database_url)
    program.write_config()
    return program


def export(program: Program, form: str, *options: str) -> bytes:
    """Export everything; return the bytes of the file, those in a zip file unpacked."""
    program.good("export", "--format", form, *options, "--force", f"all.{form}")
    content = (program.folder / f"all.{form}").read_bytes()
    if form == "epub":
        with zipfile.ZipFile(BytesIO(content)) as book:
            return b"".join(book.read(name) for name in book.namelist() if "/e0" in name)
    return content


@pytest.mark.parametrize(
    ("form", "options", "titles", "whole"),
    [
        ("atom", (), ALLOWED, 2),
        ("jsonfeed", (), ALLOWED, 2),
        ("epub", (), ALLOWED, 2),
        ("jsonl", (), ALL, 4),
        ("csv", (), ALL, 4),
        ("jsonl", ("--public",), ALLOWED, 2),
        ("csv", ("--public",), ALLOWED, 2),
        ("atom", ("--private",), ALL, 4),
        ("epub", ("--private",), ALL, 4),
        ("jsonl", ("--public", "--where", "加装电梯"), ALLOWED, 2),
    ],
)
def test_rights_apply_to_public_exports(
    program: Program, form: str, options: tuple[str, ...], titles: set[str], whole: int
) -> None:
    text = export(program, form, *options).decode()
    assert text.count("结尾") == whole
    assert {name for name in FEEDS if name in text} == titles


def test_a_public_export_has_no_other_form_of_the_text(program: Program) -> None:
    options = ("--public", "--captures", "--text", "--revisions")
    rows = [json.loads(line) for line in export(program, "jsonl", *options).splitlines()]
    excerpt = next(row for row in rows if row["title"] == "excerpt")
    assert "结尾" not in excerpt["text"]
    assert excerpt["html"] == f"<p>{excerpt['text']}</p>"
    assert (excerpt["source"], excerpt["page"], excerpt["enclosures"]) == (None, None, [])
    free = next(row for row in rows if row["title"] == "free")
    assert "结尾" in free["text"]
    assert free["source"]


@pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.has_documents])
def test_documents_are_whole_so_they_cannot_be_public(program: Program, form: str) -> None:
    result = program.run("export", "--format", form, "--public", "a")
    assert (result.code, result.out) == (2, "")
    assert f"--format {form} has whole documents; --public does not go with it" in result.err


def test_the_card_counts_what_is_in_the_file_and_names_the_limits(program: Program) -> None:
    export(program, "jsonl", "--public")
    card = (program.folder / "all.jsonl.README.md").read_text("utf-8")
    assert "| Entries | 3 |" in card
    assert "| Chosen by | --public |" in card
    limits = card.partition("## Restrictions")[2].partition("\n## ")[0]
    assert "have excerpts only" in limits
    assert "wait for 30d, ask search engines not to list them" in limits
