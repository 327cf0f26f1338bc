"""Run both programs through the same four scenarios, in turn, and compare them.

    python -m benchmarks [--feeds 300] [--entries 30] [--rounds 1] [--alone] [--index]
                         [--postgresql]

cold    everything is new
304     nothing is new, and the server answers "not modified"
same    nothing is new, but the server sends the same bytes again, without validators
plus1   each feed has one new entry

`reader` fills a search index only on request, so neither program does so without `--index`. It has
no near-duplicates, so Guidang does not link them.
A result is accepted only if the stored entries are correct afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.contestants import Contestant, Counted, Guidang, Reader
from benchmarks.measure import Cost
from benchmarks.server import Scenario, Server
from tests.postgres import server_for_tests

_WIDTH = 100
# Goals: how many times as fast as `reader` Guidang should be, in feeds per second and in CPU.
GOALS = {Scenario.COLD: 2.5, Scenario.NOT_MODIFIED: 2.0, Scenario.SAME: 20.0, Scenario.PLUS1: 12.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The cost of one scenario for one program, and what it stored."""

    scenario: Scenario
    program: str
    cost: Cost
    counted: Counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--entries", type=int, default=30, help="in each feed")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--postgresql", action="store_true", help="let Guidang use a temporary PostgreSQL"
    )
    parser.add_argument("--index", action="store_true", help="let both fill their search index")
    parser.add_argument("--alone", action="store_true", help="run Guidang only")
    parser.add_argument("--json", type=Path, help="write every measurement to this file")
    options = parser.parse_args()
    results: list[Result] = []
    # Delete nothing until the end: ext4 allocates slowly after many files were deleted.
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(options.rounds):
            folder = Path(temporary) / str(number)
            results += run_round(options, number, folder)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], indent=1), "utf-8")
    show(results, options.feeds)


def run_round(options: argparse.Namespace, number: int, folder: Path) -> Iterator[Result]:
    """Run both programs through all scenarios; in every other round, the second goes first."""
    with ExitStack() as stack:
        (folder / "documents").mkdir(parents=True)
        server = stack.enter_context(Server(folder / "documents", options.feeds, options.entries))
        server.write(0)
        url = "sqlite:///guidang.db"
        if options.postgresql:
            url = stack.enter_context(server_for_tests()).create()
        contestants: list[Contestant] = [Guidang(folder / "guidang", url, has_index=options.index)]
        if not options.alone:
            contestants.append(Reader(folder / "reader", has_index=options.index))
        for one in contestants:
            stack.enter_context(one).subscribe(server.urls)
        for scenario in Scenario:
            server.scenario = scenario
            if scenario is Scenario.PLUS1:
                server.write(1)
            for one in contestants[:: -1 if number % 2 else 1]:
                yield measure(one, server, scenario, options)


def measure(
    one: Contestant, server: Server, scenario: Scenario, options: argparse.Namespace
) -> Result:
    """Let one program poll all feeds; raise `RuntimeError` if its result is wrong."""
    os.sync()  # so that no program waits for writes of the other
    before = server.requests
    cost = one.update()
    counted = one.count()
    kept = options.feeds * (options.entries + server.revision)
    if counted.entries != kept or (isinstance(one, Guidang) and counted.records != kept):
        raise RuntimeError(f"{one.name}, {scenario}: {kept} entries were served, kept {counted}")
    if server.requests - before != options.feeds:
        raise RuntimeError(f"{one.name}, {scenario}: {server.requests - before} requests")
    return Result(scenario=scenario, program=one.name, cost=cost, counted=counted)


def show(results: Sequence[Result], feeds: int) -> None:
    """Print the median of all rounds, and the ratios."""
    table = Table(
        "", "", *("feeds/s", "CPU s", "MB", "entries", "on disk, MB", "× feeds/s", "× CPU", "goal")
    )
    for scenario in Scenario:
        reader = [one for one in results if (one.scenario, one.program) == (scenario, "reader")]
        for program in ("guidang", "reader"):
            of_both = [one for one in results if one.scenario is scenario]
            own = [one for one in of_both if one.program == program]
            if own:
                compared = _format_ratio(own, reader, scenario) if program == "guidang" else ()
                table.add_row(scenario.value, program, *_format_result(own, feeds), *compared)
    Console(width=_WIDTH).print(table)


def _format_result(own: Sequence[Result], feeds: int) -> Iterator[str]:
    yield f"{feeds / _seconds(own):.1f}"
    yield f"{_cpu(own):.2f}"
    yield f"{max(one.cost.memory for one in own) / 1e6:.0f}"
    yield str(own[-1].counted.entries)
    yield f"{own[-1].counted.size / 1e6:.0f}"


def _format_ratio(
    own: Sequence[Result], other: Sequence[Result], scenario: Scenario
) -> Iterator[str]:
    if other:
        yield f"{_seconds(other) / _seconds(own):.1f}"
        yield f"{_cpu(other) / _cpu(own):.1f}"
        yield f"{GOALS[scenario]:g}"


def _seconds(results: Sequence[Result]) -> float:
    return median(one.cost.seconds for one in results)


def _cpu(results: Sequence[Result]) -> float:
    return median(one.cost.cpu for one in results)


if __name__ == "__main__":
    main()
