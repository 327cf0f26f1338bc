"""How a backfill is shown: its progress, its report, the list of runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ingest.cli.output import console, counted, local, print_table, say
from ingest.logs import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ingest.backfill import Report
    from ingest.backfill.taking import Took
    from ingest.store.backfills import Run

Tell = Callable[["Took", int], None]
_COUNTED = (
    *("documents", "waiting", "passed_over", "in_part", "missing"),
    *("new", "earlier", "edited", "known"),
)


@contextlib.contextmanager
def telling(*, quiet: bool) -> Iterator[Tell]:
    """A line per document; on a terminal a progress bar with rate and time left below them."""
    terminal = console()
    if quiet:
        yield lambda *_: None
    elif terminal.is_terminal:
        with _progress(terminal) as progress:
            yield _above(progress)
    else:
        yield lambda took, waiting: say(_line(took, waiting))


def _above(progress: Progress) -> Tell:
    task = progress.add_task("", total=None)
    taken = 0
    waits: dict[int, int] = {}

    def tell(took: Took, waiting: int) -> None:
        nonlocal taken
        taken += 1
        waits[took.walk.id] = waiting
        progress.console.print(printable(_line(took, waiting)))
        progress.update(task, completed=taken, total=taken + sum(waits.values()))

    return tell


def _progress(terminal: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Documents in a second since the beginning, or in a minute where they are few."""

        def render(self, task: Task) -> Text:
            speed = task.completed / task.elapsed if task.elapsed else None
            return Text(_rate(speed), style="progress.data.speed")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return Progress(*columns, console=terminal, transient=True)


def _rate(speed: float | None) -> str:
    if not speed:
        return "–/s"
    return f"{speed:.1f}/s" if speed >= 1 else f"{speed * 60:.1f}/min"


def _line(took: Took, waiting: int) -> str:
    hints = took.planned.hints
    what = printable(hints.get("url") or hints.get("member") or took.planned.address)
    left = f" ({waiting} left)" if waiting else ""
    more = f"; {took.reason}" if took.reason else ""
    if took.state in {"missing", "passed over"}:
        sign = "✗" if took.state == "missing" else "–"
        return f"{sign} {what}: {took.state}: {took.reason}{left}"
    if took.feed is None:
        return f"✓ {what}: looked through{more}{left}"
    kept = took.kept
    counts = f"{kept.new} new, {kept.earlier} earlier, {kept.edited} edited, {kept.known} known"
    return f"✓ {took.feed.name}: {what}: {counts}{more}{left}"


def show_report(report: Report) -> None:
    """What is new, how far back each feed now reaches, what is missing and why.

    What was passed over has had its line when that happened; here it is only counted.
    """
    say("")
    columns = ["feed", "source", "documents", "new", "earlier", "edited", "known", "back to"]
    print_table(
        columns,
        [
            (
                line["feed"] or "—",
                line["source"],
                line["documents"],
                *(line[name] for name in ("new", "earlier", "edited", "known")),
                local(line["reaches_back_to"]),
            )
            for line in report.lines
        ],
    )
    for line in report.lines:
        if line["note"]:
            say(f"{line['feed'] or ''} {line['source']}: {line['note']}".strip())
    _show_each("in part", report.in_part, _sum(report, "in_part"))
    _show_each("missing", report.missing, _sum(report, "missing"))
    say(_verdict(report))


def _show_each(what: str, documents: Sequence[dict[str, Any]], total: int) -> None:
    for document in documents:
        say(f"{what}: {printable(document['address'])}: {printable(document['reason'])}")
    if total > len(documents):
        say(f"{what}: {counted(total - len(documents), 'document')} more")


def _verdict(report: Report) -> str:
    passed = _sum(report, "passed_over")
    beside = f"; {counted(passed, 'document')} passed over" if passed else ""
    if report.is_complete:
        return f"backfill {report.number} is complete{beside}"
    waiting = counted(_sum(report, "waiting"), "document")
    in_part = _sum(report, "in_part")
    partly = f", {in_part} kept in part" if in_part else ""
    return (
        f"backfill {report.number} is not complete: {waiting} to be taken, "
        f"{_sum(report, 'missing')} missing{partly}{beside}; "
        "go on with: guidang backfill --resume"
    )


def _sum(report: Report, name: str) -> int:
    return sum(line[name] for line in report.lines)


def run_row(run: Run, report: Report) -> dict[str, Any]:
    """A run as programs get it in the list of runs."""
    state = "complete" if report.is_complete else ("given up" if run.ended_at else "not complete")
    return {
        "id": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "state": state,
        "asked": run.asked,
        **{name: _sum(report, name) for name in _COUNTED},
    }


def show_runs(rows: Sequence[dict[str, Any]]) -> None:
    """The runs so far, newest first."""
    names = ("id", "started_at", "state", "documents", "new", "earlier", "edited", "missing")
    print_table(
        [name.replace("_", " ") for name in names],
        [
            [local(row[name]) if name == "started_at" else row[name] for name in names]
            for row in rows
        ],
        if_empty="there was no backfill yet; begin one with: guidang backfill FEED",
    )
