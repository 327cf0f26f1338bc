"""Show a backfill: its progress, its report, the list of runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ingest.cli.output import console, print_json, print_table, say
from ingest.logs import printable
from ingest.messages import _, message, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ingest.backfill import Report
    from ingest.backfill.outcome import Outcome
    from ingest.cli.session import Session
    from ingest.store.backfills import Run

Tell = Callable[["Outcome", int], None]
_COUNTED = (
    *("documents", "waiting", "passed_over", "in_part", "missing"),
    *("new", "earlier", "edited", "known"),
)


@contextlib.contextmanager
def telling(*, quiet: bool) -> Iterator[Tell]:
    """Yield a function that prints a line per document; on a terminal also show the progress."""
    terminal = console()
    is_first = _first_of_feeds()
    if quiet:
        yield lambda *_: None
    elif terminal.is_terminal:
        with _progress(terminal) as progress:
            yield _above(progress, is_first)
    else:
        yield lambda outcome, waiting: say(_line(outcome, waiting)) if is_first(outcome) else None


def _first_of_feeds() -> Callable[[Outcome], bool]:
    """Return a function that is false for all but the first document of each unknown feed."""
    from ingest.backfill.owners import NO_OWNER

    shown: set[str] = set()

    def is_first(outcome: Outcome) -> bool:
        reason = outcome.reason or ""
        is_known = reason in shown
        if reason.endswith(NO_OWNER):
            shown.add(reason)
        return not is_known

    return is_first


def _above(progress: Progress, is_first: Callable[[Outcome], bool]) -> Tell:
    task = progress.add_task("", total=None)
    taken = 0
    waits: dict[int, int] = {}

    def tell(outcome: Outcome, waiting: int) -> None:
        nonlocal taken
        taken += 1
        waits[outcome.walk.id] = waiting
        if is_first(outcome):
            progress.console.print(printable(_line(outcome, waiting)))
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
        """The number of documents per second since the beginning, or per minute if that is low."""

        def render(self, task: Task) -> Text:
            speed = task.completed / task.elapsed if task.elapsed else None
            return Text(_rate(speed), style="progress.data.speed")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return Progress(*columns, console=terminal, transient=True)


def _rate(speed: float | None) -> str:
    if not speed:
        return "–/s"
    return f"{speed:.1f}/s" if speed >= 1 else f"{speed * 60:.1f}/min"


def _line(outcome: Outcome, waiting: int) -> str:
    hints = outcome.planned.hints
    what = printable(hints.get("url") or hints.get("member") or outcome.planned.address)
    left = _(" ({count} left)", count=waiting) if waiting else ""
    reason = recognized(outcome.reason) if outcome.reason else ""
    more = f"; {reason}" if reason else ""
    if outcome.state in {"missing", "passed over"}:
        sign = "✗" if outcome.state == "missing" else "–"
        return f"{sign} {what}: {recognized(outcome.state)}: {reason}{left}"
    if outcome.feed is None:
        return f"✓ {what}: {_('read')}{more}{left}"
    kept = outcome.kept
    counts = _(
        "{new} new, {earlier} earlier, {edited} edited, {known} known",
        new=kept.new,
        earlier=kept.earlier,
        edited=kept.edited,
        known=kept.known,
    )
    return f"✓ {outcome.feed.name}: {what}: {counts}{more}{left}"


def show_report(report: Report) -> None:
    """Print what is new, how far back each feed now goes, and what is missing and why.

    Skipped documents were shown during the run; here they are only counted.
    """
    say("")
    columns = [
        _("feed"),
        _("source"),
        _("documents"),
        _("new"),
        _("earlier"),
        _("edited"),
        _("known"),
    ]
    columns.append(_("back to"))
    print_table(columns, map(_report_row, report.lines))
    for line in report.lines:
        if line["note"]:
            say(f"{line['feed'] or ''} {line['source']}: {recognized(line['note'])}".strip())
    _show_each(_("in part"), report.in_part, _sum(report, "in_part"))
    _show_each(_("missing"), report.missing, _sum(report, "missing"))
    say(_verdict(report))


def _report_row(line: dict[str, Any]) -> list[object]:
    counts = [line[name] for name in ("documents", "new", "earlier", "edited", "known")]
    return [line["feed"] or "—", line["source"], *counts, local(line["reaches_back_to"])]


def _show_each(what: str, documents: Sequence[dict[str, Any]], total: int) -> None:
    for document in documents:
        others = document["documents"] - 1
        more = ngettext(" and {count:,} more document", " and {count:,} more documents", others)
        address = f"{printable(document['address'])}{more if others else ''}"
        say(f"{what}: {address}: {printable(recognized(document['reason']))}")
    if left := total - sum(document["documents"] for document in documents):
        say(f"{what}: {ngettext('{count:,} more document', '{count:,} more documents', left)}")


def _verdict(report: Report) -> str:
    passed = _sum(report, "passed_over")
    skipped = (
        ngettext("; {count:,} document skipped", "; {count:,} documents skipped", passed)
        if passed
        else ""
    )
    if report.is_complete:
        return _("backfill {number} is complete{skipped}", number=report.number, skipped=skipped)
    in_part = _sum(report, "in_part")
    return _(
        "backfill {number} is not complete: {waiting}, {missing} missing"
        "{in_part}{skipped}; continue with: guidang backfill --resume",
        number=report.number,
        waiting=ngettext(
            "{count:,} document to read", "{count:,} documents to read", _sum(report, "waiting")
        ),
        missing=_sum(report, "missing"),
        in_part=_(", {count} kept in part", count=in_part) if in_part else "",
        skipped=skipped,
    )


def _sum(report: Report, name: str) -> int:
    return sum(line[name] for line in report.lines)


def list_runs(session: Session, as_json: bool) -> int:
    """Print all runs; return the exit code."""
    from ingest.backfill import report
    from ingest.store import backfills

    runs = session.database.query(backfills.runs)
    rows = [_run_row(run, session.database.query(report, run.id)) for run in runs]
    if as_json:
        print_json(rows)
    else:
        _show_runs(rows)
    return 0


def _run_row(run: Run, report: Report) -> dict[str, Any]:
    """Return a run as a JSON object."""
    unfinished = message("given up") if run.ended_at else message("not complete")
    state = message("complete") if report.is_complete else unfinished
    return {
        "id": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "state": state,
        "asked": run.asked,
        **{name: _sum(report, name) for name in _COUNTED},
    }


def _run_cell(row: dict[str, Any], name: str) -> object:
    if name == "started_at":
        return local(row[name])
    return recognized(row[name]) if name == "state" else row[name]


def _show_runs(rows: Sequence[dict[str, Any]]) -> None:
    """Print the runs, newest first."""
    names = ("id", "started_at", "state", "documents", "new", "earlier", "edited", "missing")
    print_table(
        [
            *(_("id"), _("started at"), _("state"), _("documents")),
            *(_("new"), _("earlier"), _("edited"), _("missing")),
        ],
        [[_run_cell(row, name) for name in names] for row in rows],
        if_empty=_("no backfill yet; start one with: guidang backfill FEED"),
    )
