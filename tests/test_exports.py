"""`guidang export`: equal bytes from both databases, continued exports, and other readers."""

from __future__ import annotations

import csv
import io
import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from ingest.errors import UsageError
from ingest.exports import FORMATS, Export, run
from ingest.exports.csv_table import COLUMNS
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted
from ingest.values.exports import ExportEntry
from tests.program import Program
from tests.site import Site
from tests.support import item, rss
from tests.world import World

ITEMS = [
    item(1, guid="00123", pubDate="Sat, 01 Jun 2024 08:00:00 +0800", category="社会"),
    item(2, pubDate="2024年6月3日 20:15", author="记者甲"),
    item(3, pubDate="", title="=HYPERLINK(&quot;http://evil.example&quot;)"),
    item(4, pubDate="Sat, 01 Jun 2024 08:00:00 +0800"),
]
EDITED = item(
    2, pubDate="2024年6月3日 20:15", author="记者甲", description="改过的正文，多了一句。"
)
TABLES = ["jsonl", "parquet", "csv"]


def publish(site: Site, *items: str) -> None:
    site.set("/feed", rss(*items))
    site.set("/other", rss(*ITEMS[:1], title="江海旧闻"))


def fill(world: World, site: Site) -> None:
    """Poll two feeds with an entry in common; one entry is edited."""
    publish(site, *ITEMS)
    world.add(site.url("/other"))
    world.add(site.url("/feed"), categories=["要闻", "江海"])
    world.poll()
    world.clock.move(hours=3)
    publish(site, ITEMS[0], EDITED, *ITEMS[2:])
    world.poll()


def export(
    world: World,
    out: Path,
    *,
    revisions: bool = False,
    captures: bool = False,
    batch: int = 500,
) -> bytes:
    """Write an export of everything, in the format of the file's ending; return its bytes."""
    wanted = asked(out.suffix[1:], revisions, captures, batch)
    run(world.database, wanted, out, ignore, force=True)
    return out.read_bytes()


def asked(form: str, revisions: bool = False, captures: bool = False, batch: int = 500) -> Export:
    extras = FORMATS[form].extras
    wanted = Wanted(
        revisions=revisions and "revisions" in extras, captures=captures and "captures" in extras
    )
    return Export(format=FORMATS[form], choice=Choice(), wanted=wanted, asked={}, batch=batch)


def ignore(count: int, total: int) -> None:
    """Show no progress."""


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[World]:
    """An archive on SQLite that the tests only read."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{folder}/guidang.db")
    with Site() as site:
        fill(world, site)
    yield world
    world.database.dispose()


@pytest.fixture
def both(tmp_path: Path, sqlite_url: str, postgres_url: str, site: Site) -> Iterator[list[World]]:
    """The same archive on both databases; their feeds have other numbers."""
    worlds = []
    for url in (sqlite_url, postgres_url):
        root = tmp_path / url.partition(":")[0]
        root.mkdir()
        worlds.append(World(root, url))
    worlds[1].add("https://unrelated.example.cn/")
    for world in worlds:
        fill(world, site)
    yield worlds
    for world in worlds:
        world.database.dispose()


def test_both_databases_give_the_same_bytes(both: list[World]) -> None:
    for form in FORMATS:
        first, second = (
            export(one, one.root / f"a.{form}", revisions=True, captures=True) for one in both
        )
        assert first == second, form


def test_all_fields_are_exported(filled: World, tmp_path: Path) -> None:
    found = lines(export(filled, tmp_path / "a.jsonl", revisions=True, captures=True))
    assert [(one["title"], one["version"], one["is_current"]) for one in found] == [
        ("第4条新闻", 1, True),
        ("第1条新闻", 1, True),
        ("第1条新闻", 1, True),
        ("第2条新闻", 1, False),
        ("第2条新闻", 2, True),
        ('=HYPERLINK("http://evil.example")', 1, True),
    ]
    assert {tuple(one) for one in found} == {ExportEntry._fields}
    earlier, present = found[3:5]
    assert earlier["id"] == present["id"]
    assert len({one["id"] for one in found}) == 5
    assert present | {"source": None} == present | {
        "source": None,
        "feed_slug": "127.0.0.1-feed",
        "feed_categories": ["要闻", "江海"],
        "authors": [{"name": "记者甲", "url": None, "email": None}],
        "published_at": "2024-06-03T12:15:00+00:00",
        "published_raw": "2024年6月3日 20:15",
        "published_precision": "minute",
        "seen_at": "2026-03-01T15:00:00+00:00",
        "replaced_at": None,
        "language": "zh-Hans",
        "html": "改过的正文，多了一句。",
        "duplicates": [],
        "licence": None,
    }
    assert earlier["replaced_at"] == present["seen_at"]
    assert "改过的正文" in b64decode(present["source"]).decode()


@pytest.mark.parametrize("form", FORMATS)
def test_an_interrupted_export_continues_with_the_same_bytes(
    filled: World, tmp_path: Path, form: str
) -> None:
    whole = export(filled, tmp_path / f"whole.{form}", revisions=True, batch=1)
    for stop in range(1, 6):
        out = tmp_path / f"stopped{stop}.{form}"

        def interrupt(count: int, total: int, stop: int = stop) -> None:
            if count >= stop:
                raise KeyboardInterrupt

        wanted = asked(form, revisions=True, batch=1)
        with pytest.raises(KeyboardInterrupt):
            run(filled.database, wanted, out, interrupt, force=False, notes_after=1)
        assert not out.exists()
        with out.with_name(f"{out.name}.part").open("ab") as part:
            part.write(b"half a piece")
        done = run(filled.database, wanted, out, ignore, force=False)
        assert done.earlier >= stop
        assert out.read_bytes() == whole
    assert [file.name for file in tmp_path.glob("*.part*")] == []


def test_an_unfinished_export_with_other_options_is_not_continued(
    filled: World, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"

    def interrupt(count: int, total: int) -> None:
        if count > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(filled.database, asked("jsonl", batch=1), out, interrupt, force=False, notes_after=1)
    with pytest.raises(UsageError, match="other options"):
        run(filled.database, asked("jsonl", revisions=True, batch=1), out, ignore, force=False)
    done = run(filled.database, asked("jsonl", revisions=True, batch=1), out, ignore, force=True)
    assert (done.entries, done.earlier) == (6, 0)


# How researchers read the file: these are the lines of docs/howto/exports.md.
READERS = {
    "duckdb": lambda file: duckdb.sql(f"SELECT guid, published_at FROM '{file}'").fetchall(),
    "polars": lambda file: (
        (pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_ndjson(file))
        .select("guid", "published_at")
        .rows()
    ),
    "pandas": lambda file: (
        pd.read_parquet(file)
        if file.suffix == ".parquet"
        else pd.read_json(file, lines=True, dtype=False)
    )[["guid", "published_at"]].itertuples(index=False),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_readers_keep_guids_as_text_and_instants_with_their_zone(
    filled: World, tmp_path: Path, form: str, reader: str
) -> None:
    export(filled, tmp_path / f"all.{form}")
    rows = [tuple(row) for row in READERS[reader](tmp_path / f"all.{form}")]
    guid, at = rows[1]
    assert (len(rows), guid) == (5, "00123")
    assert pd.Timestamp(at) == pd.Timestamp("2024-06-01T00:00:00Z")


def test_parquet_files_of_different_archives_can_be_joined(filled: World, tmp_path: Path) -> None:
    """A column without values must have its type, because a union fails without a type."""
    export(filled, tmp_path / "a.parquet", revisions=True)
    empty = Export(format=FORMATS["parquet"], choice=Choice(feed_ids=()), wanted=Wanted(), asked={})
    run(filled.database, empty, tmp_path / "b.parquet", ignore, force=False)
    both = f"'{tmp_path}/a.parquet' UNION ALL SELECT * FROM '{tmp_path}/b.parquet'"
    assert duckdb.sql(f"SELECT count(*) FROM (SELECT * FROM {both})").fetchall() == [(6,)]
    first, second = (pl.read_parquet_schema(tmp_path / f"{name}.parquet") for name in "ab")
    assert first == second
    assert [name for name, kind in first.items() if kind == pl.Null] == []


def test_texts_in_csv_are_exact_without_their_guard(filled: World, tmp_path: Path) -> None:
    content = export(filled, tmp_path / "a.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[-1]["title"] == '\'=HYPERLINK("http://evil.example")'
    exact = [one["title"] for one in lines(export(filled, tmp_path / "a.jsonl"))]
    assert [row["title"].removeprefix("'") for row in rows] == exact
    assert [row["guid"] for row in rows][1] == "00123"
    read = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    assert list(read["schema_version"]) == ["1"] * 5


@pytest.fixture
def program(tmp_path: Path, filled: World) -> Program:
    program = Program(tmp_path, filled.database_url)
    program.write_config()
    return program


def titles(program: Program, *options: str) -> list[str]:
    out = program.good("export", "--format", "jsonl", *options, "-")
    return [one["title"] for one in lines(out.encode())]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--feed 旧闻", ["第1条新闻"]),
        ("--since 2024-06-02 --until 2024-06-03", ["第2条新闻"]),
        ("--until 2024-06-01 --feed 江海新闻", ["第4条新闻", "第1条新闻"]),
        ("--since 2024-06-04 --until 2024-06-05", []),
        ("--where category:社会", ["第1条新闻", "第1条新闻"]),
        ("--where 改过", ["第2条新闻"]),
        ("--where 正文,category:社会", ["第1条新闻", "第1条新闻"]),
        ("--where 改过,OR,category:社会", ["第1条新闻", "第1条新闻", "第2条新闻"]),
        ("--where has:revision --feed 江海新闻", ["第2条新闻"]),
        ("--where on:2024-06-01 --where on:2024-06-03", ["第2条新闻"]),
    ],
)
def test_options_choose_entries(program: Program, options: str, expected: list[str]) -> None:
    assert titles(program, *(one.replace(",", " ") for one in options.split())) == expected


def test_a_file_is_replaced_only_on_request(program: Program) -> None:
    assert program.good("export", "--format", "csv", "a.csv") == "5 entries written to a.csv\n"
    result = program.run("export", "--format", "csv", "a.csv")
    assert (result.code, result.err) == (
        2,
        "guidang: a.csv is there already; to replace it: --force\n",
    )
    program.good("export", "--format", "csv", "--force", "--no-card", "a.csv")
    names = {path.name for path in program.folder.glob("a.csv*")}
    assert names == {"a.csv", "a.csv.README.md"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--format csv --captures -", "--captures does not go with --format csv"),
        ("--format jsonl no/folder/a.jsonl", "cannot be written: No such file or directory"),
        ("--format jsonl .", ". is a folder; name a file"),
        ("--format jsonl --feed 未知 a.jsonl", "no feed is called '未知'"),
        ("--format warc --where 正文 a.warc.gz", "--format warc takes fields in --where"),
        ("--format jsonl --where on:昨天x a.jsonl", "at character"),
        ("--format jsonl --since 昨天 a.jsonl", "--since 昨天: write a date as YYYY-MM-DD"),
    ],
)
def test_a_wrong_command_says_what_to_do(program: Program, arguments: str, message: str) -> None:
    result = program.run("export", *arguments.split())
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_the_card_describes_the_file(program: Program) -> None:
    program.good("export", "--format", "jsonl", "--until", "2024-06-02", "a.jsonl")
    card = (program.folder / "a.jsonl.README.md").read_text("utf-8")
    for part in (
        "| Format | jsonl, schema version 1 |",
        "| Chosen by | --until 2024-06-02 Asia/Shanghai |",
        "| Entries | 3 |",
        "| zh-Hans | 3 |",
        "Unknown. The texts belong to their authors",
        "2024-06-01 to 2024-06-01",
    ):
        assert part in card
