"""Print results: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.logs import printable
from ingest.views.plain import plain

if TYPE_CHECKING:
    from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
# Lines are not wrapped if the output is not a terminal.
_UNBROKEN = 1000
_SHORT = 22  # columns up to the width of an instant are not wrapped


def prepare_output() -> None:
    """Prevent errors if standard output is closed, or its charset has no Chinese characters."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, StringIO())
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard_output() -> None:
    """Discard further output, because the reading program has ended or the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console(*, errors: bool = False) -> Console:
    """Return the console for tables and progress bars."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    return Console(
        stderr=errors, width=None if stream.isatty() else _UNBROKEN, highlight=False, markup=False
    )


def say(text: str = "") -> None:
    """Print one line."""
    print(printable(text))


def print_json(value: Any) -> None:
    """Print a value as JSON: instants in ISO 8601, durations in seconds."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def print_json_list(rows: Iterable[Any]) -> None:
    """Print a JSON array row by row, to save memory."""
    separator = "["
    for row in rows:
        print(separator, end="\n  ")
        text = json.dumps(row, ensure_ascii=False, indent=2, default=plain)
        print(text.replace("\n", "\n  "), end="")
        separator = ","
    print("[]" if separator == "[" else "\n]")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, if_empty: str | None = None
) -> None:
    """Print rows under their headings; markup in the cells is shown as plain text.

    If there are no rows, print the line `if_empty` instead, if given.
    """
    from rich.table import Table
    from rich.text import Text

    lines = [[Text(printable("" if cell is None else str(cell))) for cell in row] for row in rows]
    if if_empty is not None and not lines:
        say(if_empty)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        is_short = all(line[number].cell_len <= _SHORT for line in lines)
        table.add_column(column, overflow="fold", no_wrap=is_short)
    for line in lines:
        table.add_row(*line)
    console().print(table)
