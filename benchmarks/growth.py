"""Measure whether a poll costs more as the archive grows.

    python -m benchmarks.growth [--feeds 300] [--entries 34] [--to 1000000]

It fills the database with copies of its entries. The copies have other keys and short texts,
because a poll looks up rows and indexes, not texts.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.contestants import Guidang
from benchmarks.server import Scenario, Server

_ROUNDS = 3
_MEASURED = (Scenario.NOT_MODIFIED, Scenario.SAME, Scenario.PLUS1)
# The columns in which a copy differs from its entry.
_OTHER = {
    "key": "'copy-' || :number || '-' || id",
    "guid": "'copy-' || :number || '-' || id",
    "link_key": "'copy-' || :number || '-' || id",
    "item_digest": "randomblob(20)",
    "text_digest": "randomblob(16)",
    "html": "substr(html, 1, 200)",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--entries", type=int, default=34, help="in each feed")
    parser.add_argument("--to", type=int, default=1_000_000, help="entries in the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "documents").mkdir()
        with (
            Server(folder / "documents", options.feeds, options.entries) as server,
            Guidang(folder / "guidang") as guidang,
        ):
            server.write(0)
            guidang.subscribe(server.urls)
            guidang.update()
            few, before = guidang.count().entries, measure(guidang, server)
            grow(folder / "guidang" / "guidang.db", options.to)
            many, after = guidang.count().entries, measure(guidang, server)
    show(few, before, many, after, options.feeds)


def measure(guidang: Guidang, server: Server) -> Mapping[Scenario, float]:
    """Poll all feeds a few times in each scenario; return the median seconds."""
    return {scenario: median(seconds(guidang, server, scenario)) for scenario in _MEASURED}


def seconds(guidang: Guidang, server: Server, scenario: Scenario) -> list[float]:
    server.scenario = scenario
    costs = []
    for _ in range(_ROUNDS):
        if scenario is Scenario.PLUS1:
            server.write(server.revision + 1)
        costs.append(guidang.update().seconds)
    return costs


def grow(file: Path, to: int) -> None:
    """Copy the entries until there are about `to` of them."""
    database = sqlite3.connect(file, timeout=60)
    columns = [row[1] for row in database.execute("PRAGMA table_info(entry)") if row[1] != "id"]
    values = ", ".join(_OTHER.get(name, name) for name in columns)
    (last,) = database.execute("SELECT max(id) FROM entry").fetchone()
    copy = f"INSERT INTO entry ({', '.join(columns)}) SELECT {values} FROM entry WHERE id <= {last}"
    for number in range(to // last):
        with database:
            database.execute(copy, {"number": number})
    database.execute("ANALYZE")
    database.close()


def show(
    few: int,
    before: Mapping[Scenario, float],
    many: int,
    after: Mapping[Scenario, float],
    feeds: int,
) -> None:
    table = Table("", f"ms a feed, {few:,} entries", f"ms a feed, {many:,} entries", "×")
    for scenario in _MEASURED:
        one, other = before[scenario], after[scenario]
        ms = (f"{1000 * time / feeds:.2f}" for time in (one, other))
        table.add_row(scenario.value, *ms, f"{other / one:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
