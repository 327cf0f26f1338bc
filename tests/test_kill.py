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

from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss

# The time of an edit differs from run to run.
UPDATED = re.compile(rb"^updated: .+$", re.MULTILINE)
FEEDS = 6
ENTRIES = 25


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
    root = program.folder / "source/_posts"
    files = {
        p.relative_to(root).as_posix(): UPDATED.sub(b"updated:", p.read_bytes())
        for p in root.rglob("*.md")
    }
    assert sorted(path for row in listed for path in row["files"]) == sorted(files)
    return kept, files


def undisturbed(folder: Path, site: Site) -> Program:
    folder.mkdir()
    program = new_program(folder, feeds=[site.url(f"/{n}.xml") for n in range(FEEDS)])
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
    (tmp_path / "killed").mkdir()
    program = new_program(
        tmp_path / "killed", database_url, [site.url(f"/{n}.xml") for n in range(FEEDS)]
    )
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
