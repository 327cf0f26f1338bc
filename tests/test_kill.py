"""A poll that is killed at any moment and repeated ends in the same state as an undisturbed one."""

from __future__ import annotations

import json
import random
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.database import Database
from tests.made_entries import fill
from tests.program import Program
from tests.site import Site
from tests.support import item, rss

# The time of an edit differs from run to run.
UPDATED = re.compile(rb"^(updated|lastmod): .+$", re.MULTILINE)
OUTPUTS = """\
[archive]
path = "source/_posts"
profile = "stellar"

[[outputs]]
name = "site"
path = "content"
layout = "hugo"
"""
FEEDS = 6
ENTRIES = 25
EXPORTED = 12_000  # An export stores its position after every 5,000 entries.


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        publish(site, range(ENTRIES))
        yield site


def publish(site: Site, numbers: range, edited: int | None = None) -> None:
    for feed in range(FEEDS):
        items = [
            item(
                f"{feed}-{number}",
                description=f"第{number}条，{'改过' if number == edited else '原来'}的正文。" * 40,
            )
            for number in numbers
        ]
        site.set(f"/{feed}.xml", rss(*items, title=f"第{feed}份报纸"))


def state(program: Program) -> tuple[object, dict[str, bytes]]:
    """Return the entries and the files, without the fields that differ from run to run."""
    listed = json.loads(program.good("entries", "list", "--json"))
    passing = {"id", "first_seen_at", "files"}
    kept = sorted(
        json.dumps({k: v for k, v in row.items() if k not in passing}, sort_keys=True)
        for row in listed
    )
    files = {
        p.relative_to(program.folder).as_posix(): UPDATED.sub(b"", p.read_bytes())
        for folder in ("source", "content")
        for p in (program.folder / folder).rglob("*.*")
        if p.is_file()
    }
    assert len(files) == 2 * len(listed) + 1  # the list of authors
    return kept, files


def program_in(folder: Path, site: Site, database_url: str = "") -> Program:
    """Return a program with two outputs and all feeds."""
    folder.mkdir()
    program = Program(folder, database_url)
    feeds = "\n".join(f'[[feeds]]\nurl = "{site.url(f"/{n}.xml")}"\n' for n in range(FEEDS))
    program.write_config(f"{OUTPUTS}\n{feeds}")
    return program


def undisturbed(folder: Path, site: Site) -> Program:
    program = program_in(folder, site)
    program.good("poll")
    return program


def kill_while_polling(program: Program, after: float) -> bool:
    """Start a poll and kill it after so many seconds; return whether it was still running."""
    process = program.start("poll", "--all")
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        return True
    return False


def test_killed_polls_end_in_the_state_of_undisturbed_ones(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    program = program_in(tmp_path / "killed", site, database_url)
    program.good("status")
    started = time.monotonic()
    reference = undisturbed(tmp_path / "undisturbed", site)
    length = time.monotonic() - started
    chance = random.Random(7)
    killed = sum(kill_while_polling(program, chance.random() * length) for _ in range(9))
    assert killed
    program.good("poll", "--all")
    assert state(program) == state(reference)

    publish(site, range(3, ENTRIES + 3), edited=5)
    reference.good("poll", "--all")
    for _ in range(6):
        kill_while_polling(program, chance.random() * length)
    program.good("poll", "--all")
    assert state(program) == state(reference)
    assert program.run("archive", "--check").code == 0


def test_a_killed_export_continues_with_the_same_bytes(tmp_path: Path, sqlite_url: str) -> None:
    program = Program(tmp_path, sqlite_url)
    program.write_config()
    database = Database(sqlite_url)
    database.transact(fill, range(EXPORTED))
    database.dispose()
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    program.good("export", "--format", "jsonl", "--no-card", whole.name)
    process = program.start("export", "--format", "jsonl", "--no-card", killed.name)
    noted = killed.with_name(f"{killed.name}.part.json")
    while not noted.exists():
        assert process.poll() is None
    process.kill()
    process.wait()
    assert not killed.exists()
    assert "continued after" in program.good(
        "export", "--format", "jsonl", "--no-card", killed.name
    )
    assert killed.read_bytes() == whole.read_bytes()
    assert list(tmp_path.glob("*.part*")) == []
